"""Changing the groups of one user: the user's row is locked, which guards its place in every group."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db.models import Model

from ..adapters.cells import Cells
from ..adapters.collections import GroupCollection, UserCollection
from ..adapters.membership import Membership
from ..adapters.references import Groups
from ..protocol.changes import Operation
from ..protocol.errors import Forbidden, InvalidValue
from ..protocol.evaluation import element_matches
from ..protocol.sets import Named, SetChange
from .events import SetChanged
from .members import check_groups, listed, seen, stored

Elements = dict[str, dict[str, Any]]
"""Groups as a user shows them, by their SCIM ids."""


def change_groups(users: UserCollection, user: Model, change: SetChange) -> list[SetChanged]:
    """Apply a change to the groups of a user whose row is locked.

    InvalidValue names ids that are no groups, and groups that exclude one another; Forbidden what the host protects.
    """
    asked = frozenset[str]().union(*(step.add for step in change.steps))
    held = _held(users, user)
    known = {**_found(users, asked - held.keys()), **held}
    if missing := asked - known.keys():
        raise InvalidValue(f"No group has the id {listed(missing)}; a user's groups are existing Groups.")
    wanted = change.changed(frozenset(held), lambda condition, id: element_matches(condition, known[id]))
    changes = []
    for groups in users.directory.groups:
        together = [id for id in asked & wanted if groups.identifier.key(id) is not None]
        if groups.membership and groups.membership.one_group and len(together) > 1:
            raise InvalidValue(f"A user is in one group of this kind at the most, not in {listed(together)}.")
        new = set(groups.keys(wanted - held.keys()).values())
        gone = set(groups.keys(held.keys() - wanted).values())
        if new or gone:
            changes += _change(groups, user, new, gone)
    return changes


def leave_all_groups(users: UserCollection, user: Model) -> list[SetChanged]:
    """Take a user, whose row is locked, out of every group that it can be without and that the connection sees."""
    changes = []
    left = {user.pk: users.id_of(user)}
    for groups in users.directory.groups:
        membership = groups.membership
        if membership is None or membership.required:
            continue
        if keys := sorted(seen(groups, set(membership.groups(user.pk)))):
            membership.remove(keys, [user.pk])
            _reread(membership, user)
            changes += [SetChanged(groups, key, id, removed=left) for key, id in groups.ids(keys).items()]
    return changes


def with_ids(users: UserCollection, operations: Iterable[Operation]) -> list[Operation]:
    """The operations, with the ids of groups that are named by what they show."""
    return [
        replace(operation, value=frozenset(_id(users, one) if isinstance(one, Named) else one for one in ids))
        if operation.key == "groups" and (ids := operation.value)
        else operation
        for operation in operations
    ]


def _change(groups: GroupCollection, user: Model, new: set[Any], gone: set[Any]) -> list[SetChanged]:
    """Put the user in the groups with these primary keys, and take it out of others."""
    users, membership = groups.directory.users, stored(groups)
    moves = membership.one_group and bool(new)
    if moves:
        gone = set(membership.groups(user.pk))
    elif gone and membership.required:
        raise Forbidden(f"The user {users.id_of(user)!r} cannot be without such a group: send another one instead.")
    if users.adapter.protects(user, "membership"):
        raise Forbidden(f"The memberships of the user with the id {users.id_of(user)!r} are protected in the product.")
    check_groups(groups, new | gone)
    if gone and not moves:
        membership.remove(gone, [user.pk])
    if new:
        membership.add(new, [user.pk])
    _reread(membership, user)
    itself = {user.pk: users.id_of(user)}
    return [
        SetChanged(groups, key, id, itself if key in new else {}, {} if key in new else itself)
        for key, id in groups.ids(sorted(new | seen(groups, gone))).items()
    ]


def _reread(membership: Membership, user: Model) -> None:
    """Where the user's row itself says the group, have the instance say it too: it is shown, and told to receivers."""
    if not membership.user_prefix:
        user.refresh_from_db()


def _held(users: UserCollection, user: Model) -> Elements:
    """The groups that the user shows."""
    groups = users.mapping["groups"]
    shown = groups.fetch(users, [user.pk]).get(user.pk, []) if isinstance(groups, Groups) else []
    return {element["value"]: element for element in shown}


def _found(users: UserCollection, ids: Iterable[str]) -> Elements:
    """Those of the groups that there are, as the user will show them."""
    found: Elements = {}
    for groups in users.directory.groups:
        cells = Cells(groups.reference)
        if keys := groups.keys(ids):
            for row in groups.queryset().filter(pk__in=list(keys.values())).values_list(*cells.columns):
                element = cells.read(row)
                found[element["value"]] = element
    return found


def _id(users: UserCollection, named: Named) -> str:
    """The id of the one group that shows that name."""
    found = []
    for groups in users.directory.groups:
        leaf = groups.resource_type.leaves["displayName"].leaf
        same = groups.single("displayName").condition(leaf, "eq", named.display)
        found += [groups.id_of(row) for row in groups.queryset().filter(same).order_by("pk")[:2]]
    if len(found) != 1:
        many = f"{len(found)} Groups have" if found else "No Group has"
        raise InvalidValue(f"{many} the display {named.display!r}: name the Group by its id, as `value`.")
    return found[0]
