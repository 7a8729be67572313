"""Telling the product what a request changed, once it is committed (`scim_provisioning.signals`)."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from typing import Any

from django.db import router, transaction
from django.db.models import Model
from django.dispatch import Signal

from .. import signals
from ..adapters.collections import Collection, GroupCollection, UserCollection
from ..models import Event
from .caller import Caller
from .events import Change, SetChanged

Values = dict[str, tuple[Any, Any]]
"""Paths to before and after."""


def after_commit(signal: Signal, sender: type[Model], using: str, **arguments: Any) -> None:
    """Send the signal when the transaction commits; costs nothing where nobody listens.

    `robust`, because Django's own report of a receiver that fails can fail: a partial has no name.
    """
    if signal.has_listeners(sender):
        transaction.on_commit(lambda: signal.send_robust(sender, **arguments), using, robust=True)


def announce(
    caller: Caller, collection: Collection, instance: Model, kind: str, changes: list[Change | SetChanged]
) -> None:
    """Tell of one request that changed a resource. Called in the transaction of the change.

    Receivers get copies: what they do to an instance must not show in the answer.
    """
    using = router.db_for_write(collection.model)
    common = {"connection": caller.connection, "request_id": caller.request_id}
    if isinstance(collection, UserCollection):
        values = {change.path: (change.before, change.after) for change in changes if isinstance(change, Change)}
        for signal in _of_user(kind, values):
            after_commit(signal, collection.model, using, user=copy(instance), changes=values, **common)
    for groups, changed in _memberships(changes).items():
        its_own = {instance.pk: copy(instance)} if groups is collection else {}
        for change, group in _with_groups(groups, changed, its_own, using):
            after_commit(
                signals.membership_changed,
                groups.model,
                using,
                group=group,
                group_id=change.resource,
                level=groups.level,
                added=set(change.added),
                removed=set(change.removed),
                **common,
            )


def _of_user(kind: str, values: Values) -> Iterator[Signal]:
    """The signals that a user's change is worth, in the order in which they are sent."""
    if kind == Event.Operation.CREATE:
        yield signals.user_provisioned
        return
    if kind != Event.Operation.DELETE and values:
        yield signals.user_changed
    match values.get("active"):
        case (True, False | None):
            yield signals.user_deactivated
        case (False | None, True):
            yield signals.user_reactivated
    if kind == Event.Operation.DELETE:
        yield signals.user_deprovisioned


def _memberships(changes: list[Change | SetChanged]) -> dict[GroupCollection, list[SetChanged]]:
    """The changes of members that somebody listens to."""
    found: dict[GroupCollection, list[SetChanged]] = {}
    for change in changes:
        if isinstance(change, SetChanged) and signals.membership_changed.has_listeners(change.groups.model):
            found.setdefault(change.groups, []).append(change)
    return found


def _with_groups(
    groups: GroupCollection, changed: list[SetChanged], known: dict[Any, Model], using: str
) -> Iterator[tuple[SetChanged, Model]]:
    """The changes with the host's objects behind the groups; what the product deleted meanwhile is left out."""
    others = [change.group for change in changed if change.group not in known]
    rows = {**known, **groups.model._base_manager.using(using).in_bulk(others)}
    return ((change, rows[change.group]) for change in changed if change.group in rows)
