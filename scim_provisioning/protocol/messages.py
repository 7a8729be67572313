"""The messages that are no resources (RFC 7644 §3.4.2, §8.2)."""

from __future__ import annotations

from typing import Any

from .constants import LIST_RESPONSE


def list_response(documents: list[dict[str, Any]], total: int, start: int = 1) -> dict[str, Any]:
    """A page by index: `itemsPerPage` is what is on it."""
    return {
        "schemas": [LIST_RESPONSE],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(documents),
        "Resources": documents,
    }


def cursor_response(
    documents: list[dict[str, Any]], total: int | None, following: str | None, previous: str | None
) -> dict[str, Any]:
    """A page by cursor (RFC 9865 §2); without a cursor in that direction there is no page there."""
    parts = {"totalResults": total, "nextCursor": following, "previousCursor": previous}
    return {
        "schemas": [LIST_RESPONSE],
        **{name: part for name, part in parts.items() if part is not None},
        "itemsPerPage": len(documents),
        "Resources": documents,
    }
