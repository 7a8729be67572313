"""What an adapter says of its attributes, read from the mapping, so that a host need not say it twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..adapters.collections import Collection
from ..adapters.columns import Column
from ..adapters.lists import SingleValue, StoredList
from ..adapters.many import Many
from ..adapters.records import FullName, Record, Stored
from ..adapters.sources import Source
from ..protocol import versions
from ..protocol.changes import SETS
from ..protocol.datetimes import parse_datetime
from ..protocol.documents import Document
from ..protocol.schemas import Attribute, ResourceType, Target

NAMES = ("name.givenName", "name.familyName")
OF_ACCOUNTS = ("active", "password")
"""Attributes with tests of their own: what PUT leaves out of them stays, and none can be removed."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """One attribute of an adapter and where it is stored."""

    key: str
    target: Target
    source: Source | Many

    @property
    def column(self) -> str | None:
        """The column of the host's that it is written to, if it is one."""
        return self._column.name if self._column else None

    @property
    def _column(self) -> Column | None:
        source = self.source.column if isinstance(self.source, SingleValue) else self.source
        return source if isinstance(source, Column) else None

    @property
    def field(self) -> Any:
        """The field behind the column; None where there is none."""
        return self._column.field if self._column else None

    @property
    def is_ours(self) -> bool:
        """Whether it is kept in the package's own tables, whose ways are tested there."""
        return type(self.source) in (Stored, StoredList, Record)

    @property
    def can_be_removed(self) -> bool | None:
        """Whether a client can take the value away; None where that is the source's own affair."""
        if self.target.leaf.required or self.target.attribute.required:
            return False
        if isinstance(self.source, (Stored, StoredList, Record)):
            return True
        field = getattr(self.source, "field", None)
        if field is None or field.choices or (field.has_default() and not field.null):
            return None
        return bool(field.null or field.empty_strings_allowed)

    def read_as(self, sent: Any) -> Any:
        """What comes back of a value that was sent: as it is, but for what the column's `prepare` makes of it."""
        prepare = self.source.prepare if isinstance(self.source, Column) else None
        return prepare(sent) if prepare and isinstance(sent, str) else sent

    def removed(self, document: Document) -> Any:
        """What is shown when the value is taken away: nothing, but for a full name, which the names make up."""
        if not isinstance(self.source, FullName):
            return None
        return " ".join(document[name] for name in NAMES if document.get(name)) or None

    def __str__(self) -> str:
        return f"{self.key} ({self.source})"


def mapped(collection: Collection) -> dict[str, Mapped]:
    """Everything that a document of the collection can hold, by its key."""
    leaves = collection.resource_type.leaves
    return {
        key: Mapped(key, leaves[key], source)
        for key, source in collection.mapping.items()
        if key in leaves and leaves[key].leaf.returned != "never"
    }


def writable(collection: Collection) -> dict[str, Mapped]:
    """What of it a client may write as a value: not the sets, nor what an account cannot be without."""
    return {
        key: found
        for key, found in mapped(collection).items()
        if found.source.writable
        and "readOnly" not in (found.target.leaf.mutability, found.target.attribute.mutability)
        and key not in (*SETS, *OF_ACCOUNTS)
    }


def paths(collection: Collection) -> Iterator[tuple[str, Mapped, Attribute]]:
    """What a filter can name: each single value, and of lists each sub-attribute."""
    for key, found in mapped(collection).items():
        if key == versions.KEY or key in SETS or not found.source.filterable:
            continue
        attribute = found.target.attribute
        if not (attribute.multi_valued and attribute.is_complex):
            yield key, found, found.target.leaf
            continue
        for sub in attribute.sub_attributes:
            yield f"{key}.{sub.name}", found, sub


def flat(nested: dict[str, Any], resource_type: ResourceType) -> Document:
    """The flat form of a document as the RFC has it: `{"name.givenName": …}`."""
    document: Document = {}
    for key, target in resource_type.leaves.items():
        place = nested.get(target.prefix[:-1], {}) if target.prefix else nested
        value = place.get(target.attribute.name)
        if target.sub is not None:
            value = (value or {}).get(target.sub.name)
        if value is not None:
            document[key] = value
    return document


def same(attribute: Attribute, one: Any, other: Any) -> bool:
    """Whether two values say the same: instants in whatever zone, numbers in whatever form, lists in any order."""
    if isinstance(one, list) and isinstance(other, list):
        return _elements(attribute, one) == _elements(attribute, other)
    return bool(_plain(attribute, one) == _plain(attribute, other))


def _elements(attribute: Attribute, elements: list[Any]) -> list[str]:
    if not attribute.is_complex:
        return sorted(repr(_plain(attribute, one)) for one in elements)
    written = {sub.name: sub for sub in attribute.sub_attributes if sub.mutability != "readOnly"}
    return sorted(
        repr([(name, _plain(sub, one[name])) for name, sub in written.items() if one.get(name) not in (None, False)])
        for one in elements
    )


def _plain(attribute: Attribute, value: Any) -> Any:
    match value:
        case str() if attribute.type == "dateTime":
            return parse_datetime(value)
        case bool():
            return value
        case int() | float() | Decimal():
            return Decimal(str(value)).normalize()
    return value
