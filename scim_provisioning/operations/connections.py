"""The connections: switching SCIM provisioning on and off, and telling whose token a request carries.

There is one connection, with the tenant "", unless the host has tenants, which the setting TENANTS names.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
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

# What describes a connection: a change of these leaves the token, and who made it when, as they are.
DETAILS = ("name", "provider", "dialect")


class State(StrEnum):
    """How a connection stands, in one word."""

    NEVER_ENABLED = "never-enabled"
    DISABLED = "disabled"
    WAITING = "waiting"  # enabled, and the first request with this token is still to come
    ENABLED = "enabled"


class ConnectionMovedError(Exception):
    """The connection is no longer what the caller saw when it decided, so nothing was changed."""


def tenants() -> dict[str, str]:
    """The names of the host's tenants by their values (`Connection.tenant`), in the host's order; none: it has none."""
    return {str(value): str(name) for value, name in import_string(settings.TENANTS)()} if settings.TENANTS else {}


def are_several() -> bool:
    """Whether connections are told apart: the host has tenants, or one of them had its provisioning switched on."""
    return bool(settings.TENANTS) or _on_primary().exclude(tenant="").exists()


def all_of_them() -> QuerySet[Connection]:
    """The connections as they stand."""
    return _on_primary().select_related("changed_by")


def current(tenant: str = "") -> Connection:
    """The tenant's connection as it stands; an unsaved one where there never was one."""
    return all_of_them().filter(tenant=tenant).first() or Connection(tenant=tenant)


def add(tenant: str) -> tuple[Connection, bool]:
    """The tenant's connection, made where there is none yet; it is not enabled by that. Tells whether it was made."""
    return _on_primary().get_or_create(tenant=tenant)


def state(connection: Connection) -> State:
    """How the connection stands."""
    if connection.enabled:
        return State.ENABLED if connection.last_used_at else State.WAITING
    return State.DISABLED if connection.changed_at else State.NEVER_ENABLED


def version(connection: Connection) -> str:
    """A name for the connection as it stands, by which a decision tells what it was based on."""
    at = connection.changed_at and connection.changed_at.isoformat()
    parts = json.dumps([at, *(getattr(connection, name) for name in DETAILS)])
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
    by: AbstractBaseUser | None = None, tenant: str = "", *, seen: str | None = None
) -> tuple[Connection, str | None]:
    """Switch provisioning on; the token is returned this once, and None when provisioning was on already.

    `seen` is the version that the decision was based on. Raises ConnectionMovedError when that has passed.
    """
    with transaction.atomic(using=_primary()):
        connection = _locked(tenant)
        if connection.enabled:
            return connection, None
        _check_seen(connection, seen)
        token = tokens.mint()
        connection.enabled = True
        connection.token_digest = tokens.digest(token)
        connection.token_hint = tokens.hint(token)
        connection.last_used_at = None
        _changed(connection, by)
        after_commit(signals.connection_enabled, Connection, _primary(), connection=connection, by=by)
        return connection, token


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
        connection.previous_until = connection.expires_at = None
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
    return (
        _on_primary()
        .filter(enabled=True)
        .filter(
            Q(token_digest=found) & (Q(expires_at=None) | Q(expires_at__gt=now))
            | Q(previous_digest=found, previous_until__gt=now)
        )
        .first()
    )


def note_use(connection: Connection) -> None:
    """Remember that the connection was used just now; written at most once a minute, whichever worker it was.

    The digest is asked for again, so that the last request of a dead token does not pass for the first of a new one.
    """
    now = timezone.now()
    latest = now - USE_IS_NOTED_EVERY
    if connection.last_used_at is None or connection.last_used_at <= latest:
        connection.last_used_at = now
        Connection.objects.filter(
            Q(last_used_at=None) | Q(last_used_at__lte=latest),
            pk=connection.pk,
            token_digest=connection.token_digest,
        ).update(last_used_at=now)


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


def _changed(connection: Connection, by: AbstractBaseUser | None) -> None:
    connection.changed_at = timezone.now()
    connection.changed_by = by  # type: ignore[assignment]
    connection.save()
