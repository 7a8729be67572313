"""Transactions and row locks: the group's row first, then the users it touches in one batch by primary key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import OperationalError, connections, router, transaction
from django.db.models import Model, QuerySet

from ..models import GroupRecord

Result = TypeVar("Result")

DEADLOCK_OR_SERIALIZATION = ("40P01", "40001")


@contextmanager
def writing(model: type[Model]) -> Iterator[None]:
    """A transaction that may write. On SQLite it takes the write lock at once: a later upgrade would fail, not wait."""
    using = router.db_for_write(model)
    with transaction.atomic(using=using):
        if connections[using].vendor == "sqlite":
            GroupRecord.objects.using(using).filter(pk="").update(external_id="")
        yield


def retrying(operation: Callable[[], Result]) -> Result:
    """Run the operation, once more if the database broke a deadlock at our cost; not inside somebody's transaction."""
    try:
        return operation()
    except OperationalError as error:
        state = getattr(error.__cause__, "sqlstate", None)
        if state not in DEADLOCK_OR_SERIALIZATION or transaction.get_connection().in_atomic_block:
            raise
        return operation()


def locked(queryset: QuerySet[Model]) -> Model | None:
    """The one row of the queryset, locked; None where there is none (any more).

    The row is locked alone and looked at again afterwards: a condition on another table in the locking statement would
    be judged as it was before the wait.
    """
    key = queryset.values_list("pk", flat=True).first()
    if key is None:
        return None
    return lock(queryset.model, [key]).get(key)


def lock(model: type[Model], keys: Iterable[Any]) -> dict[Any, Model]:
    """The rows with these primary keys, locked in their order."""
    rows = model._base_manager.using(router.db_for_write(model)).select_for_update(no_key=True)
    return {row.pk: row for row in rows.filter(pk__in=list(keys)).order_by("pk")}
