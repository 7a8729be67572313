"""A product with tenants, as far as the admin is concerned."""

from __future__ import annotations

from collections.abc import Iterator

NAMES = {"acme": "Acme Grid", "volt": "Volt & <Sons>", "7": "Seventh Line"}


def tenants() -> Iterator[tuple[str | int, str]]:
    """Not every product has texts for keys."""
    return iter([("acme", NAMES["acme"]), ("volt", NAMES["volt"]), (7, NAMES["7"])])


def nobody() -> list[tuple[str, str]]:
    return []
