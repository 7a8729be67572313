"""How a scenario compares an answer with what is expected: attribute paths, and the few rules of README.md."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

STEP = re.compile(
    r"""(?P<name>[\w$-]+)                                                # members, $ref
        (?:\[(?P<key>\w+)\ eq\ (?:"(?P<text>[^"]*)"|(?P<truth>true|false))\])?  # [type eq "work"], [primary eq true]
        (?:\.|$)""",
    re.VERBOSE,
)


def value_at(document: Any, path: str) -> Any:
    """What stands at a SCIM attribute path; below a list without a filter, a list of what is there. None: nothing."""
    urn, path = split_urn(path)
    value = document.get(urn) if urn else document
    end = 0
    while end < len(path):
        step = STEP.match(path, end)
        if step is None:
            raise ValueError(f"{path!r} is no attribute path that scenarios use")
        end = step.end()
        value = below(value, step["name"])
        if step["key"]:
            wanted = step["text"] if step["truth"] is None else step["truth"] == "true"
            value = picked(value, step["key"], wanted)
    return value


def split_urn(path: str) -> tuple[str, str]:
    """The URN of an extension before an attribute path, and the path; colons in a filter's text are text."""
    head, bracket, tail = path.partition("[")
    urn, _, name = head.rpartition(":")
    return urn, name + bracket + tail


def below(value: Any, name: str) -> Any:
    if isinstance(value, list):
        found = [below(each, name) for each in value]
        return [each for each in found if each is not None]
    return value.get(name) if isinstance(value, Mapping) else None


def picked(value: Any, key: str, wanted: str | bool) -> Any:
    """The element that a filter picks; a list of them where it picks several."""
    found = [each for each in value or [] if each.get(key) == wanted]
    return found if len(found) > 1 else next(iter(found), None)


def equals(actual: Any, expected: Any) -> bool:
    """Whether a value is as expected, by the rules of README.md."""
    if expected is None:
        return actual in (None, "", [])
    if isinstance(expected, Mapping):
        rules = {name: rule for name, rule in expected.items() if name in RULES}
        members = {name: value for name, value in expected.items() if name not in RULES}
        if not all(RULES[name](actual, rule) for name, rule in rules.items()):
            return False
        # With nothing but rules, any kind of value may be meant.
        return bool(rules and not members) or has_members(actual, members)
    if isinstance(expected, list):
        actual = [] if actual is None else actual
        return isinstance(actual, list) and len(actual) == len(expected) and paired(actual, expected)
    return type(actual) is type(expected) and actual == expected


def has_members(actual: Any, members: Mapping[str, Any]) -> bool:
    return isinstance(actual, Mapping) and all(equals(actual.get(name), value) for name, value in members.items())


def paired(actual: Sequence[Any], expected: Sequence[Any]) -> bool:
    """Whether each of the expected has an element of its own."""
    if not expected:
        return True
    first, *others = expected
    return any(
        equals(element, first) and paired([*actual[:number], *actual[number + 1 :]], others)
        for number, element in enumerate(actual)
    )


JSON_TYPES: Final = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "array": list,
    "object": dict,
    "number": (int, float),
}


def has_type(actual: Any, name: str) -> bool:
    return isinstance(actual, JSON_TYPES[name]) and isinstance(actual, bool) == (name == "boolean")


RULES: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "$present": lambda actual, present: equals(actual, None) is not present,
    "$type": has_type,
    "$min": lambda actual, least: has_type(actual, "number") and actual >= least,
    "$max-items": lambda actual, most: len(actual or []) <= most,
    "$contains": lambda actual, some: paired(actual or [], some),
    "$excludes": lambda actual, none: not any(equals(each, one) for each in actual or [] for one in none),
    "$one-of": lambda actual, choices: any(equals(actual, choice) for choice in choices),
}
