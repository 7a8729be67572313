"""Checks of the adapter behind /Users."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.checks import CheckMessage

from ..adapters.base import UserAdapter
from ..adapters.sources import Column
from ..conf import settings
from .adapters import loaded
from .messages import error, warning


def check() -> Iterator[CheckMessage]:
    """The adapter, and what it says of user names."""
    adapter, problems = loaded("USER_ADAPTER", settings.USER_ADAPTER, UserAdapter)
    yield from problems
    if adapter is None or problems:
        return
    name = adapter.bound(None).get("userName")
    if not isinstance(name, Column):
        yield error(
            "E005",
            f"{adapter.__name__}.attributes has no column for `userName`.",
            'Name one: `"userName": Column("username")`.',
        )
    elif not name.is_unique_in_any_case:
        model = adapter.get_model().__name__
        yield warning(
            "W001",
            f"{adapter.__name__}: two users may have names that differ only in case.",
            f'Add `UniqueConstraint(Lower("{name.name}"), name="…")` to {model}.Meta.constraints: it settles '
            "races, and its index answers `userName eq`.",
        )
