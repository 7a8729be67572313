"""Lists that are kept as JSON in our own table, alone or beside a column of the host's for one of the values."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Expression, F, Model, Q, TextField, Value, When
from django.db.models.constants import LOOKUP_SEP
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast
from django.db.models.lookups import Exact

from ..protocol.schemas import Attribute, Target
from . import lookups
from .columns import Column
from .conditions import OfElement
from .jsonlists import AnyElement, FirstElement, Holds, Leaf
from .lookups import Operand, negated
from .many import InRow
from .records import RECORD, record_of, store, stored_condition
from .sources import Constant, Source

if TYPE_CHECKING:
    from .collections import Collection


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

    def first(self, collection: Collection, sub: Attribute | None) -> Any:
        return self.first_in(f"{RECORD}{LOOKUP_SEP}attributes", [self.target.key], sub)

    def first_in(self, column: str, path: list[str], sub: Attribute | None) -> Any:
        """The same for a list in a JSON column, at a path of keys."""
        return FirstElement(_at(column, path), sub.name if sub else None)

    def any_in(self, column: str, path: list[str], condition: OfElement) -> Q:
        """The same for a list in a JSON column, at a path of keys."""
        subs = self.target.attribute.sub_attributes
        sources: dict[str, Source] = {sub.name: Element(sub.name) for sub in subs} or {"value": Element(None)}
        exact = Q(AnyElement(_at(column, path), condition.on(sources)))
        if not condition.equalities:
            return exact
        document: Any = [condition.equalities]
        for key in reversed(path):
            document = {key: document}
        return Q(Holds(column, document)) & exact


class Element(Source):
    """A sub-attribute of the JSON element at hand; without a name, the element itself."""

    writable = False

    def __init__(self, name: str | None) -> None:
        self.name = name

    def expression(self, prefix: str = "") -> Operand:
        return Leaf(self.name)

    def condition(self, attribute: Attribute, operator: str, value: Any, prefix: str = "") -> Q:
        return stored_condition(self.expression(), attribute, operator, value)


class SingleValue(StoredList):
    """A list of which the host has a column for one value: the primary one, else that of `type`, else the first.

    The list is shown as it was sent while it agrees with the column; where the product changed the column since,
    the column is the list.
    """

    def __init__(self, column: str, type: str = "work") -> None:
        self.column = Column(column)
        self.type = type

    def __str__(self) -> str:
        return f"SingleValue {self.column.path}"

    def bind(self, model: type[Model], target: Target) -> None:
        super().bind(model, target)
        self.column = copy(self.column)
        self.column.bind(model, Target(target.prefix, target.attribute, target.attribute.sub("value")))

    def within(self, collection: Collection) -> SingleValue:
        column = self.column.within(collection)
        if column is self.column:
            return self
        there = copy(self)
        there.column = column
        return there

    def columns(self, prefix: str = "") -> tuple[str | Expression, ...]:
        return (*self.column.columns(prefix), *super().columns(prefix))

    def values(self, instance: Model) -> tuple[Any, ...]:
        return (*self.column.values(instance), *super().values(instance))

    def read(self, *values: Any) -> list[dict[str, Any]] | None:
        column, attributes = values
        stored = (attributes or {}).get(self.target.key)
        if stored and stored["column"] == column:
            elements: list[dict[str, Any]] = stored["elements"]
            return elements
        return [{"value": column, "type": self.type, "primary": True}] if column else None

    def write(self, instance: Model, value: list[dict[str, Any]] | None) -> None:
        self.column.write(instance, self.chosen(value))
        (column,) = self.column.values(instance)
        store(instance, self.target.key, {"column": column, "elements": value} if value else None)

    def fills(self) -> list[Any]:
        return self.column.fills()

    def chosen(self, elements: list[dict[str, Any]] | None) -> str | None:
        """The value that goes to the column."""
        if not elements:
            return None
        primary = (one for one in elements if one.get("primary"))
        typed = (one for one in elements if one.get("type", "").lower() == self.type)
        value: str | None = next(primary, next(typed, elements[0])).get("value")
        return value

    record = f"{RECORD}{LOOKUP_SEP}attributes"

    @property
    def agrees(self) -> Q:
        """The condition that the stored list is what the column was filled from."""
        return Q(Exact(KeyTextTransform("column", KeyTransform(self.target.key, self.record)), F(self.column.name)))

    @property
    def alone(self) -> dict[str, Source]:
        """Where the only element stands when the list does not count."""
        return {"value": self.column, "type": Constant(self.type), "primary": Constant(True)}

    def first(self, collection: Collection, sub: Attribute | None) -> Any:
        name = sub.name if sub else "value"
        column = self.alone[name].expression() if name in self.alone else Value(None, TextField())
        in_list = self.first_in(self.record, [self.target.key, "elements"], sub)
        in_column = Case(When(lookups.present(self.column.expression(), textual=True), then=Cast(column, TextField())))
        return Case(When(self.agrees, then=in_list), default=in_column, output_field=TextField())

    def any(self, collection: Collection, condition: OfElement) -> Q:
        """Either the stored list, where it agrees with the column, or the column as the only element.

        A value that is looked up stands in two tables, so it is looked up in two statements, each with its index.
        """
        in_list = self.agrees & self.any_in(self.record, [self.target.key, "elements"], condition)
        filled = lookups.present(self.column.expression(), textual=True)
        in_column = filled & negated(self.agrees) & condition.on(self.alone)
        if "value" not in condition.equalities:
            return in_list | in_column
        rows = self.model._base_manager.values("pk")
        return Q(pk__in=rows.filter(in_list).union(rows.filter(in_column)))


def _at(column: str, path: list[str]) -> Any:
    """What stands in a JSON column at a path of keys."""
    value: Any = column
    for key in path:
        value = KeyTransform(key, value)
    return value
