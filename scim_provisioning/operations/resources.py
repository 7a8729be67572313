"""What POST, PUT, PATCH and DELETE do to one resource, each in a transaction of its own."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, ProtectedError, RestrictedError

from ..adapters.collections import Collection, GroupCollection, UserCollection
from ..conf import settings
from ..models import Event, GroupRecord
from ..protocol.changes import Operation, Reader
from ..protocol.errors import Conflict, Forbidden, NotFound
from . import conflicts, events, locks
from .caller import Caller
from .events import Change, SetChanged
from .members import leave_all_groups
from .sessions import end_sessions
from .write import Write

Kind = Event.Operation
Written = tuple[Collection, Model]


def create(caller: Caller, resource_type: str, body: Any) -> Written:
    """Make a resource of the body of a POST (RFC 7644 §3.3). A user who was deleted comes back as new."""
    collection = _maker(caller, resource_type, body)
    operations = _reader(caller, collection).post(body)

    def run() -> Written:
        with locks.writing(collection.model):
            write = Write(caller, collection, collection.adapter.new(), Kind.CREATE)
            write.run(operations)
            return collection, write.instance

    try:
        return locks.retrying(run)
    except conflicts.Deprovisioned as found:
        if not (isinstance(collection, UserCollection) and collection.adapter.revives):
            raise
        return _revive(caller, collection, found.key, body)


def replace(caller: Caller, resource_type: str, id: str, body: Any) -> Written:
    """Replace what the resource holds by the body of a PUT (RFC 7644 §3.5.1)."""
    collection = find(caller, resource_type, id)
    return _change(caller, collection, id, _reader(caller, collection).put(body), Kind.REPLACE)


def patch(caller: Caller, resource_type: str, id: str, body: Any) -> Written:
    """Apply the operations of a PATCH, all or none (RFC 7644 §3.5.2)."""
    collection = find(caller, resource_type, id)
    return _change(caller, collection, id, _reader(caller, collection).patch(body), Kind.PATCH)


def delete(caller: Caller, resource_type: str, id: str) -> None:
    """Delete the resource (RFC 7644 §3.6); of a user, by default, everything but the row."""
    collection = find(caller, resource_type, id)

    def run() -> None:
        with locks.writing(collection.model):
            instance = _locked(collection, id)
            if isinstance(collection, UserCollection):
                _delete_user(caller, collection, instance)
            else:
                _delete_group(caller, collection, instance)

    locks.retrying(run)


def find(caller: Caller, resource_type: str, id: str) -> Collection:
    """The collection that an id belongs to, by its form; NotFound where it belongs to none."""
    for collection in caller.directory.collections(resource_type):
        if collection.identifier.key(id) is not None:
            return collection
    raise not_found(resource_type, id)


def not_found(resource_type: str, id: str) -> NotFound:
    """The error for an id that nothing has."""
    return NotFound(f"There is no {resource_type} with the id {id[:100]!r}.")


def _reader(caller: Caller, collection: Collection) -> Reader:
    return Reader(collection.resource_type, caller.leniency, settings.MAX_OPERATIONS)


def _change(caller: Caller, collection: Collection, id: str, operations: list[Operation], kind: Kind) -> Written:
    def run() -> Written:
        with locks.writing(collection.model):
            write = Write(caller, collection, _locked(collection, id), kind)
            write.run(operations)
            return collection, write.instance

    return locks.retrying(run)


def _locked(collection: Collection, id: str) -> Model:
    """The row with that id, locked; NotFound if it is gone, or went while we waited for it."""
    instance = locks.locked(collection.find(id))
    if instance is None or (isinstance(collection, UserCollection) and collection.is_hidden(instance)):
        raise not_found(collection.resource_type.name, id)
    return instance


def _maker(caller: Caller, resource_type: str, body: Any) -> Collection:
    """The collection that a POST goes to."""
    if resource_type == "User":
        return caller.directory.users
    groups = caller.directory.groups
    for collection in groups:
        if collection.adapter.can_create:
            return collection
    name = body.get("displayName") if isinstance(body, dict) else None
    for collection in groups if isinstance(name, str) else ():
        conflicts.check_free(collection, "displayName", name, None)
    raise Forbidden("Groups are made in the product and cannot be created over SCIM. Link the group that exists.")


def _revive(caller: Caller, collection: UserCollection, key: Any, body: Any) -> Written:
    """A deleted account as new: what the body says, everything else cleared, under the same id."""
    operations = _reader(caller, collection).put(body)
    if all(operation.key != "active" for operation in operations):
        operations.append(Operation("replace", "active", True))

    def run() -> Written:
        with locks.writing(collection.model):
            instance = locks.lock(collection.model, [key]).get(key)
            if instance is None or not collection.is_hidden(instance):
                raise Conflict("The account changed while the request was under way. Send it again.")
            write = Write(caller, collection, instance, Kind.CREATE)
            write.revive()
            write.run(operations)
            return collection, instance

    return locks.retrying(run)


def _delete_user(caller: Caller, users: UserCollection, user: Model) -> None:
    id = users.id_of(user)
    if users.adapter.protects(user, "account"):
        raise Forbidden(f"The account {id!r} is protected: superusers and staff are deleted in the product.")
    write = Write(caller, users, user, Kind.DELETE)
    changes: list[Change | SetChanged] = list(leave_all_groups(users, user))
    end_sessions(user)
    if settings.DELETE_USERS:
        changes = [*(Change(id, key, value, None) for key, value in write.before.items()), *changes]
        _delete_row(users, user)
        events.record(caller, Kind.DELETE, "User", id, changes, outcome=204)
        return
    write.deprovision(changes)


def _delete_group(caller: Caller, groups: Collection, group: Model) -> None:
    assert isinstance(groups, GroupCollection)
    id = groups.id_of(group)
    if not groups.adapter.can_delete:
        raise Forbidden("Groups are deleted in the product, not over SCIM. Unassign the group in the identity provider.")
    if groups.adapter.protects(group, "membership"):
        raise Forbidden(f"The group {id!r} is protected in the product.")
    write = Write(caller, groups, group, Kind.DELETE)
    changes: list[Change | SetChanged] = [Change(id, key, value, None) for key, value in write.before.items()]
    if groups.membership is not None:
        gone = groups.directory.users.ids(groups.membership.ids(group.pk))
        if gone:
            changes.append(SetChanged(id, removed=sorted(gone.values())))
    _delete_row(groups, group)
    GroupRecord.objects.filter(group=id).delete()
    events.record(caller, Kind.DELETE, "Group", id, changes, outcome=204)


def _delete_row(collection: Collection, instance: Model) -> None:
    try:
        collection.adapter.delete(instance)
    except (ProtectedError, RestrictedError) as error:
        raise Conflict("The product holds data that belongs to this resource, so it cannot be deleted.") from error
