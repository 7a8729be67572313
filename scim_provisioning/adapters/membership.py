"""Who is in a group: a table of pairs, and set operations on it in SQL.

A many-to-many relation and an explicit through table, with or without a level, are the same thing here: rows that
name a group and a user. One member of a group of 100,000 is added by writing one row.
"""

from __future__ import annotations

from collections.abc import Collection as Sized
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import IntegrityError, transaction
from django.db.models import ManyToManyRel, Model, QuerySet

BATCH = 500
"""How many ids one statement carries; SQLite's oldest limit on parameters is 999."""


@dataclass(frozen=True)
class Membership:
    """The pairs of one table, at one level where it has levels."""

    model: type[Model]
    group: str
    user: str
    level_field: str | None = None
    level: str | None = None
    defaults: tuple[tuple[str, Any], ...] = ()

    def at(self, level: str | None) -> Membership:
        """The same table at that level."""
        return Membership(self.model, self.group, self.user, self.level_field, level, self.defaults)

    @property
    def table(self) -> QuerySet[Model]:
        """All pairs at this level."""
        pairs = self.model._base_manager.all()
        return pairs.filter(**{self.level_field: self.level}) if self.level_field and self.level else pairs

    def pairs(self, group: Any) -> QuerySet[Model]:
        """The pairs of one group."""
        return self.table.filter(**{self.group: group})

    def ids(self, group: Any) -> QuerySet[Any]:
        """The keys of the users in a group."""
        return self.pairs(group).values_list(f"{self.user}_id", flat=True)

    def present(self, group: Any, users: Sized[Any]) -> set[Any]:
        """Which of these users are in the group."""
        found: set[Any] = set()
        for batch in batches(users):
            found.update(self.ids(group).filter(**{f"{self.user}__in": batch}))
        return found

    def add(self, group: Any, users: Sized[Any]) -> None:
        """Put users in the group who are not in it. A row that the product made meanwhile is as good as ours."""
        try:
            with transaction.atomic(using=self.table.db):
                self._insert(group, users)
        except IntegrityError:
            self._insert(group, set(users) - self.present(group, users))

    def remove(self, group: Any, users: Sized[Any]) -> None:
        """Take users out of the group."""
        for batch in batches(users):
            self.pairs(group).filter(**{f"{self.user}__in": batch}).delete()

    def _insert(self, group: Any, users: Iterable[Any]) -> None:
        fixed = {f"{self.group}_id": group, **dict(self.defaults)}
        if self.level_field:
            fixed[self.level_field] = self.level
        rows = [self.model(**fixed, **{f"{self.user}_id": user}) for user in users]
        self.model._base_manager.bulk_create(rows, batch_size=BATCH)


def of_relation(model: type[Model], name: str) -> Membership:
    """The membership behind a many-to-many relation of a group's model, from either side (`users`, `user_set`).

    FieldDoesNotExist where there is no such relation.
    """
    meta = model._meta
    for field in meta.many_to_many:
        if field.name == name:
            return Membership(_through(field), field.m2m_field_name(), field.m2m_reverse_field_name())
    for relation in meta.related_objects:
        if isinstance(relation, ManyToManyRel) and relation.get_accessor_name() == name:
            return Membership(
                _through(relation.field), relation.field.m2m_reverse_field_name(), relation.field.m2m_field_name()
            )
    raise FieldDoesNotExist(f"{meta.object_name} has no many-to-many relation named {name!r}")


def _through(field: Any) -> Any:
    return field.remote_field.through


def batches(items: Iterable[Any], size: int = BATCH) -> Iterable[list[Any]]:
    """The items in lists of at most `size`, sorted so that every writer takes them in one order."""
    everything = sorted(items)
    return (everything[start : start + size] for start in range(0, len(everything), size))
