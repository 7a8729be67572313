"""The whole examination: the system checks, then the address, then what each provider does."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.checks import ERROR, CheckMessage
from django.db import DatabaseError, router
from django.urls import NoReverseMatch

from ..checks import check_configuration, check_database
from ..locations import is_unprotected
from ..models import Connection, UserRecord
from ..operations import connections
from ..operations.connections import State
from .address import ADDRESS
from .answers import Carrier
from .conversations import Known, Phase, Provider, encoded
from .inside import rehearsal
from .outside import Outside
from .player import Outcome, Player, Result
from .samples import texts, writable

CHECKS, OPENING = "System checks", "Before the first request"


@dataclass(frozen=True)
class Wish:
    """What is to be tried: whose conversations, with which values instead of ours, whether groups are pushed."""

    providers: Sequence[Provider]
    values: Mapping[str, str] = field(default_factory=dict)
    pushes: bool = False


def checked() -> Iterator[Result]:
    """What the system checks say; an error is a failure."""
    found: list[CheckMessage] = check_configuration(None)
    found += check_database(None, databases=[router.db_for_read(UserRecord)])
    for message in found:
        if not message.is_silenced():
            outcome = Outcome.FAILED if message.level >= ERROR else Outcome.NOTED
            id = str(message.id).rpartition(".")[2]
            yield Result(CHECKS, "", f"{id} {message.msg}", outcome, rule=id, remedy=message.hint or "")


def examine_inside(wish: Wish, tenant: str = "") -> Iterator[Result]:
    """Play the conversations through the project in this process, each in a transaction that is rolled back."""
    try:
        yield from _inside(wish, tenant)
    except DatabaseError as fault:
        yield Result(
            OPENING,
            "",
            "The databases answer",
            Outcome.FAILED,
            problem=str(fault),
            rule="no-database",
            remedy="See that each of DATABASES can be reached from here, and run `python manage.py migrate`.",
        )


def _inside(wish: Wish, tenant: str) -> Iterator[Result]:
    connection = connections.current(tenant)
    if connections.state(connection) in (State.NEVER_ENABLED, State.DISABLED):
        yield Result(
            OPENING,
            "",
            "Provisioning is switched off; it is tried as if it were on",
            Outcome.NOTED,
            rule="disabled",
            remedy="To switch it on: in the admin, Authentication settings › SCIM provisioning.",
        )
    for provider in (ADDRESS, *wish.providers):
        failed = False
        for result in _rehearsed(wish, provider, tenant):
            failed |= result.outcome is Outcome.FAILED
            yield result
        if provider is ADDRESS and failed:
            return


def examine_outside(wish: Wish, url: str, token: str, groups: Sequence[str] = ()) -> Iterator[Result]:
    """Play the conversations at a public address, and delete what they made; the groups are named by the caller."""
    if is_unprotected(url):
        yield Result(
            OPENING,
            "",
            "The token is for this address alone",
            Outcome.FAILED,
            asked=url,
            problem="over http, everybody on the way can read the token; it was not sent",
            rule="http",
            remedy="Serve the product over https, give the provider that address, and redirect or refuse http.",
        )
        return
    carrier = Outside(url, token)
    for provider in (ADDRESS, *wish.providers):
        named = _named(carrier, groups) if Phase.GROUPS in provider.phases else {}
        player = _player(wish, provider, carrier, _known(wish), **named)
        failed = False
        try:
            for result in player.play():
                failed |= result.outcome is Outcome.FAILED
                yield result
        finally:
            left = [*player.clean_up()]
        yield from left
        if provider is ADDRESS and failed:
            return


def _known(wish: Wish) -> Known:
    return Known(**texts(secrets.token_hex(4), wish.values))


def _player(wish: Wish, provider: Provider, carrier: Carrier, known: Known, **more: Any) -> Player:
    return Player(carrier, provider, known, writable=writable(known.texts), pushes=wish.pushes, **more)


def _rehearsed(wish: Wish, provider: Provider, tenant: str) -> Iterator[Result]:
    known = _known(wish)
    try:
        with rehearsal(tenant, known.texts["run"]) as tried:
            strict = tried.connection.dialect == Connection.Dialect.STRICT
            groups = {"groups": tried.groups, "lacking": tried.lacking}
            yield from _player(wish, provider, tried.carrier, known, **groups, is_strict=strict).play()
    except NoReverseMatch:
        yield Result(
            OPENING,
            "",
            "The endpoints have an address",
            Outcome.FAILED,
            problem="they are not mounted",
            rule="not-mounted",
            remedy='Add `path("scim/v2/", include("scim_provisioning.urls"))` to ROOT_URLCONF.',
        )


def _named(carrier: Carrier, names: Sequence[str]) -> dict[str, Any]:
    """The groups with these names, and why one is not there."""
    found: dict[str, str] = {}
    lacking = [] if names else ["none is named: --group NAME tries one, and leaves it as it was"]
    for name in names:
        answer = carrier.send("GET", encoded(f'/Groups?filter=displayName eq "{name}"'), b"", {})
        ids = [one["id"] for one in (answer.json or {}).get("Resources", [])]
        if ids:
            found[name] = ids[0]
        else:
            lacking.append(f"no group has the name {name!r}: {answer}")
    return {"groups": found, "lacking": lacking}
