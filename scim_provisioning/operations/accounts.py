"""Users: what deactivation, deletion and revival mean to an account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from django.utils import timezone

from ..adapters.collections import UserCollection
from ..conf import settings
from ..models import UserRecord
from ..protocol.changes import Operation
from ..protocol.errors import Conflict, Forbidden, Uniqueness
from ..protocol.sets import SetChange
from .api_tokens import end_tokens
from .assignment import change_groups, leave_all_groups, with_ids
from .events import Change, SetChanged
from .locks import lock
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

    def run(self, operations: list[Operation]) -> None:
        """A group may be named by its display, where that says which."""
        super().run(with_ids(self.collection, operations))

    def change_sets(self, sets: Mapping[str, SetChange]) -> list[SetChanged]:
        """Join and leave groups."""
        return change_groups(self.collection, self.instance, sets["groups"]) if "groups" in sets else []

    def save(self, changed: Changed) -> None:
        """Deactivation ends sessions and tokens for good."""
        match changed.get("active"):
            case (True, False):
                end_sessions(self.instance)
                end_tokens(self.instance)
            case (False, True):
                # Should a worker have died between a deactivation and the end of the sessions, or should a token have
                # been made at the same time: they must not come back.
                delete_noted(self.instance.pk)
                end_tokens(self.instance)
        super().save(changed)

    def finish(self, changes: list[Change | SetChanged]) -> None:
        """Who is written is there: an account that the product brought back must not vanish when it is deactivated."""
        if self.kind != Kind.DELETE:
            self.record.deprovisioned_at = None
        super().finish(changes)

    def delete(self) -> None:
        """Delete the user for SCIM: by default everything but the row, which the product's own data hangs on."""
        self.allow({})
        left = leave_all_groups(self.collection, self.instance)
        if settings.DELETE_USERS:
            self.delete_row(left)
            return
        end_sessions(self.instance)  # also those of an account that the product deactivated
        end_tokens(self.instance)
        self.assign("active", False)
        for key in _freed(self.collection):
            self.assign(key, None)
        self.record.deprovisioned_at = timezone.now()
        changed = self.changed()
        super().save(changed)
        self.finish([*self.listed(changed), *left])


def revives(users: UserCollection, attribute: str) -> bool:
    """Whether POST brings back the deleted account that has the value of that attribute: as a login name, no other."""
    return attribute == "userName" and users.adapter.revives


def as_new(operations: list[Operation]) -> list[Operation]:
    """A PUT that makes a deleted account as new: it is active, unless the client says otherwise."""
    if any(operation.key == "active" for operation in operations):
        return operations
    return [*operations, Operation("replace", "active", True)]


def locked_hidden(users: UserCollection, key: Any) -> Model:
    """The deleted account with that primary key, locked; Uniqueness if somebody brought it back meanwhile."""
    user = lock(users.model, [key]).get(key)
    if user is None:
        raise Conflict("The account was removed while the request was under way. Send it again.")
    if not users.is_hidden(user):
        raise Uniqueness(
            f"userName is taken: the user with the id {users.id_of(user)!r} has it. Look it up and link it."
        )
    return user


def _freed(users: UserCollection) -> list[str]:
    """Attributes in unique columns that can be null (an e-mail address): the deleted account must not keep them."""
    return [key for key, column in users.columns().items() if column.is_unique and column.field.null]
