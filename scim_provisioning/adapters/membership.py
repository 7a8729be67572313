"""Who is in a group, and set operations on it in SQL: one member of a group of 100,000 is one row written.

Pairs of a group and a user stand in the rows of some table, and the kinds of storage differ in two things: which rows
are the pairs, and how pairs come and go.

    Membership        a table that names both: many-to-many, or a through table, with or without a level
    ├── UserColumn    a foreign key on the user, who is in one group at the most
    └── HighestLevel  (levels.py) a through table with one row per user and group, whatever the levels

A host with yet another storage makes a subclass: `table` says which rows are the pairs, `add` and `remove` change
them. Both get primary keys, of one group and many users or of one user and many groups, whose pairs all have to
change; the users' rows are locked.
"""

from __future__ import annotations

from collections.abc import Collection as Sized
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, ClassVar

from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db import IntegrityError, transaction
from django.db.models import Expression, F, Model, QuerySet, TextField, UniqueConstraint, Value
from django.db.models.constants import LOOKUP_SEP

from .related import auto_now

BATCH = 500
"""How many ids one statement carries; SQLite's oldest limit on parameters is 999."""


@dataclass(frozen=True)
class Membership:
    """The pairs of one table, at one level where it has levels; `group` and `user` are its foreign keys."""

    model: type[Model]
    group: str
    user: str
    level_field: str | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What new pairs have in further columns; a function is called for each."""
    kind: str = ""
    levels: tuple[str, ...] = ()
    level: str | None = None

    one_group: ClassVar[bool] = False
    """Whether a user is in one group at the most, so that coming into one is leaving another."""
    locks_leavers: ClassVar[bool] = False
    """Whether a write to another group can put a user out of this one, or in: then who leaves is locked as well."""

    def at(self, kind: str, levels: tuple[str, ...], level: str | None) -> Membership:
        """The same for the groups of that kind, the lower level first, at one of the levels."""
        return replace(self, kind=kind, levels=levels, level=level)

    @property
    def table(self) -> QuerySet[Model]:
        """The rows that are pairs at this level; of all levels where there is none."""
        rows = self.model._base_manager.all()
        return rows.filter(**{self.level_field: self.level}) if self.level_field and self.level else rows

    @property
    def whole(self) -> Membership:
        """The membership that one statement reads this one's pairs with: all levels, where the table says them."""
        return replace(self, level=None)

    @property
    def level_read(self) -> Expression | F:
        """The level of a pair."""
        return F(self.level_field) if self.level_field else Value(None, TextField())

    @property
    def group_key(self) -> str:
        """The column of a pair that holds the group's primary key."""
        return f"{self.group}_id"

    @property
    def user_key(self) -> str:
        """The column of a pair that holds the user's primary key."""
        return f"{self.user}_id"

    @property
    def group_prefix(self) -> str:
        """What leads from a pair to the columns of its group."""
        return self.group + LOOKUP_SEP

    @property
    def user_prefix(self) -> str:
        """What leads from a pair to the columns of its user."""
        return self.user + LOOKUP_SEP

    @property
    def unique_on(self) -> set[str]:
        """The columns in which no two pairs may agree; empty where that cannot be."""
        return {self.group, self.user, *([self.level_field] if self.level_field else [])}

    @property
    def required(self) -> bool:
        """Whether a user cannot be without a group."""
        return False

    def pairs(self, groups: Sized[Any], users: Sized[Any]) -> QuerySet[Model]:
        """The pairs of any of these groups and any of these users."""
        return self.table.filter(**{f"{self.group_key}__in": list(groups), f"{self.user_key}__in": list(users)})

    def users(self, group: Any) -> QuerySet[Any]:
        """The primary keys of the users in a group."""
        return self.table.filter(**{self.group_key: group}).values_list(self.user_key, flat=True)

    def groups(self, user: Any) -> QuerySet[Any]:
        """The primary keys of the groups that a user is in."""
        return self.table.filter(**{self.user_key: user}).values_list(self.group_key, flat=True)

    def present(self, group: Any, users: Sized[Any]) -> set[Any]:
        """Which of these users are in the group."""
        found: set[Any] = set()
        for batch in batches(users):
            found.update(self.pairs([group], batch).values_list(self.user_key, flat=True))
        return found

    def add(self, groups: Sized[Any], users: Sized[Any]) -> None:
        """Make pairs. One that the product made meanwhile is as good as ours."""
        try:
            with transaction.atomic(using=self.table.db):
                self._insert(product(groups, users))
        except IntegrityError:
            for group in groups:
                self._insert(product([group], set(users) - self.present(group, users)))

    def remove(self, groups: Sized[Any], users: Sized[Any]) -> None:
        """End pairs."""
        for some_groups, some_users in portions(groups, users):
            self.pairs(some_groups, some_users).delete()

    def _filled(self) -> dict[str, Any]:
        return {name: value() if callable(value) else value for name, value in self.defaults.items()}

    def _insert(self, pairs: Iterable[tuple[Any, Any]]) -> None:
        level = {self.level_field: self.level} if self.level_field else {}
        rows = [
            self.model(**(self._filled() | level), **{self.group_key: group, self.user_key: user})
            for group, user in pairs
        ]
        self.model._base_manager.bulk_create(rows, batch_size=BATCH)


class UserColumn(Membership):
    """A foreign key on the user: the pairs are the users who have a group; coming into one is leaving another."""

    one_group = True
    locks_leavers = True

    @property
    def table(self) -> QuerySet[Model]:
        return super().table.filter(**{f"{self.group_key}__isnull": False})

    @property
    def user_key(self) -> str:
        return "pk"

    @property
    def user_prefix(self) -> str:
        return ""

    @property
    def unique_on(self) -> set[str]:
        return set()

    @property
    def required(self) -> bool:
        return not self.model._meta.get_field(self.group).null

    def add(self, groups: Sized[Any], users: Sized[Any]) -> None:
        (group,) = groups
        for batch in batches(users):
            self.model._base_manager.filter(pk__in=batch).update(**{self.group_key: group}, **touched(self.model))

    def remove(self, groups: Sized[Any], users: Sized[Any]) -> None:
        for some_groups, some_users in portions(groups, users):
            self.pairs(some_groups, some_users).update(**{self.group_key: None}, **touched(self.model))


def of_relation(model: type[Model], name: str) -> Membership:
    """The membership behind a relation of a group's model (`users`, `user_set`).

    It is many-to-many, from either side, or the reverse of a foreign key on the user; FieldDoesNotExist where there is
    no such relation.
    """
    meta = model._meta
    for own in meta.many_to_many:
        if own.name == name:
            return Membership(_through(own), own.m2m_field_name(), own.m2m_reverse_field_name())
    user_model = get_user_model()
    for relation in meta.related_objects:
        field: Any = relation.field
        if relation.get_accessor_name() != name:
            continue
        if relation.many_to_many:
            return Membership(_through(field), field.m2m_reverse_field_name(), field.m2m_field_name())
        if relation.one_to_many and issubclass(user_model, field.model):
            return UserColumn(user_model, field.name, user_model._meta.pk.name)
    raise FieldDoesNotExist(f"{meta.object_name} has no relation named {name!r} to many users")


def is_unique(model: type[Model], columns: set[str]) -> bool:
    """Whether a constraint without a condition keeps two rows from agreeing in these columns."""
    meta = model._meta
    together = [set(fields) for fields in meta.unique_together]
    together += [set(one.fields) for one in meta.constraints if isinstance(one, UniqueConstraint) and not one.condition]
    return columns in together


def touched(model: type[Model]) -> dict[str, Any]:
    """What an UPDATE sets besides, as `save()` would: the time of the change, where the host's model keeps it."""
    row: Any = model()
    return {name: row._meta.get_field(name).pre_save(row, add=False) for name in auto_now(row)}


def _through(field: Any) -> Any:
    return field.remote_field.through


def batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    """The items in lists of at most BATCH, sorted so that every writer takes them in one order."""
    everything = sorted(items)
    return (everything[start : start + BATCH] for start in range(0, len(everything), BATCH))


def portions(groups: Iterable[Any], users: Iterable[Any]) -> Iterator[tuple[list[Any], list[Any]]]:
    """Some of the groups with some of the users, until all have been with all."""
    return product(batches(groups), batches(users))
