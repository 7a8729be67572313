"""Checks of where the members of groups are stored."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.checks import CheckMessage
from django.db.models import UniqueConstraint

from ..adapters.base import GroupAdapter
from ..adapters.references import Members
from .messages import error


def check(adapter: type[GroupAdapter]) -> Iterator[CheckMessage]:
    """The table of a group's members, and its levels."""
    members = adapter.bound(None).get("members")
    if not isinstance(members, Members):
        return
    table = members.membership
    if bool(adapter.levels) != bool(table.level_field):
        yield error(
            "E008",
            f"{adapter.__name__}: `levels` and the level of `Members` go together.",
            'Say both: `levels = {…}` and `Members(…, level="<column>")`; or neither.',
        )
    pair = {table.group, table.user} | ({table.level_field} if table.level_field else set())
    meta = table.model._meta
    together = [set(fields) for fields in meta.unique_together]
    together += [set(one.fields) for one in meta.constraints if isinstance(one, UniqueConstraint) and not one.condition]
    if pair not in together:
        yield error(
            "E009",
            f"{adapter.__name__}: {table.model.__name__} lets a user be in a group twice.",
            f'Add `UniqueConstraint(fields={sorted(pair)}, name="…")` to its Meta.constraints.',
        )
