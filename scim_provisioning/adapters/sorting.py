"""What resources are sorted by (RFC 7644 §3.4.2.3): text by code points, folded unless it is caseExact."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, DateTimeField, OrderBy, TextField, Value
from django.db.models.functions import Cast, Lower

from ..protocol.errors import InvalidValue
from ..protocol.schemas import Target
from .collections import Collection
from .lookups import TEXTUAL, CodePointOrder, or_null
from .many import Many

FIELDS = {"boolean": BooleanField, "dateTime": DateTimeField}
"""The type of a key that a collection has nothing for, so that the databases can unite it with another's."""


def sort_key(collection: Collection, target: Target) -> Any:
    """What the resources of a collection are sorted by; of a multi-valued attribute the primary or first value."""
    stored = collection.mapping.get(target.attribute_key if target.attribute.multi_valued else target.key)
    if stored is None:
        return Cast(Value(None), FIELDS.get(target.leaf.type, TextField)())
    if not stored.filterable:
        raise InvalidValue(f"`sortBy`: resources cannot be sorted by {target.key}.")
    key: Any = stored.first(collection, target.sub) if isinstance(stored, Many) else stored.expression()
    if target.leaf.type not in TEXTUAL:
        return key
    filled = or_null(key)
    return CodePointOrder(filled if target.leaf.case_exact else Lower(filled))


def ordering(key: Any, *, descending: bool) -> OrderBy:
    """Absent values come last when ascending, first when descending."""
    return OrderBy(key, descending=descending, nulls_first=descending or None, nulls_last=not descending or None)
