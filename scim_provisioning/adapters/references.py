"""References from one resource to others: the members of a group, the groups of a user."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.constants import LOOKUP_SEP
from django.db.models.functions import Coalesce

from ..protocol.schemas import Attribute, Target
from . import membership
from .cells import Cells
from .conditions import OfElement
from .lookups import NEVER
from .many import Related
from .membership import Membership
from .sources import Constant

if TYPE_CHECKING:
    from .collections import Collection


class Members(Related):
    """The users of a group.

    In a many-to-many relation (`Members("users")`), or in a table that names both (`Members(through=ProjectAccess,
    group="project", user="user", level="level")`). `defaults` are values for further columns of that table.
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
    ) -> None:
        self.relation = relation
        self._membership: Membership | None = None
        if through is not None:
            self._membership = Membership(through, group, user, level, None, tuple((defaults or {}).items()))

    def bind(self, model: type[Model], target: Target) -> None:
        super().bind(model, target)
        if self.relation is not None:
            self._membership = membership.of_relation(model, self.relation)

    @property
    def membership(self) -> Membership:
        """The table behind, at no level in particular."""
        if self._membership is None:
            raise TypeError("Members is not bound yet")
        return self._membership

    def any(self, collection: Collection, condition: OfElement) -> Q:
        at = self.membership.at(collection.level)
        pairs = at.table.filter(**{at.group: OuterRef("pk")})
        return _one_of(pairs, at.user, collection.directory.users, condition)

    def first(self, collection: Collection, sub: Attribute | None) -> Any:
        at = self.membership.at(collection.level)
        pairs = at.table.filter(**{at.group: OuterRef("pk")})
        return _first_of(pairs, at.user, collection.directory.users, sub)

    def ids(self, collection: Collection, group: Any) -> list[str]:
        """The SCIM ids of a group's members, in the order in which they are shown."""
        users = collection.directory.users
        at = self.membership.at(collection.level)
        prefix = f"{at.user}{LOOKUP_SEP}"
        cells = Cells({"value": users.identifier}, prefix)
        pairs = at.pairs(group).filter(users.among(prefix)).order_by(at.user)
        return [cells.read(row)["value"] for row in pairs.values_list(*cells.columns)]

    def picked(self, collection: Collection, group: Any, condition: OfElement) -> QuerySet[Any]:
        """The primary keys of a group's members who satisfy the condition."""
        at = self.membership.at(collection.level)
        pairs = _leading(at.pairs(group), at.user, collection.directory.users, condition)
        return pairs.values_list(f"{at.user}_id", flat=True)

    def fetch(self, collection: Collection, keys: Sequence[Any]) -> dict[Any, list[dict[str, Any]]]:
        users = collection.directory.users
        at = self.membership.at(collection.level)
        prefix = f"{at.user}{LOOKUP_SEP}"
        cells = Cells(users.reference, prefix, first=1)
        pairs = at.table.filter(users.among(prefix), **{f"{at.group}__in": keys}).order_by(at.group, at.user)
        found: dict[Any, list[dict[str, Any]]] = {}
        for row in pairs.values_list(f"{at.group}_id", *cells.columns):
            found.setdefault(row[0], []).append(cells.read(row))
        return found


class Groups(Related):
    """The groups of a user, of all kinds and levels."""

    writable = False

    def any(self, collection: Collection, condition: OfElement) -> Q:
        found = NEVER
        for groups in collection.directory.groups:
            if (at := groups.membership) is not None:
                pairs = at.table.filter(**{at.user: OuterRef("pk")})
                found |= _one_of(pairs, at.group, groups, condition)
        return found

    def first(self, collection: Collection, sub: Attribute | None) -> Any:
        found = [
            _first_of(at.table.filter(**{at.user: OuterRef("pk")}), at.group, groups, sub)
            for groups in collection.directory.groups
            if (at := groups.membership) is not None
        ]
        return Coalesce(*found, Value(None, TextField()), output_field=TextField())

    def fetch(self, collection: Collection, keys: Sequence[Any]) -> dict[Any, list[dict[str, Any]]]:
        """One statement for each table of members; the levels of a group share theirs."""
        tables: dict[Membership, list[Collection]] = {}
        for groups in collection.directory.groups:
            if groups.membership is not None:
                tables.setdefault(groups.membership.at(None), []).append(groups)
        found: dict[Any, list[dict[str, Any]]] = {}
        for table, levels in tables.items():
            prefix = f"{table.group}{LOOKUP_SEP}"
            by_level = {groups.level: Cells(groups.reference, prefix, first=2) for groups in levels}
            level = F(table.level_field) if table.level_field else Value(None, TextField())
            pairs = table.table.filter(levels[0].among(prefix), **{f"{table.user}__in": keys})
            rows = pairs.order_by(table.user, table.group).values_list(
                f"{table.user}_id", level, *by_level[levels[0].level].columns
            )
            for row in rows:
                if row[1] in by_level:
                    found.setdefault(row[0], []).append(by_level[row[1]].read(row))
        return found


def _one_of(pairs: QuerySet[Model], relation: str, referenced: Collection, condition: OfElement) -> Q:
    """The condition that one of the pairs leads, by `relation`, to a resource that satisfies the condition."""
    return Q(Exists(_leading(pairs, relation, referenced, condition)))


def _first_of(pairs: QuerySet[Model], relation: str, referenced: Collection, sub: Attribute | None) -> Any:
    """That sub-attribute of the first resource that the pairs lead to."""
    prefix = f"{relation}{LOOKUP_SEP}"
    source = referenced.reference.get(sub.name if sub else "value", Constant(""))
    shown = pairs.filter(referenced.among(prefix)).order_by(relation)
    return Subquery(shown.values_list(source.expression(prefix), flat=True)[:1], output_field=TextField())


def _leading(pairs: QuerySet[Model], relation: str, referenced: Collection, condition: OfElement) -> QuerySet[Model]:
    """The pairs that lead to a resource that is seen and satisfies the condition."""
    prefix = f"{relation}{LOOKUP_SEP}"
    return pairs.filter(referenced.among(prefix)).filter(condition.on(referenced.reference, prefix))
