"""What a bound expression says of a document, in memory (RFC 7644 §3.4.2.2).

These few rules are the meaning of a filter; SQL has to select the same resources. Absent, null, "" and [] are one
state (RFC 7643 §2.5), which satisfies no test; `not` makes true of false and false of true.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final, assert_never

from .binding import And, Any, Bound, Not, Or, Test
from .datetimes import parse_datetime
from .schemas import Attribute, Target

_RELATIONS: Final[dict[str, Callable[..., bool]]] = {
    "eq": operator.eq,
    "co": operator.contains,
    "sw": str.startswith,
    "ew": str.endswith,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}


def matches(bound: Bound, document: Mapping[str, object]) -> bool:
    """Whether the document, a flat one with the keys of `Target.key`, satisfies the filter."""
    return _holds(bound, lambda target: document.get(target.key))


def element_matches(condition: Bound, element: object) -> bool:
    """Whether one element of a multi-valued attribute satisfies the condition of a value path."""
    if isinstance(element, Mapping):
        return _holds(condition, lambda target: element.get(target.leaf.name))
    return _holds(condition, lambda target: element)


def _holds(bound: Bound, read: Callable[[Target], object]) -> bool:
    match bound:
        case And(left, right):
            return _holds(left, read) and _holds(right, read)
        case Or(left, right):
            return _holds(left, read) or _holds(right, read)
        case Not(operand):
            return not _holds(operand, read)
        case Any(target, condition):
            elements = [element for element in _values(read(target)) if not _absent(element)]
            return any(condition is None or element_matches(condition, element) for element in elements)
        case Test(target):
            return any(_satisfies(bound, value) for value in _values(read(target)))
        case _:
            assert_never(bound)


def _satisfies(test: Test, value: object) -> bool:
    if _absent(value):
        return False
    if test.operator == "pr":
        return True
    left, right = (_weighed(one, test.target.leaf) for one in (value, test.value))
    return type(left) is type(right) and _RELATIONS[test.operator](left, right)


def _weighed(value: object, attribute: Attribute) -> object:
    """The value so that Python's comparison is the one of its type: instants, numbers, text with or without case."""
    match value:
        case str() if attribute.type == "dateTime":
            return parse_datetime(value)
        case str():
            return value if attribute.case_exact else value.lower()
        case bool() | datetime():
            return value
        case int() | float():
            return Decimal(str(value))  # the number that was written, not the binary one next to it
    return value


def _values(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _absent(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(map(_absent, value.values()))
    return value is None or value == "" or value == []
