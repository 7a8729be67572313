"""Instants as SCIM writes them (RFC 7643 §2.3.5)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_DATETIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
)


def parse_datetime(text: str) -> datetime | None:
    """The instant that an xsd:dateTime names, in UTC; None where the text is none, as a date without a time.

    A text without an offset is taken as UTC. Digits beyond the microseconds are cut off.
    """
    if not _DATETIME.fullmatch(text):
        return None
    try:
        instant = datetime.fromisoformat(text)
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):  # no such day, or an offset that leads out of the calendar
        return None


def written(instant: datetime) -> str:
    """The instant in UTC with `Z`, always to the microsecond: so texts are in the order of the instants."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
