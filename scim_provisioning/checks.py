"""What can be wrong with a host's configuration, told at start-up: where, and what to do (`manage.py check`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.db.models import UniqueConstraint
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from .adapters.base import GroupAdapter, ResourceAdapter, UserAdapter
from .adapters.references import Members
from .adapters.sources import Column
from .conf import settings

ID = "scim_provisioning"


def check_configuration(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Everything that can be told without a database."""
    return [*_settings(), *_users(), *_groups(), *_mounted()]


def _settings() -> Iterator[CheckMessage]:
    from django.conf import settings as django_settings

    for name in getattr(django_settings, "SCIM_PROVISIONING", {}):
        if name not in settings.names:
            yield Error(
                f"SCIM_PROVISIONING has no setting {name!r}.",
                hint=f"The settings are {', '.join(settings.names)}.",
                id=f"{ID}.E001",
            )


def _users() -> Iterator[CheckMessage]:
    adapter, problems = _loaded("USER_ADAPTER", settings.USER_ADAPTER, UserAdapter)
    yield from problems
    if adapter is None or problems:
        return
    name = adapter.bound(None).get("userName")
    if not isinstance(name, Column):
        yield Error(
            f"{adapter.__name__}.attributes has no column for `userName`.",
            hint='Name one: `"userName": Column("username")`.',
            id=f"{ID}.E005",
        )
    elif not name.is_unique_in_any_case:
        model = adapter.get_model().__name__
        yield checks.Warning(
            f"{adapter.__name__}: two users may have names that differ only in case.",
            hint=f'Add `UniqueConstraint(Lower("{name.name}"), name="…")` to {model}.Meta.constraints: it settles '
            "races, and its index answers `userName eq`.",
            id=f"{ID}.W001",
        )


def _groups() -> Iterator[CheckMessage]:
    kinds: dict[str, str] = {}
    for path in settings.GROUP_ADAPTERS:
        adapter, problems = _loaded("GROUP_ADAPTERS", path, GroupAdapter)
        yield from problems
        if adapter is None or problems:
            continue
        if adapter.kind in kinds:
            yield Error(
                f"{adapter.__name__}.kind is {adapter.kind!r}, as that of {kinds[adapter.kind]}.",
                hint="Give each group adapter a `kind` of its own: ids begin with it.",
                id=f"{ID}.E006",
            )
        kinds[adapter.kind] = adapter.__name__
        if adapter.levels and (adapter.can_create or adapter.can_rename or adapter.can_delete):
            yield Error(
                f"{adapter.__name__} has levels, so one of its groups cannot be created, renamed or deleted alone.",
                hint="Leave can_create, can_rename and can_delete False.",
                id=f"{ID}.E007",
            )
        yield from _membership(adapter)


def _membership(adapter: type[GroupAdapter]) -> Iterator[CheckMessage]:
    members = adapter.bound(None).get("members")
    if not isinstance(members, Members):
        return
    table = members.membership
    if bool(adapter.levels) != bool(table.level_field):
        yield Error(
            f"{adapter.__name__}: `levels` and the level of `Members` go together.",
            hint='Say both: `levels = {…}` and `Members(…, level="<column>")`; or neither.',
            id=f"{ID}.E008",
        )
    pair = {table.group, table.user} | ({table.level_field} if table.level_field else set())
    meta = table.model._meta
    together = [set(fields) for fields in meta.unique_together]
    together += [set(one.fields) for one in meta.constraints if isinstance(one, UniqueConstraint) and not one.condition]
    if pair not in together:
        yield Error(
            f"{adapter.__name__}: {table.model.__name__} lets a user be in a group twice.",
            hint=f'Add `UniqueConstraint(fields={sorted(pair)}, name="…")` to its Meta.constraints.',
            id=f"{ID}.E009",
        )


def _mounted() -> Iterator[CheckMessage]:
    try:
        reverse(f"{ID}:root")
    except NoReverseMatch:
        yield checks.Warning(
            "The SCIM endpoints are not mounted.",
            hint='Add `path("scim/v2/", include("scim_provisioning.urls"))` to the URL configuration.',
            id=f"{ID}.W002",
        )


def _loaded(setting: str, path: str, base: type[Any]) -> tuple[Any, list[CheckMessage]]:
    """The adapter class and what is wrong with it."""
    try:
        adapter: type[ResourceAdapter] = import_string(path)
    except ImportError as error:
        hint = "Name a class by its dotted path."
        return None, [Error(f"SCIM_PROVISIONING[{setting!r}]: {error}.", hint=hint, id=f"{ID}.E002")]
    if not (isinstance(adapter, type) and issubclass(adapter, base)):
        hint = f"Subclass scim_provisioning.adapters.{base.__name__}."
        return None, [
            Error(f"SCIM_PROVISIONING[{setting!r}]: {path} is no {base.__name__}.", hint=hint, id=f"{ID}.E003")
        ]
    try:
        for level in getattr(adapter, "levels", None) or (None,):
            adapter.bound(level)
    except ImproperlyConfigured as error:
        return adapter, [Error(str(error), hint="Mend the adapter's `attributes`.", id=f"{ID}.E004")]
    return adapter, []
