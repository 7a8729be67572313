"""A bound filter as a condition of the ORM (RFC 7644 §3.4.2.2): the semantics of evaluation.py, in SQL."""

from __future__ import annotations

from functools import partial

from django.db.models import Q

from ..protocol import versions
from ..protocol.binding import Any, Bound, Test
from ..protocol.errors import InvalidFilter
from .collections import Collection
from .conditions import OfElement, combined
from .lookups import ALWAYS, NEVER
from .many import Many
from .sources import Source


def condition(bound: Bound, collection: Collection) -> Q:
    """The filter as a condition on rows of the collection's model.

    An attribute that this collection lacks, but another one of the same endpoint has, is absent here. InvalidFilter for
    one that no row holds.
    """
    return combined(bound, partial(_leaf, collection))


def _leaf(collection: Collection, bound: Test | Any) -> Q:
    if isinstance(bound, Test) and bound.target.key == versions.KEY:
        if bound.operator == "pr":
            return ALWAYS
        raise InvalidFilter(f"Nothing is found by `{versions.KEY}`; send it in If-Match or If-None-Match.")
    stored = collection.mapping.get(bound.target.key)
    if stored is not None and not stored.filterable:
        raise InvalidFilter(f"{bound.target.key} cannot be filtered by: it is not kept in a form that can be compared.")
    match bound, stored:
        case Any(_, condition), Many() as many:
            return many.any(collection, OfElement(condition))
        case Test(target, operator, value), Source() as source:
            return source.condition(target.leaf, operator, value)
    return NEVER
