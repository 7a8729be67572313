"""Sources in our own tables: what SCIM knows of a resource beyond the host's columns."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from django.db.models import DecimalField, Expression, F, Model, OuterRef, Q, Subquery, TextField, Value
from django.db.models.constants import LOOKUP_SEP
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Concat, Trim
from django.db.models.lookups import In

from ..models import GroupRecord
from ..protocol.schemas import Attribute, Target
from . import lookups
from .columns import fitting
from .jsonlists import Holds
from .lookups import Operand
from .sources import Identifier, Source, followed, plain

if TYPE_CHECKING:
    from .collections import Collection

RECORD = "scim_record"
"""The relation from a user to what SCIM knows of it."""


class Stored(Source):
    """An attribute that the host has no column for; it is kept in our own table and given back as it was sent."""

    def bind(self, model: type[Model], target: Target) -> None:
        super().bind(model, target)
        self.key = target.key

    def columns(self, prefix: str = "") -> tuple[str | Expression, ...]:
        return (f"{prefix}{RECORD}{LOOKUP_SEP}attributes",)

    def read(self, *values: Any) -> Any:
        return values[0].get(self.key) if values[0] else None

    def values(self, instance: Model) -> tuple[Any, ...]:
        return (record_of(instance).attributes,)

    def expression(self, prefix: str = "") -> Operand:
        return typed(self.text(prefix), self.target.leaf)

    def text(self, prefix: str) -> Operand:
        """What stands in the JSON, as text."""
        return KeyTextTransform(self.key, f"{prefix}{RECORD}{LOOKUP_SEP}attributes")

    def condition(self, attribute: Attribute, operator: str, value: Any, prefix: str = "") -> Q:
        exact = stored_condition(self.text(prefix), attribute, operator, value)
        if operator != "eq" or not isinstance(value, str):
            return exact
        return Q(Holds(f"{prefix}{RECORD}{LOOKUP_SEP}attributes", {self.key: value})) & exact

    def write(self, instance: Model, value: Any) -> None:
        store(instance, self.key, value)


class FullName(Stored):
    """Stored, and the given and family name while nothing is stored; these may have dotted names, as in `Column`."""

    depends: tuple[str, ...] = ("name.givenName", "name.familyName")

    def __init__(self, given: str = "first_name", family: str = "last_name", *, drops: bool = True) -> None:
        self.names = tuple(name.replace(".", LOOKUP_SEP) for name in (given, family))
        if not drops:
            self.depends = ()

    def __str__(self) -> str:
        return f"FullName {', '.join(self.names)}"

    def columns(self, prefix: str = "") -> tuple[str | Expression, ...]:
        return (*super().columns(prefix), *(prefix + name for name in self.names))

    def read(self, *values: Any) -> Any:
        return super().read(values[0]) or " ".join(filter(None, values[1:])).strip(" ") or None

    def values(self, instance: Model) -> tuple[Any, ...]:
        return (*super().values(instance), *(followed(instance, name.split(LOOKUP_SEP)) for name in self.names))

    def fills(self) -> list[Any]:
        """None: the names are only read."""
        return []

    def expression(self, prefix: str = "") -> Operand:
        given, family = (prefix + name for name in self.names)
        full = lookups.or_null(Trim(Concat(given, Value(" "), family)))
        return Coalesce(super().expression(prefix), full, output_field=TextField())

    def condition(self, attribute: Attribute, operator: str, value: Any, prefix: str = "") -> Q:
        return lookups.compare(self.expression(prefix), attribute, operator, value)


class Record(Source):
    """A column of our own record of the resource."""

    def __init__(self, name: str, *, writable: bool = False) -> None:
        self.name = name
        self.writable = writable

    def __str__(self) -> str:
        return f"Record {self.name}"

    def columns(self, prefix: str = "") -> tuple[str | Expression, ...]:
        return (f"{prefix}{RECORD}{LOOKUP_SEP}{self.name}",)

    def read(self, *values: Any) -> Any:
        return plain(values[0])

    def values(self, instance: Model) -> tuple[Any, ...]:
        record = record_of(instance)
        return (None,) if record._state.adding and not self.writable else (getattr(record, self.name),)

    def expression(self, prefix: str = "") -> Operand:
        return F(f"{prefix}{RECORD}{LOOKUP_SEP}{self.name}")

    def write(self, instance: Model, value: Any) -> None:
        record = record_of(instance)
        setattr(record, self.name, fitting(record._meta.get_field(self.name), value, self.target.key))


class RecordOfGroup(Record):
    """The same for a group, whose record is found by the group's SCIM id and not by a relation."""

    def __init__(self, name: str, identifier: Identifier, *, writable: bool = False) -> None:
        super().__init__(name, writable=writable)
        self.identifier = identifier

    def within(self, collection: Collection) -> RecordOfGroup:
        tenant = collection.adapter.connection.tenant
        if not tenant:
            return self
        there = copy(self)
        there.identifier = Identifier(
            self.identifier.field, f"{tenant}/{self.identifier.before}", self.identifier.behind
        )
        return there

    def columns(self, prefix: str = "") -> tuple[str | Expression, ...]:
        return (self.expression(prefix),)  # type: ignore[return-value]

    def expression(self, prefix: str = "") -> Operand:
        group = self.identifier.expression(prefix, reference=OuterRef)
        return Subquery(GroupRecord.objects.filter(group=group).values(self.name)[:1])

    def condition(self, attribute: Attribute, operator: str, value: Any, prefix: str = "") -> Q:
        """The records are looked up first: that way the index on them serves."""
        if operator == "pr":
            return super().condition(attribute, operator, value, prefix)
        found = lookups.compare(F(self.name), attribute, operator, value)
        keys = map(self.identifier.key, GroupRecord.objects.filter(found).values_list("group", flat=True))
        return Q(**{f"{prefix}{self.identifier.name}__in": [key for key in keys if key is not None]})


def typed(text: Operand, attribute: Attribute) -> Operand:
    """A leaf of our JSON, which the databases give as text, so that it sorts as its type does."""
    numeric = attribute.type in ("integer", "decimal")
    return Cast(text, DecimalField(max_digits=40, decimal_places=12)) if numeric else text


def stored_condition(text: Operand, attribute: Attribute, operator: str, value: Any) -> Q:
    """A comparison with a leaf of our JSON."""
    if operator == "pr":
        return lookups.present(text, textual=True)
    match attribute.type:
        case "boolean":
            return Q(In(text, ("true", "1") if value else ("false", "0")))
        case "dateTime":
            return lookups.text(text, operator, plain(value), fold=False)
    return lookups.compare(typed(text, attribute), attribute, operator, value)


def store(instance: Model, key: str, value: Any) -> None:
    """Keep a value under a key of the record's JSON, or drop the key; a new dict, so that the change shows."""
    record = record_of(instance)
    kept = {old: kept for old, kept in record.attributes.items() if old != key}
    record.attributes = kept if value is None else {**kept, key: value}


def record_of(instance: Model) -> Any:
    """Our record of a user or group that is being written; `Collection.attach_record` put it there."""
    return instance.__dict__["_scim_record"]
