"""Expressions bound to a resource type: names resolved, operators checked, values coerced (RFC 7644 §3.4.2.2).

What can be written in several ways becomes one, so that whoever evaluates has little to tell apart:

    title ne "x"             not (title eq "x")
    title eq null            not (title pr)
    not (a pr or b pr)       not (a pr) and not (b pr); so what stands behind `not` is a Test or an Any
    name pr                  name.formatted pr or name.familyName pr or …
    emails pr                Any(emails)
    emails.type eq "work"    Any(emails, type eq "work"), as emails[type eq "work"]
    emails co "x"            Any(emails, value co "x")
    primary eq false         not (primary eq true), since a missing primary counts as false (RFC 7643 §2.4)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from difflib import get_close_matches
from functools import reduce
from typing import Final, assert_never

from .datetimes import parse_datetime
from .dialects import Leniency
from .errors import InvalidFilter
from .expressions import And, AttributePath, Comparison, Expression, Literal, Not, Number, Or, Present, ValuePath
from .schemas import ResourceType, Target

__all__ = ["OPERATORS", "And", "Any", "Bound", "Not", "Or", "Test", "Value", "bind", "bind_condition"]

Value = str | bool | int | Decimal | datetime | None


@dataclass(frozen=True, slots=True)
class Test:
    """`target operator value`: eq, co, sw, ew, gt, ge, lt or le; or pr, which has no value.

    What is absent fails every test. Inside `Any` the target is a sub-attribute of the element, or, where the
    attribute is not complex (`schemas`), the element itself.
    """

    target: Target
    operator: str
    value: Value = None


@dataclass(frozen=True, slots=True)
class Any:
    """An element of the multi-valued attribute satisfies the condition; without one, any element does."""

    target: Target
    condition: Bound | None = None


Bound = Test | Any | Not["Bound"] | And["Bound"] | Or["Bound"]

_EQUAL: Final = frozenset({"eq"})
_ORDERED: Final = _EQUAL | {"gt", "ge", "lt", "le"}
_TEXTUAL: Final = _ORDERED | {"co", "sw", "ew"}

OPERATORS: Final = {
    "string": _TEXTUAL,
    "reference": _TEXTUAL,
    "dateTime": _ORDERED,
    "integer": _ORDERED,
    "decimal": _ORDERED,
    "boolean": _EQUAL,
    "binary": _EQUAL,
}
"""Which comparisons a type knows, besides `ne` and `pr`, which all know."""

_DUE: Final = {
    "string": "text in double quotes",
    "reference": "a URI in double quotes",
    "binary": "base64 text in double quotes",
    "dateTime": 'a date with its time in double quotes, such as "2026-01-23T04:56:22Z"',
    "integer": "a whole number of at most 18 digits",
    "decimal": "a number",
    "boolean": "true or false",
}

# Within what a database takes: a bigint, a numeric.
_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")
_DECIMAL: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")


def bind(expression: Expression, resource_type: ResourceType, leniency: Leniency | None = None) -> Bound:
    """The filter, bound to the attributes of the resource type; raises InvalidFilter.

    By default everything is forgiven, as for an automatic connection.
    """
    return _Binder(resource_type, leniency or Leniency()).bound(expression)


def bind_condition(condition: Expression, target: Target, leniency: Leniency | None = None) -> Bound:
    """The condition in the brackets of a value path, bound to the sub-attributes of `target`; raises InvalidFilter."""
    if target.sub is not None or not target.attribute.is_complex:
        raise InvalidFilter(f"`{target.key}` has no sub-attributes that brackets could name")
    return _Binder(target, leniency or Leniency()).bound(condition)


@dataclass(frozen=True, slots=True)
class _Binder:
    """Binds expressions whose names mean attributes of a resource, or of an element of the target."""

    scope: ResourceType | Target
    leniency: Leniency

    def bound(self, expression: Expression) -> Bound:
        match expression:
            case And(left, right):
                return And(self.bound(left), self.bound(right))
            case Or(left, right):
                return Or(self.bound(left), self.bound(right))
            case Not(operand):
                return _negated(self.bound(operand))
            case Present(path):
                return self.present(self.target(path))
            case Comparison(path, operator, literal):
                return self.comparison(self.target(path), operator, literal)
            case ValuePath(path, condition, behind):
                target = self.target(path)
                if behind is not None and not self.leniency.forgives("value-behind-filter"):
                    raise InvalidFilter(f"`.{behind.path}` is compared behind the brackets; it belongs inside them")
                both = condition if behind is None else And(condition, behind)
                return self.found(target, bind_condition(both, target, self.leniency))
            case _:
                assert_never(expression)

    def present(self, target: Target) -> Bound:
        """`attrPath SP "pr"`: the value, one of the parts, or an element is there."""
        if target.attribute.multi_valued and target.sub is None:
            return Any(target)
        tests: list[Bound] = [Test(leaf, "pr") for leaf in target.leaves if _can_be_read(leaf)]
        return self.found(target, reduce(Or, tests or [Test(target, "pr")]))

    def comparison(self, target: Target, operator: str, literal: Literal) -> Bound:
        """`attrPath SP compareOp SP compValue`."""
        if operator == "ne":
            return _negated(self.comparison(target, "eq", literal))
        if operator == "eq" and literal is None:
            return _negated(self.present(target))
        target = self.comparable(target)
        if operator not in OPERATORS[target.leaf.type]:
            raise InvalidFilter(f"`{operator}` does not apply to `{target.key}`, which is of type {target.leaf.type}")
        value = _coerced(target, literal, self.leniency)
        if value is False and target.attribute.multi_valued and target.leaf.name == "primary":
            return self.found(target, Not(Test(target, operator, True)))
        return self.found(target, Test(target, operator, value))

    def comparable(self, target: Target) -> Target:
        """The target whose value is compared: of `emails`, that is `emails.value` (RFC 7644 §3.4.2.2, figure 2).

        A single-valued attribute is taken in the same way by a tolerance.
        """
        if not target.leaf.is_complex:
            return target
        value = target.attribute.sub("value")
        if value is None or not (target.attribute.multi_valued or self.leniency.forgives("complex-comparison")):
            names = ", ".join(f"`{target.key}.{sub.name}`" for sub in target.leaf.sub_attributes)
            raise InvalidFilter(f"`{target.key}` is complex; compare one of its sub-attributes: {names}")
        return replace(target, sub=value)

    def found(self, target: Target, condition: Bound) -> Bound:
        """The condition on a value of the target, where several are to be searched for one."""
        if isinstance(self.scope, ResourceType) and target.attribute.multi_valued:
            return Any(replace(target, sub=None), condition)
        return condition

    def target(self, path: AttributePath) -> Target:
        """What the name means."""
        if isinstance(self.scope, ResourceType):
            target, owner = self.scope.resolve(path), self.scope.name
        else:
            target, owner = _sub_attribute(self.scope, path), f"`{self.scope.key}`"
        if target is None:
            raise InvalidFilter(f"{owner} has no attribute `{path!s:.100}`{_alternatives(path, self.scope)}")
        if not _can_be_read(target):
            raise InvalidFilter(f"`{target.key}` is never returned, so nothing can be searched for by it")
        return target


def _negated(bound: Bound) -> Bound:
    """The opposite, with `not` at the leaves: nested in SQL, it would be the first to exhaust a database's parser."""
    match bound:
        case Not(operand):
            return operand
        case And(left, right):
            return Or(_negated(left), _negated(right))
        case Or(left, right):
            return And(_negated(left), _negated(right))
    return Not(bound)


def _can_be_read(target: Target) -> bool:
    return "never" not in (target.attribute.returned, target.leaf.returned)


def _sub_attribute(target: Target, path: AttributePath) -> Target | None:
    sub = target.attribute.sub(path.name) if path.urn is None and path.sub is None else None
    return replace(target, sub=sub) if sub else None


def _coerced(target: Target, literal: Literal, leniency: Leniency) -> Value:
    """The literal as a value of the target's type."""
    if isinstance(literal, str) and "\0" in literal:  # PostgreSQL would not even take it as a parameter
        raise InvalidFilter(f"U+0000 stands in no value, so not in one of `{target.key}` either")
    match target.leaf.type, literal:
        case "string" | "reference" | "binary", str():
            return literal
        case "boolean", bool():
            return literal
        case "boolean", str() if literal.lower() in ("true", "false") and leniency.forgives("boolean-text"):
            return literal.lower() == "true"
        case "integer", Number(text) if _INTEGER.fullmatch(text):
            return int(text)
        case "decimal", Number(text) if _DECIMAL.fullmatch(text):
            return Decimal(text)
        case "dateTime", str() if instant := parse_datetime(literal):
            return instant
    raise InvalidFilter(f"`{target.key}` is of type {target.leaf.type}: it is compared with {_DUE[target.leaf.type]}")


def _alternatives(path: AttributePath, scope: ResourceType | Target) -> str:
    """The names that look like what was asked for, to end a sentence with."""
    keys = {key.rpartition(":")[2].lower(): key for key in _names(scope)}
    close = get_close_matches(str(replace(path, urn=None)).lower(), keys, cutoff=0.7)
    return f"; did you mean {' or '.join(f'`{keys[name]}`' for name in close)}?" if close else ""


def _names(scope: ResourceType | Target) -> Iterator[str]:
    """What could have been named."""
    if isinstance(scope, Target):
        yield from (sub.name for sub in scope.attribute.sub_attributes)
        return
    for target in filter(_can_be_read, scope.targets()):
        yield target.key
        yield from (f"{target.key}.{sub.name}" for sub in target.attribute.sub_attributes)
