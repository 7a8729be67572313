"""JSON as it comes from outside (RFC 8259), with bounds: what no database or answer could hold is refused here."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from typing import Any, NoReturn

from .errors import InvalidSyntax

MAX_DEPTH = 32
MAX_DIGITS = 40

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""NUL and lone surrogates: not every database, and no UTF-8, can hold them."""


def parse_json(body: bytes, *, depth: int = MAX_DEPTH) -> Any:
    """The value that a body in UTF-8 holds; InvalidSyntax says where it stops being JSON."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidSyntax(f"The body is not UTF-8 (byte {error.start + 1}).") from None
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_refused, parse_float=_float, parse_int=_integer
        )
    except json.JSONDecodeError as error:
        raise InvalidSyntax(f"The body is not JSON: {error.msg} (line {error.lineno}, column {error.colno}).") from None
    except RecursionError:
        raise _too_deep(depth) from None
    _check(value, depth)
    return value


def _too_deep(depth: int) -> InvalidSyntax:
    return InvalidSyntax(f"The body nests deeper than {depth} levels.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Keys that differ only by case are the same attribute (RFC 7643 §2.1): which one counts would be a guess."""
    seen: set[str] = set()
    for key, _ in pairs:
        if key.lower() in seen:
            raise InvalidSyntax(f"The key {key[:100]!r} is there twice in one object.")
        seen.add(key.lower())
    return dict(pairs)


def _refused(name: str) -> NoReturn:
    raise InvalidSyntax(f"{name} is no JSON number.")


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise InvalidSyntax("A number in the body is too large.")
    return number


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise InvalidSyntax("A number in the body is too large.")
    return int(text)


def _check(value: Any, depth: int) -> None:
    """Refuse deep nesting and text that cannot be stored, level by level."""
    level, left = [value], depth
    while level:
        for one in level:
            if isinstance(one, str) and UNSTORABLE.search(one):
                raise InvalidSyntax("A string in the body holds U+0000 or a lone surrogate.")
        containers = [one for one in level if isinstance(one, (list, dict))]
        if containers and left == 0:
            raise _too_deep(depth)
        left -= 1
        level = [part for one in containers for part in _parts(one)]


def _parts(container: list[Any] | dict[str, Any]) -> Iterable[Any]:
    """What stands in a list or an object, keys included."""
    return container if isinstance(container, list) else [*container, *container.values()]
