"""From rows to documents: which columns a projection needs, and what they say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model

from ..protocol.documents import Document, Projection, nested
from .cells import Cells
from .collections import Collection
from .many import InRow, Many, Related
from .sources import Source


class Plan:
    """How the resources of a collection are read for a projection.

    Rows by their keys, then one statement for each table that a multi-valued attribute is stored in; nothing is asked
    for what is not shown.
    """

    def __init__(self, collection: Collection, projection: Projection) -> None:
        self.collection = collection
        self.projection = projection
        shown = {key: stored for key, stored in collection.mapping.items() if projection.shows(key)}
        self.cells = Cells(in_rows(shown), first=1)
        self.relations = {key: stored for key, stored in shown.items() if isinstance(stored, Related)}

    def documents(self, keys: Sequence[Any]) -> dict[Any, dict[str, Any]]:
        """The nested documents of the rows with these primary keys; who is gone is left out."""
        rows = self.collection.model._base_manager.filter(pk__in=keys).values_list("pk", *self.cells.columns)
        return self._completed({row[0]: self.cells.read(row) for row in rows})

    def document(self, instance: Model) -> dict[str, Any]:
        """The nested document of an instance that was just read or written."""
        return self._completed({instance.pk: self.cells.of(instance)})[instance.pk]

    def _completed(self, found: dict[Any, Document]) -> dict[Any, dict[str, Any]]:
        for key, relation in self.relations.items():
            for pk, elements in relation.fetch(self.collection, list(found)).items():
                found[pk][key] = elements
        kind, projection = self.collection.resource_type, self.projection
        return {key: nested(document, kind, projection) for key, document in found.items()}


def in_rows(mapping: dict[str, Source | Many]) -> dict[str, Source | InRow]:
    """The part of a mapping that stands in the resource's own row."""
    return {key: stored for key, stored in mapping.items() if isinstance(stored, (Source, InRow))}


def read(collection: Collection, instance: Model, keys: Iterable[str] | None = None) -> Document:
    """The flat document of an instance in memory, without what stands in other tables."""
    mapping = in_rows(collection.mapping)
    return Cells(mapping if keys is None else {key: mapping[key] for key in keys}).of(instance)
