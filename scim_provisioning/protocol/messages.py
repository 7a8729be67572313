"""The messages that are no resources (RFC 7644 §3.4.2, §8.2)."""

from __future__ import annotations

from typing import Any

from .constants import LIST_RESPONSE


def list_response(documents: list[dict[str, Any]], total: int, start: int = 1) -> dict[str, Any]:
    """A page: `itemsPerPage` is what is on it."""
    return {
        "schemas": [LIST_RESPONSE],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(documents),
        "Resources": documents,
    }
