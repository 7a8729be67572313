"""What can be wrong with a host's configuration, told at start-up: where, and what to do (`manage.py check`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage

from . import addresses, groups, names, security, settings, tenants, users


def check_configuration(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Everything that can be told without a database; nothing else of settings that cannot be read."""
    unreadable = [*settings.types()]
    if any(message.id == settings.UNREADABLE for message in unreadable):
        return unreadable
    found = [*settings.values(), *users.check(), *groups.check(), *tenants.check()]
    return [*unreadable, *found, *addresses.check(), *security.sessions()]


def check_deployment(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """What matters where others reach the product (`manage.py check --deploy`)."""
    is_readable = not any(message.id == settings.UNREADABLE for message in settings.types())
    return [*security.deployment(), *security.throttle()] if is_readable else []


def check_database(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """What only the rows tell (`manage.py check --database default`); asked before each `migrate`, too."""
    is_sound = not any(message.is_serious() for message in check_configuration(app_configs))
    return [*names.check(kwargs.get("databases") or ())] if is_sound else []
