"""Where one single-valued attribute is stored.

A source speaks in columns: which ones a row needs and how its value is read from them, an expression that filters
and sorts, and how a value is written to an instance. Documents, filters, PATCH and /Schemas all derive from these.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import (
    BooleanField,
    Expression,
    F,
    Field,
    Model,
    Q,
    TextField,
    UniqueConstraint,
    Value,
)
from django.db.models.functions import Cast, Concat, Lower

from ..protocol.datetimes import written
from ..protocol.errors import InvalidValue
from ..protocol.schemas import Attribute, Target
from . import lookups
from .lookups import NEVER, Operand


class Source:
    """One single-valued attribute of a resource. `target` is set when the source is bound to an adapter's attribute."""

    target: Target
    model: type[Model]

    writable: ClassVar[bool] = True
    depends: tuple[str, ...] = ()
    """Attributes whose change drops what is stored here, unless the same request sends it."""

    def bind(self, model: type[Model], target: Target) -> None:
        """Called once, when the adapter's attributes are read; looks up what can be looked up then."""
        self.model = model
        self.target = target

    def columns(self, prefix: str = "") -> tuple[str | Expression, ...]:
        """What a row needs, with `prefix` before each (the relation that leads to the model)."""
        raise NotImplementedError

    def read(self, *values: Any) -> Any:
        """The attribute's value, given the columns'; None where there is none."""
        return values[0]

    def values(self, instance: Model) -> tuple[Any, ...]:
        """What `columns()` would give for an instance in memory."""
        raise NotImplementedError

    def expression(self, prefix: str = "") -> Operand:
        """What filters and sorts."""
        raise NotImplementedError

    def condition(self, attribute: Attribute, operator: str, value: Any, prefix: str = "") -> Q:
        """The rows whose value stands in that relation to `value`; `pr` has none."""
        return lookups.compare(self.expression(prefix), attribute, operator, value)

    def write(self, instance: Model, value: Any) -> None:
        """Put a value, or None, on the instance; in memory only. InvalidValue where the column can't hold it."""
        raise NotImplementedError


class Column(Source):
    """A column of the host's model. `prepare` normalises what is written and what is looked up."""

    def __init__(self, name: str, prepare: Callable[[str], str] | None = None) -> None:
        self.name = name
        self.prepare = prepare

    def bind(self, model: type[Model], target: Target) -> None:
        super().bind(model, target)
        self.field: Field[Any, Any] = model._meta.get_field(self.name)  # type: ignore[assignment]

    @property
    def is_unique_in_any_case(self) -> bool:
        """Whether a constraint on Lower(column) keeps values apart that differ only in case."""
        wanted = (Lower(self.name),)
        constraints = self.model._meta.constraints
        return any(isinstance(one, UniqueConstraint) and tuple(one.expressions) == wanted for one in constraints)

    def columns(self, prefix: str = "") -> tuple[str | Expression, ...]:
        return (prefix + self.name,)

    def read(self, *values: Any) -> Any:
        return plain(values[0])

    def values(self, instance: Model) -> tuple[Any, ...]:
        return (getattr(instance, self.name),)

    def expression(self, prefix: str = "") -> Operand:
        return F(prefix + self.name)

    def condition(self, attribute: Attribute, operator: str, value: Any, prefix: str = "") -> Q:
        if self.prepare and isinstance(value, str):
            value = self.prepare(value)
        return super().condition(attribute, operator, value, prefix)

    def write(self, instance: Model, value: Any) -> None:
        if isinstance(value, str) and self.prepare:
            value = self.prepare(value)
        setattr(instance, self.name, fitting(self.field, value, self.target.key))


class Identifier(Source):
    """A text around a key: the SCIM id (`project-12-full`), or the address of the resource."""

    writable = False

    def __init__(self, field: Field[Any, Any], before: str = "", behind: str = "") -> None:
        self.field = field
        self.name = field.name
        self.before = before
        self.behind = behind

    def text(self, key: Any) -> str:
        """The identifier of the row with that key."""
        return f"{self.before}{key}{self.behind}"

    def key(self, text: str) -> Any | None:
        """The key in an identifier; None unless the text is the very one that we would write (no `010`, no `+10`)."""
        if not (text.startswith(self.before) and text.endswith(self.behind)):
            return None
        inner = text[len(self.before) : len(text) - len(self.behind)]
        try:
            key = self.field.to_python(inner)
            self.field.run_validators(key)
        except ValidationError:
            return None
        return key if str(key) == inner else None

    def columns(self, prefix: str = "") -> tuple[str | Expression, ...]:
        return (prefix + self.name,)

    def read(self, *values: Any) -> Any:
        return self.text(values[0])

    def values(self, instance: Model) -> tuple[Any, ...]:
        return (getattr(instance, self.name),)

    def expression(self, prefix: str = "", reference: Callable[[str], Any] = F) -> Operand:
        key = Cast(reference(prefix + self.name), TextField())
        return Concat(Value(self.before), key, Value(self.behind), output_field=TextField())

    def condition(self, attribute: Attribute, operator: str, value: Any, prefix: str = "") -> Q:
        if operator != "eq":
            return super().condition(attribute, operator, value, prefix)
        key = self.key(value)
        return NEVER if key is None else Q(**{prefix + self.name: key})


class Constant(Source):
    """A value that all resources have in common."""

    writable = False

    def __init__(self, value: str | bool) -> None:
        self.value = value

    def columns(self, prefix: str = "") -> tuple[str | Expression, ...]:
        return ()

    def read(self, *values: Any) -> Any:
        return self.value

    def values(self, instance: Model) -> tuple[Any, ...]:
        return ()

    def expression(self, prefix: str = "") -> Operand:
        return Value(self.value, BooleanField() if isinstance(self.value, bool) else TextField())


class Suffixed(Source):
    """Another source's text with a fixed text behind it: the level in a group's display name."""

    writable = False

    def __init__(self, source: Source, suffix: str) -> None:
        self.source = source
        self.suffix = suffix
        self.bind(source.model, source.target)

    def columns(self, prefix: str = "") -> tuple[str | Expression, ...]:
        return self.source.columns(prefix)

    def read(self, *values: Any) -> Any:
        return f"{self.source.read(*values)}{self.suffix}"

    def values(self, instance: Model) -> tuple[Any, ...]:
        return self.source.values(instance)

    def expression(self, prefix: str = "") -> Operand:
        return Concat(self.source.expression(prefix), Value(self.suffix), output_field=TextField())

    def condition(self, attribute: Attribute, operator: str, value: Any, prefix: str = "") -> Q:
        """Equality is asked of the bare text, so that its index serves."""
        if operator != "eq":
            return super().condition(attribute, operator, value, prefix)
        bare = value[: -len(self.suffix)]
        if not bare or value[-len(self.suffix) :].lower() != self.suffix.lower():
            return NEVER
        return self.source.condition(attribute, operator, bare, prefix)


def plain(value: Any) -> Any:
    """A column's value as JSON has it."""
    if isinstance(value, datetime):
        return written(value)
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)


def fitting(field: Any, value: Any, key: str) -> Any:
    """The value as the column can hold it, or InvalidValue with the column's limit."""
    if value is None:
        if field.null and not field.empty_strings_allowed:
            return None
        if field.empty_strings_allowed:
            return None if field.null and field.unique else ""
        raise InvalidValue(f"{key} must have a value; it cannot be removed.")
    if field.max_length is not None and isinstance(value, str) and len(value) > field.max_length:
        raise InvalidValue(f"{key} holds at most {field.max_length} characters; this value has {len(value)}.")
    if field.choices and value not in [choice for choice, _ in field.flatchoices]:
        allowed = ", ".join(str(choice) for choice, _ in field.flatchoices)
        raise InvalidValue(f"{key} is one of: {allowed}.")
    return field.to_python(value)
