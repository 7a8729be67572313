"""Sources laid out side by side in one row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from django.db.models import Expression, Model


class Readable(Protocol):
    """What can be read from a row: a source, or a multi-valued attribute that stands in the row."""

    def columns(self, prefix: str = "") -> tuple[str | Expression, ...]: ...
    def read(self, *values: Any) -> Any: ...
    def values(self, instance: Model) -> tuple[Any, ...]: ...


class Cells:
    """Which columns a row needs for some sources, and what the row then says, by the sources' keys.

    Columns that several sources share stand in the row once. What is absent is left out.
    """

    def __init__(self, sources: Mapping[str, Readable], prefix: str = "", first: int = 0) -> None:
        self.sources = sources
        self.columns: list[str | Expression] = []
        self.layout = []
        places: dict[str | Expression, int] = {}
        for key, source in sources.items():
            needed = source.columns(prefix)
            for column in needed:
                if column not in places:
                    places[column] = first + len(self.columns)
                    self.columns.append(column)
            self.layout.append((key, source.read, [places[column] for column in needed]))

    def read(self, row: Sequence[Any]) -> dict[str, Any]:
        """What a row of those columns says."""
        found = {}
        for key, read, places in self.layout:
            value = read(*[row[place] for place in places])
            if value is not None and value != "":
                found[key] = value
        return found

    def of(self, instance: Model) -> dict[str, Any]:
        """What an instance in memory says."""
        found = {}
        for key, source in self.sources.items():
            value = source.read(*source.values(instance))
            if value is not None and value != "":
                found[key] = value
        return found
