"""Shows where each attribute is stored, what clients can do with it, and which index finds it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import zip_longest
from textwrap import wrap
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ...adapters.base import GroupAdapter, ResourceAdapter
from ...adapters.indexing import STORED, lookup
from ...adapters.many import Many
from ...adapters.overwriting import may_be_written
from ...adapters.registry import group_adapters, user_adapter
from ...adapters.sources import Source

WIDTH = 100
ATTRIBUTE, SOURCE, INDEX = 0, 1, 5
HEAD = ("attribute", "source", "filter", "sort", "write", "index")


@dataclass(frozen=True)
class Line:
    """One attribute; `index` answers `eq`, and is None where every row is looked at."""

    attribute: str
    source: str
    filterable: bool
    sortable: bool
    writable: bool
    index: str | None


@dataclass(frozen=True)
class Table:
    """What one adapter says, at one level."""

    resource_type: str
    kind: str | None
    level: str | None
    adapter: str
    model: str
    attributes: tuple[Line, ...]

    @property
    def title(self) -> str:
        names = (self.resource_type, self.kind, self.level and f"at level {self.level}")
        return f"{' '.join(filter(None, names))} ({self.adapter}, {self.model})"


def add_arguments(parser: CommandParser) -> None:
    """The form of what is shown."""
    parser.add_argument("--json", action="store_true", help="for machines")


def handle(command: BaseCommand, *, json: bool, **options: Any) -> None:
    """Users first, then each group adapter at each of its levels."""
    found = [table(user_adapter(), None)]
    found += [table(adapter, level) for adapter in group_adapters() for level in (adapter.levels or (None,))]
    command.stdout.write(_as_json(found) if json else "\n\n".join("\n".join(_written(one)) for one in found))
    if not json and any(line.index == STORED for one in found for line in one.attributes):
        command.stdout.write(f"\n{STORED}, on all that the app stores of users, is there on PostgreSQL alone.")


def table(adapter: type[ResourceAdapter], level: str | None) -> Table:
    """The resolved mapping of an adapter at a level."""
    kind = adapter.kind if issubclass(adapter, GroupAdapter) else None
    core_first = sorted(adapter.bound(level).items(), key=lambda item: ":" in item[0])
    attributes = tuple(_line(adapter, key, source) for key, source in core_first)
    return Table(adapter.core.name, kind, level, adapter.__name__, adapter.get_model()._meta.label, attributes)


def _line(adapter: type[ResourceAdapter], key: str, source: Source | Many) -> Line:
    found = lookup(source, adapter.is_scoped()) if source.filterable else None
    index = found.index if found else None
    writable = may_be_written(adapter, key, source)
    return Line(key, str(source), source.filterable, source.filterable, writable, index)


def _as_json(tables: list[Table]) -> str:
    return json.dumps([asdict(one) for one in tables], indent=2, ensure_ascii=False)


def _written(table: Table) -> Iterator[str]:
    """The table as text; the attributes of an extension stand below its URN."""
    yield table.title
    rows = [(*_split(line.attribute), line) for line in table.attributes]
    cells = [
        (name, line.source, _yes(line.filterable), _yes(line.sortable), _yes(line.writable), line.index or "–")
        for _, name, line in rows
    ]
    widths = [max(map(len, column)) for column in zip(HEAD, *cells, strict=True)]
    for wide, least in ((SOURCE, 20), (INDEX, 20), (ATTRIBUTE, 20)):  # the first gives way first
        excess = sum(widths) + 2 * (len(HEAD) - 1) - WIDTH
        widths[wide] = max(widths[wide] - max(excess, 0), min(widths[wide], least))
    yield from _laid_out(HEAD, widths)
    within = ""
    for (urn, _, _), row in zip(rows, cells, strict=True):
        if urn != within:
            yield urn
            within = urn
        yield from _laid_out(row, widths)


def _laid_out(row: tuple[str, ...], widths: list[int]) -> Iterator[str]:
    cells = (wrap(text, width, break_on_hyphens=False) for text, width in zip(row, widths, strict=True))
    for parts in zip_longest(*cells, fillvalue=""):
        yield "  ".join(part.ljust(width) for part, width in zip(parts, widths, strict=True)).rstrip()


def _split(key: str) -> tuple[str, str]:
    urn, _, name = key.rpartition(":")
    return urn, name


def _yes(value: bool) -> str:
    return "yes" if value else "–"
