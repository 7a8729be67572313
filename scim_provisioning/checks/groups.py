"""Checks of the adapters behind /Groups."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.checks import CheckMessage

from ..adapters.base import GroupAdapter
from ..conf import settings
from . import membership
from .adapters import loaded
from .messages import error


def check() -> Iterator[CheckMessage]:
    """Each adapter alone, and that they can be told apart."""
    kinds: dict[str, str] = {}
    for path in settings.GROUP_ADAPTERS:
        adapter, problems = loaded("GROUP_ADAPTERS", path, GroupAdapter)
        yield from problems
        if adapter is None or problems:
            continue
        if adapter.kind in kinds:
            yield error(
                "E006",
                f"{adapter.__name__}.kind is {adapter.kind!r}, as that of {kinds[adapter.kind]}.",
                "Give each group adapter a `kind` of its own: ids begin with it.",
            )
        kinds[adapter.kind] = adapter.__name__
        if adapter.levels and (adapter.can_create or adapter.can_rename or adapter.can_delete):
            yield error(
                "E007",
                f"{adapter.__name__} has levels, so one of its groups cannot be created, renamed or deleted alone.",
                "Leave can_create, can_rename and can_delete False.",
            )
        yield from membership.check(adapter)
