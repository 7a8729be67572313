"""A multi-valued attribute in a table of the host's: one row for each element."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Exists, Model, OrderBy, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast

from ..protocol.schemas import Attribute, Target
from .cells import Cells
from .conditions import OfElement
from .many import Related
from .related import held, save
from .sources import Source

if TYPE_CHECKING:
    from .collections import Collection

Element = dict[str, Any]


class MultiValue(Related):
    """The rows that refer to the resource, by the name of the relation; each is one element.

        "phoneNumbers": MultiValue("phones", {"value": Column("number"), "type": Constant("work")})

    Of a many-to-many relation they are the rows of the table between, where a dotted name leads on:

        "entitlements": MultiValue("languages", {"value": Column("language.code")})

    A row whose element the client left out is deleted; one that still stands for the same value, or else for the same
    type, is changed. Sub-attributes that are not named are not offered.
    """

    is_own = True

    def __init__(self, relation: str, elements: Mapping[str, Source]) -> None:
        self.relation = relation
        self.declared = dict(elements)

    def __str__(self) -> str:
        return f"MultiValue {self.relation}"

    def bind(self, model: type[Model], target: Target) -> None:
        super().bind(model, target)
        self.table, self.owner = _rows_behind(model, self.relation)
        self.elements: dict[str, Source] = {}
        for name, source in self.declared.items():
            sub = target.attribute.sub(name)
            if sub is None:
                raise FieldDoesNotExist(f"{target.key} has no sub-attribute {name!r}")
            self.elements[sub.name] = copy(source)
            self.elements[sub.name].bind(self.table, Target(target.prefix, target.attribute, sub))

    def within(self, collection: Collection) -> MultiValue:
        there = copy(self)
        there.elements = {name: source.within(collection) for name, source in self.elements.items()}
        return there

    def describe(self, attribute: Attribute) -> Attribute:
        subs = [sub for sub in attribute.sub_attributes if sub.name in self.elements]
        kept = tuple(self.elements[sub.name].describe(sub) for sub in subs)
        return super().describe(replace(attribute, sub_attributes=kept))

    def any(self, collection: Collection, condition: OfElement) -> Q:
        return Q(Exists(self._rows(OuterRef("pk")).filter(condition.on(self.elements))))

    def first(self, collection: Collection, sub: Attribute | None) -> Any:
        source = self.elements.get(sub.name if sub else "value")
        if source is None:
            return Value(None, TextField())
        primary = self.elements.get("primary")
        order: list[Any] = [OrderBy(primary.expression(), descending=True, nulls_last=True)] if primary else []
        rows = self._rows(OuterRef("pk")).order_by(*order, "pk")
        return Subquery(rows.values_list(Cast(source.expression(), TextField()), flat=True)[:1])

    def fetch(self, collection: Collection, keys: Sequence[Any]) -> dict[Any, list[Element]]:
        cells = Cells(self.elements, first=1)
        rows = self.table._base_manager.filter(**{f"{self.owner}__in": keys}).order_by(self.owner, "pk")
        found: dict[Any, list[Element]] = {}
        for row in rows.values_list(f"{self.owner}_id", *cells.columns):
            if element := cells.read(row):
                found.setdefault(row[0], []).append(element)
        return found

    def of(self, instance: Model) -> list[Element]:
        cells = Cells(self.elements)
        return [element for row in self._loaded(instance).rows if (element := cells.of(row))]

    def write(self, instance: Model, value: list[Element] | None) -> None:
        loaded = self._loaded(instance)
        cells = Cells(self.elements)
        left = [(row, cells.of(row)) for row in loaded.rows]
        rows = []
        for row, element in _paired(left, value or []):
            written = self.table() if row is None else row
            before = held(written)
            for name, source in self.elements.items():
                if source.writable:
                    source.write(written, element.get(name))
            if row is None or held(row) != before:
                loaded.changed.append(written)
            rows.append(written)
        loaded.gone += [row for row, _ in left if not row._state.adding]
        loaded.rows = sorted(rows, key=lambda row: (row.pk is None, row.pk))

    def fills(self) -> list[Any]:
        return [self.table._meta.get_field(self.owner)]

    def flush(self, instance: Model) -> None:
        loaded: _Rows | None = instance.__dict__.pop(self._place, None)
        if loaded is None:
            return
        if loaded.gone:
            self.table._base_manager.filter(pk__in=[row.pk for row in loaded.gone]).delete()
        for row in loaded.changed:
            setattr(row, self.owner, instance)
            save(row)

    @property
    def _place(self) -> str:
        return f"_scim_rows_{self.target.key}"

    def _loaded(self, instance: Model) -> _Rows:
        """The rows of a resource that is being written, in the order in which they are shown."""
        if self._place not in instance.__dict__:
            rows = [] if instance._state.adding else list(self._rows(instance).order_by("pk"))
            instance.__dict__[self._place] = _Rows(rows)
        found: _Rows = instance.__dict__[self._place]
        return found

    def _rows(self, owner: Any) -> QuerySet[Model]:
        return self.table._base_manager.filter(**{self.owner: owner})


def _rows_behind(model: type[Model], name: str) -> tuple[type[Model], str]:
    """The table whose rows belong to a row of the model, and its foreign key to that; else FieldDoesNotExist."""
    relation: Any = model._meta.get_field(name)
    if relation.one_to_many:
        return relation.related_model, relation.field.name
    if relation.many_to_many and not relation.auto_created:
        return relation.remote_field.through, relation.m2m_field_name()
    raise FieldDoesNotExist(
        f"{model.__name__}.{name} is neither a relation from another table's foreign key nor a many-to-many field"
    )


@dataclass
class _Rows:
    """The rows of one resource in memory, and what is to be saved of them."""

    rows: list[Model]
    changed: list[Model] = field(default_factory=list)
    gone: list[Model] = field(default_factory=list)


ALIKE = (None, ("value", "type"), ("value",), ("type",))
"""Which row stands for an element: one that says the same, else the same of these."""


def _paired(left: list[tuple[Model, Element]], wanted: list[Element]) -> list[tuple[Model | None, Element]]:
    """Each wanted element with the row that is to hold it, taken from `left`; None where there is none."""
    rows: dict[int, Model] = {}
    for names in ALIKE:
        for number, element in enumerate(wanted):
            if number in rows:
                continue
            found = next((one for one in left if _agree(one[1], element, names)), None)
            if found is not None:
                left.remove(found)
                rows[number] = found[0]
    return [(rows.get(number), element) for number, element in enumerate(wanted)]


def _agree(one: Element, other: Element, names: tuple[str, ...] | None) -> bool:
    if names is None:
        return one == other
    return all(name in one and one[name] == other.get(name) for name in names)
