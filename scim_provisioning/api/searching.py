"""A page of what a client asks for, in the URL or in the body of a search (RFC 7644 §3.4.2, §3.4.3, RFC 9865)."""

from __future__ import annotations

from typing import Any

from django.db import OperationalError
from django.http import QueryDict
from rest_framework.request import Request
from rest_framework.response import Response

from ..adapters.registry import EVERYTHING
from ..models import Event
from ..operations import cursors, search
from ..protocol.constants import SEARCH_REQUEST
from ..protocol.dialects import Leniency
from ..protocol.envelopes import message
from ..protocol.errors import InvalidFilter, InvalidSyntax, InvalidValue
from ..protocol.messages import cursor_response, list_response
from .base import PARAMETERS, ScimView
from .content import sent
from .filters import ScimFilterSet

LISTS = {"attributes", "excludedAttributes"}
NUMBERS = {"startIndex", "count"}


def found(view: ScimView, scope: str) -> Response:
    """The page of resources that the view's parameters ask for."""
    try:
        return _found(view, scope)
    except OperationalError as error:
        # SQLite's parser gives up on conditions that are nested deeply: not the database is at fault, but the filter.
        if getattr(error.__cause__, "sqlite_errorname", None) != "SQLITE_ERROR":
            raise
        raise InvalidFilter("`filter` is too complex for the product's database; nest it less deeply.") from error


def _found(view: ScimView, scope: str) -> Response:
    asked = ScimFilterSet(view.parameters, view.caller, scope)
    projection = view.projection(view.caller.directory.resource_type(scope))
    if not asked.is_by_cursor:
        page = search.page(asked.found(), projection, start=asked.start, count=asked.size, sort=asked.sort)
        return Response(list_response(page.documents, page.total, page.start))
    book = asked.book(view.caller)
    cursor = view.parameters.get("cursor")
    place = book.read(cursor) if cursor else None
    part = cursors.page(asked.found(), projection, place=place, count=asked.size, sort=asked.sort)
    return Response(cursor_response(part.documents, part.total, book.sign(part.next), book.sign(part.previous)))


def parameters_of(body: Any, leniency: Leniency) -> QueryDict:
    """The parameters in the body of a search, as they would stand in a URL."""
    members = message(body, "The body", {"schemas", *PARAMETERS}, leniency)
    schemas = members.pop("schemas", None)
    if SEARCH_REQUEST not in (schemas or ()) and (schemas or not leniency.forgives("missing-schemas")):
        raise InvalidSyntax(f"`schemas` of a search names {SEARCH_REQUEST}.")
    parameters = QueryDict(mutable=True)
    for key, value in members.items():
        if value is not None and (name := PARAMETERS.get(key)) is not None:
            parameters[name] = _text(name, value, leniency)
    return parameters


def _text(name: str, value: Any, leniency: Leniency) -> str:
    if name in LISTS and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ",".join(value)
    if name in NUMBERS and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    instead = "one-for-list" if name in LISTS else "number-text" if name in NUMBERS else None
    if isinstance(value, str) and "\x00" not in value and (instead is None or leniency.forgives(instead)):
        return value
    due = "a list of names" if name in LISTS else "an integer" if name in NUMBERS else "a string"
    raise InvalidValue(f"`{name}` of a search is {due}.")


class SearchView(ScimView):
    """The endpoint /.search: users and groups in one result."""

    operation = Event.Operation.READ

    def post(self, request: Request) -> Response:
        """A page of what the filter finds, whatever its type."""
        self.parameters = parameters_of(sent(request), self.caller.leniency)
        return found(self, EVERYTHING)
