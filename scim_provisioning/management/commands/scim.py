"""`manage.py scim <subcommand>`: what can be asked of SCIM provisioning, and done to it, in a terminal."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from .. import scim


def subcommands() -> dict[str, ModuleType]:
    """Name to module."""
    names = sorted(module.name for module in iter_modules(scim.__path__))
    return {name.replace("_", "-"): import_module(f"{scim.__name__}.{name}") for name in names}


class Command(BaseCommand):
    """Hands over to a subcommand."""

    help = "SCIM provisioning: `manage.py scim <subcommand> --help` tells more."

    def add_arguments(self, parser: CommandParser) -> None:
        choices = parser.add_subparsers(dest="subcommand", metavar="subcommand", required=True)
        for name, module in subcommands().items():
            says = (module.__doc__ or "").partition("\n")[0]
            module.add_arguments(choices.add_parser(name, help=says, description=says))

    def execute(self, *args: Any, **options: Any) -> Any:
        """The system checks first, unless the subcommand reports them itself."""
        reports = getattr(subcommands().get(options.get("subcommand", "")), "REPORTS_CHECKS", False)
        return super().execute(*args, **{**options, "skip_checks": options.get("skip_checks") or reports})

    def handle(self, *args: Any, subcommand: str, **options: Any) -> None:
        subcommands()[subcommand].handle(self, **options)
