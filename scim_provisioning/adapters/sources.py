"""Where one single-valued attribute is stored.

A source speaks in columns: which ones a row needs and how its value is read from them, an expression that filters
and sorts, and how a value is written to an instance. Documents, filters, PATCH and /Schemas all derive from these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, Expression, F, Field, Model, Q, TextField, Value
from django.db.models.constants import LOOKUP_SEP
from django.db.models.functions import Concat

from ..protocol.datetimes import written
from ..protocol.schemas import Attribute, Target
from . import lookups
from .lookups import NEVER, AsText, Operand

if TYPE_CHECKING:
    from .collections import Collection


class Source:
    """One single-valued attribute of a resource. `target` is set when the source is bound to an adapter's attribute."""

    target: Target
    model: type[Model]

    writable: bool = True
    filterable: bool = True
    """Whether there is an `expression` to filter and sort by."""
    depends: tuple[str, ...] = ()
    """Attributes whose change drops what is stored here, unless the same request sends it."""

    def __str__(self) -> str:
        """The source in a few words, for `manage.py scim mapping`."""
        return type(self).__name__

    def bind(self, model: type[Model], target: Target) -> None:
        """Called once, when the adapter's attributes are read; looks up what can be looked up then.

        FieldDoesNotExist for a column that the model lacks.
        """
        self.model = model
        self.target = target

    def within(self, collection: Collection) -> Source:
        """The source for one connection's collection: itself, unless what it reads depends on the connection."""
        return self

    def describe(self, attribute: Attribute) -> Attribute:
        """The attribute as clients see it in /Schemas: readOnly where nothing can be written."""
        return attribute if self.writable else replace(attribute, mutability="readOnly")

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

    def fills(self) -> list[Any]:
        """The fields of the host's models that `write` changes: those of the row that are read, unless it says more."""
        own = {field.name: field for field in self.model._meta.get_fields()}
        return [own[name] for name in self.columns() if isinstance(name, str) and name in own]


class Complex:
    """A single-valued complex attribute, declared as a whole: a source for each of its sub-attributes."""

    def parts(self) -> Mapping[str, Source]:
        """Name of the sub-attribute to source; those that are not named are not offered."""
        raise NotImplementedError


class Identifier(Source):
    """A text around a key: the SCIM id (`project-12-full`), or the address of the resource."""

    writable = False

    def __init__(self, field: Field[Any, Any], before: str = "", behind: str = "") -> None:
        self.field = field
        self.name = field.name
        self.before = before
        self.behind = behind

    def __str__(self) -> str:
        return f"{self.before}<{self.name}>{self.behind}"

    def text(self, key: Any) -> str:
        """The identifier of the row with that key."""
        return f"{self.before}{key}{self.behind}"

    def key(self, text: str) -> Any | None:
        """The key in an identifier; None unless the text is the very one that we would write (no `010`, no `+10`)."""
        if not (text.startswith(self.before) and text.endswith(self.behind)):
            return None
        return value_of(self.field, text[len(self.before) : len(text) - len(self.behind)])

    def columns(self, prefix: str = "") -> tuple[str | Expression, ...]:
        return (prefix + self.name,)

    def read(self, *values: Any) -> Any:
        return self.text(values[0])

    def values(self, instance: Model) -> tuple[Any, ...]:
        return (getattr(instance, self.name),)

    def expression(self, prefix: str = "", reference: Callable[[str], Any] = F) -> Operand:
        key = AsText(reference(prefix + self.name), self.field)
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

    def __str__(self) -> str:
        return f"Constant {self.value}"

    def columns(self, prefix: str = "") -> tuple[str | Expression, ...]:
        return ()

    def read(self, *values: Any) -> Any:
        return self.value

    def values(self, instance: Model) -> tuple[Any, ...]:
        return ()

    def expression(self, prefix: str = "") -> Operand:
        return Value(self.value, BooleanField() if isinstance(self.value, bool) else TextField())


class Computed(Source):
    """A value that is worked out of columns, and cannot be written.

    `read` is given the columns' values; `expression` is the same in the database, over the same columns: what filters
    and sorts. Without one the attribute is only shown.

        Computed(("first_name", "last_name"), "{1}, {0}".format, Concat("last_name", Value(", "), "first_name"))
    """

    writable = False

    def __init__(
        self, columns: Sequence[str], read: Callable[..., Any], expression: Expression | F | None = None
    ) -> None:
        self.names = [name.replace(".", LOOKUP_SEP) for name in columns]
        self.work_out = read
        self.stated = expression
        self.filterable = expression is not None

    def __str__(self) -> str:
        return f"Computed {', '.join(self.names)}"

    def bind(self, model: type[Model], target: Target) -> None:
        super().bind(model, target)
        for name in self.names:
            owner = model
            for part in name.split(LOOKUP_SEP):
                field: Any = owner._meta.get_field(part)
                owner = field.related_model or owner

    def columns(self, prefix: str = "") -> tuple[str | Expression, ...]:
        return tuple(prefix + name for name in self.names)

    def read(self, *values: Any) -> Any:
        return plain(self.work_out(*values))

    def values(self, instance: Model) -> tuple[Any, ...]:
        return tuple(followed(instance, name.split(LOOKUP_SEP)) for name in self.names)

    def expression(self, prefix: str = "") -> Operand:
        stated: Operand = _prefixed(self.stated, prefix)
        return stated


class Suffixed(Source):
    """Another source's text with a fixed text behind it: the level in a group's display name."""

    writable = False

    def __init__(self, source: Source, suffix: str) -> None:
        self.source = source
        self.suffix = suffix
        self.bind(source.model, source.target)

    def __str__(self) -> str:
        return f"{self.source} + {self.suffix!r}"

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


def value_of(field: Field[Any, Any], text: str, *, fold: bool = False) -> Any | None:
    """The column's value whose text that is, to the letter (no `010`, no `+10`), or with `fold` in any case."""
    try:
        value = field.to_python(text)
        field.run_validators(value)
    except ValidationError:
        return None
    same = str(value) == text or (fold and str(value).lower() == text.lower())
    return value if same else None


def followed(row: Any, names: Sequence[str]) -> Any:
    """What stands at the end of a way of relations; None where it breaks off."""
    for name in names:
        row = getattr(row, name, None)
    return row


def _prefixed(expression: Any, prefix: str) -> Any:
    """The expression over columns that a relation leads to."""
    if isinstance(expression, F):
        name: str = expression.name  # type: ignore[attr-defined]
        return F(prefix + name)
    if isinstance(expression, tuple):  # one condition of a Q
        return prefix + expression[0], _prefixed(expression[1], prefix)
    if isinstance(expression, Q):
        children = [_prefixed(child, prefix) for child in expression.children]
        return Q.create(children, expression.connector, expression.negated)
    if not (prefix and hasattr(expression, "copy") and expression.get_source_expressions()):
        return expression
    moved = expression.copy()
    moved.set_source_expressions([_prefixed(part, prefix) for part in expression.get_source_expressions()])
    return moved


def plain(value: Any) -> Any:
    """A column's value as JSON has it."""
    if isinstance(value, datetime):
        return written(value)
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)
