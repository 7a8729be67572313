"""Checks of the adapters behind /Groups."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.checks import CheckMessage

from ..adapters.base import GroupAdapter
from ..adapters.columns import Column
from ..adapters.indexes import is_unique
from ..adapters.sources import Source
from ..conf import settings
from . import identifiers, lookups, membership, rows
from .adapters import loaded
from .messages import error, warning


def check() -> Iterator[CheckMessage]:
    """Each adapter alone, and that their groups can be told apart."""
    adapters: list[type[GroupAdapter]] = []
    for path in settings.GROUP_ADAPTERS:
        adapter, problems = loaded("GROUP_ADAPTERS", path, GroupAdapter)
        yield from problems
        if adapter is not None:
            adapters.append(adapter)
            yield from _adapter(adapter)
    yield from identifiers.check(adapters)


def _adapter(adapter: type[GroupAdapter]) -> Iterator[CheckMessage]:
    if adapter.levels and (adapter.can_create or adapter.can_rename or adapter.can_delete):
        yield error(
            "E007",
            f"{adapter.__name__} has levels, so one of its groups cannot be created, renamed or deleted alone.",
            "Leave can_create, can_rename and can_delete False.",
        )
    texts = [str(text).strip().lower() for text in adapter.levels.values()]
    if "" in texts or len(set(texts)) < len(texts):
        yield error(
            "E020",
            f"{adapter.__name__}.levels: the groups of two levels would have the same name.",
            "Give each level a text of its own; it stands behind the name, in parentheses.",
        )
    names = [*_names(adapter)]
    yield from names
    members = [*membership.check(adapter)]
    yield from members
    if not members:
        yield from lookups.check(adapter, but={"displayName"} if names else set())
    if adapter.can_create:
        yield from rows.check(adapter, GroupAdapter)


def _names(adapter: type[GroupAdapter]) -> Iterator[CheckMessage]:
    name = adapter.bound(None).get("displayName")
    if not isinstance(name, Source):
        yield error(
            "E013",
            f"{adapter.__name__}.attributes has no `displayName`, by which groups are found.",
            'Map it: `"displayName": Column("name")`.',
        )
    elif not name.writable and (adapter.can_create or adapter.can_rename):
        yield error(
            "E030",
            f"{adapter.__name__}.attributes['displayName'] cannot be written, but groups may be created or renamed.",
            "Map it to a column, or leave can_create and can_rename False.",
        )
    elif isinstance(name, Column) and not any(
        is_unique(name.field, folded=folded, scoped=adapter.is_scoped()) for folded in (False, True)
    ):
        declaration = f'UniqueConstraint(Lower("{name.field.name}"), name="…")'
        yield warning(
            "W004",
            f"{adapter.__name__}.attributes['displayName']: two groups may have the same name, by which clients link.",
            lookups.remedy(name.field, declaration, "constraints"),
        )
