"""How a connection stands: what the settings page says at a glance, and what monitoring asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Model, Q, QuerySet, Sum
from django.utils import timezone

from ..models import Connection, Event, GroupRecord, UserRecord
from . import connections
from .connections import State
from .refusals import REFUSED

EXPIRY_IS_NEAR = timedelta(days=30)
REFUSALS_SHOWN = 5

FAILURE_IS_OVER = timedelta(days=1)
"""Who goes on sending requests for that long after a refusal, and is refused nothing, has got over it."""


@dataclass(frozen=True, slots=True)
class Status:
    """A connection as it stands, and what goes on over it.

    Numbers of errors are exact to the hour in which they began: the same refusal is one row, with its last time.
    """

    at: datetime
    connection: Connection
    state: State
    last_request: datetime | None
    users: int
    groups: int
    changes_today: int
    errors_today: int
    errors_last_hour: int
    last_change: datetime | None
    refusals: list[Event]
    """The last ones, the newest first."""

    @property
    def is_failing(self) -> bool:
        """Whether the last of what was recorded since the connection was enabled is a refusal that is not over.

        What changed nothing is not recorded, so a refusal is over too when requests go on for FAILURE_IS_OVER.
        """
        if self.state is not State.ENABLED or not self.refusals:
            return False
        refused = self.refusals[0].at
        since = max(filter(None, (self.last_change, self.connection.changed_at)), default=None)
        goes_on = self.last_request is not None and self.last_request > refused + FAILURE_IS_OVER
        return (since is None or refused >= since) and not goes_on

    @property
    def has_expired(self) -> bool:
        """Whether the token is over."""
        return self.connection.expires_at is not None and self.connection.expires_at <= self.at

    @property
    def expires_soon(self) -> bool:
        """Whether the token ends within EXPIRY_IS_NEAR."""
        expires = self.connection.expires_at
        return expires is not None and self.at < expires <= self.at + EXPIRY_IS_NEAR

    @property
    def two_tokens_until(self) -> datetime | None:
        """When the previous token ends; None where one token is valid at the most."""
        until = self.connection.previous_until
        return until if until is not None and until > self.at else None

    @property
    def token_was_seen(self) -> bool:
        """Whether a request came with the newest token."""
        return self.connection.last_used_at is not None

    @property
    def previous_is_used(self) -> bool:
        """Whether a request came with the previous token, while it overlaps, after the new one was made."""
        used, made = self.connection.previous_used_at, self.connection.token_made_at
        return self.two_tokens_until is not None and used is not None and made is not None and used > made

    @property
    def previous_is_needed(self) -> bool:
        """Whether somebody may be cut off when the previous token ends now, as far as the tokens' uses tell."""
        return self.two_tokens_until is not None and (not self.token_was_seen or self.previous_is_used)


def status(connection: Connection) -> Status:
    """The connection's status: five queries, each by an index."""
    now = timezone.now()
    events, users, groups = (_of(connection, model) for model in (Event, UserRecord, GroupRecord))
    refused = Q(outcome__gte=REFUSED)
    midnight, an_hour_ago = _midnight(now), now - timedelta(hours=1)
    counted = events.filter(at__gte=min(midnight, an_hour_ago)).aggregate(
        changes=Count("pk", filter=~refused & Q(at__gte=midnight)),
        errors=Sum("count", filter=refused & Q(at__gte=midnight), default=0),
        recent=Sum("count", filter=refused & Q(at__gte=an_hour_ago), default=0),
    )
    return Status(
        at=now,
        connection=connection,
        state=connections.state(connection),
        last_request=connections.last_used(connection),
        users=users.filter(deprovisioned_at=None).count(),
        groups=groups.count(),
        changes_today=counted["changes"],
        errors_today=counted["errors"],
        errors_last_hour=counted["recent"],
        last_change=_last(events.exclude(refused)),
        refusals=list(events.filter(refused).order_by("-at")[:REFUSALS_SHOWN]),
    )


def _of(connection: Connection, model: type[Model]) -> QuerySet[Any]:
    """The rows of the connection; of one that is not stored, none, and not those whose connection is gone."""
    rows = model._default_manager
    return rows.none() if connection.pk is None else rows.filter(connection=connection.pk)


def _last(events: QuerySet[Event]) -> datetime | None:
    return events.order_by("-at").values_list("at", flat=True).first()


def _midnight(now: datetime) -> datetime:
    """When today began, by the clock of the project."""
    local = timezone.localtime(now) if timezone.is_aware(now) else now
    return local.replace(hour=0, minute=0, second=0, microsecond=0)
