"""What clients' writes change in the host's own tables: what people should know before they edit the same there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from .base import GroupAdapter, ResourceAdapter
from .many import Many
from .registry import group_adapters, user_adapter
from .sources import Source


@dataclass(frozen=True, slots=True)
class Places:
    """Names of the user model's fields, many-to-many ones included, and other tables with rows about a user."""

    fields: frozenset[str] = frozenset()
    tables: frozenset[type[Model]] = frozenset()

    def __or__(self, other: Places) -> Places:
        return Places(self.fields | other.fields, self.tables | other.tables)


def may_be_written(adapter: type[ResourceAdapter], key: str, source: Source | Many) -> bool:
    """Whether the source, the schema and the adapter let a client write the attribute."""
    if not source.writable:
        return False
    if issubclass(adapter, GroupAdapter) and key == "displayName":
        return adapter.can_create or adapter.can_rename
    target = adapter.get_core().leaves[key]
    whole = target.attribute.mutability if target.sub else ""
    return "readOnly" not in (source.describe(target.leaf).mutability, whole)


def of_account() -> Places:
    """Where the attributes of a user are stored that a client may write."""
    adapter = user_adapter()
    return _places(
        field
        for key, source in adapter.bound(None).items()
        if may_be_written(adapter, key, source)
        for field in source.fills()
    )


def of_memberships() -> Places:
    """Where it is stored which groups a user is in."""
    return _places(
        field
        for adapter in group_adapters()
        for level in (adapter.levels or (None,))
        if (members := adapter.bound(level).get("members")) and may_be_written(adapter, "members", members)
        for field in members.fills()
    )


def _places(filled: Iterable[Any]) -> Places:
    own: list[Any] = user_adapter().get_model()._meta.get_fields()
    filled = set(filled)
    tables = {field.model for field in filled.difference(own)}
    through = [field for field in own if field.many_to_many and _table_of(field) in tables]
    names = {field.name for field in filled.intersection(own)}
    names |= {field.get_accessor_name() if field.auto_created else field.name for field in through}
    return Places(frozenset(names), frozenset(tables))


def _table_of(field: Any) -> Any:
    """The table between, of a many-to-many field or of its other side."""
    return field.through if field.auto_created else field.remote_field.through
