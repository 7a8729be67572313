"""Checks of the adapter behind /Users."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.checks import CheckMessage

from ..adapters.base import UserAdapter
from ..adapters.columns import Column
from ..adapters.indexes import is_unique
from ..adapters.records import Stored
from ..conf import settings
from . import lookups, rows
from .adapters import loaded
from .messages import error, warning

BEGIN = "or let `attributes` begin with `**UserAdapter.attributes`"


def check() -> Iterator[CheckMessage]:
    """The adapter, and what the database promises of its rows."""
    adapter, problems = loaded("USER_ADAPTER", settings.USER_ADAPTER, UserAdapter)
    yield from problems
    if adapter is None:
        return
    active = adapter.bound(None).get("active")
    if active is None or not active.writable or isinstance(active, Stored):
        yield error(
            "E013",
            f"{adapter.__name__}.attributes: `active` is in no column of yours, so nobody could be deactivated.",
            f'Map it: `"active": Column("is_active")`; {BEGIN}.',
        )
    name = adapter.bound(None).get("userName")
    if not isinstance(name, Column):
        yield error(
            "E005",
            f"{adapter.__name__}.attributes has no column for `userName`.",
            f'Name one: `"userName": Column("username")`; {BEGIN}.',
        )
        return
    names = [*_names(adapter, name)]
    yield from names
    yield from lookups.check(adapter, but={"userName"} if names else set())
    yield from rows.check(adapter, UserAdapter)


def _names(adapter: type[UserAdapter], name: Column) -> Iterator[CheckMessage]:
    field, scoped = name.field, adapter.is_scoped()
    if is_unique(field, folded=True, scoped=scoped):
        return
    hint = lookups.remedy(field, f'UniqueConstraint(Lower("{field.name}"), name="…")', "constraints")
    if is_unique(field, folded=False, scoped=scoped):
        yield warning(
            "W001",
            f"{adapter.__name__}.attributes['userName']: two users may have names that differ only in case.",
            f"{hint} That settles races, and answers `userName eq`.",
        )
    else:
        yield error(
            "E015",
            f"{adapter.__name__}.attributes['userName']: two users may have the same {field.name}.",
            f"{hint} To a client they are one.",
        )
