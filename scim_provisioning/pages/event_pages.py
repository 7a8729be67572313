"""The page of the Events (`events/`): what identity providers changed and were refused, the newest first.

All that is asked for stands in the address. Pages are keysets, and nothing is counted: a page costs a few queries,
however many Events there are, and however many members one of them is about.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.utils import timezone
from django.utils.http import urlencode

from ..models import Connection, Event
from ..operations import connections, history
from ..operations.history import Page
from .connection_list import tenant_name
from .connection_pages import ConnectionPages
from .event_form import EventForm
from .event_words import Told, Words

NOTHING = Page([], None, None)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A user or group whose events alone are shown."""

    kind: str
    name: str
    without: str
    """The same page for everybody."""
    account_url: str | None


class EventPages(ConnectionPages):
    """The Events of all connections, or of the one that the frame is about."""

    def events_view(self, request: HttpRequest) -> HttpResponseBase:
        """The filters, and the Events that they let through; those that cannot be understood let nothing through."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        only = None if self.tenant(request) is None else self.only_connection(request)
        named = [] if only else self._connections()
        form = EventForm(request.GET, connections=named)
        page = NOTHING
        if form.is_valid():
            older, newer = form.cleaned_data["older"], form.cleaned_data["newer"]
            page = history.page(form.wanted(only), older_than=older, newer_than=newer)
        users = {id for kind, id in page.names if kind == "User"}
        accounts = self.account_urls(request, users)
        return self.draw(
            request,
            "events.html",
            form=form,
            days=_days(page, accounts, {connection.pk: name for connection, name in named}),
            chosen=_chosen(form, page, accounts),
            newer_query=form.query(newer=page.newer) if page.newer else None,
            older_query=form.query(older=page.older) if page.older else None,
        )

    def account_urls(self, request: HttpRequest, ids: Iterable[str]) -> dict[str, str]:
        """Where users with those SCIM ids are edited, for who may; in a frame of the product's own, nowhere."""
        return {}

    def _connections(self) -> list[tuple[Connection, str]]:
        """The connections that can be told apart, with the names of their tenants."""
        if not connections.are_several():
            return []
        names = connections.tenants()
        named = [(connection, tenant_name(connection, names)) for connection in connections.all_of_them()]
        return sorted(named, key=lambda pair: pair[1].casefold())


def _days(page: Page, accounts: dict[str, str], named: dict[int, str]) -> list[tuple[date, list[Told]]]:
    """The Events of the page, by the days of the project's clock."""
    words = Words(page.names, lambda kind, id: "?" + urlencode({kind.lower(): id}))

    def told(event: Event) -> Told:
        account_url = accounts.get(event.resource) if event.resource_type == "User" else None
        return Told(event, words, named.get(event.connection_id or 0, ""), account_url)

    return [(day, [told(event) for event in events]) for day, events in groupby(page.events, _day)]


def _chosen(form: EventForm, page: Page, accounts: dict[str, str]) -> list[Chosen]:
    asked = {kind: form.asked().get(kind.lower(), "") for kind in ("User", "Group")}
    return [
        Chosen(
            kind=kind,
            name=page.names.get((kind, id), id),
            without=form.query(**{kind.lower(): None}),
            account_url=accounts.get(id) if kind == "User" else None,
        )
        for kind, id in asked.items()
        if id
    ]


def _day(event: Event) -> date:
    return (timezone.localtime(event.at) if timezone.is_aware(event.at) else event.at).date()
