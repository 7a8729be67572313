"""What the models say of a column: which index answers its comparisons, which constraint keeps its values apart.

`folded` asks for an index on `Lower(column)`, which is what a comparison without regard to case looks up. `scoped` says
that rows are looked up within a tenant, so that the tenant's column may stand in the index as well. Partial indexes and
constraints do not count: what they leave out is looked up too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.postgres.indexes import OpClass
from django.db.models import F, Index, OrderBy, UniqueConstraint
from django.db.models.functions import Lower

EQUALITY = {Index.suffix, "btree", "hash"}
"""The kinds of index that are looked up by equality."""


def index_of(field: Any, *, folded: bool, scoped: bool = False) -> str | None:
    """The name of an index that finds rows by this column, or what it comes from where it has none."""
    if not folded:
        if field.primary_key:
            return "primary key"
        if field.unique or field.db_index:
            return f"{'unique' if field.unique else 'db_index'} ({field.name})"
    for name, parts in _indexes(field):
        if any(_is(part, field, folded) for part in (parts if scoped else parts[:1])):
            return name
    return None


def is_unique(field: Any, *, folded: bool, scoped: bool = False) -> bool:
    """Whether the database keeps the column's values apart; folded: also those that differ only in case."""
    if field.unique and not folded:
        return True
    return any(
        any(_is(part, field, folded) for part in parts) and (scoped or len(parts) == 1)
        for _, parts in _constraints(field)
    )


def _indexes(field: Any) -> Iterator[tuple[str, Sequence[Any]]]:
    yield from _constraints(field)
    for index in field.model._meta.indexes:
        if index.condition is None and index.suffix in EQUALITY:
            yield index.name, index.expressions or [F(name.removeprefix("-")) for name in index.fields]


def _constraints(field: Any) -> Iterator[tuple[str, Sequence[Any]]]:
    for names in field.model._meta.unique_together:
        yield f"unique_together ({', '.join(names)})", [F(name) for name in names]
    for one in field.model._meta.constraints:
        if isinstance(one, UniqueConstraint) and one.condition is None:
            yield one.name, one.expressions or [F(name) for name in one.fields]


def _is(part: Any, field: Any, folded: bool) -> bool:
    """Whether a part of an index is the column, or the column in lower case."""
    while isinstance(part, (OrderBy, OpClass)):
        (part,) = part.get_source_expressions()
    if folded:
        return isinstance(part, Lower) and part.get_source_expressions() == [F(field.name)]
    return bool(part == F(field.name))
