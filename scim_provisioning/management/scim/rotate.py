"""Makes a new token, written to standard output as by enable; the one so far goes on for a while, then ends."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.views.decorators.debug import sensitive_variables

from ...models import Connection
from ...operations import connections
from .. import arguments


def add_arguments(parser: CommandParser) -> None:
    """How long which token lives; or that the overlap ends now, without a new token."""
    arguments.add_tenant(parser)
    parser.add_argument(
        "--overlap", type=arguments.span, help="how long the token so far goes on: 24h, unless said; 0h ends it at once"
    )
    parser.add_argument("--lifetime", type=arguments.lifetime, help="after which the new token ends, as in 365d")
    parser.add_argument("--end-previous", action="store_true", help="end the overlap now, and make no token")
    arguments.add_json(parser)


@sensitive_variables("token")
def handle(
    command: BaseCommand,
    *,
    tenant: str | None,
    overlap: timedelta | None,
    lifetime: timedelta | None,
    end_previous: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Needs a connection that is enabled."""
    own = arguments.tenant_with_connection(tenant)
    if end_previous:
        if overlap is not None or lifetime is not None:
            raise CommandError("--end-previous makes no token, so it goes without --overlap and --lifetime.")
        _end_previous(command, own, as_json)
        return
    length = connections.OVERLAP if overlap is None else overlap
    try:
        connection, token = connections.rotate(tenant=own, overlap=length, lifetime=lifetime)
    except connections.NotEnabledError:
        raise CommandError("SCIM provisioning is not enabled: `manage.py scim enable` makes a token.") from None
    until = connection.previous_until
    so_far = f"goes on until {arguments.moment(until)}" if until else "is no longer valid"
    arguments.say(command, f"The token so far {so_far}. The new one is not shown again:")
    command.stdout.write(json.dumps(_data(connection, token=token)) if as_json else token)


def _end_previous(command: BaseCommand, tenant: str, as_json: bool) -> None:
    connection, was_valid = connections.end_previous(tenant)
    arguments.say(
        command,
        "The previous token is no longer valid."
        if was_valid
        else "Nothing was changed: there is no previous token that is valid.",
    )
    if as_json:
        command.stdout.write(json.dumps(_data(connection, was_valid=was_valid)))


@sensitive_variables("more")
def _data(connection: Connection, **more: Any) -> dict[str, Any]:
    times = {"expires_at": connection.expires_at, "previous_until": connection.previous_until}
    return {"tenant": connection.tenant, **more, **{name: at and at.isoformat() for name, at in times.items()}}
