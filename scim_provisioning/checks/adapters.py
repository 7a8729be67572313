"""Checks of what all adapters have: that they are there, and that their models are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage
from django.core.exceptions import FieldDoesNotExist
from django.db import router
from django.db.models import Model
from django.utils.module_loading import import_string

from ..adapters.base import ResourceAdapter, UserAdapter
from ..adapters.indexes import is_unique
from ..models import UserRecord
from . import attributes
from .messages import error


def loaded(setting: str, path: Any, base: type[Any]) -> tuple[Any, list[CheckMessage]]:
    """The adapter class, where it can be used, and what is wrong with it."""
    try:
        adapter: type[ResourceAdapter] = import_string(path)
    except (ImportError, AttributeError) as fault:
        return None, [error("E002", f"SCIM_PROVISIONING[{setting!r}]: {fault}.", "Name a class by its dotted path.")]
    if not (isinstance(adapter, type) and issubclass(adapter, base)):
        message = f"SCIM_PROVISIONING[{setting!r}]: {path} is no {base.__name__}."
        return None, [error("E003", message, f"Subclass scim_provisioning.adapters.{base.__name__}.")]
    problems = [*_model(adapter)] or [*attributes.check(adapter)]
    return None if problems else adapter, problems


def _model(adapter: type[ResourceAdapter]) -> Iterator[CheckMessage]:
    model = adapter.get_model()
    if not (isinstance(model, type) and issubclass(model, Model)) or model._meta.abstract:
        yield error(
            "E012",
            f"{adapter.__name__}.model is {model!r}, which has no rows.",
            "Name one of your models: `model = Profile`.",
        )
    elif model._meta.swapped:
        yield error(
            "E012",
            f"{adapter.__name__}.model is {model._meta.label}, in whose place the project has {model._meta.swapped}.",
            "Write `model = get_user_model()`, or leave it out.",
        )
    elif issubclass(adapter, UserAdapter) and model._meta.concrete_model is not get_user_model():
        yield error(
            "E014",
            f"{adapter.__name__}.model is {model.__name__}, but people log in as {get_user_model().__name__}.",
            f"Write `model = get_user_model()`, and map what {model.__name__} holds by a relation to it.",
        )
    elif (place := router.db_for_write(model)) != (ours := router.db_for_write(UserRecord)):
        yield error(
            "E027",
            f"{adapter.__name__}.model: {model.__name__} is kept in database {place!r}, SCIM's own tables in {ours!r}.",
            "Let your DATABASE_ROUTERS keep `scim_provisioning` where the users and groups are: statements join them.",
        )
    elif adapter.lookup_field != "pk":
        yield from _lookup_field(adapter, model)


def _lookup_field(adapter: type[ResourceAdapter], model: type[Model]) -> Iterator[CheckMessage]:
    named = f"{adapter.__name__}.lookup_field"
    try:
        field: Any = model._meta.get_field(adapter.lookup_field)
    except FieldDoesNotExist as fault:
        yield error("E012", f"{named}: {fault}.", f"Name a unique column of {model.__name__}.")
        return
    if field.null or not is_unique(field, folded=False, scoped=adapter.is_scoped()):
        yield error(
            "E012",
            f"{named}: {model.__name__}.{field.name} may be empty, or the same in two rows, so it is no id.",
            f"Make {model.__name__}.{field.name} unique and not null, or name another column.",
        )
