"""Ending a user's sessions when the account is deactivated, for good: they don't come back when the account does."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.backends import cache, cached_db, db
from django.core.cache import caches
from django.db import router, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from ..models import LoginSession

NOTED = "_scim_noted"
"""Where a session keeps the key under which it was noted: data go on when the key is changed."""

AT_ONCE = 1_000
"""How many sessions a statement ends."""

LOOKED_AT = 10
"""How many notes of long ago are looked at in one login: more than it adds, few enough not to be felt."""


def note_login(sender: Any, request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    """Remember the session of a login (receiver of `user_logged_in`)."""
    session = getattr(request, "session", None)
    if session is not None and session.session_key is None:
        session.save()  # whoever takes over somebody else's session gets a new one, which has no key yet
    key = _key(request)
    if key and user.pk is not None:
        _note(session, key, user.pk)
        _forget_ended(user.pk)


def forget_logout(sender: Any, request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    """Forget the session of a logout (receiver of `user_logged_out`)."""
    if key := _key(request):
        _notes().filter(session_key=key).delete()


def follow(request: HttpRequest) -> None:
    """Note the session of somebody who is logged in, if it has a key that was not noted.

    That is so after `cycle_key`, which sends no signal (a change of the own password calls it), and in sessions begun
    before the app was installed.
    """
    session = getattr(request, "session", None)
    if session is None or not session.accessed:
        return
    key = _key(request)
    if key and SESSION_KEY in session and session.get(NOTED) != key:
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            _note(session, key, user.pk)


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
    noted = _notes().filter(user_id=user)
    while keys := list(noted.values_list("session_key", flat=True)[:AT_ONCE]):
        _delete(_store(), keys)
        noted.filter(session_key__in=keys).delete()


def _note(session: Any, key: str, user: Any) -> None:
    """The session's one note: that of an earlier key goes."""
    if (earlier := session.get(NOTED)) and earlier != key:
        _notes().filter(session_key=earlier).delete()
    _notes().update_or_create(session_key=key, defaults={"user_id": user, "at": timezone.now()})
    session[NOTED] = key


def _forget_ended(user: Any) -> None:
    """Forget sessions of the user that ended by themselves, so that there are not more notes than sessions."""
    age = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    old = _notes().filter(user_id=user, at__lt=timezone.now() - age).order_by("at")
    if keys := list(old.values_list("session_key", flat=True)[:LOOKED_AT]):
        store = _store()()
        going_on = [key for key in keys if store.exists(key)]
        _notes().filter(session_key__in=going_on).update(at=timezone.now())
        _notes().filter(session_key__in=set(keys).difference(going_on)).delete()


def _delete(store: Any, keys: list[str]) -> None:
    """Delete these sessions: of Django's own stores together, one by one of a store that deletes in its own way."""
    in_database = store.delete in (db.SessionStore.delete, cached_db.SessionStore.delete)
    in_cache = store.delete in (cache.SessionStore.delete, cached_db.SessionStore.delete)
    if in_database:
        model = store.get_model_class()
        model._default_manager.using(router.db_for_write(model)).filter(session_key__in=keys).delete()
    if in_cache:
        caches[settings.SESSION_CACHE_ALIAS].delete_many([store.cache_key_prefix + key for key in keys])
    if not (in_database or in_cache):
        for key in keys:
            store(key).delete()


def _notes() -> QuerySet[LoginSession]:
    """The notes where they are written: a replica may not have them yet."""
    return LoginSession.objects.using(router.db_for_write(LoginSession))


def _store() -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore


def _key(request: HttpRequest | None) -> str | None:
    """The session's key; None where there is none that could be looked up, as with signed cookies."""
    key: str | None = getattr(getattr(request, "session", None), "session_key", None)
    limit = LoginSession._meta.get_field("session_key").max_length
    return key if key and limit and len(key) <= limit else None
