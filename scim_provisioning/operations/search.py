"""Finding resources: a page of the users, or of all collections of groups as one list (RFC 7644 §3.4.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from ..adapters.collections import Collection
from ..adapters.mapping import Plan
from ..protocol.documents import Projection


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the resources that were found: `total` of all, and the documents from `start` (1-based)."""

    total: int
    start: int
    documents: list[dict[str, Any]]


Found = tuple[Collection, QuerySet[Model]]
"""A collection, and its rows that are to be listed."""


def page(found: list[Found], projection: Projection, *, start: int, count: int) -> Page:
    """The resources from `start`, at most `count`, in one total order: the collections in turn, each by primary key.

    Keys first, then rows by their keys: only the first statement depends on the filter. The collections are counted,
    but for one whose part of the page already tells how many it has.
    """
    skip, left, total = start - 1, count, 0
    documents: list[dict[str, Any]] = []
    for collection, rows in found:
        in_order = rows.order_by("pk").values_list("pk", flat=True)
        keys = list(in_order[skip : skip + left]) if left else []
        complete = len(keys) < left and (keys or skip == 0)
        size = skip + len(keys) if complete else rows.count()
        total += size
        left -= len(keys)
        skip = max(skip - size, 0)
        if keys:
            documents += Plan(collection, projection).documents(keys)
    return Page(total, start, documents)
