"""Checks of what the project around lets through: sessions that outlive an account, tokens that can be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import AllowAllUsersModelBackend, AllowAllUsersRemoteUserBackend
from django.contrib.sessions.backends import signed_cookies
from django.core.cache.backends.dummy import DummyCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.checks import CheckMessage
from django.utils.module_loading import import_string

from ..conf import settings
from ..locations import is_unprotected
from .messages import warning


def sessions() -> Iterator[CheckMessage]:
    """What keeps people in the product whose account was deactivated."""
    model = get_user_model()
    if _is(f"{django_settings.SESSION_ENGINE}.SessionStore", signed_cookies.SessionStore):
        yield warning(
            "W005",
            "SESSION_ENGINE keeps sessions in cookies: those of deactivated users who have a password cannot be ended.",
            'Keep them on the server, for instance in "django.contrib.sessions.backends.cached_db".',
        )
    if not hasattr(model, "get_session_auth_hash"):
        yield warning(
            "W006",
            f"{model.__name__} has no get_session_auth_hash: sessions begun before SCIM was installed cannot be ended.",
            f"Let {model.__name__} inherit from AbstractBaseUser, or write the method.",
        )
    for path in django_settings.AUTHENTICATION_BACKENDS:
        if _is(path, AllowAllUsersModelBackend, AllowAllUsersRemoteUserBackend):
            yield warning(
                "W007",
                f"AUTHENTICATION_BACKENDS: {path} lets deactivated users in.",
                "Use ModelBackend or RemoteUserBackend, which ask whether the account is active.",
            )


def deployment() -> Iterator[CheckMessage]:
    """Whether a client can be sure of whom it talks to, and that nobody listens."""
    base = settings.BASE_URL
    if "*" in django_settings.ALLOWED_HOSTS and not base:
        yield warning(
            "W009",
            'ALLOWED_HOSTS has "*": whoever sends a request chooses the host in the provisioning URL and in locations.',
            'Name the hosts, or set SCIM_PROVISIONING["BASE_URL"], as in "https://app.example.com".',
        )
    if is_unprotected(base) if base else not django_settings.SECURE_SSL_REDIRECT:
        yield warning(
            "W010",
            f"{base or 'The site'} may be reached over http, where the token of an identity provider can be read.",
            'Let your proxy refuse http, and set SCIM_PROVISIONING["BASE_URL"] to the address with https; '
            "or set SECURE_SSL_REDIRECT = True.",
        )


def throttle() -> Iterator[CheckMessage]:
    """Whether requests are counted for all processes together (with `--deploy`)."""
    backend = django_settings.CACHES.get(settings.THROTTLE_CACHE, {}).get("BACKEND", "")
    limits = settings.MAX_REQUESTS_PER_MINUTE, settings.MAX_FAILURES_PER_MINUTE
    if limits != (None, None) and _is(backend, LocMemCache, DummyCache):
        yield warning(
            "W012",
            f"CACHES[{settings.THROTTLE_CACHE!r}] ({backend}) is shared by no two processes, so each of them lets "
            "through as many SCIM requests as all of them together should.",
            'Let SCIM_PROVISIONING["THROTTLE_CACHE"] name a cache that is shared, such as Redis or Memcached.',
        )


def _is(path: str, *bases: type[Any]) -> bool:
    """Whether the class at that path is one of these; Django itself tells of a path that leads nowhere."""
    try:
        return issubclass(import_string(path), bases)
    except (ImportError, TypeError):
        return False
