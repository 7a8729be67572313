"""Switches SCIM provisioning off: every token ends at once, users and access stay as they are."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ...operations import connections
from .. import arguments


def add_arguments(parser: CommandParser) -> None:
    """Whose connection it is."""
    arguments.add_tenant(parser)
    arguments.add_json(parser)


def handle(command: BaseCommand, *, tenant: str | None, as_json: bool, **options: Any) -> None:
    """What is off stays off."""
    connection, was_enabled = connections.disable(tenant=arguments.tenant_with_connection(tenant))
    arguments.say(
        command,
        "SCIM provisioning is disabled: its tokens are no longer valid."
        if was_enabled
        else "Nothing was changed: SCIM provisioning is not enabled.",
    )
    if as_json:
        command.stdout.write(json.dumps({"tenant": connection.tenant, "was_enabled": was_enabled}))
