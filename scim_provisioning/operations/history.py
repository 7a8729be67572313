"""What has happened: the Events that somebody asks for, page by page, the newest first.

Pages are keysets: a page begins at a Position, so that a deep one costs what the first costs, and nothing is counted.
Each thing that can be asked for has an index on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from ..models import Connection, Event
from . import mentions, naming
from .refusals import REFUSED

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Position:
    """A place between the Events: that of an Event, by its time and key."""

    at: datetime
    pk: int

    @classmethod
    def of(cls, event: Event) -> Position:
        """The place of an Event."""
        return cls(event.at, event.pk)

    @classmethod
    def parse(cls, text: str) -> Position:
        """What `str` wrote; ValueError for anything else."""
        at, _, pk = text.rpartition("~")
        position = cls(datetime.fromisoformat(at), int(pk))
        if str(position) != text:
            raise ValueError(f"{text!r} is not a position.")
        return position

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.pk}"

    def older(self) -> Q:
        """The Events behind it, older ones."""
        return Q(at__lte=self.at) & (Q(at__lt=self.at) | Q(pk__lt=self.pk))

    def newer(self) -> Q:
        """The Events before it, newer ones."""
        return Q(at__gte=self.at) & (Q(at__gt=self.at) | Q(pk__gt=self.pk))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which Events are asked for; what is left out does not matter.

    `user` and `group` are SCIM ids: the Events about them, and those in which they joined or left. `search` is a part
    of the name of a user or group, a whole id, or the id of a request.

    `confined` is for somebody who may know what the connection sees, and nothing of other tenants: no name is told or
    searched that is not among its users and groups.
    """

    since: datetime | None = None
    until: datetime | None = None
    user: str = ""
    group: str = ""
    operation: str = ""
    refused: bool | None = None
    connection: Connection | None = None
    search: str = ""
    confined: bool = False

    @property
    def seen_by(self) -> Connection | None:
        """The connection whose users and groups can be named; None: all can."""
        return (self.connection or Connection()) if self.confined else None

    def condition(self) -> Q:
        """The same as a condition on Events."""
        asked = [
            self.since and Q(at__gte=self.since),
            self.until and Q(at__lt=self.until),
            self.user and _about("User", self.user),
            self.group and _about("Group", self.group),
            self.operation and Q(operation=self.operation),
            self.refused is not None and (Q(outcome__gte=REFUSED) if self.refused else Q(outcome__lt=REFUSED)),
            (self.connection or self.confined) and _over(self.connection or Connection()),
            self.search and _found_by(self.search, self.seen_by),
        ]
        return Q(*(condition for condition in asked if condition))


@dataclass(frozen=True, slots=True)
class Page:
    """Some Events, the newest first, and where the pages beside it begin; None where there is none."""

    events: list[Event]
    newer: Position | None
    older: Position | None
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    """What the users and groups in these Events are called now, by resource type and id; who is gone is not in it."""


def page(
    wanted: Wanted, *, older_than: Position | None = None, newer_than: Position | None = None, size: int = PAGE_SIZE
) -> Page:
    """The first page, or the one behind or before a position: one query for the Events, one for each kind of name."""
    back = newer_than is not None
    place = newer_than.newer() if newer_than else older_than.older() if older_than else Q()
    order = ("at", "pk") if back else ("-at", "-pk")
    found = list(events(wanted).filter(place).order_by(*order)[: size + 1])
    goes_on, shown = len(found) > size, found[:size]
    if back:
        shown.reverse()
    newer, older = (goes_on, True) if back else (older_than is not None, goes_on)
    return Page(
        events=shown,
        newer=Position.of(shown[0]) if shown and newer else None,
        older=Position.of(shown[-1]) if shown and older else None,
        names=naming.names(_named(wanted, shown), wanted.seen_by),
    )


def events(wanted: Wanted) -> QuerySet[Event]:
    """The Events that are asked for, in no order."""
    return Event.objects.filter(wanted.condition()).select_related("connection")


def _named(wanted: Wanted, shown: list[Event]) -> Iterator[naming.Resource]:
    """Who is asked for, and who stands in the Events."""
    asked = [("User", wanted.user), ("Group", wanted.group)]
    yield from ((kind, id) for kind, id in asked if id)
    for event in shown:
        yield from naming.resources_in(event)


def _over(connection: Connection) -> Q:
    """The Events of the connection; one that is not stored has none."""
    return Q(connection=connection) if connection.pk else Q(pk__in=[])


def _about(resource_type: str, id: str) -> Q:
    return Q(resource_type=resource_type, resource=id) | mentions.of(resource_type, id)


def _found_by(text: str, seen_by: Connection | None) -> Q:
    """The Events about what has that name or id, and those of the request with that id."""
    found = Q(request_id=text) | Q(resource=text) | mentions.of_user_name(text)
    return reduce(or_, (_about(*resource) for resource in naming.called(text, seen_by)), found)
