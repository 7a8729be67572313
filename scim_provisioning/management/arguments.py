"""What several subcommands ask for, and the way in which they answer."""

from __future__ import annotations

import re
from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime, timedelta

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ..operations import connections

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
LONGEST = timedelta(days=36_500)


def add_tenant(parser: ArgumentParser) -> None:
    """--tenant."""
    parser.add_argument("--tenant", help="in a product with tenants: whose connection it is")


def add_json(parser: ArgumentParser) -> None:
    """--json."""
    parser.add_argument("--json", action="store_true", dest="as_json", help="for machines")


def tenant_of_product(given: str | None) -> str:
    """The tenant that is meant, of those that the product has; CommandError where it is none."""
    return _one_of(connections.tenants(), given)


def tenant_with_connection(given: str | None) -> str:
    """The same, or one that the product does not name any more, but that still has a connection."""
    left = (one.tenant for one in connections.all_of_them() if one.tenant)
    return _one_of(dict.fromkeys([*connections.tenants(), *left]), given)


def span(text: str) -> timedelta:
    """A length of time: `90m`, `24h`, `365d`, `0h`."""
    match = re.fullmatch(r"([0-9]{1,7})([mhd])", text)
    length = int(match[1]) * UNITS[match[2]] if match else None
    if length is None or length > LONGEST:
        raise ArgumentTypeError(f"{text!r}: give minutes, hours or days, as in 90m, 24h or 365d.")
    return length


def lifetime(text: str) -> timedelta:
    """A length of time that is more than nothing."""
    length = span(text)
    if not length:
        raise ArgumentTypeError(f"{text!r}: a token lives for a while, or without an end if nothing is said.")
    return length


def moment(at: datetime | None) -> str:
    """A time for people, by the clock of the project."""
    if at is None:
        return "at an unknown time"
    return f"{timezone.localtime(at) if timezone.is_aware(at) else at:%Y-%m-%d %H:%M}"


def say(command: BaseCommand, words: str) -> None:
    """Tell whoever watches, beside what a script reads from standard output."""
    command.stderr.write(words, command.style.SUCCESS)


def _one_of(tenants: dict[str, str] | dict[str, None], given: str | None) -> str:
    if (given or "") in tenants or not (given or tenants):
        return given or ""
    raise CommandError(f"--tenant is one of {', '.join(tenants)}." if tenants else "The product has no tenants.")
