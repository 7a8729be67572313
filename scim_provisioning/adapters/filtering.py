"""A bound filter as a condition of the ORM (RFC 7644 §3.4.2.2): the in-memory semantics of evaluation.py, in SQL."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.db.models import Q

from ..protocol.binding import Any, Bound, Test
from ..protocol.expressions import And, Not, Or
from .collections import Collection
from .lookups import ALWAYS, NEVER, negated
from .many import Condition, Elements, Many
from .sources import Source


def condition(bound: Bound, collection: Collection) -> Q:
    """The filter as a condition on rows of the collection's model.

    An attribute that this collection lacks, but another one of the same endpoint has, is absent here.
    """
    return _combined(bound, partial(_leaf, collection))


def _combined(bound: Bound, leaf: Callable[[Test | Any], Q]) -> Q:
    match bound:
        case And(left, right):
            return _combined(left, leaf) & _combined(right, leaf)
        case Or(left, right):
            return _combined(left, leaf) | _combined(right, leaf)
        case Not(operand):
            return negated(_combined(operand, leaf))
        case _:
            return leaf(bound)


def _leaf(collection: Collection, bound: Test | Any) -> Q:
    match bound, collection.mapping.get(bound.target.key):
        case Any(_, condition), Many() as many:
            return many.any(collection, of_element(condition))
        case Test(target, operator, value), Source() as source:
            return source.condition(target.leaf, operator, value)
    return NEVER


def of_element(bound: Bound | None) -> Condition:
    """The condition inside the brackets of a value path, to be asked of one element."""

    def compiled(elements: Elements, prefix: str) -> Q:
        def leaf(test: Test | Any) -> Q:
            if isinstance(test, Any):
                raise TypeError("an element has no elements of its own")
            source = elements.get(test.target.sub.name if test.target.sub else "value")
            return NEVER if source is None else source.condition(test.target.leaf, test.operator, test.value, prefix)

        return ALWAYS if bound is None else _combined(bound, leaf)

    return compiled
