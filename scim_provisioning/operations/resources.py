"""What POST, PUT, PATCH and DELETE do to one resource, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError
from django.db.models import Model

from ..adapters.collections import Collection, GroupCollection, UserCollection
from ..conf import settings
from ..protocol.changes import Operation, Reader
from ..protocol.errors import NotFound
from . import accounts, conflicts, groups, locks, log
from .caller import Caller
from .write import OUTCOMES, Kind, Write

KINDS: dict[type[Collection], type[Write]] = {
    UserCollection: accounts.AccountWrite,
    GroupCollection: groups.GroupWrite,
}


def create(caller: Caller, resource_type: str, body: Any) -> Write:
    """Make a resource of the body of a POST (RFC 7644 §3.3). A user who was deleted comes back as new."""
    collection: Collection = caller.directory.users if resource_type == "User" else groups.maker(caller, body)
    operations = _reader(caller, collection).post(body)
    try:
        return _written(caller, collection, Kind.CREATE, collection.adapter.new, lambda write: write.run(operations))
    except conflicts.Deprovisioned as found:
        if not (isinstance(collection, UserCollection) and accounts.revives(collection, found.attribute)):
            raise
        key = found.key
    as_new = accounts.as_new(_reader(caller, collection).put(body))
    hidden = partial(accounts.locked_hidden, collection, key)
    return _written(caller, collection, Kind.CREATE, hidden, lambda write: write.run(as_new))


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
    _written(caller, collection, Kind.DELETE, partial(_locked, collection, id), lambda write: write.delete())


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
    return _written(caller, collection, kind, partial(_locked, collection, id), lambda write: write.run(operations))


def _written(
    caller: Caller,
    collection: Collection,
    kind: Kind,
    fetch: Callable[[], Model],
    change: Callable[[Write], None],
) -> Write:
    """Fetch and change a resource in one transaction; what the database says to it, at COMMIT too, becomes an error.

    A transaction that was broken off to end a deadlock runs again.
    """

    def attempt() -> Write:
        write = None
        try:
            with locks.writing(collection.model):
                write = KINDS[type(collection)](caller, collection, fetch(), kind)
                if kind != Kind.CREATE:
                    write.expect()
                change(write)
        except ValidationError as error:
            raise conflicts.invalid(error, collection) from error
        except (IntegrityError, DataError, OverflowError) as error:
            raise conflicts.translated(error, write) from error
        return write

    write = locks.retrying(attempt, collection.model)
    log.written(kind.value, OUTCOMES[kind], collection.resource_type.name, write.id, **caller.trace)
    return write


def _locked(collection: Collection, id: str) -> Model:
    """The row with that id, locked; NotFound if it is gone, or went while we waited for it."""
    key = collection.identifier.key(id)
    rows = {} if key is None else locks.lock(collection.model, [key], collection.identifier.name)
    for pk, instance in rows.items():
        if pk not in locks.out_of_sight(collection, [instance]):
            return instance
    raise not_found(collection.resource_type.name, id)
