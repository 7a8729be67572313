"""Checks of what only the rows tell: that two groups of different adapters or levels have one name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from django.core.checks import CheckMessage
from django.db import DatabaseError, router, transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower

from ..adapters.collections import GroupCollection
from ..adapters.registry import Directory
from ..models import Connection
from .messages import warning


def check(databases: Sequence[str]) -> Iterator[CheckMessage]:
    """A name that two kinds or levels have. Adapters that are scoped to a tenant are left out."""
    directory = Directory(Connection(), "")
    seen = [groups for groups in directory.groups if not groups.adapter.is_scoped()]
    for one, other in combinations(seen, 2):
        if shared := _shared(one, other, databases):
            names = dict.fromkeys(type(groups.adapter).__name__ for groups in (one, other))
            yield warning(
                "W011",
                f"{' and '.join(names)}: two groups have the name {shared[0]!r}, by which clients link.",
                "Rename one of them in the product.",
            )


def _shared(one: GroupCollection, other: GroupCollection, databases: Sequence[str]) -> list[str]:
    """Names that both have; none where the tables are not there yet, as before the first `migrate`."""
    using = router.db_for_read(one.model)
    if using not in databases:
        return []
    try:
        with transaction.atomic(using=using):
            return list(_names(one).filter(scim_name__in=_names(other)).values_list("scim_name", flat=True)[:1])
    except DatabaseError:
        return []


def _names(groups: GroupCollection) -> QuerySet[Any]:
    expression = groups.single("displayName").expression()
    named: QuerySet[Any] = groups.queryset().annotate(scim_name=Lower(expression)).values("scim_name")
    return named
