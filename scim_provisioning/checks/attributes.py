"""Checks of an adapter's `attributes`: every key is a path, every source fits and finds its columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db.models import BooleanField, DateTimeField, DecimalField, Field, FloatField, IntegerField

from ..adapters.base import ResourceAdapter
from ..adapters.columns import Column
from ..adapters.faults import Fault, UnknownColumn, UnknownPath
from ..adapters.many import InRow, Many
from ..adapters.people import OfManager
from ..adapters.sources import Complex, Computed, Source
from .messages import error

FITTING: dict[str, tuple[type[Field[Any, Any]], ...]] = {
    "boolean": (BooleanField,),
    "dateTime": (DateTimeField,),
    "integer": (IntegerField,),
    "decimal": (DecimalField, FloatField, IntegerField),
}
"""The columns that can hold an attribute of that type as they are; text fits into any."""


def check(adapter: type[ResourceAdapter]) -> Iterator[CheckMessage]:
    """Each attribute that the host maps; then the mapping as a whole."""
    found = [message for key, source in adapter.attributes.items() for message in _attribute(adapter, key, source)]
    yield from found
    if not found:
        try:
            for level in getattr(adapter, "levels", None) or (None,):
                adapter.bound(level)
        except ImproperlyConfigured as fault:
            yield error("E011", str(fault), f"Mend {adapter.__name__}.attributes.")


def _attribute(adapter: type[ResourceAdapter], key: str, source: Any) -> Iterator[CheckMessage]:
    named = f"{adapter.__name__}.attributes[{key!r}]"
    if isinstance(source, Complex):
        part, first = next(iter(source.parts().items()))
        if f"{key}.{part}" in adapter.get_core().leaves:
            yield from _attribute(adapter, f"{key}.{part}", first)
        else:
            message = f"{named}: {key} has no {part!r}, as what {type(source).__name__} is for."
            yield error("E011", message, "Map `manager` by it; other attributes are mapped one by one.")
        return
    if not isinstance(source, (Source, Many)):
        hint = f"A column is written `Column({source!r})`." if isinstance(source, str) else "Make it `Column(…)`."
        yield error("E011", f"{named} is {source!r}, which is no source.", hint)
        return
    try:
        placed = adapter.placed(key, source)
        _resolve(placed)
    except UnknownPath as fault:
        yield error("E004", fault.message, fault.hint)
    except UnknownColumn as fault:
        yield error("E010", fault.message, fault.hint)
    except FieldError as fault:
        unknown = UnknownColumn(adapter, key, adapter.get_model(), fault)
        yield error("E010", unknown.message, unknown.hint)
    except Fault as fault:
        yield error("E011", fault.message, fault.hint)
    except ImproperlyConfigured as fault:
        yield error("E011", f"{named}: {fault}", f"Mend {adapter.__name__}.attributes.")
    else:
        yield from _fit(named, placed)


def _resolve(placed: Source | Many) -> None:
    """FieldError for a column that the model has not got; a manager is read as a connection sees users."""
    rows = placed.model._base_manager
    if isinstance(placed, (Source, InRow)) and not isinstance(placed, OfManager):
        rows.values_list(*placed.columns())
    if isinstance(placed, Computed) and placed.filterable:
        rows.annotate(scim_computed=placed.expression())


def _fit(named: str, placed: Source | Many) -> Iterator[CheckMessage]:
    attribute, leaf = placed.target.attribute, placed.target.leaf
    kind = type(placed).__name__
    if attribute.multi_valued and isinstance(placed, Source):
        hint = "`SingleValue(…)` keeps one in a column, `MultiValue(…)` all in a table, `StoredList()` all in ours."
        yield error("E011", f"{named}: {attribute.name} has several values, a {kind} one.", hint)
    elif isinstance(placed, Many) and not attribute.multi_valued:
        yield error("E011", f"{named}: {attribute.name} has one value, a {kind} several.", "Use `Column(…)`.")
    elif type(placed) is Column and not isinstance(placed.field, FITTING.get(leaf.type, Field)):
        fitting = " or ".join(one.__name__ for one in FITTING[leaf.type])
        yield error(
            "E011",
            f"{named}: {leaf.name} is a {leaf.type}, {placed.name} a {type(placed.field).__name__}.",
            f"Name a {fitting}, or say what its values mean: `Choice(…)`, `Computed(…)`.",
        )
