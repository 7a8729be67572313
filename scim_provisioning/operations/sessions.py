"""Ending a user's sessions when the account is deactivated, for good: they don't come back when the account does."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import router, transaction
from django.http import HttpRequest

from ..models import LoginSession


def note_login(sender: Any, request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    """Remember the session of a login (receiver of `user_logged_in`)."""
    session = getattr(request, "session", None)
    if session is not None and session.session_key is None:
        session.save()  # whoever takes over somebody else's session gets a new one, which has no key yet
    key = _key(request)
    if key and user.pk is not None:
        LoginSession.objects.update_or_create(session_key=key, defaults={"user_id": user.pk})


def forget_logout(sender: Any, request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    """Forget the session of a logout (receiver of `user_logged_out`)."""
    if key := _key(request):
        LoginSession.objects.filter(session_key=key).delete()


def _key(request: HttpRequest | None) -> str | None:
    """The session's key; None where there is none that could be looked up, as with signed cookies."""
    key: str | None = getattr(getattr(request, "session", None), "session_key", None)
    limit = LoginSession._meta.get_field("session_key").max_length
    return key if key and limit and len(key) <= limit else None


def end_sessions(user: Any) -> None:
    """End the user's sessions. Called in the transaction that deactivates.

    Who has no usable password gets a new unusable one, which ends every session whatever stores it; of others the
    sessions noted at login are deleted after commit.
    """
    if isinstance(user, AbstractBaseUser) and not user.has_usable_password():
        user.set_unusable_password()
    key = user.pk
    transaction.on_commit(lambda: delete_noted(key), router.db_for_write(type(user)), robust=True)


def delete_noted(user: Any) -> None:
    """Delete the sessions noted for the user with that primary key."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    noted = LoginSession.objects.filter(user_id=user)
    keys = list(noted.values_list("session_key", flat=True))
    for key in keys:
        store(key).delete()
    noted.filter(session_key__in=keys).delete()
