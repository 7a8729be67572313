"""Switches SCIM provisioning on, and writes the token to standard output: this once, and alone on its line."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.views.decorators.debug import sensitive_variables

from ...operations import connections
from .. import arguments


def add_arguments(parser: CommandParser) -> None:
    """Whose connection it is, and how long the token lives."""
    arguments.add_tenant(parser)
    parser.add_argument("--lifetime", type=arguments.lifetime, help="after which the token ends, as in 365d")
    arguments.add_json(parser)


@sensitive_variables("token")
def handle(
    command: BaseCommand, *, tenant: str | None, lifetime: timedelta | None, as_json: bool, **options: Any
) -> None:
    """A token only where provisioning was off: nobody's token ends because this is run twice."""
    connection, token = connections.enable(tenant=arguments.tenant_of_product(tenant), lifetime=lifetime)
    if token is None:
        arguments.say(
            command,
            "SCIM provisioning is enabled already. Its token was shown when it was made; "
            "if it is lost, `manage.py scim rotate` makes another.",
        )
    else:
        arguments.say(command, "SCIM provisioning is enabled. The token is not shown again:")
    if as_json:
        ends = connection.expires_at and connection.expires_at.isoformat()
        command.stdout.write(json.dumps({"tenant": connection.tenant, "token": token, "expires_at": ends}))
    elif token is not None:
        command.stdout.write(token)
