"""Values to try an adapter's attributes with: what the host says, else what type, column and canonical values allow."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zlib import crc32

from django.db import models

from ..adapters.collections import Collection
from ..adapters.columns import Column
from ..protocol.documents import Document, nested
from ..protocol.schemas import Attribute, Target
from .mapped import Mapped, writable

Given = Mapping[str, Sequence[Any] | Callable[[int], Any]]
"""By an attribute's path: values that are used in turn, or a function that is given a number."""

WORDS = (
    *("Amber", "Birch", "Cedar", "Dune", "Elm", "Fern", "Grove", "Heath"),
    *("Iris", "Juniper", "Kelp", "Larch", "Moss", "Nettle", "Oak", "Poppy"),
)

KNOWN: Given = {
    "userName": lambda number: f"{word(number).lower()}@example.com",
    "emails.value": lambda number: f"{word(number).lower()}@example.com",
    "phoneNumbers.value": lambda number: f"+1 201 555 {1000 + number}",
    "addresses.country": ["NO", "JP", "PE"],
    "locale": ["en-US", "nb-NO", "ja-JP"],
    "preferredLanguage": ["en", "nb", "ja"],
    "timezone": ["Europe/Oslo", "Asia/Tokyo", "America/Lima"],
}
"""What has a form of its own, though the schema says that it is a text."""


def word(number: int, key: str = "") -> str:
    """A word of its own for each number, so that unique columns are content; in another order for each attribute."""
    if number >= len(WORDS):
        return f"Word{number}"
    turn = crc32(key.encode())
    return WORDS[(number * (turn % 8 * 2 + 1) + turn // 8) % len(WORDS)]  # an odd step comes by all of them


class Examples:
    """Whole documents that an adapter's users can have; of two numbers they differ wherever they can.

    `manager` is the id and the address of a user, for attributes that refer to one.
    """

    def __init__(self, users: Collection, given: Given, manager: tuple[str, str]) -> None:
        self.attributes = writable(users)
        self.resource_type = users.resource_type
        self.given = {**KNOWN, **given}
        self.manager = manager

    def document(self, number: int) -> Document:
        """A flat document with a value for everything that can be written."""
        document: Document = {}
        columns: dict[str, Any] = {}
        for found in sorted(self.attributes.values(), key=lambda one: one.target.attribute.multi_valued):
            value = self.value(found, number)
            if found.column in columns:  # two attributes in one column say the same
                known = columns[found.column]
                value = [{"value": known, "primary": True}] if isinstance(value, list) else known
            elif found.column is not None:
                columns[found.column] = value
            if value is not None:
                document[found.key] = value
        return document

    def body(self, number: int, **more: Any) -> dict[str, Any]:
        """The same as a client sends it."""
        return {**nested(self.document(number), self.resource_type), **more}

    def value(self, found: Mapped, number: int) -> Any:
        """A value of one attribute; of a multi-valued one a list of two, where two can be told apart."""
        target = found.target
        if not target.attribute.multi_valued:
            return self._one(target.key, target.leaf, found.source, number)
        given = self.given.get(found.key)
        if given is not None:
            return _picked(given, number)
        if not target.attribute.is_complex:
            return [self._one(target.key, target.leaf, found.source, number)]
        first = self._element(target, found.source, number, primary=True)
        second = self._element(target, found.source, number + 1, primary=False)
        return [first, second] if first.get("type") != second.get("type") else [first]

    def _element(self, target: Target, source: Any, number: int, *, primary: bool) -> dict[str, Any]:
        subs = getattr(source, "elements", None) or {}
        element = {}
        for sub in target.attribute.sub_attributes:
            if sub.mutability == "readOnly":
                continue
            key = f"{target.key}.{sub.name}"
            where = subs.get(sub.name) if isinstance(subs, dict) else None
            if where is None and sub.name == "value":
                where = source
            element[sub.name] = primary if sub.name == "primary" else self._one(key, sub, where, number)
        return {name: value for name, value in element.items() if value is not None}

    def _one(self, key: str, attribute: Attribute, source: Any, number: int) -> Any:
        given = self.given.get(key)
        if given is not None and not (key in KNOWN and attribute.canonical_values):
            return _picked(given, number)
        if attribute.canonical_values:
            return _picked(attribute.canonical_values, number)
        if attribute.reference_types or key.endswith("manager.value"):
            id, location = self.manager
            if key.endswith("manager.value"):
                return id
            return location if "User" in attribute.reference_types else f"https://example.com/{word(number).lower()}"
        return _of_type(key, attribute, source.field if isinstance(source, Column) else None, number)


def _picked(values: Sequence[Any] | Callable[[int], Any], number: int) -> Any:
    return values(number) if callable(values) else values[number % len(values)]


def _of_type(key: str, attribute: Attribute, field: Any, number: int) -> Any:
    match attribute.type:
        case "boolean":
            return number % 2 == 0
        case "integer":
            return number + 1
        case "decimal":
            return number + 0.5
        case "dateTime":
            return f"2026-01-{number % 28 + 1:02}T08:30:00Z"
        case "binary":
            return base64.b64encode(word(number).encode()).decode()
    return _text(key, attribute, field, number)


def _text(key: str, attribute: Attribute, field: Any, number: int) -> str:
    """A text as the column has it: of a number, a date, an e-mail address, one of its choices."""
    if getattr(field, "choices", None):
        return str(_picked([choice for choice, _ in field.flatchoices], number))
    match field:
        case models.IntegerField():
            return str(number + 1)
        case models.DecimalField():
            return f"{number + 1}.{'0' * field.decimal_places}".rstrip(".")
        case models.FloatField():
            return f"{number}.5"
        case models.BooleanField():
            return str(number % 2 == 0).lower()
        case models.DateTimeField():
            return f"2026-01-{number % 28 + 1:02}T08:30:00Z"
        case models.DateField():
            return f"2026-01-{number % 28 + 1:02}"
        case models.UUIDField():
            return f"00000000-0000-4000-8000-{number:012}"
        case models.EmailField():
            return f"{word(number).lower()}@example.com"
        case models.URLField():
            return f"https://example.com/{word(number).lower()}"
        case models.SlugField():
            return word(number).lower()[: field.max_length]
    text = f"{word(number, key)} {attribute.name}"
    limit = getattr(field, "max_length", None)
    return text if limit is None or len(text) <= limit else word(number, key)[:limit]
