"""A single-valued attribute in a column of the host's: in the resource's own row, or in one that it refers to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.validators import BaseValidator, DecimalValidator
from django.db.models import BooleanField, Case, CharField, F, Field, Model, Q, TextField, Value, When
from django.db.models.constants import LOOKUP_SEP

from ..models import Connection
from ..protocol.errors import InvalidValue
from ..protocol.schemas import Attribute, Target
from . import lookups
from .lookups import NEVER, TEXTUAL, AsText, Operand
from .related import Hop, hops, row_of, row_to_write
from .sources import Source, plain, value_of

if TYPE_CHECKING:
    from .collections import Collection


class Column(Source):
    """A column of the host's model. `prepare` normalises what is written and what is looked up.

    A dotted name leads to another model. `employee.cost_centre`, by a one-to-one relation, stands in a row of the
    user's own: it is written there, and the row is made where there is none. `department.name`, by a foreign key,
    stands in a row that others share: writing it picks the row of that name (`pick`), and changes none.
    """

    connection: Connection

    def __init__(self, name: str, prepare: Callable[[str], str] | None = None, *, writable: bool = True) -> None:
        self.path = name
        self.name = name.replace(".", LOOKUP_SEP)
        self.prepare = prepare
        self.writable = writable

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.path}"

    def bind(self, model: type[Model], target: Target) -> None:
        super().bind(model, target)
        *relations, name = self.path.split(".")
        self.hops: list[Hop] = hops(model, relations)
        owner = self.hops[-1].model if self.hops else model
        self.field: Field[Any, Any] = owner._meta.get_field(name)  # type: ignore[assignment]
        if self.field.is_relation:
            raise FieldDoesNotExist(f"{owner.__name__}.{name} is a relation; go on to a column: {self.path}.<column>")

    def within(self, collection: Collection) -> Column:
        if not (self.hops and self.hops[-1].is_shared):
            return self
        there = copy(self)
        there.connection = collection.adapter.connection
        return there

    @property
    def is_unique(self) -> bool:
        """Whether one resource alone can have a value; many may refer to a shared row, whatever is unique there."""
        return bool(self.field.unique) and not (self.hops and self.hops[-1].is_shared)

    @property
    def is_text(self) -> bool:
        """Whether the database has it as text."""
        return isinstance(self.field, (CharField, TextField))

    def columns(self, prefix: str = "") -> tuple[Any, ...]:
        return (prefix + self.name,)

    def read(self, *values: Any) -> Any:
        value = plain(values[0])
        return str(value) if isinstance(value, (int, float)) and self.target.leaf.type in TEXTUAL else value

    def values(self, instance: Model) -> tuple[Any, ...]:
        row = row_of(instance, self.hops)
        return (None if row is None else getattr(row, self.field.attname),)

    def expression(self, prefix: str = "") -> Operand:
        column = F(prefix + self.name)
        return column if self.is_text or self.target.leaf.type not in TEXTUAL else AsText(column, self.field)

    def condition(self, attribute: Attribute, operator: str, value: Any, prefix: str = "") -> Q:
        if self.prepare and isinstance(value, str):
            value = self.prepare(value)
        if operator != "eq" or self.is_text or not isinstance(value, str):
            return super().condition(attribute, operator, value, prefix)
        exact = value_of(self.field, value, fold=not attribute.case_exact)
        return NEVER if exact is None else Q(**{prefix + self.name: exact})

    def write(self, instance: Model, value: Any) -> None:
        if self.prepare and isinstance(value, str):
            value = self.prepare(value)
        self.put(instance, value)

    def put(self, instance: Model, value: Any) -> None:
        """Have the column hold a value that is the host's own."""
        if self.hops and self.hops[-1].is_shared:
            *owned, last = self.hops
            shared = None if value is None else self.pick(value)
            if shared is None and not last.field.null:
                raise InvalidValue(f"{self.target.key} must have a value; it cannot be removed.")
            setattr(row_to_write(instance, owned, last.field.attname), last.name, shared)
        elif value is not None or row_of(instance, self.hops) is not None:
            row = row_to_write(instance, self.hops, self.field.attname)
            setattr(row, self.field.attname, fitting(self.field, value, self.target.key))

    def fills(self) -> list[Any]:
        return [self.hops[-1].field if self.hops and self.hops[-1].is_shared else self.field]

    def pick(self, value: Any) -> Model:
        """The shared row for a value; InvalidValue where there is none.

        Override it to look in `self.connection.tenant` only, or to make the row.
        """
        rows = self.hops[-1].model._base_manager
        same = lookups.compare(F(self.field.name), self.target.leaf, "eq", value)
        if (row := rows.filter(same).order_by("pk").first()) is not None:
            return row
        raise InvalidValue(f"{self.target.key}: there is no {self.hops[-1].model._meta.verbose_name} {value!r}.")


class Choice(Column):
    """A column of codes, which SCIM shows as other values: `Choice("kind", {"E": "Employee", "C": "Contractor"})`.

    The values may be booleans (`"active": Choice("status", {"A": True, "S": False, "X": False})`); of several codes for
    one value the first is written. A code that is not listed is shown as it is, or for booleans not at all.
    """

    def __init__(self, name: str, values: Mapping[Any, str | bool], *, writable: bool = True) -> None:
        super().__init__(name, writable=writable)
        self.shown = dict(values)

    def describe(self, attribute: Attribute) -> Attribute:
        texts = dict.fromkeys(value for value in self.shown.values() if isinstance(value, str))
        return super().describe(replace(attribute, canonical_values=tuple(texts)))

    def read(self, *values: Any) -> Any:
        (code,) = values
        if code in self.shown:
            return self.shown[code]
        return super().read(code) if self.target.leaf.type in TEXTUAL else None

    def expression(self, prefix: str = "") -> Operand:
        shown = [When(**{prefix + self.name: code}, then=Value(value)) for code, value in self.shown.items()]
        if self.target.leaf.type in TEXTUAL:
            return Case(*shown, default=AsText(F(prefix + self.name), self.field), output_field=TextField())
        return Case(*shown, default=None, output_field=BooleanField())

    def condition(self, attribute: Attribute, operator: str, value: Any, prefix: str = "") -> Q:
        """Equality is asked of the codes, so that their index serves."""
        codes = self._codes(value) if operator == "eq" else []
        if codes:
            return Q(**{f"{prefix}{self.name}__in": codes})
        return lookups.compare(self.expression(prefix), attribute, operator, value)

    def write(self, instance: Model, value: Any) -> None:
        codes = [None] if value is None else self._codes(value)
        if not codes:
            allowed = ", ".join(dict.fromkeys(map(str, self.shown.values())))
            raise InvalidValue(f"{self.target.key} is one of: {allowed}; not {value!r}.")
        self.put(instance, codes[0])

    def _codes(self, value: Any) -> list[Any]:
        exact = self.target.leaf.case_exact
        return [code for code, shown in self.shown.items() if _alike(shown, exact) == _alike(value, exact)]


def _alike(value: Any, exact: bool) -> Any:
    return value.lower() if isinstance(value, str) and not exact else value


LIMITS = (BaseValidator, DecimalValidator)
"""What the database would refuse. Other validators of a form (which letters a login name may have) are not asked."""


def fitting(field: Any, value: Any, key: str) -> Any:
    """The value as the column can hold it, or InvalidValue with the column's limit."""
    if value is None:
        return _nothing(field, key)
    if field.max_length is not None and isinstance(value, str) and len(value) > field.max_length:
        raise InvalidValue(f"{key} holds at most {field.max_length} characters; this value has {len(value)}.")
    try:
        held = field.to_python(value)
        for validator in field.validators:
            if isinstance(validator, LIMITS):
                validator(held)
    except ValidationError as error:
        raise InvalidValue(f"{key}: {' '.join(error.messages)}") from None
    if field.choices and held not in [choice for choice, _ in field.flatchoices]:
        allowed = ", ".join(str(choice) for choice, _ in field.flatchoices)
        raise InvalidValue(f"{key} is one of: {allowed}; not {value!r}.")
    return held


def _nothing(field: Any, key: str) -> Any:
    """What the column holds where there is no value."""
    if field.empty_strings_allowed:
        if field.null and field.unique:
            return None
        return field.get_default() if field.has_default() and not field.null else ""
    if field.null:
        return None
    if field.has_default():
        return field.get_default()
    raise InvalidValue(f"{key} must have a value; it cannot be removed.")
