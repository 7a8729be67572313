"""Checks of what all adapters have: that they are there, and that their attributes lead somewhere."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from ..adapters.base import ResourceAdapter
from .messages import error


def loaded(setting: str, path: str, base: type[Any]) -> tuple[Any, list[CheckMessage]]:
    """The adapter class and what is wrong with it."""
    try:
        adapter: type[ResourceAdapter] = import_string(path)
    except ImportError as fault:
        return None, [error("E002", f"SCIM_PROVISIONING[{setting!r}]: {fault}.", "Name a class by its dotted path.")]
    if not (isinstance(adapter, type) and issubclass(adapter, base)):
        message = f"SCIM_PROVISIONING[{setting!r}]: {path} is no {base.__name__}."
        return None, [error("E003", message, f"Subclass scim_provisioning.adapters.{base.__name__}.")]
    try:
        for level in getattr(adapter, "levels", None) or (None,):
            adapter.bound(level)
    except ImproperlyConfigured as fault:
        return adapter, [error("E004", str(fault), "Mend the adapter's `attributes`.")]
    return adapter, []
