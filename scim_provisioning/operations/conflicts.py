"""What a value that is taken, or that the database refuses, means to a client."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError
from django.db.models import Model

from ..adapters.collections import Collection, UserCollection
from ..adapters.tables import MultiValue
from ..models import Event
from ..protocol.errors import Conflict, InvalidValue, ScimError, Uniqueness

if TYPE_CHECKING:
    from .write import Write

UNIQUE_VIOLATION = "23505"
SQLITE_UNIQUE = ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")


class Deprovisioned(Uniqueness):
    """The value belongs to an account that was deleted over SCIM, whose row the product keeps."""

    def __init__(self, detail: str, attribute: str, key: Any) -> None:
        super().__init__(detail)
        self.attribute = attribute
        self.key = key


def check_free(collection: Collection, attribute: str, value: Any, key: Any) -> None:
    """Raise Uniqueness if a row of the connection's, a hidden one included, has that value, but for that of `key`."""
    if value is None:
        return
    same = collection.single(attribute).condition(collection.resource_type.leaves[attribute].leaf, "eq", value)
    rows = collection.adapter.get_queryset().filter(same).order_by("pk")
    other = next((row for row in rows[:2] if row.pk != key), None)
    if other is None:
        return
    raise _taken_by(collection, attribute, other)


def translated(error: Exception, write: Write | None) -> ScimError:
    """The SCIM error for what the database said to a write, whose transaction is over."""
    if write is not None and write.kind == Event.Operation.DELETE:
        return Conflict("The product holds data that belongs to this resource, so it cannot be deleted.")
    if write is not None and isinstance(error, IntegrityError) and _is_unique_violation(error):
        return _taken(write.collection, write.instance, _table(error))
    return InvalidValue("The product's database refuses one of the values.")


def invalid(error: ValidationError, collection: Collection) -> InvalidValue:
    """The SCIM error for what the host's `clean` refused, with the attributes' paths before the messages."""
    if not hasattr(error, "error_dict"):
        return InvalidValue(" ".join(error.messages))
    paths = {**{column.path: path for path, column in collection.columns().items()}, NON_FIELD_ERRORS: ""}
    parts = [f"{paths.get(name, name)}: {' '.join(messages)}" for name, messages in error.message_dict.items()]
    return InvalidValue(" ".join(part.removeprefix(": ") for part in parts))


def _is_unique_violation(error: IntegrityError) -> bool:
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        return cause.sqlite_errorname in SQLITE_UNIQUE
    return getattr(cause, "sqlstate", None) == UNIQUE_VIOLATION


def _table(error: IntegrityError) -> str:
    """The table of the value that is taken; empty where SQLite names an index on an expression only."""
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        return str(cause).partition(": ")[2].rpartition(".")[0].rpartition(" ")[2]
    return getattr(getattr(cause, "diag", None), "table_name", None) or ""


def _tables_of(instance: Model) -> list[str]:
    """The tables of a row, which are several where its model inherits."""
    return [model._meta.db_table for model in (type(instance), *instance._meta.get_parent_list())]


def _taken(collection: Collection, instance: Model, table: str) -> Uniqueness:
    """The error for a unique column, of those that are mapped, in which another row has the same value."""
    kind = collection.resource_type.name.lower()
    for path, source in collection.mapping.items():
        if isinstance(source, MultiValue) and source.table._meta.db_table == table:
            return Uniqueness(f"{path} holds a value twice, or one that another {kind} has.")
    others = collection.adapter.get_queryset().exclude(pk=instance.pk)
    for path, column in collection.columns().items():
        (value,) = column.values(instance) if column.is_unique else (None,)
        if value is not None and (other := others.filter(**{column.name: value}).first()):
            return _taken_by(collection, path, other)
    leaves = collection.resource_type.leaves
    unique = [key for key in collection.mapping if key != "id" and leaves[key].leaf.uniqueness == "server"]
    taken = next(iter(unique), "displayName") if table in ("", *_tables_of(instance)) else "A value"
    return Uniqueness(f"{taken} is taken by another {kind}.")


def _taken_by(collection: Collection, attribute: str, other: Model) -> Uniqueness:
    id = collection.id_of(other)
    if isinstance(collection, UserCollection) and collection.is_hidden(other):
        return Deprovisioned(
            f"{attribute} belongs to the account {id!r}, which was deleted over SCIM and is kept in the product.",
            attribute,
            other.pk,
        )
    kind = collection.resource_type.name.lower()
    return Uniqueness(f"{attribute} is taken: the {kind} with the id {id!r} has it. Look it up and link it.")
