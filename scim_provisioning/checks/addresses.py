"""Checks of where the endpoints are mounted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage
from django.urls import NoReverseMatch, Resolver404, get_resolver, get_script_prefix, resolve, reverse
from django.utils import translation

from .messages import APP, error, warning

MOUNT = '`path("scim/v2/", include("scim_provisioning.urls"))`'


def check() -> Iterator[CheckMessage]:
    """Whether they are mounted at one address that leads to them."""
    if not getattr(settings, "ROOT_URLCONF", None):
        return
    with translation.override(settings.LANGUAGE_CODE):
        try:
            root = reverse(f"{APP}:root")
        except NoReverseMatch:
            yield _not_mounted()
            return
        if not root.endswith("/"):
            message = f"The SCIM endpoints are mounted at {root!r}, without a slash at the end."
            yield error("E023", message, f"Write {MOUNT}.")
        else:
            yield from _shadowed(f"/{root.removeprefix(get_script_prefix())}Users")
    other = next((code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE), None)
    with translation.override(other):
        if other and reverse(f"{APP}:root") != root:
            yield error(
                "E022",
                f"The address of the SCIM endpoints depends on the language: {root}, {reverse(f'{APP}:root')}.",
                f"Mount them outside `i18n_patterns`, at a path that is not translated: {MOUNT}.",
            )


def _not_mounted() -> CheckMessage:
    if namespace := _namespace(get_resolver().url_patterns):
        return error(
            "E024",
            f"The SCIM endpoints are mounted in the namespace {namespace!r}, where their address is not found.",
            f"Mount them in ROOT_URLCONF itself: {MOUNT}.",
        )
    return warning("W002", "The SCIM endpoints are not mounted.", f"Add {MOUNT} to the URL configuration.")


def _namespace(patterns: Any) -> str | None:
    """The namespace around the place where the endpoints are mounted."""
    for pattern in patterns:
        below = getattr(pattern, "url_patterns", ())
        if any(getattr(one, "app_name", None) == APP for one in below) and pattern.namespace:
            return str(pattern.namespace)
        if found := _namespace(below):
            return found
    return None


def _shadowed(address: str) -> Iterator[CheckMessage]:
    try:
        found = resolve(address)
    except Resolver404:
        return
    if found.app_name != APP and APP not in found.app_names:
        yield error(
            "E025",
            f"{address} leads to {found._func_path}, whose pattern {found.route!r} stands before the SCIM endpoints.",
            f"Put {MOUNT} further up in the URL configuration.",
        )
