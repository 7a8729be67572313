"""How a check speaks: what is wrong, what to do about it, and an id that never changes its meaning."""

from __future__ import annotations

from django.core import checks
from django.core.checks import CheckMessage

APP = "scim_provisioning"


def error(id: str, message: str, hint: str) -> CheckMessage:
    """What cannot work."""
    return checks.Error(message, hint=hint, id=f"{APP}.{id}")


def warning(id: str, message: str, hint: str) -> CheckMessage:
    """What works, but worse than it could, or not for everybody."""
    return checks.Warning(message, hint=hint, id=f"{APP}.{id}")
