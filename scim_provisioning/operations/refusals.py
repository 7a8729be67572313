"""What an identity provider was refused, as Events: in its own words, and bounded, so that a flood fills no table.

The same refusal counts up one row within a clock hour. Beyond DISTINCT rows, what else a connection is refused in that
hour counts up one row more, which keeps the words of the last.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import Error, IntegrityError, router, transaction
from django.db import connections as databases
from django.db.models import F, QuerySet
from django.utils import timezone

from ..models import Event
from ..protocol.errors import NotFound, PreconditionFailed, ScimError, TooManyRequests, Unavailable
from . import log
from .caller import Caller

DISTINCT = 100
"""How many different refusals of a connection are told apart within an hour."""

REFUSED = 400
"""The outcomes from here on are refusals."""

Kind = Event.Operation
OPERATIONS = {"POST": Kind.CREATE, "PUT": Kind.REPLACE, "PATCH": Kind.PATCH, "DELETE": Kind.DELETE}
"""What the methods of HTTP ask for; all others read."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was asked for, and the error that the identity provider got back."""

    caller: Caller
    operation: str
    resource_type: str
    resource: str
    error: ScimError

    def matters(self) -> bool:
        """Whether something does not work as the identity provider means it to.

        A read that finds nothing answers the question that was asked; one that cannot be understood (400) is asked
        again and again, and nothing is provisioned. Of too many requests the first in a minute stands for all: a flood
        is not to write. A write counts, unless it was to delete what is gone, was refused
        on a condition that the client set (412), or the database is away (503), which could not keep it either.
        """
        if isinstance(self.error, Unavailable | PreconditionFailed):
            return False
        if isinstance(self.error, TooManyRequests):
            return self.error.is_first
        if self.operation == Kind.READ:
            return self.error.status in (400, 500)
        return not (self.operation == Kind.DELETE and isinstance(self.error, NotFound))

    def values(self) -> dict[str, Any]:
        """As the Event keeps it."""
        return {
            "operation": self.operation,
            "resource_type": self.resource_type,
            "resource": _kept(self.resource, 255),
            "outcome": self.error.status,
            "scim_type": self.error.scim_type or "",
            "detail": _kept(self.error.detail, 500),
            "request_id": self.caller.request_id,
            "address": self.caller.address,
            "tolerances": self.caller.leniency.used,
        }


def note(refusal: Refusal) -> None:
    """Log the refusal, and record it, if it matters; called when its transaction has been rolled back.

    The answer does not depend on it: what the database says to it is logged. In a transaction of the host's that is
    broken nothing can be written, nor would it stay.
    """
    log.refused(refusal.error, refusal.operation, refusal.resource_type, **refusal.caller.trace)
    using = router.db_for_write(Event)
    if not refusal.matters() or databases[using].needs_rollback:
        return
    try:
        with transaction.atomic(using=using):
            _count(Event.objects.using(using), refusal)
    except Error as error:
        log.missed("A refused request was not recorded", error, **refusal.caller.trace)


def _count(rows: QuerySet[Event], refusal: Refusal) -> None:
    connection, now = refusal.caller.connection, timezone.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    values = {"at": now, **refusal.values()}
    same = [values[name] for name in ("operation", "resource_type", "resource", "outcome", "scim_type")]
    fold = _fold(connection.pk, hour, *same)
    if _again(rows, fold, values):
        return
    this_hour = rows.filter(connection=connection, outcome__gte=REFUSED, at__gte=hour)
    if len(this_hour.values_list("pk")[:DISTINCT]) == DISTINCT:
        fold = _fold(connection.pk, hour)
        words = f"Many requests were refused in this hour; the last of the others: {values['detail']}"
        values |= {"detail": _kept(words, 500)}
        if _again(rows, fold, values):
            return
    try:
        with transaction.atomic(using=rows.db):
            rows.create(connection=connection, fold=fold, **values)
    except IntegrityError:  # somebody was first
        _again(rows, fold, values)


def _again(rows: QuerySet[Event], fold: str, values: dict[str, Any]) -> bool:
    """Count up the row, if there is one."""
    return bool(rows.filter(fold=fold).update(count=F("count") + 1, **values))


def _fold(connection: Any, hour: datetime, *same: Any) -> str:
    """A name for what counts as the same."""
    return hashlib.sha256(json.dumps([str(connection), hour.isoformat(), *same]).encode()).hexdigest()


def _kept(text: str, length: int) -> str:
    """The text as every database keeps it."""
    return text.encode(errors="replace").decode().replace("\0", "?")[:length]
