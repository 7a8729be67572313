"""What a multi-valued attribute is stored in: the row itself, or tables of its own.

Filtering speaks of one element at a time: `any(…)` is handed a condition and says where the sub-attributes of an
element are stored, so that one and the same element has to satisfy the whole of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Expression, Model, Q, TextField, Value

from ..protocol.core_schemas import throughout
from ..protocol.schemas import Attribute, Target
from .conditions import OfElement
from .sources import Constant

if TYPE_CHECKING:
    from .collections import Collection


class Many:
    """One multi-valued attribute of a resource."""

    target: Target
    model: type[Model]

    writable: bool = True
    filterable: bool = True
    depends: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The source in a few words, for `manage.py scim mapping`."""
        return type(self).__name__

    def bind(self, model: type[Model], target: Target) -> None:
        """Called once, when the adapter's attributes are read."""
        self.model = model
        self.target = target

    def within(self, collection: Collection) -> Many:
        """The same for one connection's collection: itself, unless what it reads depends on the connection."""
        return self

    def describe(self, attribute: Attribute) -> Attribute:
        """The attribute as clients see it in /Schemas: readOnly where nothing can be written."""
        return attribute if self.writable else throughout("readOnly", attribute)

    def any(self, collection: Collection, condition: OfElement) -> Q:
        """The resources of which one element satisfies the condition."""
        raise NotImplementedError

    def first(self, collection: Collection, sub: Attribute | None) -> Any:
        """The expression of that sub-attribute of the primary element, else of the first: what resources sort by."""
        raise NotImplementedError

    def write(self, instance: Model, value: list[dict[str, Any]] | None) -> None:
        """Put the elements on the instance; in memory only."""
        raise NotImplementedError

    def fills(self) -> list[Any]:
        """The fields of the host's models that are changed by it; one of a table stands for the table."""
        return []


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


class Related(Many):
    """Stored in a table of its own: read with one statement for a whole page."""

    is_own: bool = False
    """Whether the rows are the resource's alone: they count in its version, and are read and written with it."""

    def fetch(self, collection: Collection, keys: Sequence[Any]) -> dict[Any, list[dict[str, Any]]]:
        """The elements of each of the resources with these primary keys."""
        raise NotImplementedError

    def of(self, instance: Model) -> list[dict[str, Any]]:
        """The elements of an instance in memory, where the rows are its own."""
        raise NotImplementedError

    def flush(self, instance: Model) -> None:
        """Save what was written, now that the instance's row is there."""


class Schemas(Many):
    """The `schemas` of a resource, worked out: the base schema, and the extensions of which it has an attribute."""

    writable = False

    def describe(self, attribute: Attribute) -> Attribute:
        return attribute

    def any(self, collection: Collection, condition: OfElement) -> Q:
        found = condition.on({"value": Constant(collection.resource_type.schema.id)})
        for extension in collection.resource_type.extensions:
            found |= collection.has_any(extension) & condition.on({"value": Constant(extension.id)})
        return found

    def first(self, collection: Collection, sub: Attribute | None) -> Any:
        return Value(collection.resource_type.schema.id, TextField())
