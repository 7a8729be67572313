"""What POST, PUT, PATCH and DELETE do to one resource, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model

from ..adapters.collections import Collection, GroupCollection, UserCollection
from ..conf import settings
from ..protocol.changes import Operation, Reader
from ..protocol.errors import NotFound
from . import accounts, conflicts, groups, locks
from .caller import Caller
from .write import Kind, Write

Result = TypeVar("Result")


def create(caller: Caller, resource_type: str, body: Any) -> Write:
    """Make a resource of the body of a POST (RFC 7644 §3.3). A user who was deleted comes back as new."""
    collection: Collection = caller.directory.users if resource_type == "User" else groups.maker(caller, body)
    operations = _reader(caller, collection).post(body)

    def run() -> Write:
        write = _write(caller, collection, collection.adapter.new(), Kind.CREATE)
        write.run(operations)
        return write

    try:
        return _in_transaction(collection, run)
    except conflicts.Deprovisioned as found:
        key = found.key
        if not (isinstance(collection, UserCollection) and collection.adapter.revives):
            raise
    return locks.retrying(lambda: accounts.revive(caller, collection, key, body))


def replace(caller: Caller, resource_type: str, id: str, body: Any) -> Write:
    """Replace what the resource holds by the body of a PUT (RFC 7644 §3.5.1)."""
    collection = find(caller, resource_type, id)
    return _change(caller, collection, id, _reader(caller, collection).put(body), Kind.REPLACE)


def patch(caller: Caller, resource_type: str, id: str, body: Any) -> Write:
    """Apply the operations of a PATCH, all or none (RFC 7644 §3.5.2)."""
    collection = find(caller, resource_type, id)
    return _change(caller, collection, id, _reader(caller, collection).patch(body), Kind.PATCH)


def delete(caller: Caller, resource_type: str, id: str) -> None:
    """Delete the resource (RFC 7644 §3.6)."""
    collection = find(caller, resource_type, id)

    def run() -> None:
        match _write(caller, collection, _locked(collection, id), Kind.DELETE):
            case accounts.AccountWrite() as account:
                accounts.delete(account)
            case groups.GroupWrite() as group:
                groups.delete(group)

    _in_transaction(collection, run)


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


def _change(caller: Caller, collection: Collection, id: str, operations: list[Operation], kind: Kind) -> Write:
    def run() -> Write:
        write = _write(caller, collection, _locked(collection, id), kind)
        write.run(operations)
        return write

    return _in_transaction(collection, run)


def _in_transaction(collection: Collection, run: Callable[[], Result]) -> Result:
    def attempt() -> Result:
        with locks.writing(collection.model):
            return run()

    return locks.retrying(attempt)


def _write(caller: Caller, collection: Collection, instance: Model, kind: Kind) -> Write:
    kinds = {UserCollection: accounts.AccountWrite, GroupCollection: groups.GroupWrite}
    return kinds[type(collection)](caller, collection, instance, kind)


def _locked(collection: Collection, id: str) -> Model:
    """The row with that id, locked; NotFound if it is gone, or went while we waited for it."""
    instance = locks.locked(collection.find(id))
    if instance is None or (isinstance(collection, UserCollection) and collection.is_hidden(instance)):
        raise not_found(collection.resource_type.name, id)
    return instance
