"""Checks of where the members of groups are stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage
from django.core.exceptions import FieldDoesNotExist, ValidationError

from ..adapters.base import GroupAdapter
from ..adapters.levels import HighestLevel
from ..adapters.membership import Membership, UserColumn, is_unique
from ..adapters.references import Members
from .messages import error
from .rows import is_needed

OURS = (Membership, UserColumn, HighestLevel)
"""The kinds of storage that consist of columns; of a kind of the host's own nobody can tell."""


def check(adapter: type[GroupAdapter]) -> Iterator[CheckMessage]:
    """The table of a group's members, and its levels."""
    members = adapter.bound(None).get("members")
    if not isinstance(members, Members):
        return
    table = members.membership
    astray = [*_relations(adapter, table)] if type(table) in OURS else []
    yield from astray
    if astray:
        return
    if bool(adapter.levels) != bool(table.level_field):
        yield error(
            "E008",
            f"{adapter.__name__}: `levels` and the level of `Members` go together.",
            'Say both: `levels = {…}` and `Members(…, level="<column>")`; or neither.',
        )
    else:
        yield from _filled(adapter, table)
    yield from _levels(adapter, table)
    pair = {_field(table, name).name if type(table) in OURS else name for name in table.unique_on}
    if pair and not is_unique(table.model, pair):
        yield error(
            "E009",
            f"{adapter.__name__}: {table.model.__name__} lets a user be in a group twice.",
            f'Add `UniqueConstraint(fields={sorted(pair)}, name="…")` to its Meta.constraints.',
        )


def _relations(adapter: type[GroupAdapter], table: Membership) -> Iterator[CheckMessage]:
    """Whether the columns of the table lead to groups and to users, and the level's column is there."""
    ends = {"group": (table.group, adapter.get_model())}
    if table.user_prefix:  # else the row is the user
        ends["user"] = (table.user, get_user_model())
    named = f"{adapter.__name__}.attributes['members']"
    for argument, (name, model) in ends.items():
        field = _field(table, name)
        leads_to = field.related_model._meta.concrete_model if field is not None and field.is_relation else None
        if leads_to is not model._meta.concrete_model:
            yield error(
                "E021",
                f"{named}: {table.model.__name__}.{name} is no foreign key to {model.__name__}.",
                f'Say which column is: `Members(…, {argument}="<column>")`.',
            )
    if table.level_field:
        field = _field(table, table.level_field)
        if field is None or (field.is_relation and field.attname != table.level_field):
            column = "<column>" if field is None else field.attname
            yield error(
                "E021",
                f"{named}: {table.model.__name__} has no column {table.level_field!r}.",
                f'Say which column holds the level: `Members(…, level="{column}")`.',
            )


def _levels(adapter: type[GroupAdapter], table: Membership) -> Iterator[CheckMessage]:
    """Whether the level's column can hold the keys of `levels`, and gives them back as they are."""
    field = _field(table, table.level_field or "")
    if field is None:
        return
    for level in adapter.levels:
        if not level or not _holds(field, level):
            yield error(
                "E026",
                f"{adapter.__name__}.levels: {table.model.__name__}.{field.name} cannot hold {level!r}.",
                "The keys are the values that stand in the column; 0 and the empty text are none.",
            )


def _filled(adapter: type[GroupAdapter], table: Membership) -> Iterator[CheckMessage]:
    """Whether every column that a new pair must fill has something to fill it; our `add` calls no `save`."""
    if type(table).add not in (Membership.add, HighestLevel.add):
        return
    given = {_field(table, name) for name in (table.group, table.user, table.level_field or "")}
    empty = [
        field.name
        for field in table.model._meta.concrete_fields
        if field not in given and field.name not in table.defaults and is_needed(field)
    ]
    if empty:
        yield error(
            "E031",
            f"{adapter.__name__}: nobody can be put into a group, as nothing fills {', '.join(empty)} of "
            f"{table.model.__name__}.",
            f'Give it a default, or a value: `Members(…, defaults={{"{empty[0]}": …}})`.',
        )


def _field(table: Membership, name: str) -> Any:
    try:
        return table.model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def _holds(field: Any, value: Any) -> bool:
    column = field.target_field if field.is_relation else field  # which rows there are is not asked
    try:
        return bool(column.clean(value, None) == value)
    except ValidationError:
        return False
