"""Checks of where the endpoints are mounted."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.checks import CheckMessage
from django.urls import NoReverseMatch, reverse

from .messages import APP, warning


def check() -> Iterator[CheckMessage]:
    """Whether they are, at all."""
    try:
        reverse(f"{APP}:root")
    except NoReverseMatch:
        yield warning(
            "W002",
            "The SCIM endpoints are not mounted.",
            'Add `path("scim/v2/", include("scim_provisioning.urls"))` to the URL configuration.',
        )
