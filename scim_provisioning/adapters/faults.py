"""What can be wrong with an adapter's `attributes`; each fault says what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model


class Fault(ImproperlyConfigured):
    """A fault in the mapping of one attribute: `message` names class and attribute, `hint` the remedy."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(f"{message} {hint}")
        self.message = message
        self.hint = hint


class UnknownPath(Fault):
    """A key of `attributes` is no attribute path."""

    def __init__(self, adapter: type[Any], key: str, paths: Iterable[str]) -> None:
        paths = list(paths)
        parts = [path for path in paths if path.startswith(f"{key}.")]
        within = [path for path in paths if key.startswith(f"{path}.")]
        if parts:
            hint = f"It has parts, which are mapped one by one: {', '.join(parts)}."
        elif within:
            hint = f"{within[0]!r} is mapped as a whole, with a source for several values."
        elif near := _near(key, paths):
            hint = f"Did you mean {near!r}?"
        else:
            hint = f"The paths are {', '.join(paths)}; those of your own schema need it in `extensions`."
        super().__init__(f"{adapter.__name__}.attributes: {key!r} is no attribute path.", hint)


class UnknownColumn(Fault):
    """A source names a column or a relation that the model has not got."""

    def __init__(self, adapter: type[Any], key: str, model: type[Model], error: Exception) -> None:
        said = str(error).partition(" Choices are:")[0].rstrip(".")
        wrong = re.findall(r"'(\w+)'", said)
        speaks_of = re.split(r"\W", said, maxsplit=1)[0]
        owner = next((one for one in _reached(model) if one.__name__ == speaks_of), model)
        known = {field.name for field in owner._meta.get_fields()}
        near = [near for name in wrong if name not in known and (near := _near(name, known))]
        if adapter.__module__.startswith(__package__):
            hint = f"Subclass {adapter.__name__}, map {key!r} there, and name the class in SCIM_PROVISIONING."
        elif near:
            hint = f"Did you mean {near[0]!r}?"
        else:
            hint = f"Name a column or relation of {owner.__name__}; what it has none for is kept by `Stored()`."
        super().__init__(f"{adapter.__name__}.attributes[{key!r}]: {said}.", hint)


def _reached(model: type[Model]) -> Iterator[type[Model]]:
    """The models that a dotted name may lead to."""
    related = {field.related_model for field in model._meta.get_fields() if isinstance(field.related_model, type)}
    for one in related:
        yield one
        yield from {field.related_model for field in one._meta.get_fields() if isinstance(field.related_model, type)}


def _near(name: str, known: Iterable[str]) -> str | None:
    """The name that was probably meant."""
    by_case = {one.lower(): one for one in known}
    last = {one.rpartition(":")[2].rpartition(".")[2]: whole for one, whole in by_case.items()}
    found = get_close_matches(name.lower(), by_case, 1, 0.75) or get_close_matches(name.lower(), last, 1, 0.8)
    return (by_case | last)[found[0]] if found else None
