"""Says what identity providers changed and were refused, the oldest first; or follows it, or deletes what is old."""

from __future__ import annotations

import json
import time
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from ...models import Event
from ...operations import connections, history, naming, retention
from ...operations.history import Page, Wanted
from .. import arguments

EVERY = 1.0
"""Seconds between two looks, while it follows."""

COMES_LATE = timedelta(minutes=1)
"""By how much an Event may be seen later than its time: its transaction was open for so long."""

COLUMNS = ("operation", "resource_type", "resource", "outcome", "scim_type", "detail", "count", "request_id", "address")


def add_arguments(parser: CommandParser) -> None:
    """Which Events are asked for; all that is said must be true of them."""
    arguments.add_tenant(parser)
    parser.add_argument(
        "--user", default="", metavar="ID", help="about that user, or where they joined or left a group"
    )
    parser.add_argument("--group", default="", metavar="ID", help="about that group, or its members")
    parser.add_argument("--operation", default="", choices=Event.Operation.values, help="what was asked for")
    parser.add_argument("--refused", action="store_true", default=None, help="only what was refused")
    parser.add_argument("--search", default="", metavar="TEXT", help="a part of a name, an id, or the id of a request")
    parser.add_argument("--since", type=arguments.lifetime, metavar="24h", help="not older than that")
    parser.add_argument("--limit", type=_number, default=50, metavar="N", help="the last N: 50, unless said")
    parser.add_argument("--follow", action="store_true", help="go on with what comes, until Ctrl-C")
    parser.add_argument("--prune", type=arguments.lifetime, metavar="180d", help="delete what is older, of everybody")
    parser.add_argument("--json", action="store_true", dest="as_json", help="for machines: an object on each line")


def handle(command: BaseCommand, *, prune: timedelta | None, follow: bool, as_json: bool, **options: Any) -> None:
    """Writes a line for each Event."""
    if prune is not None:
        arguments.say(command, f"Deleted {retention.prune(timezone.now() - prune)} events.")
        return
    wanted, limit = _wanted(**options), options["limit"]
    write = command.stdout.write

    def tell(page: Page) -> None:
        for event in reversed(page.events):
            write(json.dumps(data(event), ensure_ascii=False) if as_json else "\n".join(_lines(event, page.names)))

    before = _lately(wanted, timezone.now()) if follow else []
    page = history.page(wanted, size=limit)
    tell(page)
    if follow:
        try:
            _follow(wanted, [*before, *page.events], tell)
        except KeyboardInterrupt:
            return


def data(event: Event) -> dict[str, Any]:
    """The Event as JSON has it; the time is ISO 8601."""
    return {
        "id": event.pk,
        "at": event.at.isoformat(),
        "tenant": event.connection.tenant if event.connection else None,
        **{name: getattr(event, name) for name in COLUMNS},
        "tolerances": event.tolerances,
        "adopted": event.adopted,
        "changes": event.changes,
    }


def _wanted(*, tenant: str | None, since: timedelta | None, limit: int, **options: Any) -> Wanted:
    connection = None
    if tenant is not None:
        connection = connections.current(arguments.tenant_with_connection(tenant))
    asked = {name: options[name] for name in ("user", "group", "operation", "refused", "search")}
    return Wanted(connection=connection, since=timezone.now() - since if since else None, **asked)


def _follow(wanted: Wanted, told: list[Event], tell: Callable[[Page], None]) -> None:
    """Look again and again; a refusal that is counted up comes again, with its new count."""
    seen = {(event.pk, event.count) for event in told}
    while True:
        time.sleep(EVERY)
        lately = _lately(wanted, timezone.now())
        fresh = [event for event in lately if (event.pk, event.count) not in seen]
        tell(Page(fresh, None, None, naming.names(each for event in fresh for each in naming.resources_in(event))))
        seen = {(event.pk, event.count) for event in lately}


def _lately(wanted: Wanted, now: datetime) -> list[Event]:
    return list(history.events(wanted).filter(at__gte=now - COMES_LATE).order_by("-at", "-pk"))


def _lines(event: Event, names: dict[naming.Resource, str]) -> Iterator[str]:
    def called(kind: str, id: str) -> str:
        name = names.get((kind, id))
        return f"{id} ({name})" if name else id

    times = f" × {event.count}" if event.count > 1 else ""
    what = f"{event.operation} {event.resource_type} {called(event.resource_type, event.resource)}".rstrip()
    said = f": {' '.join(filter(None, (event.scim_type, event.detail)))}" if event.detail else ""
    yield f"{arguments.moment(event.at)}  {event.outcome}  {what}{times}{said}"
    for change in event.changes:
        if change["path"] == "members":
            for word in ("added", "removed"):
                yield from _members(word, change[word], called, called("Group", change["resource"]))
        else:
            yield f"    {change['path']}: {_value(change['before'])} → {_value(change['after'])}"


def _members(word: str, ids: list[str], called: Callable[[str, str], str], group: str) -> Iterator[str]:
    if ids:
        shown = ", ".join(called("User", id) for id in ids[: naming.NAMED_AT_MOST])
        more = len(ids) - naming.NAMED_AT_MOST
        yield f"    {group}: {word} {shown}{f' and {more} more' if more > 0 else ''}"


def _value(value: Any) -> str:
    """A value on one line, whatever a client has put into it."""
    return json.dumps(value, ensure_ascii=True) if value is not None else "nothing"


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= 100_000:
        raise ArgumentTypeError(f"{text!r}: give a number from 1 to 100000.")
    return int(text)
