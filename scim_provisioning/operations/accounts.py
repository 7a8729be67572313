"""Users: what deactivation, deletion and revival mean to an account."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from ..adapters.collections import UserCollection
from ..adapters.lists import SingleValue
from ..adapters.sources import Column
from ..conf import settings
from ..models import UserRecord
from ..protocol.changes import Operation, Reader
from ..protocol.errors import Conflict, Forbidden
from . import conflicts, events, locks
from .caller import Caller
from .events import Change
from .members import leave_all_groups
from .sessions import delete_noted, end_sessions
from .write import Changed, Kind, Write


class AccountWrite(Write):
    """A user being written."""

    collection: UserCollection
    record: UserRecord

    def allow(self, changed: Changed) -> None:
        """Superusers and staff are out of reach, unless the host says otherwise."""
        if not self.is_new and self.collection.adapter.protects(self.instance, "account"):
            raise Forbidden(
                f"The account {self.id!r} is protected: superusers and staff are managed in the product. "
                "Take it out of the identity provider's assignment."
            )
        super().allow(changed)

    def save(self, changed: Changed) -> None:
        """Deactivation ends the sessions for good."""
        match changed.get("active"):
            case (True, False):
                end_sessions(self.instance)
            case (False, True):
                # Should a worker have died between a deactivation and the end of the sessions: they must not come back.
                delete_noted(self.instance.pk)
        super().save(changed)


def revive(caller: Caller, users: UserCollection, key: Any, body: Any) -> AccountWrite:
    """Make a deleted account as new: what the body says, everything else cleared, under the same id."""
    operations = Reader(users.resource_type, caller.leniency).put(body)
    if all(operation.key != "active" for operation in operations):
        operations.append(Operation("replace", "active", True))
    with locks.writing(users.model):
        user = locks.lock(users.model, [key]).get(key)
        if user is None or not users.is_hidden(user):
            raise Conflict("The account changed while the request was under way. Send it again.")
        write = AccountWrite(caller, users, user, Kind.CREATE)
        write.record.deprovisioned_at = None
        write.run(operations)
        return write


def delete(write: AccountWrite) -> None:
    """Delete a user for SCIM: by default everything but the row, which the product's own data hangs on."""
    write.allow({})
    changes = leave_all_groups(write.collection, write.instance)
    if settings.DELETE_USERS:
        gone = [Change(write.id, key, value, None) for key, value in write.before.items()]
        end_sessions(write.instance)
        id = write.id
        conflicts.delete_row(write.collection, write.instance)
        events.record(write.caller, Kind.DELETE, "User", id, [*gone, *changes], outcome=204)
        return
    write.assign("active", False)
    for key in _freed(write.collection):
        write.assign(key, None)
    write.record.deprovisioned_at = timezone.now()
    changed = write.changed()
    write.save(changed)
    write.finish([*write.listed(changed), *changes])


def _freed(users: UserCollection) -> list[str]:
    """Attributes in unique columns that can be null (an e-mail address): the deleted account must not keep them."""
    return [
        key
        for key, source in users.mapping.items()
        if isinstance(source, (Column, SingleValue)) and source.field.unique and source.field.null
    ]
