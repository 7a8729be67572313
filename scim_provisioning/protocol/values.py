"""A value of a body as its attribute wants it: types, names and tolerances (RFC 7643 §2.3, §2.4)."""

from __future__ import annotations

import base64
import binascii
from decimal import Decimal
from typing import Any

from .datetimes import parse_datetime, written
from .dialects import Leniency
from .errors import InvalidValue
from .schemas import Attribute


def is_nothing(value: Any) -> bool:
    """Whether the value is null or empty."""
    return value is None or (isinstance(value, (str, list, dict, frozenset)) and not value)


def says_nothing(value: Any, key: str, leniency: Leniency, due: type | None = None) -> bool:
    """Whether the value means absence: null, and an empty list or object where that is `due` (RFC 7643 §2.5).

    Anything else that is empty means it by a tolerance; where that is not forgiven, InvalidValue.
    """
    if not is_nothing(value):
        return False
    if value is None or type(value) is due or leniency.forgives("empty-value"):
        return True
    raise InvalidValue(f"{key} is {_kind(value)} with nothing in it: null says that there is no value.")


def coerced(attribute: Attribute, value: Any, key: str, leniency: Leniency) -> Any:
    """The value in the JSON type of its attribute, or InvalidValue; None for one of the ways to say nothing.

    A multi-valued attribute is a list without duplicates; an element of a complex one a dict of known sub-attributes.
    """
    if says_nothing(value, key, leniency, list if attribute.multi_valued else _due(attribute)):
        return None
    if not attribute.multi_valued:
        return one(attribute, single(attribute, value, leniency), key, leniency)
    if not isinstance(value, list):
        if not leniency.forgives("one-for-list"):
            raise InvalidValue(f"{key} is multi-valued: a list is due, not {_kind(value)}.")
        value = [value]
    elements: dict[Any, Any] = {}
    for each in value:
        element = None if says_nothing(each, key, leniency, _due(attribute)) else one(attribute, each, key, leniency)
        if not is_nothing(element):
            elements.setdefault(frozenset(element.items()) if isinstance(element, dict) else element, element)
    return list(elements.values()) or None


def single(attribute: Attribute, value: Any, leniency: Leniency) -> Any:
    """The one value that is meant where it is wrapped in a list, or a simple one in an object (tolerances)."""
    if isinstance(value, list) and len(value) == 1 and leniency.forgives("list-for-single"):
        value = value[0]
    if not attribute.is_complex and isinstance(value, dict) and value.keys() - {"$ref"} == {"value"}:
        value = value["value"] if leniency.forgives("value-in-object") else value
    return value


def one(attribute: Attribute, value: Any, key: str, leniency: Leniency) -> Any:
    """One value, of a multi-valued attribute one element."""
    match attribute.type:
        case "complex":
            return _complex(attribute, value, key, leniency)
        case "boolean":
            return _boolean(value, key, leniency)
        case "integer" | "decimal":
            return _number(attribute, value, key, leniency)
        case "dateTime":
            return _moment(value, key)
        case "binary":
            return _binary(value, key)
        case _:
            return _text(value, key, leniency)


def _due(attribute: Attribute) -> type | None:
    """In which container one value of the attribute stands."""
    return dict if attribute.is_complex else None


def _complex(attribute: Attribute, value: Any, key: str, leniency: Leniency) -> dict[str, Any]:
    if not isinstance(value, dict):
        if attribute.sub("value") is None or isinstance(value, list) or not leniency.forgives("bare-reference"):
            names = ", ".join(sub.name for sub in attribute.sub_attributes)
            raise InvalidValue(f"{key} is complex: an object with {names} is due, not {_kind(value)}.")
        value = {"value": value}
    element = {}
    for name, inner in value.items():
        sub = attribute.sub(name)
        if sub is None:
            if not leniency.forgives("unknown-attribute"):
                raise InvalidValue(f"{key} has no sub-attribute {name!r}.")
        elif sub.mutability != "readOnly" and (known := coerced(sub, inner, f"{key}.{sub.name}", leniency)) is not None:
            element[sub.name] = known
    return element


def _boolean(value: Any, key: str, leniency: Leniency) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false") and leniency.forgives("boolean-text"):
        return value.lower() == "true"
    raise InvalidValue(f"{key} is a boolean: true or false is due, not {_kind(value)}.")


def _number(attribute: Attribute, value: Any, key: str, leniency: Leniency) -> int | float | Decimal:
    if isinstance(value, str) and leniency.forgives("number-text"):
        try:
            value = int(value)
        except ValueError:
            raise InvalidValue(f"{key} is a number ({attribute.type}), not {_kind(value)}.") from None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InvalidValue(f"{key} is a number ({attribute.type}), not {_kind(value)}.")
    if attribute.type == "integer" and not isinstance(value, int):
        raise InvalidValue(f"{key} is an integer: no fraction and no exponent.")
    return value


def _moment(value: Any, key: str) -> str:
    instant = parse_datetime(value) if isinstance(value, str) else None
    if instant is not None:
        return written(instant)
    raise InvalidValue(f"{key} is a dateTime such as 2026-01-23T04:56:22Z, not {_kind(value)}.")


def _binary(value: Any, key: str) -> str:
    try:
        base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise InvalidValue(f"{key} is binary: base64 text is due.") from None
    return str(value)


def _text(value: Any, key: str, leniency: Leniency) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool) and leniency.forgives("number-text"):
        return str(value)
    raise InvalidValue(f"{key} is a string, not {_kind(value)}.")


def _kind(value: Any) -> str:
    """What a value is, in JSON's words; never the value itself, which may be personal."""
    names = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "a list", dict: "an object"}
    return names.get(type(value), "null")
