"""The identity providers whose conversations are played, one module each."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from ..conversations import Provider

GENERIC = "generic"


def providers() -> dict[str, Provider]:
    """Every provider by its name; the generic one, which keeps to the RFC, first."""
    names = (module.name for module in iter_modules(__path__) if not module.name.startswith("_"))
    found = [import_module(f"{__name__}.{name}").PROVIDER for name in names]
    return {one.name: one for one in sorted(found, key=lambda one: (one.name != GENERIC, one.name))}
