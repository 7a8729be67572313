"""Changing who is in a group, as set operations in SQL: what is already so costs nothing."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from ..adapters.base import UserAdapter
from ..adapters.collections import GroupCollection, UserCollection
from ..adapters.conditions import OfElement
from ..adapters.references import Members
from ..models import UserRecord
from ..protocol.binding import Bound
from ..protocol.errors import Forbidden, InvalidValue
from ..protocol.sets import ALL, SetChange, Step
from .events import SetChanged
from .locks import lock

SHOWN = 10
"""How many ids an error names."""


def change_members(groups: GroupCollection, group: Model, change: SetChange) -> list[SetChanged]:
    """Apply a change to the members of a group whose row is locked.

    InvalidValue names ids that are no users; Forbidden those that the host protects.
    """
    added: set[Any] = set()
    removed: set[Any] = set()
    for step in change.steps:
        new, gone = _step(groups, group, step)
        added, removed = (added - gone) | (new - removed), (removed - new) | (gone - added)
    if not added and not removed:
        return []
    ids = groups.directory.users.ids(added | removed)
    return [SetChanged(groups.id_of(group), sorted(ids[key] for key in added), sorted(ids[key] for key in removed))]


def _step(groups: GroupCollection, group: Model, step: Step) -> tuple[set[Any], set[Any]]:
    """The primary keys of the users who came in and of those who left."""
    users, membership = groups.directory.users, groups.membership
    if membership is None:
        raise Forbidden("The members of this group are not managed over SCIM.")
    wanted = users.keys(step.add)
    unknown = [id for id in step.add if id not in wanted]
    adding = set(wanted.values())
    if step.drop == ALL:
        present = set(membership.ids(group.pk))
        gone = present - adding
    elif isinstance(step.drop, frozenset):
        dropping = set(users.keys(step.drop).values())
        present = membership.present(group.pk, adding | dropping)
        gone = (dropping & present) - adding
    else:
        gone = _satisfying(groups, group, step.drop) - adding
        present = membership.present(group.pk, adding)
    new = adding - present
    if unknown or new or gone:
        _check(groups, group, new, gone, unknown)
    if gone:
        membership.remove(group.pk, gone)
    if new:
        membership.add(group.pk, new)
    return new, gone


def _satisfying(groups: GroupCollection, group: Model, picked: Bound) -> set[Any]:
    """The members of the group whom a filter on `members` picks."""
    members = groups.mapping["members"]
    return set(members.picked(groups, group.pk, OfElement(picked))) if isinstance(members, Members) else set()


def _check(groups: GroupCollection, group: Model, new: set[Any], gone: set[Any], unknown: list[str]) -> None:
    """Lock the users who come in; refuse who does not exist, was deleted, or is protected."""
    users = groups.directory.users
    asked = type(users.adapter).protects is not UserAdapter.protects
    rows = lock(users.model, new | gone if asked else new)
    hidden = _hidden(users, [row for key, row in rows.items() if key in new])
    away = {key for key in new if key not in rows or key in hidden}
    missing = [*unknown, *users.ids(away).values()]
    if missing:
        raise InvalidValue(f"No user has the id {_listed(missing)}; a member is an existing user.")
    protected = [users.id_of(row) for row in rows.values() if asked and users.adapter.protects(row, "membership")]
    if protected:
        raise Forbidden(f"The memberships of the user with the id {_listed(protected)} are protected in the product.")
    if groups.adapter.protects(group, "membership"):
        raise Forbidden(f"The members of the group {groups.id_of(group)} are protected in the product.")


def _hidden(users: UserCollection, rows: list[Model]) -> set[Any]:
    """Who of these (locked) users is out of the connection's sight; asked only of those of whom it can be."""
    if users.adapter.is_scoped():
        keys = {row.pk for row in rows}
        return keys - set(users.queryset().filter(pk__in=keys).values_list("pk", flat=True))
    inactive = [row.pk for row in rows if not users.is_active(row)]
    if not inactive:
        return set()
    return set(
        UserRecord.objects.filter(user__in=inactive, deprovisioned_at__isnull=False).values_list("user", flat=True)
    )


def leave_all_groups(users: UserCollection, user: Model) -> list[SetChanged]:
    """Take a user, whose row is locked, out of every group."""
    changes = []
    id = users.id_of(user)
    for groups in users.directory.groups:
        if (membership := groups.membership) is None:
            continue
        pairs = membership.table.filter(**{membership.user: user.pk})
        keys = list(pairs.order_by(membership.group).values_list(f"{membership.group}_id", flat=True))
        if keys:
            pairs.filter(**{f"{membership.group}__in": keys}).delete()
            changes += [SetChanged(groups.identifier.text(key), removed=[id]) for key in keys]
    return changes


def _listed(ids: list[str]) -> str:
    shown = ", ".join(repr(id) for id in sorted(ids)[:SHOWN])
    return shown if len(ids) <= SHOWN else f"{shown} and {len(ids) - SHOWN} more"
