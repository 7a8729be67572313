"""From a resource's row to a row that it refers to, in memory: `employee`, `department`, `employee.department`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model


@dataclass(frozen=True)
class Hop:
    """One relation on the way; a one-to-one leads to a row of the resource's own, a foreign key to a shared one."""

    name: str
    model: type[Model]
    field: Any

    @property
    def is_shared(self) -> bool:
        """Whether other rows may lead to the same one."""
        return bool(self.field.many_to_one)

    @property
    def is_first(self) -> bool:
        """Whether the row there has to be saved first, because this side holds the key."""
        return not self.field.auto_created


def hops(model: type[Model], names: Sequence[str]) -> list[Hop]:
    """The relations of those names: one to a row of its own, one to a shared row, or one after the other.

    FieldDoesNotExist for any other way.
    """
    found: list[Hop] = []
    for name in names:
        field: Any = model._meta.get_field(name)
        if not (field.one_to_one or field.many_to_one):
            raise FieldDoesNotExist(f"{model.__name__}.{name} leads to no row, or to many")
        model = field.related_model
        found.append(Hop(field.get_accessor_name() if field.auto_created else name, model, field))
    if [hop.is_shared for hop in found] not in ([], [False], [True], [False, True]):
        raise FieldDoesNotExist(f"{'.'.join(names)} goes too far: a one-to-one and a foreign key behind it are all")
    return found


def row_of(instance: Model, way: Iterable[Hop]) -> Model | None:
    """The row at the end of the way; None where there is none."""
    row: Model | None = instance
    for hop in way:
        row = getattr(row, hop.name, None)  # what a missing relation raises is an AttributeError, too
    return row


def row_to_write(instance: Model, way: Sequence[Hop], column: str) -> Model:
    """The resource's own row at the end of the way, made where there is none; it is saved with the instance."""
    if not way:
        return instance
    (hop,) = way
    row: Model | None = getattr(instance, hop.name, None)
    if row is None:
        row = hop.model()
        setattr(instance, hop.name, row)
    _waiting(instance).setdefault(hop, set()).add(column)
    return row


def save_rows(instance: Model, *, first: bool) -> None:
    """Save the instance's own rows that were written: before it those whose key it holds, after it the others."""
    waiting = _waiting(instance)
    for hop in [hop for hop in waiting if hop.is_first == first]:
        row = getattr(instance, hop.name)
        setattr(instance, hop.name, row)  # a new instance has its key now
        save(row, waiting.pop(hop))
        setattr(instance, hop.name, row)  # and so has a new row


def save(row: Model, columns: Iterable[str] | None = None) -> None:
    """Save a row of the host's: those columns, or all, and those that its model keeps by `auto_now`."""
    if row._state.adding:
        row.save(force_insert=True)
    else:
        row.save(update_fields=None if columns is None else [*columns, *auto_now(row)])


def auto_now(row: Model) -> list[str]:
    """The columns that the host's model sets to the time of each change."""
    return [field.attname for field in row._meta.concrete_fields if getattr(field, "auto_now", False)]


def held(row: Model) -> dict[str, Any]:
    """What the row's columns hold, by the fields' names; of a JSON a copy, so that a change inside of it shows."""
    columns = {field.attname: row.__dict__.get(field.attname) for field in row._meta.concrete_fields}
    return {name: deepcopy(value) if isinstance(value, (dict, list)) else value for name, value in columns.items()}


def _waiting(instance: Model) -> dict[Hop, set[str]]:
    found: dict[Hop, set[str]] = instance.__dict__.setdefault("_scim_waiting", {})
    return found
