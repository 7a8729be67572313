"""What a value that is taken, or that the database refuses, means to a client."""

from __future__ import annotations

import sqlite3
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.db.models import Model, ProtectedError, RestrictedError

from ..adapters.collections import Collection, UserCollection
from ..adapters.lists import SingleValue
from ..adapters.sources import Column
from ..protocol.errors import Conflict, InvalidValue, ScimError, Uniqueness

UNIQUE_VIOLATION = "23505"
SQLITE_UNIQUE = ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")


class Deprovisioned(Uniqueness):
    """The value belongs to an account that was deleted over SCIM, whose row the product keeps."""

    def __init__(self, detail: str, key: Any) -> None:
        super().__init__(detail)
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
    kind, id = collection.resource_type.name.lower(), collection.id_of(other)
    if isinstance(collection, UserCollection) and collection.is_hidden(other):
        raise Deprovisioned(
            f"{attribute} belongs to the account {id!r}, which was deleted over SCIM and is kept in the product.",
            other.pk,
        )
    raise Uniqueness(f"{attribute} is taken: the {kind} with the id {id!r} has it. Look it up and link it.")


def translated(error: Exception, collection: Collection, instance: Model) -> ScimError:
    """The SCIM error for what the database said to a row that was written."""
    if isinstance(error, IntegrityError) and _is_unique_violation(error):
        taken = _taken(collection, instance)
        return Uniqueness(f"{taken} is taken by another {collection.resource_type.name.lower()}.")
    if isinstance(error, (IntegrityError, DataError)):
        return InvalidValue("The product's database refuses one of the values.")
    raise error


def delete_row(collection: Collection, instance: Model) -> None:
    """Delete the row, or raise Conflict where the product protects what hangs on it."""
    try:
        with transaction.atomic():
            collection.adapter.delete(instance)
    except (ProtectedError, RestrictedError, IntegrityError) as error:
        raise Conflict("The product holds data that belongs to this resource, so it cannot be deleted.") from error


def invalid(error: ValidationError, collection: Collection) -> InvalidValue:
    """The SCIM error for what the host's `clean` refused, with the attributes' paths before the messages."""
    if not hasattr(error, "error_dict"):
        return InvalidValue(" ".join(error.messages))
    paths = _paths(collection)
    parts = [f"{paths.get(name, name)}: {' '.join(messages)}" for name, messages in error.message_dict.items()]
    return InvalidValue(" ".join(parts))


def _is_unique_violation(error: IntegrityError) -> bool:
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        return cause.sqlite_errorname in SQLITE_UNIQUE
    return getattr(cause, "sqlstate", None) == UNIQUE_VIOLATION


def _taken(collection: Collection, instance: Model) -> str:
    """The attribute whose column another row has the same value in."""
    others = collection.model._base_manager.exclude(pk=instance.pk)
    for name, path in _paths(collection).items():
        field: Any = collection.model._meta.get_field(name)
        if field.unique and others.filter(**{name: getattr(instance, name)}).exists():
            return path
    unique = [key for key, target in collection.resource_type.leaves.items() if target.leaf.uniqueness == "server"]
    return next((key for key in unique if key in collection.mapping and key != "id"), "A value")


def _paths(collection: Collection) -> dict[str, str]:
    """Column to attribute path."""
    paths = {}
    for key, source in collection.mapping.items():
        if isinstance(source, Column):
            paths[source.name] = key
        elif isinstance(source, SingleValue):
            paths[source.column] = key
    return paths
