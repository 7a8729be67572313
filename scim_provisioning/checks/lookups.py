"""Checks that what identity providers look resources up by is found by an index."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage

from ..adapters.base import ResourceAdapter
from ..adapters.indexing import Lookup, lookup
from .messages import warning

LOOKED_UP = ("id", "userName", "externalId", "emails", "displayName", "members")
"""What is asked for before a user or a group is provisioned; of a user, nobody asks for displayName."""


def check(adapter: type[ResourceAdapter], *, but: set[str]) -> Iterator[CheckMessage]:
    """One warning that names all attributes without an index, but for those that another message names already."""
    missing: dict[str, Lookup] = {}
    for key, source in adapter.bound(None).items():
        if key in LOOKED_UP and key not in but and (key, adapter.core.name) != ("displayName", "User"):
            found = lookup(source, adapter.is_scoped())
            if found and not found.index and not is_django_s(found.field.model):
                missing[key] = found
    if missing:
        yield warning(
            "W003",
            f"{adapter.__name__}: no index finds a {adapter.core.name.lower()} by {' or '.join(missing)}.",
            " ".join(dict.fromkeys(remedy(one.field, one.declaration, "indexes") for one in missing.values())),
        )


def remedy(field: Any, declaration: str, place: str) -> str:
    """How to get an index or a constraint; the models of Django itself are given one in SQL."""
    meta = field.model._meta
    if not is_django_s(field.model):
        return f"Add `{declaration}` to {meta.object_name}.Meta.{place}."
    index = f"CREATE UNIQUE INDEX … ON {meta.db_table} (LOWER({field.column}))"
    return f"In a migration of yours, `migrations.RunSQL('{index}', …)`; then silence this check."


def is_django_s(model: type[Any]) -> bool:
    """Whether the model comes with Django, so that a project cannot change it."""
    return model.__module__.startswith("django.contrib.")
