"""Applies operations to a document (RFC 7644 §3.5.2); pure, later operations see what earlier ones did."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from .binding import Bound, Test
from .changes import SETS, Operation
from .dialects import Leniency
from .documents import Document
from .errors import InvalidValue, Mutability, NoTarget
from .evaluation import element_matches
from .expressions import And, Not, Or
from .schemas import ResourceType
from .sets import ALL, SetChange

Element = dict[str, Any]

MAX_ELEMENTS: Final = 1_000
"""How many elements a list may have; sets have no limit."""


def apply(
    document: Document, operations: Iterable[Operation], resource_type: ResourceType, leniency: Leniency
) -> Document:
    """The document after the operations; sets become the `SetChange` that leads to what they should hold."""
    result = dict(document)
    for operation in operations:
        if operation.op == "echo":
            if document.get(operation.key) != operation.value:
                raise Mutability(f"{operation.key} is readOnly: it is not what the operation says, and stays as it is.")
            continue
        if operation.key in SETS:
            result[operation.key] = _of_set(result.get(operation.key, SetChange()), operation)
        elif resource_type.leaves[operation.key].attribute.multi_valued:
            elements = _of_list(list(result.get(operation.key) or []), operation, leniency)
            result[operation.key] = elements
        else:
            result[operation.key] = operation.value if operation.op != "remove" else None
        if result[operation.key] in (None, []):
            del result[operation.key]
    return result


def _of_set(change: SetChange, operation: Operation) -> SetChange:
    match operation.op:
        case "add":
            return change.then(add=operation.value)
        case "replace":
            return change.then(drop=ALL, add=operation.value)
    if operation.where is not None:
        ids = ids_named(operation.where)
        return change.then(drop=operation.where if ids is None else ids)
    return change.then(drop=ALL if operation.value is None else operation.value)


def ids_named(condition: Bound) -> frozenset[str] | None:
    """The ids in a filter that only says `value eq …` or several of them; None for any other filter."""
    match condition:
        case Or(left, right):
            first, second = ids_named(left), ids_named(right)
            return None if first is None or second is None else first | second
        case Test(target, "eq", str(value)) if target.sub is not None and target.sub.name == "value":
            return frozenset({value})
    return None


def _of_list(elements: list[Any], operation: Operation, leniency: Leniency) -> list[Any]:
    if operation.where is None and operation.sub is None:
        return _whole(elements, operation)
    picked = [
        number
        for number, element in enumerate(elements)
        if operation.where is None or element_matches(operation.where, element)
    ]
    if operation.op == "remove":
        return _removed(elements, picked, operation.sub)
    new = {operation.sub: operation.value} if operation.sub else operation.value
    if not picked:
        picked = [len(elements)]
        elements.append(_first(operation, leniency))
    elif operation.op == "replace" and operation.sub is None:
        elements[:] = [{} if number in picked else one for number, one in enumerate(elements)]
    for number in picked:
        elements[number] = {**elements[number], **new}
    return _one_primary(elements, picked)


def _first(operation: Operation, leniency: Leniency) -> Element:
    """What an operation begins with that finds no element to change: the element that its filter describes."""
    if operation.where is None:
        return {}
    seed = _seed(operation.where)
    if seed is None or not leniency.forgives("element-from-filter"):
        raise NoTarget(f"No element of {operation.key} satisfies the filter; add one without a filter.")
    return seed


def _whole(elements: list[Any], operation: Operation) -> list[Any]:
    there = elements if operation.op == "add" else []
    if len(there) + len(operation.value or ()) > MAX_ELEMENTS:
        raise InvalidValue(f"{operation.key} holds at most {MAX_ELEMENTS:,} elements.")
    if operation.op == "replace":
        return list(operation.value)
    if operation.op == "remove":
        if operation.value is None:
            return []
        return [one for one in elements if not any(_same(one, gone) for gone in operation.value)]
    touched = []
    for new in operation.value:
        twin = next((number for number, one in enumerate(elements) if _same(one, new)), len(elements))
        if twin == len(elements):
            elements.append(new)
        elif isinstance(new, dict):
            elements[twin] = {**elements[twin], **new}
        touched.append(twin)
    return _one_primary(elements, touched)


def _same(one: Any, other: Any) -> bool:
    """Whether `other` names that element: the same value, and the same type where it says one."""
    if not isinstance(one, dict):
        return bool(one == other)
    if "value" not in other:
        names = other.keys() - {"primary"}
        return all(one.get(name) == other[name] for name in names) and bool(names or not one.keys() - {"primary"})
    return bool(one.get("value") == other["value"]) and other.get("type") in (None, one.get("type"))


def _removed(elements: list[Any], picked: list[int], sub: str | None) -> list[Any]:
    if sub is None:
        return [one for number, one in enumerate(elements) if number not in picked]
    for number in picked:
        elements[number] = {name: value for name, value in elements[number].items() if name != sub}
    return [one for one in elements if one]


def _seed(condition: Bound) -> Element | None:
    """The element that a filter of equalities describes; None for any other filter."""
    match condition:
        case And(left, right):
            first, second = _seed(left), _seed(right)
            return None if first is None or second is None else {**first, **second}
        case Test(target, "eq", value) if target.sub is not None:
            return {target.sub.name: value}
        case Not(Test(target, "eq", True)):  # `primary eq false`, which a missing primary satisfies
            return {}
    return None


def _one_primary(elements: list[Any], touched: list[int]) -> list[Any]:
    """The element that just became primary takes it from the others (RFC 7644 §3.5.2)."""
    primary = [number for number in touched if isinstance(elements[number], dict) and elements[number].get("primary")]
    if not primary:
        return elements
    return [
        {**one, "primary": False} if isinstance(one, dict) and one.get("primary") and number != primary[-1] else one
        for number, one in enumerate(elements)
    ]
