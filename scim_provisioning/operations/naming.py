"""Names of users and groups for people who read Events, in which ids stand, over all tenants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

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


def names(resources: Iterable[Resource]) -> dict[Resource, str]:
    """What they are called now, without those who are gone or have no name: a query for each collection in question."""
    wanted = set(resources)
    found: dict[Resource, str] = {}
    for collection, kind, source in _collections():
        identifier = collection.identifier
        keys = [key for type, id in wanted if type == kind and (key := identifier.key(id)) is not None]
        if not keys:
            continue
        cells = Cells({"name": source}, first=1)
        rows = collection.model._base_manager.filter(**{f"{identifier.name}__in": keys})
        for row in rows.values_list(identifier.name, *cells.columns):
            if name := cells.read(row).get("name"):
                found[kind, identifier.text(row[0])] = name
    return found


def called(text: str) -> list[Resource]:
    """Those with a name that contains the text, FOUND_AT_MOST of each collection."""
    found: list[Resource] = []
    for collection, kind, source in _collections():
        if not source.filterable:
            continue
        rows = collection.model._base_manager.filter(source.condition(source.target.leaf, "co", text))
        keys = rows.order_by("pk").values_list(collection.identifier.name, flat=True)[:FOUND_AT_MOST]
        found += [(kind, collection.identifier.text(key)) for key in keys]
    return found


def _collections() -> Iterator[tuple[Collection, str, Source]]:
    for collection in Directory(Connection(), "").collections(EVERYTHING):
        kind = collection.resource_type.name
        source = collection.mapping.get(NAME[kind])
        if isinstance(source, Source):
            yield collection, kind, source
