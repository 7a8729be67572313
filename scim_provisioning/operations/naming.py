"""Names of users and groups for people who read Events, in which ids stand: over all tenants, or of one connection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.db.models import Model, QuerySet

from ..adapters.cells import Cells
from ..adapters.collections import Collection
from ..adapters.registry import EVERYTHING, Directory
from ..adapters.sources import Source
from ..models import Connection, Event

Resource = tuple[str, str]
"""A resource type's name, and an id."""

NAME: Final = {"User": "userName", "Group": "displayName"}

NAMED_AT_MOST: Final = 10
"""How many of those who joined a group, and of those who left it, an Event names; it may be about thousands."""

FOUND_AT_MOST: Final = 10
"""How many users, and how many groups of each collection, a part of a name leads to."""


def resources_in(event: Event) -> Iterator[Resource]:
    """The users and groups that the Event names; one may come more than once."""
    yield event.resource_type, event.resource
    for change in event.changes:
        if change["path"] == "members":
            yield "Group", change["resource"]
            for id in (*change["added"][:NAMED_AT_MOST], *change["removed"][:NAMED_AT_MOST]):
                yield "User", id


def names(resources: Iterable[Resource], seen_by: Connection | None = None) -> dict[Resource, str]:
    """What they are called now, without those who are gone or have no name: a query for each collection in question.

    An Event holds whatever ids a client sends; `seen_by` leaves out those that the connection does not see.
    """
    wanted = set(resources)
    found: dict[Resource, str] = {}
    for collection, kind, source in _collections(seen_by):
        identifier = collection.identifier
        keys = [key for type, id in wanted if type == kind and (key := identifier.key(id)) is not None]
        if not keys:
            continue
        cells = Cells({"name": source}, first=1)
        rows = _rows(collection, seen_by).filter(**{f"{identifier.name}__in": keys})
        for row in rows.values_list(identifier.name, *cells.columns):
            if name := cells.read(row).get("name"):
                found[kind, identifier.text(row[0])] = name
    return found


def called(text: str, seen_by: Connection | None = None) -> list[Resource]:
    """Those with a name that contains the text, FOUND_AT_MOST of each collection."""
    found: list[Resource] = []
    for collection, kind, source in _collections(seen_by):
        if not source.filterable:
            continue
        rows = _rows(collection, seen_by).filter(source.condition(source.target.leaf, "co", text))
        keys = rows.order_by("pk").values_list(collection.identifier.name, flat=True)[:FOUND_AT_MOST]
        found += [(kind, collection.identifier.text(key)) for key in keys]
    return found


def user_id(user: Model) -> str:
    """The SCIM id of a user."""
    return _users().id_of(user)


def user_keys(ids: Iterable[str]) -> dict[str, Any]:
    """The primary keys of users by their SCIM ids, which are mostly made of them: then it is no query, else one."""
    identifier = _users().identifier
    known = {id: key for id in ids if (key := identifier.key(id)) is not None}
    if identifier.field.primary_key:
        return known
    rows = _users().model._base_manager.filter(**{f"{identifier.name}__in": list(known.values())})
    return {identifier.text(key): pk for key, pk in rows.values_list(identifier.name, "pk")}


def _users() -> Collection:
    return Directory(Connection(), "").users


def _collections(seen_by: Connection | None) -> Iterator[tuple[Collection, str, Source]]:
    for collection in Directory(seen_by or Connection(), "").collections(EVERYTHING):
        kind = collection.resource_type.name
        source = collection.mapping.get(NAME[kind])
        if isinstance(source, Source):
            yield collection, kind, source


def _rows(collection: Collection, seen_by: Connection | None) -> QuerySet[Model]:
    """Those that the connection sees, users that it deleted among them; of all tenants where none is given."""
    return collection.model._base_manager.all() if seen_by is None else collection.adapter.get_queryset()
