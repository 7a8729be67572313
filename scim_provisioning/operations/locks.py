"""Transactions and row locks: the group's row first, then the users it touches in one batch by primary key."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import OperationalError, connections, router, transaction
from django.db.models import Model

from ..adapters.collections import Collection, UserCollection
from ..adapters.columns import Column
from ..adapters.indexes import is_unique
from ..models import GroupRecord, UserRecord

Result = TypeVar("Result")

DEADLOCK_OR_SERIALIZATION = ("40P01", "40001")

PAUSES = (0.05, 0.25)
"""Seconds before each further attempt, in which the other side of a deadlock gets its lock."""


@contextmanager
def writing(model: type[Model]) -> Iterator[None]:
    """A transaction that may write. On SQLite it takes the write lock at once: a later upgrade would fail, not wait."""
    using = router.db_for_write(model)
    with transaction.atomic(using=using):
        if connections[using].vendor == "sqlite":
            GroupRecord.objects.using(using).filter(pk="").update(external_id="")
        yield


def retrying(operation: Callable[[], Result], model: type[Model]) -> Result:
    """Run the operation, again if the database broke a deadlock at our cost; not inside somebody's transaction."""
    for pause in PAUSES:
        try:
            return operation()
        except OperationalError as error:
            if not is_deadlock(error) or connections[router.db_for_write(model)].in_atomic_block:
                raise
        time.sleep(pause)
    return operation()


def is_deadlock(error: Exception) -> bool:
    """Whether the database broke off a transaction that can be run again."""
    return isinstance(error, OperationalError) and getattr(error.__cause__, "sqlstate", "") in DEADLOCK_OR_SERIALIZATION


def lock(model: type[Model], keys: Iterable[Any], name: str = "pk") -> dict[Any, Model]:
    """The rows with these keys, locked in the order of their primary keys, by which they are given.

    They are locked alone, and looked at afterwards (`out_of_sight`): a condition on another table in the locking
    statement would be judged as it was before the wait.
    """
    rows = model._base_manager.using(router.db_for_write(model)).select_for_update(no_key=True)
    return {row.pk: row for row in rows.filter(**{f"{name}__in": list(keys)}).order_by("pk")}


def out_of_sight(collection: Collection, rows: list[Model]) -> set[Any]:
    """Which of these locked rows the connection does not see, by primary key; asked only where it can be."""
    keys = {row.pk for row in rows}
    if collection.adapter.is_scoped():
        return keys - set(collection.queryset().filter(pk__in=keys).values_list("pk", flat=True))
    if not isinstance(collection, UserCollection):
        return set()
    inactive = [row.pk for row in rows if not collection.is_active(row)]
    if not inactive:
        return set()
    return set(
        UserRecord.objects.filter(user__in=inactive, deprovisioned_at__isnull=False).values_list("user", flat=True)
    )


def reserve(collection: Collection, attribute: str, value: Any) -> None:
    """Let one transaction at a time look whether a text is free, in any case of letters, and take it.

    Only where the host has no constraint that would settle the race, and only on PostgreSQL: on SQLite one transaction
    writes at a time anyhow.
    """
    source = collection.mapping[attribute]
    connection = connections[router.db_for_write(collection.model)]
    if connection.vendor != "postgresql" or not isinstance(value, str):
        return
    scoped = collection.adapter.is_scoped()
    if not (isinstance(source, Column) and is_unique(source.field, folded=True, scoped=scoped)):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(lower(%s), 0))", [f"{attribute}:{value}"])
