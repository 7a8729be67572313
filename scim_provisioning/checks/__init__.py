"""What can be wrong with a host's configuration, told at start-up: where, and what to do (`manage.py check`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage

from . import addresses, groups, settings, users


def check_configuration(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Everything that can be told without a database."""
    return [*settings.check(), *users.check(), *groups.check(), *addresses.check()]
