"""How a user of the host's stands to provisioning: who manages the account, and what is overwritten there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Model

from ..adapters.overwriting import Places, of_account, of_memberships
from ..adapters.registry import Directory, user_adapter
from ..models import Connection, Event, UserRecord
from .refusals import REFUSED


class Custody(StrEnum):
    """Who decides an account that was written over SCIM, in one word."""

    MANAGED = "managed"
    PROTECTED = "protected"  # the adapter keeps clients from the account
    DELETED = "deleted"  # over SCIM: hidden from the connection, the row is kept
    UNSEEN = "unseen"  # not among the users of the connection any more
    DISABLED = "disabled"  # the connection is, or is gone


@dataclass(frozen=True, slots=True)
class Managed:
    """An account that was written over SCIM."""

    custody: Custody
    since: datetime
    connection: Connection | None
    deleted_at: datetime | None
    """When it was deleted over SCIM; one that is not DELETED was brought back by the product since."""
    comes_back: bool
    """Whether creating its userName over SCIM would bring a deleted account back."""
    last_change: datetime | None
    """When a request last changed the user itself, as far as the Events go back."""
    overwritten: Places
    """What clients may write now."""


def managed(user: Model) -> Managed | None:
    """How the user stands, as stored; None where the user was never written over SCIM. Three queries."""
    record = UserRecord.objects.select_related("connection").defer("attributes").filter(user=user.pk).first()
    if record is None:
        return None
    connection = record.connection
    users = Directory(connection or Connection(), "").users
    seen = users.queryset().filter(pk=user.pk).first()
    custody = _custody(record, seen)
    overwritten = Places()
    if custody is Custody.MANAGED:
        overwritten |= of_account()
    if custody in (Custody.MANAGED, Custody.PROTECTED) and not users.adapter.protects(seen, "membership"):
        overwritten |= of_memberships()
    return Managed(
        custody=custody,
        since=record.created,
        connection=connection,
        deleted_at=record.deprovisioned_at,
        comes_back=users.adapter.revives and connection is not None and connection.enabled,
        last_change=_last_change(users.id_of(seen or user)),
        overwritten=overwritten,
    )


def _custody(record: UserRecord, seen: Any) -> Custody:
    if seen is None and record.deprovisioned_at:
        return Custody.DELETED
    if record.connection is None or not record.connection.enabled:
        return Custody.DISABLED
    if seen is None:
        return Custody.UNSEEN
    protected = user_adapter()(record.connection).protects(seen, "account")
    return Custody.PROTECTED if protected else Custody.MANAGED


def _last_change(id: str) -> datetime | None:
    changes = Event.objects.filter(resource=id, resource_type="User", outcome__lt=REFUSED)
    return changes.order_by("-at").values_list("at", flat=True).first()
