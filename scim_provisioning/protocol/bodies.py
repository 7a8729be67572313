"""JSON as it comes from outside (RFC 8259), with bounds: what no database or answer could hold is refused here."""

from __future__ import annotations

import json
import math
import re
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
    _check_depth(text, depth)
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_refused, parse_float=_float, parse_int=_integer
        )
    except json.JSONDecodeError as error:
        raise InvalidSyntax(f"The body is not JSON: {error.msg} (line {error.lineno}, column {error.colno}).") from None
    _check_text(value)
    return value


def _check_depth(text: str, depth: int) -> None:
    """Refuse deep nesting before the parser recurses into it; brackets inside strings do not count."""
    level = 0
    for match in re.finditer(r'"(?:[^"\\]|\\.)*+"|[\[{]|[\]}]', text):
        character = match[0][0]
        level += (character in "[{") - (character in "]}")
        if level > depth:
            raise InvalidSyntax(f"The body nests deeper than {depth} levels (column {match.start() + 1}).")


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


def _check_text(value: Any) -> None:
    match value:
        case str() if UNSTORABLE.search(value):
            raise InvalidSyntax("A string in the body holds U+0000 or a lone surrogate.")
        case list():
            for one in value:
                _check_text(one)
        case dict():
            for key, one in value.items():
                _check_text(key)
                _check_text(one)
