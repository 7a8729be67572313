"""Checks of a product with tenants: that they can be listed, and that none sees the users of another."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.checks import CheckMessage
from django.utils.module_loading import import_string

from ..adapters.base import UserAdapter
from ..conf import settings
from .adapters import loaded
from .messages import error


def check() -> Iterator[CheckMessage]:
    """The function that lists the tenants, and the adapter of users. Tenants may share groups, so these may be open."""
    if not settings.TENANTS:
        return
    try:
        function = import_string(settings.TENANTS)
    except (ImportError, AttributeError) as fault:
        function, why = None, str(fault)
    else:
        why = f"{settings.TENANTS} is no function"
    if not callable(function):
        yield error(
            "E028",
            f"SCIM_PROVISIONING['TENANTS']: {why}.",
            "Name a function by its dotted path, which gives (value, name) of each tenant.",
        )
    adapter, _ = loaded("USER_ADAPTER", settings.USER_ADAPTER, UserAdapter)
    if adapter is not None and not adapter.is_scoped():
        yield error(
            "E029",
            f"{adapter.__name__}.get_queryset: each tenant of SCIM_PROVISIONING['TENANTS'] would see all users.",
            f"Let {adapter.__name__}.get_queryset filter by `self.connection.tenant`, and `new` put users into it.",
        )
