"""Checks of `SCIM_PROVISIONING`."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings as django_settings
from django.core.checks import CheckMessage

from ..conf import settings
from .messages import error


def check() -> Iterator[CheckMessage]:
    """The names of the settings."""
    for name in getattr(django_settings, "SCIM_PROVISIONING", {}):
        if name not in settings.names:
            yield error(
                "E001",
                f"SCIM_PROVISIONING has no setting {name!r}.",
                f"The settings are {', '.join(settings.names)}.",
            )
