"""Says how SCIM provisioning stands: the state, the tokens, what it manages, and what was refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...models import Event
from ...operations import connections
from ...operations.connections import State
from ...operations.status import EXPIRY_IS_NEAR, Status, status
from .. import arguments
from ..arguments import moment

WORDS = {
    State.NEVER_ENABLED: "never enabled",
    State.DISABLED: "disabled",
    State.WAITING: "waiting for the first request",
    State.ENABLED: "connected",
}

USE = {
    (False, False): "neither was used since the new one was made",
    (False, True): "the identity provider still uses the old one",
    (True, True): "both are used",
    (True, False): "the old one is not used any more",
}
"""What two tokens are used for, by whether the new one was seen, and the old one after it was made."""


def add_arguments(parser: CommandParser) -> None:
    """Whose connection it is."""
    arguments.add_tenant(parser)
    arguments.add_json(parser)
    parser.add_argument(
        "--check", action="store_true", help="for monitoring: exit status 1, and why, where somebody has to look"
    )
    parser.add_argument(
        "--expires-within",
        type=arguments.span,
        default=EXPIRY_IS_NEAR,
        metavar="30d",
        help="with --check: also a token that ends so soon; 30d, unless said",
    )
    parser.add_argument(
        "--seen-within",
        type=arguments.lifetime,
        metavar="2d",
        help="with --check: also where no request came for so long",
    )


def handle(command: BaseCommand, *, tenant: str | None, as_json: bool, check: bool, **options: Any) -> None:
    """Without --tenant, of every connection that there is. With --check, CommandError where one needs somebody."""
    if tenant is None and connections.are_several():
        asked = sorted(connections.all_of_them(), key=lambda one: one.tenant)
    else:
        asked = [connections.current(arguments.tenant_with_connection(tenant))]
    found = [status(connection) for connection in asked]
    if as_json:
        command.stdout.write(json.dumps({"connections": [data(one) for one in found]}, indent=2, ensure_ascii=False))
    else:
        for one in found:
            command.stdout.write("\n".join(_lines(one)))
    if check:
        problems = [
            f"{_whose(one)}: {problem}"
            for one in found
            for problem in _problems(one, options["expires_within"], options["seen_within"])
        ]
        if problems:
            raise CommandError("\n".join(problems))


def data(found: Status) -> dict[str, Any]:
    """The status as JSON has it; times are ISO 8601."""
    connection = found.connection
    return {
        "tenant": connection.tenant,
        "name": connection.name,
        "provider": connection.provider,
        "state": found.state.value,
        "failing": found.is_failing,
        "changed_at": _iso(connection.changed_at),
        "changed_by": connection.changed_by and connection.changed_by.get_username(),
        "token": {
            "hint": connection.token_hint,
            "made_at": _iso(connection.token_made_at),
            "expires_at": _iso(connection.expires_at),
            "expires_soon": found.expires_soon,
            "has_expired": found.has_expired,
            "was_seen": found.token_was_seen,
        }
        if connection.enabled
        else None,
        "previous_token": {"until": _iso(found.two_tokens_until), "is_used": found.previous_is_used}
        if found.two_tokens_until
        else None,
        "last_request": {"at": _iso(found.last_request), "address": connection.last_address}
        if found.last_request
        else None,
        "last_change": _iso(found.last_change),
        "users": found.users,
        "groups": found.groups,
        "changes_today": found.changes_today,
        "errors_today": found.errors_today,
        "errors_last_hour": found.errors_last_hour,
        "refusals": [_refusal(event) for event in found.refusals],
    }


def _problems(found: Status, expires_within: timedelta, seen_within: timedelta | None) -> Iterator[str]:
    """What somebody has to look at; of a connection that is switched off, nothing."""
    connection = found.connection
    if not connection.enabled:
        return
    if found.is_failing:
        refused = found.refusals[0]
        yield f"its last event is a refusal with {refused.outcome}: {refused.detail}"
    expires = connection.expires_at
    if found.has_expired:
        yield f"the token expired {moment(expires)}"
    elif expires and expires <= found.at + expires_within:
        yield f"the token expires {moment(expires)}"
    silent_since = found.last_request or connection.changed_at
    if seen_within and silent_since and silent_since < found.at - seen_within:
        yield f"no request since {moment(silent_since)}"


def _refusal(event: Event) -> dict[str, Any]:
    names = ("operation", "resource_type", "resource", "outcome", "scim_type", "detail", "count", "request_id")
    return {"at": _iso(event.at), **{name: getattr(event, name) for name in names}}


def _lines(found: Status) -> Iterator[str]:
    connection = found.connection
    failing = ", but failing" if found.is_failing else ""
    yield f"{_whose(found)}: {WORDS[found.state]}{failing}"
    if found.state is State.DISABLED:
        yield f"  disabled since {moment(connection.changed_at)}{_by(connection.changed_by)}"
    if connection.enabled:
        yield f"  token ends in …{connection.token_hint}, made {moment(connection.token_made_at)}"
        if connection.expires_at:
            yield f"  token {'has expired' if found.has_expired else 'expires'} {moment(connection.expires_at)}"
        if until := found.two_tokens_until:
            yield f"  two tokens are valid until {moment(until)}: {USE[found.token_was_seen, found.previous_is_used]}"
    if found.last_request:
        yield f"  last request {moment(found.last_request)} from {connection.last_address or 'somewhere'}"
    yield f"  manages {found.users} users and {found.groups} groups"
    yield f"  today {found.changes_today} changes and {found.errors_today} errors"
    for event in found.refusals:
        what = " ".join(filter(None, (event.operation, event.resource_type, event.resource)))
        yield f"  {moment(event.at)}  {event.outcome}  {what} (× {event.count}): {event.detail}"


def _whose(found: Status) -> str:
    tenant = found.connection.tenant
    return f"SCIM provisioning of {tenant}" if tenant else "SCIM provisioning"


def _by(user: Any) -> str:
    return f" by {user.get_username()}" if user else ""


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
