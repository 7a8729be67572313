"""Checks of `SCIM_PROVISIONING`."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, get_type_hints
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from django.core.checks import CheckMessage

from ..conf import settings
from .messages import APP, error

WORDS: dict[Any, str] = {str: "str", int: "int", bool: "bool", int | None: "int or None"}
UNREADABLE = f"{APP}.E016"


def types() -> Iterator[CheckMessage]:
    """Settings that are not there, and values of the wrong type."""
    given = getattr(django_settings, "SCIM_PROVISIONING", {})
    if not isinstance(given, dict):
        yield error("E016", f"SCIM_PROVISIONING is {given!r}, no dict.", 'Write `SCIM_PROVISIONING = {"NAME": value}`.')
        return
    for name, value in given.items():
        if name not in settings.names:
            near = get_close_matches(str(name).upper(), settings.names, 1)
            hint = f"Did you mean {near[0]!r}?" if near else f"The settings are {', '.join(settings.names)}."
            yield error("E001", f"SCIM_PROVISIONING has no setting {name!r}.", hint)
        elif not _is(value, due := get_type_hints(getattr(type(settings), name).fget)["return"]):
            words = WORDS.get(due, "list of dotted paths")
            yield error("E016", f"SCIM_PROVISIONING[{name!r}] is {value!r}, no {words}.", f"Give it a {words}.")


def values() -> Iterator[CheckMessage]:
    """Values of the right type that cannot be meant."""
    for name in settings.names:
        value = getattr(settings, name)
        if type(value) is int and value < 1:
            yield error("E017", f"SCIM_PROVISIONING[{name!r}] is {value}.", "Give it a number of at least 1.")
    if settings.DEFAULT_COUNT > settings.MAX_COUNT:
        yield error(
            "E017",
            f"SCIM_PROVISIONING['DEFAULT_COUNT'] is {settings.DEFAULT_COUNT}, more than a page may hold.",
            f"Give it at most MAX_COUNT, which is {settings.MAX_COUNT}.",
        )
    if settings.THROTTLE_CACHE not in django_settings.CACHES:
        yield error(
            "E017",
            f"SCIM_PROVISIONING['THROTTLE_CACHE'] is {settings.THROTTLE_CACHE!r}, which is none of CACHES.",
            f"Name one of them: {', '.join(django_settings.CACHES)}.",
        )
    base, documentation = settings.BASE_URL, settings.DOCUMENTATION_URI
    if base and not (_is_web(base) and base == "{0.scheme}://{0.netloc}".format(urlsplit(base))):
        yield error(
            "E017",
            f"SCIM_PROVISIONING['BASE_URL'] is {base!r}.",
            "Give it scheme and host alone, as in 'https://app.example.com'; the path comes from ROOT_URLCONF.",
        )
    if documentation and not _is_web(documentation):
        yield error(
            "E017",
            f"SCIM_PROVISIONING['DOCUMENTATION_URI'] is {documentation!r}.",
            "Give it the whole address, as in 'https://app.example.com/help'.",
        )


def _is(value: Any, due: Any) -> bool:
    if due == int | None:
        return value is None or type(value) is int
    if due in WORDS:
        return type(value) is due
    return isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value)


def _is_web(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in ("http", "https") and bool(parts.hostname)
