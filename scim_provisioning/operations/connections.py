"""The connections: switching SCIM provisioning on and off, changing tokens, and telling whose token a request carries.

There is one connection, with the tenant "", unless the host has tenants, which the setting TENANTS names. A connection
has one token; while a rotation overlaps, the previous one is valid too, and each has a last use of its own.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from enum import StrEnum

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import router, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.debug import sensitive_variables

from .. import signals, tokens
from ..conf import settings
from ..models import Connection
from .announcements import after_commit

USE_IS_NOTED_EVERY = timedelta(minutes=1)

OVERLAP = timedelta(hours=24)
"""How long the previous token goes on after a rotation, unless it is said."""

# What describes a connection: a change of these leaves the token, and who made it when, as they are.
DETAILS = ("name", "provider", "dialect")


class State(StrEnum):
    """How a connection stands, in one word."""

    NEVER_ENABLED = "never-enabled"
    DISABLED = "disabled"
    WAITING = "waiting"  # enabled, and no token that is valid was ever used
    ENABLED = "enabled"


class ConnectionMovedError(Exception):
    """The connection is no longer what the caller saw when it decided, so nothing was changed."""


class NotEnabledError(Exception):
    """The connection is not enabled, so it has no token that another could take the place of."""


def tenants() -> dict[str, str]:
    """The names of the host's tenants by their values (`Connection.tenant`), in the host's order; none: it has none."""
    return {str(value): str(name) for value, name in import_string(settings.TENANTS)()} if settings.TENANTS else {}


def are_several() -> bool:
    """Whether connections are told apart: the host has tenants, or one of them had its provisioning switched on."""
    return bool(settings.TENANTS) or _on_primary().exclude(tenant="").exists()


def all_of_them() -> QuerySet[Connection]:
    """The connections as they stand."""
    return _on_primary().select_related("changed_by", "token_made_by")


def current(tenant: str = "") -> Connection:
    """The tenant's connection as it stands; an unsaved one where there never was one."""
    return all_of_them().filter(tenant=tenant).first() or Connection(tenant=tenant)


def add(tenant: str) -> tuple[Connection, bool]:
    """The tenant's connection, made where there is none yet; it is not enabled by that. Tells whether it was made."""
    return _on_primary().get_or_create(tenant=tenant)


def state(connection: Connection) -> State:
    """How the connection stands."""
    if connection.enabled:
        in_use = connection.last_used_at or (connection.previous_used_at and overlaps(connection))
        return State.ENABLED if in_use else State.WAITING
    return State.DISABLED if connection.changed_at else State.NEVER_ENABLED


def overlaps(connection: Connection) -> bool:
    """Whether the previous token is still valid beside the new one."""
    return connection.previous_until is not None and connection.previous_until > timezone.now()


def last_used(connection: Connection) -> datetime | None:
    """When the connection was last used, by whichever of its tokens; exact to USE_IS_NOTED_EVERY."""
    return max(filter(None, (connection.last_used_at, connection.previous_used_at)), default=None)


def version(connection: Connection) -> str:
    """A name for the connection as it stands, by which a decision tells what it was based on."""
    times = (connection.changed_at, connection.token_made_at, connection.previous_until)
    parts = json.dumps([*(at and at.isoformat() for at in times), *(getattr(connection, name) for name in DETAILS)])
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


def describe(tenant: str = "", *, seen: str | None = None, **details: str) -> tuple[Connection, list[str]]:
    """Set the DETAILS that are given; tells which of them are not what they were.

    `seen` is the version that the decision was based on. Raises ConnectionMovedError when that has passed, unless there
    is nothing to change.
    """
    connection = current(tenant)
    if not _differing(connection, details):
        return connection, []
    with transaction.atomic(using=_primary()):
        connection = _locked(tenant)
        changed = _differing(connection, details)
        if changed:
            _check_seen(connection, seen)
            for name in changed:
                setattr(connection, name, details[name])
            connection.save(update_fields=changed)
        return connection, changed


@sensitive_variables("token")
def enable(
    by: AbstractBaseUser | None = None, tenant: str = "", *, lifetime: timedelta | None = None, seen: str | None = None
) -> tuple[Connection, str | None]:
    """Switch provisioning on; the token is returned this once, and None when provisioning was on already.

    The token expires after `lifetime`, if one is given. `seen` is the version that the decision was based on. Raises
    ConnectionMovedError when that has passed, ValueError for a lifetime that is over at once.
    """
    with transaction.atomic(using=_primary()):
        connection = _locked(tenant)
        if connection.enabled:
            return connection, None
        _check_seen(connection, seen)
        token = _give_token(connection, by, lifetime)
        connection.enabled = True
        connection.previous_used_at = None
        _changed(connection, by)
        after_commit(signals.connection_enabled, Connection, _primary(), connection=connection, by=by)
        return connection, token


@sensitive_variables("token")
def rotate(
    by: AbstractBaseUser | None = None,
    tenant: str = "",
    *,
    overlap: timedelta = OVERLAP,
    lifetime: timedelta | None = None,
    seen: str | None = None,
) -> tuple[Connection, str]:
    """Make a new token, which is returned this once; the one so far goes on for the overlap, then ends by itself.

    It goes on no longer than it would have anyhow, and one that still overlaps from an earlier rotation ends at once.
    `seen` and `lifetime` as in `enable`. Raises NotEnabledError where provisioning is off, ConnectionMovedError,
    ValueError for an overlap below zero.
    """
    if overlap < timedelta(0):
        raise ValueError("An overlap is not negative.")
    with transaction.atomic(using=_primary()):
        connection = _locked(tenant)
        if not connection.enabled:
            raise NotEnabledError
        _check_seen(connection, seen)
        now = timezone.now()
        until = min(filter(None, (now + overlap, connection.expires_at)))
        goes_on = until > now
        connection.previous_digest = connection.token_digest if goes_on else None
        connection.previous_until = until if goes_on else None
        connection.previous_used_at = connection.last_used_at
        token = _give_token(connection, by, lifetime)
        connection.save()
        after_commit(signals.connection_rotated, Connection, _primary(), connection=connection, by=by)
        return connection, token


def end_previous(tenant: str = "", *, seen: str | None = None) -> tuple[Connection, bool]:
    """End the overlap of a rotation now: the previous token is dead. Tells whether it was still valid.

    `seen` is the version that the decision was based on. Raises ConnectionMovedError when that has passed.
    """
    with transaction.atomic(using=_primary()):
        connection = _locked(tenant)
        if not overlaps(connection):
            return connection, False
        _check_seen(connection, seen)
        connection.previous_digest = connection.previous_until = None
        connection.save()
        return connection, True


def disable(
    by: AbstractBaseUser | None = None, tenant: str = "", *, seen: str | None = None
) -> tuple[Connection, bool]:
    """Switch provisioning off; every token is dead from the moment this commits. Tells whether it was on.

    `seen` is the version that the decision was based on. Raises ConnectionMovedError when that has passed.
    """
    with transaction.atomic(using=_primary()):
        connection = _locked(tenant)
        if not connection.enabled:
            return connection, False
        _check_seen(connection, seen)
        connection.enabled = False
        connection.token_digest = connection.previous_digest = None
        connection.token_hint = ""
        connection.token_made_at = connection.token_made_by = None
        connection.expires_at = connection.previous_until = None
        _changed(connection, by)
        after_commit(signals.connection_disabled, Connection, _primary(), connection=connection, by=by)
        return connection, True


@sensitive_variables("token")
def authenticate(token: str) -> Connection | None:
    """The enabled connection that the token belongs to; None for an unknown, expired or disabled one.

    One indexed query on the primary, nothing is cached: a token is dead in every worker at once.
    """
    now = timezone.now()
    found = tokens.digest(token)
    connection = (
        _on_primary()
        .filter(enabled=True)
        .filter(
            Q(token_digest=found) & (Q(expires_at=None) | Q(expires_at__gt=now))
            | Q(previous_digest=found, previous_until__gt=now)
        )
        .first()
    )
    if connection is not None:
        connection.by_previous = connection.previous_digest == found
    return connection


def note_use(connection: Connection, address: str | None = None) -> None:
    """Remember that the token was used just now, and from where; written at most once a minute, by whichever worker.

    The digest is asked for again, so that the last request of a dead token, or of the previous one, does not pass for
    the first of a new one.
    """
    names = ("last_used_at", "token_digest"), ("previous_used_at", "previous_digest")
    column, token = names[connection.by_previous]
    now = timezone.now()
    latest = now - USE_IS_NOTED_EVERY
    noted = getattr(connection, column)
    if noted is None or noted <= latest:
        setattr(connection, column, now)
        connection.last_address = address
        Connection.objects.filter(
            Q(**{column: None}) | Q(**{f"{column}__lte": latest}),
            pk=connection.pk,
            **{token: getattr(connection, token)},
        ).update(**{column: now, "last_address": address})


def _primary() -> str:
    return router.db_for_write(Connection)


def _on_primary() -> QuerySet[Connection]:
    return Connection.objects.using(_primary())


def _locked(tenant: str) -> Connection:
    add(tenant)
    return _on_primary().select_for_update().get(tenant=tenant)


def _differing(connection: Connection, details: dict[str, str]) -> list[str]:
    return [name for name in DETAILS if name in details and details[name] != getattr(connection, name)]


def _check_seen(connection: Connection, seen: str | None) -> None:
    if seen is not None and seen != version(connection):
        raise ConnectionMovedError


@sensitive_variables("token")
def _give_token(connection: Connection, by: AbstractBaseUser | None, lifetime: timedelta | None) -> str:
    """A new token for the connection, which nobody has used yet."""
    if lifetime is not None and lifetime <= timedelta(0):
        raise ValueError("A lifetime is more than nothing.")
    token = tokens.mint()
    connection.token_digest = tokens.digest(token)
    connection.token_hint = tokens.hint(token)
    connection.token_made_at = now = timezone.now()
    connection.token_made_by = by  # type: ignore[assignment]
    connection.expires_at = now + lifetime if lifetime else None
    connection.last_used_at = None
    return token


def _changed(connection: Connection, by: AbstractBaseUser | None) -> None:
    connection.changed_at = timezone.now()
    connection.changed_by = by  # type: ignore[assignment]
    connection.save()
