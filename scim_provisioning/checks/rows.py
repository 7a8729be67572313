"""Checks that a new row can be written with what a client sends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage
from django.db.models import NOT_PROVIDED, Model
from django.db.models.constants import LOOKUP_SEP

from ..adapters.base import ResourceAdapter
from ..adapters.many import InRow
from ..adapters.sources import Source
from .messages import warning


def check(adapter: type[ResourceAdapter], base: type[ResourceAdapter]) -> Iterator[CheckMessage]:
    """The columns that must be filled and are filled by nobody; unless code of the host's may fill them."""
    model = adapter.get_model()
    if adapter.new is not base.new or adapter.save is not base.save or not _is_django_s(model.save):
        return
    sources = (source for source in adapter.bound(None).values() if isinstance(source, (Source, InRow)))
    columns = (column for source in sources if source.writable for column in source.columns())
    mapped = {column.partition(LOOKUP_SEP)[0] for column in columns if isinstance(column, str)}
    empty = [field.name for field in model._meta.concrete_fields if field.name not in mapped and is_needed(field)]
    if empty:
        names = ", ".join(empty)
        yield warning(
            "W008",
            f"{adapter.__name__}: POST cannot make a {model.__name__}, as nothing fills {names}.",
            f"Map it, give it a default, or fill it in `{adapter.__name__}.new`.",
        )


def is_needed(field: Any) -> bool:
    """Whether a row without a value is refused: at once, or, of a text that is unique, the second time."""
    if field.null or field.has_default() or getattr(field, "db_default", NOT_PROVIDED) is not NOT_PROVIDED:
        return False
    if field.primary_key:
        relation: Any = field.remote_field
        return not (field.get_internal_type().endswith("AutoField") or (relation and relation.parent_link))
    if field.generated or getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return False
    return field.unique if field.empty_strings_allowed else True


def _is_django_s(method: Any) -> bool:
    return bool(method.__module__.startswith(Model.__module__.partition(".")[0]))
