"""By which index a mapped attribute is found when a client asks for equality."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from ..models import GroupRecord, UserRecord
from .columns import Choice, Column
from .indexes import index_of
from .lists import SingleValue, StoredList
from .lookups import TEXTUAL
from .many import Many
from .people import OfManager
from .records import FullName, Record, RecordOfGroup, Stored
from .references import Members
from .sources import Identifier, Source, Suffixed
from .tables import MultiValue

STORED = "scim_user_stored"
"""The index on what we store of users as JSON; on PostgreSQL alone."""


@dataclass(frozen=True)
class Lookup:
    """What equality looks up: a column, or its lower case; or what we store as JSON, where there is no field."""

    field: Any
    folded: bool = False
    scoped: bool = False

    @property
    def index(self) -> str | None:
        """The index that answers; None where the table is read from end to end."""
        if self.field is None:
            return STORED
        return index_of(self.field, folded=self.folded, scoped=self.scoped)

    @property
    def declaration(self) -> str:
        """The index to add to the model's Meta.indexes, as it is written there."""
        name = self.field.name if self.field else ""
        return f'Index(Lower("{name}"), name="…")' if self.folded else f'Index(fields=["{name}"], name="…")'


@singledispatch
def lookup(source: Source | Many, scoped: bool = False) -> Lookup | None:
    """What equality looks up by this source; None where no index could be of use, or nobody can tell."""
    return None


@lookup.register
def _(source: Column, scoped: bool = False) -> Lookup:
    return Lookup(source.field, source.is_text and not source.target.leaf.case_exact, scoped)


@lookup.register
def _(source: Choice, scoped: bool = False) -> Lookup:
    return Lookup(source.field, scoped=scoped)


@lookup.register
def _(source: Identifier, scoped: bool = False) -> Lookup:
    return Lookup(source.field, scoped=scoped)


@lookup.register
def _(source: Suffixed, scoped: bool = False) -> Lookup | None:
    return lookup(source.source, scoped)


@lookup.register
def _(source: Stored, scoped: bool = False) -> Lookup | None:
    return Lookup(None) if source.target.leaf.type in TEXTUAL else None


@lookup.register
def _(source: FullName, scoped: bool = False) -> None:
    return None


@lookup.register
def _(source: Record, scoped: bool = False) -> Lookup:
    return Lookup(UserRecord._meta.get_field(source.name))


@lookup.register
def _(source: RecordOfGroup, scoped: bool = False) -> Lookup:
    return Lookup(GroupRecord._meta.get_field(source.name))


@lookup.register
def _(source: StoredList, scoped: bool = False) -> Lookup | None:
    return Lookup(None) if source.target.attribute.is_complex else None


@lookup.register
def _(source: SingleValue, scoped: bool = False) -> Lookup | None:
    return lookup(source.column, scoped)


@lookup.register
def _(source: Members, scoped: bool = False) -> Lookup | None:
    table = source.membership
    fields = {field.name: field for field in table.model._meta.concrete_fields}
    return Lookup(fields[table.user]) if table.user in fields else None


@lookup.register
def _(source: OfManager, scoped: bool = False) -> Lookup | None:
    return Lookup(source.field) if source.part == "value" else None


@lookup.register
def _(source: MultiValue, scoped: bool = False) -> Lookup | None:
    value = source.elements.get("value")
    return lookup(value) if value else None
