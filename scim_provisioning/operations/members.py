"""Changing who is in a group, as set operations in SQL: what is already so costs nothing."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from ..adapters.base import UserAdapter
from ..adapters.collections import GroupCollection, UserCollection
from ..adapters.conditions import OfElement
from ..adapters.references import Members
from ..protocol.binding import Bound
from ..protocol.errors import Forbidden, InvalidValue
from ..protocol.sets import ALL, SetChange, Step
from .events import SetChanged
from .locks import lock, out_of_sight

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
    came, left = ({key: ids[key] for key in keys} for keys in (added, removed))
    return [SetChanged(groups, group.pk, groups.id_of(group), came, left)]


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
        gone = _seen(users, present - adding)
    elif isinstance(step.drop, frozenset):
        dropping = set(users.keys(step.drop).values())
        present = membership.present(group.pk, adding | dropping)
        gone = _seen(users, (dropping & present) - adding)
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
    hidden = out_of_sight(users, [row for key, row in rows.items() if key in new])
    away = {key for key in new if key not in rows or key in hidden}
    missing = [*unknown, *users.ids(away).values()]
    if missing:
        raise InvalidValue(f"No user has the id {_listed(missing)}; a member is an existing user.")
    protected = [users.id_of(row) for row in rows.values() if asked and users.adapter.protects(row, "membership")]
    if protected:
        raise Forbidden(f"The memberships of the user with the id {_listed(protected)} are protected in the product.")
    if groups.adapter.protects(group, "membership"):
        raise Forbidden(f"The members of the group {groups.id_of(group)} are protected in the product.")


def _seen(users: UserCollection, members: set[Any]) -> set[Any]:
    """Those whom the connection sees: a group may be shared with others, whose members it must leave alone."""
    if not members or not users.adapter.is_scoped():
        return members
    return members & set(users.queryset().values_list("pk", flat=True).filter(pk__in=members))


def leave_all_groups(users: UserCollection, user: Model) -> list[SetChanged]:
    """Take a user, whose row is locked, out of every group."""
    changes = []
    left = {user.pk: users.id_of(user)}
    for groups in users.directory.groups:
        if (membership := groups.membership) is None:
            continue
        pairs = membership.table.filter(**{membership.user: user.pk})
        keys = list(pairs.order_by(membership.group).values_list(f"{membership.group}_id", flat=True))
        if keys:
            pairs.filter(**{f"{membership.group}__in": keys}).delete()
            changes += [SetChanged(groups, key, id, removed=left) for key, id in groups.ids(keys).items()]
    return changes


def _listed(ids: list[str]) -> str:
    shown = ", ".join(repr(id) for id in sorted(ids)[:SHOWN])
    return shown if len(ids) <= SHOWN else f"{shown} and {len(ids) - SHOWN} more"
