"""References from one resource to others: the members of a group, the groups of a user."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce

from ..protocol.schemas import Attribute, Target
from .cells import Cells
from .conditions import OfElement
from .levels import of_levels
from .lookups import NEVER
from .many import Related
from .membership import Membership, of_relation
from .sources import Constant

if TYPE_CHECKING:
    from .collections import Collection


class Members(Related):
    """The users of a group.

    In a relation of the group's model, many-to-many or the reverse of a foreign key on the user (`Members("users")`);
    in a table that names both (`Members(through=ProjectAccess, group="project", user="user", level="level")`), where
    `defaults` are values for further columns; or in a storage of the host's own (`Members(membership=…)`).
    """

    def __init__(
        self,
        relation: str | None = None,
        *,
        through: type[Model] | None = None,
        group: str = "group",
        user: str = "user",
        level: str | None = None,
        defaults: Mapping[str, Any] | None = None,
        membership: Membership | None = None,
    ) -> None:
        self.relation = relation
        if through is not None:
            membership = Membership(through, group, user, level, defaults or {})
        self._membership = membership

    def __str__(self) -> str:
        return f"Members {self.relation or f'through {self.membership.model.__name__}'}"

    def bind(self, model: type[Model], target: Target) -> None:
        super().bind(model, target)
        if self.relation is not None:
            self._membership = of_relation(model, self.relation)

    def bind_level(self, kind: str, levels: tuple[str, ...], level: str | None) -> None:
        """Called once, after `bind`: whose members they are."""
        self._membership = of_levels(self.membership).at(kind, levels, level)

    @property
    def membership(self) -> Membership:
        """Where they are stored."""
        if self._membership is None:
            raise TypeError("Members is not bound yet")
        return self._membership

    def fills(self) -> list[Any]:
        return [self.membership.model._meta.get_field(self.membership.group)]

    def any(self, collection: Collection, condition: OfElement) -> Q:
        users, at = collection.directory.users, self.membership
        pairs = at.table.filter(**{at.group_key: OuterRef("pk")})
        return _one_of(pairs, at.user_prefix, users, condition)

    def first(self, collection: Collection, sub: Attribute | None) -> Any:
        users, at = collection.directory.users, self.membership
        pairs = at.table.filter(**{at.group_key: OuterRef("pk")}).order_by(at.user_key)
        return _first_of(pairs, at.user_prefix, users, sub)

    def ids(self, collection: Collection, group: Any) -> list[str]:
        """The SCIM ids of a group's members, in the order in which they are shown."""
        users, at = collection.directory.users, self.membership
        cells = Cells({"value": users.identifier}, at.user_prefix)
        pairs = at.table.filter(users.among(at.user_prefix), **{at.group_key: group}).order_by(at.user_key)
        return [cells.read(row)["value"] for row in pairs.values_list(*cells.columns)]

    def picked(self, collection: Collection, group: Any, condition: OfElement) -> QuerySet[Any]:
        """The primary keys of a group's members who satisfy the condition."""
        users, at = collection.directory.users, self.membership
        pairs = _leading(at.table.filter(**{at.group_key: group}), at.user_prefix, users, condition)
        return pairs.values_list(at.user_key, flat=True)

    def fetch(self, collection: Collection, keys: Sequence[Any]) -> dict[Any, list[dict[str, Any]]]:
        users, at = collection.directory.users, self.membership
        cells = Cells(users.reference, at.user_prefix, first=1)
        pairs = at.table.filter(users.among(at.user_prefix), **{f"{at.group_key}__in": keys})
        found: dict[Any, list[dict[str, Any]]] = {}
        for row in pairs.order_by(at.group_key, at.user_key).values_list(at.group_key, *cells.columns):
            found.setdefault(row[0], []).append(cells.read(row))
        return found


class Groups(Related):
    """The groups of a user, of all kinds and levels.

    They are shown only, unless they are `writable`: then a user's own document decides them too.
    """

    def __init__(self, *, writable: bool = False) -> None:
        self.writable = writable

    def describe(self, attribute: Attribute) -> Attribute:
        """Where they can be written, a client names a Group by its id, or by its display where that says which."""
        if not self.writable:
            return super().describe(attribute)
        subs = (
            replace(sub, mutability="immutable") if sub.name in ("value", "display") else sub
            for sub in attribute.sub_attributes
        )
        return replace(
            attribute,
            description="The Groups that the user belongs to.",
            mutability="readWrite",
            sub_attributes=tuple(subs),
        )

    def any(self, collection: Collection, condition: OfElement) -> Q:
        found = NEVER
        for groups in collection.directory.groups:
            if (at := groups.membership) is not None:
                pairs = at.table.filter(**{at.user_key: OuterRef("pk")})
                found |= _one_of(pairs, at.group_prefix, groups, condition)
        return found

    def first(self, collection: Collection, sub: Attribute | None) -> Any:
        found = [
            _first_of(pairs.order_by(at.group_key), at.group_prefix, groups, sub)
            for groups in collection.directory.groups
            if (at := groups.membership) is not None
            for pairs in [at.table.filter(**{at.user_key: OuterRef("pk")})]
        ]
        return Coalesce(*found, Value(None, TextField()), output_field=TextField())

    def fetch(self, collection: Collection, keys: Sequence[Any]) -> dict[Any, list[dict[str, Any]]]:
        """In the order of /Groups; one statement for each table of members, which levels share where they can."""
        tables: dict[Membership, list[Collection]] = {}
        for groups in collection.directory.groups:
            if groups.membership is not None:
                tables.setdefault(groups.membership.whole, []).append(groups)
        found: dict[Any, list[dict[str, Any]]] = {}
        for table, levels in tables.items():
            by_level = {groups.level: Cells(groups.reference, table.group_prefix, first=2) for groups in levels}
            pairs = table.table.filter(levels[0].among(table.group_prefix), **{f"{table.user_key}__in": keys})
            rows = pairs.order_by(table.user_key, table.group_key, "pk").values_list(
                table.user_key, table.level_read, *by_level[levels[0].level].columns
            )
            place = list(by_level).index
            for row in sorted((row for row in rows if row[1] in by_level), key=lambda row: place(row[1])):
                found.setdefault(row[0], []).append(by_level[row[1]].read(row))
        return found


def _one_of(pairs: QuerySet[Model], prefix: str, referenced: Collection, condition: OfElement) -> Q:
    """The condition that one of the pairs leads, by `prefix`, to a resource that satisfies the condition."""
    return Q(Exists(_leading(pairs, prefix, referenced, condition)))


def _first_of(pairs: QuerySet[Model], prefix: str, referenced: Collection, sub: Attribute | None) -> Any:
    """That sub-attribute of the first resource that the pairs lead to."""
    source = referenced.reference.get(sub.name if sub else "value", Constant(""))
    shown = pairs.filter(referenced.among(prefix))
    return Subquery(shown.values_list(source.expression(prefix), flat=True)[:1], output_field=TextField())


def _leading(pairs: QuerySet[Model], prefix: str, referenced: Collection, condition: OfElement) -> QuerySet[Model]:
    """The pairs that lead to a resource that is seen and satisfies the condition."""
    return pairs.filter(referenced.among(prefix)).filter(condition.on(referenced.reference, prefix))
