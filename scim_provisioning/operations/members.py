"""Changing who is in a group, as set operations in SQL: what is already so costs nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Model

from ..adapters.base import ResourceAdapter, UserAdapter
from ..adapters.collections import Collection, GroupCollection
from ..adapters.conditions import OfElement
from ..adapters.membership import Membership, batches
from ..adapters.references import Groups, Members
from ..protocol.binding import Bound
from ..protocol.errors import Forbidden, InvalidValue
from ..protocol.sets import ALL, SetChange, Step
from .events import SetChanged
from .locks import lock, out_of_sight

SHOWN = 10
"""How many ids an error names."""


def change_members(groups: GroupCollection, group: Model, change: SetChange) -> list[SetChanged]:
    """Apply a change to the members of a group whose row is locked; who comes in may leave another group.

    InvalidValue names ids that are no users; Forbidden those that the host protects.
    """
    added: set[Any] = set()
    removed: set[Any] = set()
    left: dict[Any, set[Any]] = {}
    for step in change.steps:
        new, gone, moved = _step(groups, group, step)
        added, removed = (added - gone) | (new - removed), (removed - new) | (gone - added)
        for other, users in moved.items():
            left.setdefault(other, set()).update(users)
    if not (added or removed or left):
        return []
    ids = groups.directory.users.ids(added.union(removed, *left.values()))
    others = groups.ids(left)

    def named(keys: set[Any]) -> dict[Any, str]:
        return {key: ids[key] for key in keys}

    own = [SetChanged(groups, group.pk, groups.id_of(group), named(added), named(removed))]
    lost = [SetChanged(groups, key, others[key], removed=named(users)) for key, users in left.items()]
    return [*(own if added or removed else []), *lost]


def _step(groups: GroupCollection, group: Model, step: Step) -> tuple[set[Any], set[Any], dict[Any, set[Any]]]:
    """The primary keys of the users who came in and of those who left; and of whom came, by the groups they left."""
    users, membership = groups.directory.users, stored(groups)
    wanted = users.keys(step.add)
    named = {id: wanted.get(id) for id in step.add}
    new, gone = _difference(groups, group, step, set(wanted.values()))
    if None in named.values() or new or gone:
        _check(groups, group, new, gone, named)
    if _can_change_elsewhere(groups) and (new or gone):  # now that they are locked, it is sure who is in
        present = membership.present(group.pk, new | gone)
        new, gone = new - present, gone & present
    if gone and membership.required:
        raise Forbidden(
            f"The user {listed(users.ids(gone).values())} cannot be without such a group: "
            "add it to another one, and it leaves this one."
        )
    moved = _moved(groups, new)
    if gone:
        membership.remove([group.pk], gone)
    if new:
        membership.add([group.pk], new)
    return new, gone, moved


def _difference(groups: GroupCollection, group: Model, step: Step, adding: set[Any]) -> tuple[set[Any], set[Any]]:
    """Who has to come in and who has to leave, for the users with these primary keys to be added."""
    users, membership = groups.directory.users, stored(groups)
    if step.drop == ALL:
        present = set(membership.users(group.pk))
        gone = seen(users, present - adding)
    elif isinstance(step.drop, frozenset):
        dropping = set(users.keys(step.drop).values())
        present = membership.present(group.pk, adding | dropping)
        gone = seen(users, (dropping & present) - adding)
    else:
        gone = _satisfying(groups, group, step.drop) - adding
        present = membership.present(group.pk, adding)
    return adding - seen(users, adding & present), gone


def stored(groups: GroupCollection) -> Membership:
    """Where the members are stored; Forbidden where the adapter maps none."""
    if groups.membership is None:
        raise Forbidden("The members of this group are not managed over SCIM.")
    return groups.membership


def _satisfying(groups: GroupCollection, group: Model, picked: Bound) -> set[Any]:
    """The members of the group whom a filter on `members` picks."""
    members = groups.mapping["members"]
    return set(members.picked(groups, group.pk, OfElement(picked))) if isinstance(members, Members) else set()


def _check(groups: GroupCollection, group: Model, new: set[Any], gone: set[Any], named: dict[str, Any]) -> None:
    """Lock who comes in, and who leaves where need be; refuse who does not exist, was deleted, or is protected.

    `named` are the ids that the client sent, with the primary keys behind them.
    """
    users = groups.directory.users
    asked = type(users.adapter).protects is not UserAdapter.protects
    rows = lock(users.model, new | gone if asked or _can_change_elsewhere(groups) else new)
    hidden = out_of_sight(users, [row for key, row in rows.items() if key in new])
    away = {key for key in new if key not in rows or key in hidden}
    missing = [id for id, key in named.items() if key is None or key in away]
    if missing:
        raise InvalidValue(f"No user has the id {listed(missing)}; a member is an existing user.")
    protected = [users.id_of(row) for row in rows.values() if asked and users.adapter.protects(row, "membership")]
    if protected:
        raise Forbidden(f"The memberships of the user with the id {listed(protected)} are protected in the product.")
    if groups.adapter.protects(group, "membership"):
        raise Forbidden(f"The members of the group {groups.id_of(group)} are protected in the product.")


def _can_change_elsewhere(groups: GroupCollection) -> bool:
    """Whether requests about users, or about other groups, change who is in this one: they lock the user alone."""
    shown = groups.directory.users.mapping.get("groups")
    return stored(groups).locks_leavers or (isinstance(shown, Groups) and shown.writable)


def check_groups(groups: GroupCollection, keys: Iterable[Any]) -> None:
    """Raise Forbidden if the host protects the members of one of the groups with these primary keys."""
    if type(groups.adapter).protects is ResourceAdapter.protects:
        return
    for group in groups.model._base_manager.filter(pk__in=list(keys)):
        if groups.adapter.protects(group, "membership"):
            raise Forbidden(f"The members of the group {groups.id_of(group)} are protected in the product.")


def seen(collection: Collection, keys: set[Any]) -> set[Any]:
    """Those that the connection sees: others may share a group, or a user, and what is theirs it must leave alone."""
    if not keys or not collection.adapter.is_scoped():
        return keys
    return keys & set(collection.queryset().values_list("pk", flat=True).filter(pk__in=keys))


def _moved(groups: GroupCollection, users: set[Any]) -> dict[Any, set[Any]]:
    """Who of these users, about to come in, leaves which groups by that, where a user is in one at the most."""
    moved: dict[Any, set[Any]] = {}
    membership = stored(groups)
    if not membership.one_group:
        return moved
    for batch in batches(users):
        pairs = membership.table.filter(**{f"{membership.user_key}__in": batch})
        for group, user in pairs.values_list(membership.group_key, membership.user_key):
            moved.setdefault(group, set()).add(user)
    check_groups(groups, moved)
    return moved


def listed(ids: Iterable[str]) -> str:
    """The ids as an error names them."""
    sorted_ids = sorted(ids)
    shown = ", ".join(map(repr, sorted_ids[:SHOWN]))
    return shown if len(sorted_ids) <= SHOWN else f"{shown} and {len(sorted_ids) - SHOWN} more"
