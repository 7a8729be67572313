"""How a connection stands: what the settings page says at a glance, and what monitoring asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Model, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from ..models import Connection, Event, GroupRecord, UserRecord
from . import connections
from .connections import State
from .refusals import REFUSED

EXPIRY_IS_NEAR = timedelta(days=30)
REFUSALS_SHOWN = 5
REFUSED_ONES = Q(outcome__gte=REFUSED)

FAILURE_IS_OVER = timedelta(days=1)
"""Who goes on sending requests for that long after a refusal, and is refused nothing, has got over it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A connection, and the last of what was recorded of it: what tells at a glance whether it works."""

    at: datetime
    connection: Connection
    last_refusal: datetime | None
    last_change: datetime | None

    @property
    def state(self) -> State:
        """How the connection stands, in one word."""
        return connections.state(self.connection)

    @property
    def last_request(self) -> datetime | None:
        """When a request last came, with whichever token."""
        return connections.last_used(self.connection)

    @property
    def is_failing(self) -> bool:
        """Whether the last of what was recorded since the connection was enabled is a refusal that is not over.

        What changed nothing is not recorded, so a refusal is over too when requests go on for FAILURE_IS_OVER.
        """
        if self.state is not State.ENABLED or self.last_refusal is None:
            return False
        since = max(filter(None, (self.last_change, self.connection.changed_at)), default=None)
        goes_on = self.last_request is not None and self.last_request > self.last_refusal + FAILURE_IS_OVER
        return (since is None or self.last_refusal >= since) and not goes_on

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


@dataclass(frozen=True, slots=True)
class Status(Standing):
    """A connection as it stands, and what goes on over it.

    Numbers of errors are exact to the hour in which they began: the same refusal is one row, with its last time.
    """

    users: int
    groups: int
    changes_today: int
    errors_today: int
    errors_last_hour: int
    refusals: list[Event]
    """The last ones, the newest first."""


def standings(rows: QuerySet[Connection]) -> list[Standing]:
    """How each of the connections stands: one query for all."""
    now = timezone.now()
    asked = rows.annotate(last_refusal=_last_of(REFUSED_ONES), last_change=_last_of(~REFUSED_ONES))
    return [Standing(now, row, row.last_refusal, row.last_change) for row in asked]


def standing(connection: Connection) -> Standing:
    """How the connection stands: one query at the most, as nothing tells more of one that is not in use."""
    rows = connections.all_of_them().filter(pk=connection.pk)
    if connections.state(connection) is State.ENABLED and (found := standings(rows)):
        return found[0]
    return Standing(timezone.now(), connection, None, None)


def status(connection: Connection) -> Status:
    """The connection's status: five queries, each by an index."""
    now = timezone.now()
    events, users, groups = (_of(connection, model) for model in (Event, UserRecord, GroupRecord))
    midnight, an_hour_ago = _midnight(now), now - timedelta(hours=1)
    counted = events.filter(at__gte=min(midnight, an_hour_ago)).aggregate(
        changes=Count("pk", filter=~REFUSED_ONES & Q(at__gte=midnight)),
        errors=Sum("count", filter=REFUSED_ONES & Q(at__gte=midnight), default=0),
        recent=Sum("count", filter=REFUSED_ONES & Q(at__gte=an_hour_ago), default=0),
    )
    last_refusals = list(events.filter(REFUSED_ONES).order_by("-at")[:REFUSALS_SHOWN])
    return Status(
        at=now,
        connection=connection,
        last_refusal=last_refusals[0].at if last_refusals else None,
        last_change=_last(events.exclude(REFUSED_ONES)),
        users=users.filter(deprovisioned_at=None).count(),
        groups=groups.count(),
        changes_today=counted["changes"],
        errors_today=counted["errors"],
        errors_last_hour=counted["recent"],
        refusals=last_refusals,
    )


def _of(connection: Connection, model: type[Model]) -> QuerySet[Any]:
    """The rows of the connection; of one that is not stored, none, and not those whose connection is gone."""
    rows = model._default_manager
    return rows.none() if connection.pk is None else rows.filter(connection=connection.pk)


def _last_of(which: Q) -> Subquery:
    """When the last such event of each connection was."""
    return Subquery(Event.objects.filter(which, connection=OuterRef("pk")).order_by("-at").values("at")[:1])


def _last(events: QuerySet[Event]) -> datetime | None:
    return events.order_by("-at").values_list("at", flat=True).first()


def _midnight(now: datetime) -> datetime:
    """When today began, by the clock of the project."""
    local = timezone.localtime(now) if timezone.is_aware(now) else now
    return local.replace(hour=0, minute=0, second=0, microsecond=0)
