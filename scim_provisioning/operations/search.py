"""Finding resources: a page of the users, or of all collections of groups as one list (RFC 7644 §3.4.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F, Model, QuerySet, TextField, Value
from django.db.models.functions import Cast

from ..adapters.collections import Collection
from ..adapters.lookups import CodePointOrder
from ..adapters.mapping import Plan
from ..adapters.sorting import ordering, sort_key
from ..protocol.documents import Projection
from ..protocol.schemas import Target

Found = tuple[Collection, QuerySet[Model]]
"""A collection, and its rows that are to be listed."""


@dataclass(frozen=True, slots=True)
class Sort:
    """What to sort by."""

    target: Target
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the resources that were found: `total` of all, and the documents from `start` (1-based)."""

    total: int
    start: int
    documents: list[dict[str, Any]]


def page(found: list[Found], projection: Projection, *, start: int, count: int, sort: Sort | None = None) -> Page:
    """The resources from `start`, at most `count`, in one total order.

    Keys first, then rows by their keys: only the first statement depends on the filter. Without `sort` the collections
    come in turn, each by primary key.
    """
    keys, total = _in_turn(found, start - 1, count) if sort is None else _sorted(found, sort, start - 1, count)
    return Page(total, start, documents(found, projection, keys))


Keys = list[tuple[int, Any]]
"""The number of a collection, and a primary key."""


def documents(found: list[Found], projection: Projection, keys: Keys) -> list[dict[str, Any]]:
    """The documents behind the keys, in their order; who is gone meanwhile is left out."""
    read = {
        (number, key): document
        for number, (collection, _) in enumerate(found)
        if (wanted := [key for of, key in keys if of == number])
        for key, document in Plan(collection, projection).documents(wanted).items()
    }
    return [read[key] for key in keys if key in read]


def _in_turn(found: list[Found], skip: int, left: int) -> tuple[Keys, int]:
    """The keys of the page and the number of all.

    The collections are counted, but for one whose part of the page already tells how many it has.
    """
    keys: Keys = []
    total = 0
    for number, (_, rows) in enumerate(found):
        part = list(rows.order_by("pk").values_list("pk", flat=True)[skip : skip + left]) if left else []
        size = _size([rows], skip, left, len(part))
        keys += [(number, key) for key in part]
        total += size
        left -= len(part)
        skip = max(skip - size, 0)
    return keys, total


def _sorted(found: list[Found], sort: Sort, skip: int, left: int) -> tuple[Keys, int]:
    """The same under an order: one statement, over several collections the union of them; the SCIM id breaks ties."""
    if len(found) == 1:
        ((collection, rows),) = found
        order = ordering(sort_key(collection, sort.target), descending=sort.descending)
        part = [(0, key) for key in rows.order_by(order, "pk").values_list("pk", flat=True)[skip : skip + left]]
    else:
        first, *others = [
            rows.order_by()
            .annotate(
                sort_key=sort_key(collection, sort.target),
                sort_id=CodePointOrder(collection.identifier.expression()),
                sort_pk=Cast("pk", TextField()),
                sort_from=Value(number),
            )
            .values_list("sort_key", "sort_id", "sort_pk", "sort_from")
            for number, (collection, rows) in enumerate(found)
        ]
        order = ordering(F("sort_key"), descending=sort.descending)
        union = first.union(*others, all=True).order_by(order, "sort_id")[skip : skip + left]
        part = [(number, found[number][0].model._meta.pk.to_python(key)) for _, _, key, number in union]
    return part, _size([rows for _, rows in found], skip, left, len(part))


def _size(rows: list[QuerySet[Model]], skip: int, left: int, got: int) -> int:
    """How many rows there are; counted only where the page does not tell, because it is full or beyond the end."""
    return skip + got if got < left and (got or not skip) else sum(part.count() for part in rows)
