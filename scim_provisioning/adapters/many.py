"""Where a multi-valued attribute is stored: in the row, or in a table of its own.

Filtering speaks of one element at a time: `any(…)` is handed a condition and says where the sub-attributes of an
element are stored, so that one and the same element has to satisfy the whole of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Exists, Expression, F, Model, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.constants import LOOKUP_SEP
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.lookups import Exact

from ..protocol.schemas import Attribute, Target
from . import lookups, membership
from .cells import Cells
from .conditions import OfElement
from .jsonlists import AnyElement, Holds, Leaf
from .lookups import NEVER, Operand, negated
from .membership import Membership
from .sources import RECORD, Column, Constant, Source, fitting, record_of, store, stored_condition

if TYPE_CHECKING:
    from .collections import Collection


class Many:
    """One multi-valued attribute of a resource."""

    target: Target
    model: type[Model]

    writable: ClassVar[bool] = True
    depends: tuple[str, ...] = ()

    def bind(self, model: type[Model], target: Target) -> None:
        """Called once, when the adapter's attributes are read."""
        self.model = model
        self.target = target

    def any(self, collection: Collection, condition: OfElement) -> Q:
        """The resources of which one element satisfies the condition."""
        raise NotImplementedError


class InRow(Many):
    """Stored in the resource's own row (or its record's): read like a single value."""

    def columns(self, prefix: str = "") -> tuple[str | Expression, ...]:
        """What a row needs."""
        raise NotImplementedError

    def read(self, *values: Any) -> list[dict[str, Any]] | None:
        """The elements, given the columns' values."""
        raise NotImplementedError

    def values(self, instance: Model) -> tuple[Any, ...]:
        """What `columns()` would give for an instance in memory."""
        raise NotImplementedError

    def write(self, instance: Model, value: list[dict[str, Any]] | None) -> None:
        """Put the elements on the instance; in memory only."""
        raise NotImplementedError


class Related(Many):
    """Stored in a table of its own: read with one statement for a whole page."""

    writable = False

    def fetch(self, collection: Collection, keys: Sequence[Any]) -> dict[Any, list[dict[str, Any]]]:
        """The elements of each of the resources with these primary keys."""
        raise NotImplementedError


class StoredList(InRow):
    """A list that the host has no table for; it is kept in our own table and given back as it was sent."""

    def columns(self, prefix: str = "") -> tuple[str | Expression, ...]:
        return (f"{prefix}{RECORD}{LOOKUP_SEP}attributes",)

    def read(self, *values: Any) -> list[dict[str, Any]] | None:
        return values[0].get(self.target.key) if values[0] else None

    def values(self, instance: Model) -> tuple[Any, ...]:
        return (record_of(instance).attributes,)

    def write(self, instance: Model, value: list[dict[str, Any]] | None) -> None:
        store(instance, self.target.key, value or None)

    def any(self, collection: Collection, condition: OfElement) -> Q:
        return self.any_in(f"{RECORD}{LOOKUP_SEP}attributes", [self.target.key], condition)

    def any_in(self, column: str, path: list[str], condition: OfElement) -> Q:
        """The same for a list in a JSON column, at a path of keys."""
        sources = {sub.name: Element(sub) for sub in self.target.attribute.sub_attributes}
        elements: Any = column
        for key in path:
            elements = KeyTransform(key, elements)
        exact = Q(AnyElement(elements, condition.on(sources)))
        if not condition.equalities:
            return exact
        document: Any = [condition.equalities]
        for key in reversed(path):
            document = {key: document}
        return Q(Holds(column, document)) & exact


class Element(Source):
    """A sub-attribute of the JSON element at hand."""

    writable = False

    def __init__(self, attribute: Attribute) -> None:
        self.attribute = attribute

    def expression(self, prefix: str = "") -> Operand:
        return Leaf(self.attribute.name)

    def condition(self, attribute: Attribute, operator: str, value: Any, prefix: str = "") -> Q:
        return stored_condition(self.expression(), attribute, operator, value)


class SingleValue(StoredList):
    """A list of which the host has a column for one value: the primary one, else that of `type`, else the first.

    The list is shown as it was sent while it agrees with the column; where the product changed the column since,
    the column is the list.
    """

    def __init__(self, column: str, type: str = "work") -> None:
        self.column = column
        self.type = type

    def bind(self, model: type[Model], target: Target) -> None:
        super().bind(model, target)
        self.field: Any = model._meta.get_field(self.column)

    def columns(self, prefix: str = "") -> tuple[str | Expression, ...]:
        return (prefix + self.column, *super().columns(prefix))

    def values(self, instance: Model) -> tuple[Any, ...]:
        return (getattr(instance, self.column), *super().values(instance))

    def read(self, *values: Any) -> list[dict[str, Any]] | None:
        column, attributes = values
        stored = (attributes or {}).get(self.target.key)
        if stored and stored["column"] == column:
            elements: list[dict[str, Any]] = stored["elements"]
            return elements
        return [{"value": column, "type": self.type, "primary": True}] if column else None

    def write(self, instance: Model, value: list[dict[str, Any]] | None) -> None:
        column = fitting(self.field, self.chosen(value), self.target.key)
        setattr(instance, self.column, column)
        store(instance, self.target.key, {"column": column, "elements": value} if value else None)

    def chosen(self, elements: list[dict[str, Any]] | None) -> str | None:
        """The value that goes to the column."""
        if not elements:
            return None
        primary = (one for one in elements if one.get("primary"))
        typed = (one for one in elements if one.get("type", "").lower() == self.type)
        value: str | None = next(primary, next(typed, elements[0])).get("value")
        return value

    def any(self, collection: Collection, condition: OfElement) -> Q:
        """Either the stored list, where it agrees with the column, or the column as the only element.

        A value that is looked up stands in two tables, so it is looked up in two statements, each with its index.
        """
        record = f"{RECORD}{LOOKUP_SEP}attributes"
        agrees = Q(Exact(KeyTextTransform("column", KeyTransform(self.target.key, record)), F(self.column)))
        alone = {"value": Column(self.column), "type": Constant(self.type), "primary": Constant(True)}
        in_list = agrees & self.any_in(record, [self.target.key, "elements"], condition)
        in_column = lookups.present(F(self.column), textual=True) & negated(agrees) & condition.on(alone)
        if "value" not in condition.equalities:
            return in_list | in_column
        rows = self.model._base_manager.values("pk")
        return Q(pk__in=rows.filter(in_list).union(rows.filter(in_column)))


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

    def any(self, collection: Collection, condition: OfElement) -> Q:
        found = NEVER
        for groups in collection.directory.groups:
            if (at := groups.membership) is not None:
                pairs = at.table.filter(**{at.user: OuterRef("pk")})
                found |= _one_of(pairs, at.group, groups, condition)
        return found

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


def _leading(pairs: QuerySet[Model], relation: str, referenced: Collection, condition: OfElement) -> QuerySet[Model]:
    """The pairs that lead to a resource that is seen and satisfies the condition."""
    prefix = f"{relation}{LOOKUP_SEP}"
    return pairs.filter(referenced.among(prefix)).filter(condition.on(referenced.reference, prefix))


class Schemas(Many):
    """The `schemas` of a resource, worked out: the base schema, and the extensions of which it has an attribute."""

    writable = False

    def any(self, collection: Collection, condition: OfElement) -> Q:
        found = condition.on({"value": Constant(collection.resource_type.schema.id)})
        for extension in collection.resource_type.extensions:
            found |= collection.has_any(extension) & condition.on({"value": Constant(extension.id)})
        return found
