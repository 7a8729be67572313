"""Bound filters put together as conditions of the ORM: `and`, `or`, `not`, and what is asked of one element."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db.models import Q

from ..protocol.binding import Any, Bound, Test
from ..protocol.expressions import And, Not, Or
from .lookups import ALWAYS, NEVER, negated
from .sources import Source

Elements = Mapping[str, Source]
"""Where the sub-attributes of an element are stored."""


def combined(bound: Bound, leaf: Callable[[Test | Any], Q]) -> Q:
    """The condition, given what the tests in it mean."""
    match bound:
        case And(left, right):
            return combined(left, leaf) & combined(right, leaf)
        case Or(left, right):
            return combined(left, leaf) | combined(right, leaf)
        case Not(operand):
            return negated(combined(operand, leaf))
        case _:
            return leaf(bound)


@dataclass(frozen=True)
class OfElement:
    """The condition inside the brackets of a value path, to be asked of one element; None is met by any element."""

    bound: Bound | None = None

    def on(self, elements: Elements, prefix: str = "") -> Q:
        """As a condition on elements that are stored there; `prefix` is the relation that leads to their columns."""

        def leaf(test: Test | Any) -> Q:
            if isinstance(test, Any):
                raise TypeError("an element has no elements of its own")
            source = elements.get(test.target.sub.name if test.target.sub else "value")
            return NEVER if source is None else source.condition(test.target.leaf, test.operator, test.value, prefix)

        return ALWAYS if self.bound is None else combined(self.bound, leaf)

    @property
    def equalities(self) -> dict[str, str]:
        """Texts that sub-attributes of the element are sure to equal, but for case: what an index can look for."""
        return _equalities(self.bound)


def _equalities(bound: Bound | None) -> dict[str, str]:
    match bound:
        case And(left, right):
            return {**_equalities(left), **_equalities(right)}
        case Test(target, "eq", str(value)) if target.sub is not None:
            return {target.sub.name: value}
    return {}
