"""Switching SCIM provisioning on and off, and telling whose token a request carries."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import router, transaction
from django.db.models import Q
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from .. import tokens
from ..models import Connection

USE_IS_NOTED_EVERY = timedelta(minutes=1)


def current(tenant: str = "") -> Connection:
    """The tenant's connection as it stands; an unsaved one where there never was one."""
    return Connection.objects.filter(tenant=tenant).first() or Connection(tenant=tenant)


@sensitive_variables("token")
def enable(by: AbstractBaseUser | None = None, tenant: str = "") -> tuple[Connection, str | None]:
    """Switch provisioning on; the token is returned this once, and None when provisioning was on already."""
    with transaction.atomic():
        connection = _locked(tenant)
        if connection.enabled:
            return connection, None
        token = tokens.mint()
        connection.enabled = True
        connection.token_digest = tokens.digest(token)
        connection.token_hint = tokens.hint(token)
        connection.last_used_at = None
        _changed(connection, by)
        return connection, token


def disable(by: AbstractBaseUser | None = None, tenant: str = "") -> tuple[Connection, bool]:
    """Switch provisioning off; every token is dead from the moment this commits. Tells whether it was on."""
    with transaction.atomic():
        connection = _locked(tenant)
        was_enabled = connection.enabled
        if was_enabled:
            connection.enabled = False
            connection.token_digest = connection.previous_digest = None
            connection.token_hint = ""
            connection.previous_until = connection.expires_at = None
            _changed(connection, by)
        return connection, was_enabled


@sensitive_variables("token")
def authenticate(token: str) -> Connection | None:
    """The enabled connection that the token belongs to; None for an unknown, expired or disabled one.

    One indexed query on the primary, nothing is cached: a token is dead in every worker at once.
    """
    now = timezone.now()
    found = tokens.digest(token)
    return (
        Connection.objects.using(router.db_for_write(Connection))
        .filter(enabled=True)
        .filter(
            Q(token_digest=found) & (Q(expires_at=None) | Q(expires_at__gt=now))
            | Q(previous_digest=found, previous_until__gt=now)
        )
        .first()
    )


def note_use(connection: Connection) -> None:
    """Remember that the connection was used just now; written at most once a minute."""
    now = timezone.now()
    if connection.last_used_at is None or now - connection.last_used_at >= USE_IS_NOTED_EVERY:
        connection.last_used_at = now
        Connection.objects.filter(pk=connection.pk).update(last_used_at=now)


def _locked(tenant: str) -> Connection:
    Connection.objects.get_or_create(tenant=tenant)
    return Connection.objects.select_for_update().get(tenant=tenant)


def _changed(connection: Connection, by: AbstractBaseUser | None) -> None:
    connection.changed_at = timezone.now()
    connection.changed_by = by  # type: ignore[assignment]
    connection.save()
