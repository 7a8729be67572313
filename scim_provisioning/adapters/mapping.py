"""From rows to documents: which columns a projection needs, and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Model

from ..protocol import versions
from ..protocol.documents import Document, Projection, nested
from .cells import Cells
from .collections import Collection
from .many import InRow, Many, Related
from .references import Members
from .related import save_rows
from .sources import Source


class Plan:
    """How the resources of a collection are read for a projection.

    Rows by their keys, then one statement for each table that a multi-valued attribute is stored in; nothing is asked
    for what is not shown. A version is of the whole row: where it is wanted (`versioned`, or by the projection) the row
    is read whole.
    """

    def __init__(self, collection: Collection, projection: Projection, *, versioned: bool = False) -> None:
        self.collection = collection
        self.projection = projection
        self.versioned = versioned or projection.shows(versions.KEY)
        shown = {key: stored for key, stored in collection.mapping.items() if projection.shows(key)}
        self.cells = Cells(in_rows(collection.mapping if self.versioned else shown), first=1)
        relations = {key: stored for key, stored in collection.mapping.items() if isinstance(stored, Related)}
        needed = {
            key: stored for key, stored in relations.items() if key in shown or (stored.is_own and self.versioned)
        }
        self.own = {key: stored for key, stored in needed.items() if stored.is_own}
        self.references = {key: stored for key, stored in needed.items() if not stored.is_own}
        self.versions: dict[Any, versions.Version] = {}

    def documents(self, keys: Sequence[Any]) -> dict[Any, dict[str, Any]]:
        """The nested documents of the rows with these primary keys; who is gone is left out."""
        rows = self.collection.model._base_manager.filter(pk__in=keys).values_list("pk", *self.cells.columns)
        return self._completed({row[0]: self.cells.read(row) for row in rows})

    def document(self, instance: Model) -> dict[str, Any]:
        """The nested document of an instance that was just read or written."""
        return self._completed({instance.pk: self.cells.of(instance)})[instance.pk]

    def _completed(self, found: dict[Any, Document]) -> dict[Any, dict[str, Any]]:
        self._fetch(self.own, found)
        if self.versioned:
            self.versions = {pk: version(self.collection, document) for pk, document in found.items()}
        self._fetch(self.references, found)
        if "members" in self.references:
            self.versions = {pk: of.with_members(_ids(found[pk])) for pk, of in self.versions.items()}
        for pk, of in self.versions.items():
            found[pk][versions.KEY] = of.tag
        return {pk: self._shown(document) for pk, document in found.items()}

    def _fetch(self, relations: dict[str, Related], found: dict[Any, Document]) -> None:
        for key, relation in relations.items():
            for pk, elements in relation.fetch(self.collection, list(found)).items():
                found[pk][key] = elements

    def _shown(self, document: Document) -> dict[str, Any]:
        shown = {key: value for key, value in document.items() if self.projection.shows(key)}
        return nested(shown, self.collection.resource_type, self.projection)


def _ids(document: Document) -> list[str]:
    return [member["value"] for member in document.get("members", ())]


def in_rows(mapping: dict[str, Source | Many]) -> dict[str, Source | InRow]:
    """The part of a mapping that stands in the resource's own row."""
    return {key: stored for key, stored in mapping.items() if isinstance(stored, (Source, InRow))}


def read(collection: Collection, instance: Model) -> Document:
    """The flat document of an instance in memory, without its references to other resources."""
    document = Cells(in_rows(collection.mapping)).of(instance)
    own = {key: elements for key, stored in _own(collection).items() if (elements := stored.of(instance))}
    return {**document, **own}


def flush(collection: Collection, instance: Model) -> None:
    """Save what was written to other rows than the instance's, which is there now."""
    save_rows(instance, first=False)
    for stored in _own(collection).values():
        stored.flush(instance)


def _own(collection: Collection) -> dict[str, Related]:
    return {key: stored for key, stored in collection.mapping.items() if isinstance(stored, Related) and stored.is_own}


def version(collection: Collection, document: Document) -> versions.Version:
    """The version of a resource, given all that is its own.

    `meta` does not count: the location depends on who asks, and lastModified moves with members, who are a part apart.
    Nor does what nobody is shown.
    """
    leaves = collection.resource_type.leaves
    return versions.Version.of(
        {
            key: value
            for key, value in document.items()
            if not key.startswith("meta.") and leaves[key].leaf.returned != "never"
        }
    )


def version_of(collection: Collection, instance: Model) -> versions.Version:
    """The version of an instance that was just read or written."""
    return version(collection, read(collection, instance))


def version_with_members(collection: Collection, instance: Model) -> versions.Version:
    """The version of a group with its members, whose ids alone are read."""
    own = version_of(collection, instance)
    members = collection.mapping.get("members")
    return own.with_members(members.ids(collection, instance.pk)) if isinstance(members, Members) else own
