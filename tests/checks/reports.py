"""What the checks say of a host that is put together for one test."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any
from unittest import mock

from django.core.checks import CheckMessage
from django.test import override_settings

from example_project import scim
from scim_provisioning.adapters import GroupAdapter, UserAdapter
from scim_provisioning.checks import check_configuration
from scim_provisioning.checks.messages import APP


def report(
    users: type[Any] = scim.EmployeeAdapter,
    groups: Sequence[type[Any]] = (scim.ProfileAdapter, scim.ProjectAccessAdapter),
    check: Callable[..., list[CheckMessage]] = check_configuration,
    **settings: Any,
) -> list[CheckMessage]:
    """The messages about a host with those adapters and settings."""
    named = {f"Adapter{place}": adapter for place, adapter in enumerate([users, *groups])}
    first, *others = [f"{__name__}.{name}" for name in named]
    given = {"USER_ADAPTER": first, "GROUP_ADAPTERS": others, **settings}
    with mock.patch.dict(vars(sys.modules[__name__]), named), override_settings(SCIM_PROVISIONING=given):
        return check(None, databases=["default"])


def tells(messages: Sequence[CheckMessage], id: str, *words: str) -> bool:
    """Whether there is one message, and it has that id, and names all of that."""
    (message,) = messages
    text = f"{message.msg} {message.hint}"
    assert message.id == f"{APP}.{id}", message
    assert message.hint
    assert [word for word in words if word not in text] == [], text
    return True


def user_adapter(**attributes: Any) -> type[UserAdapter]:
    """The example's adapter of users, under the name `People`; `__` stands for a dot. None takes an attribute away."""
    mapped = {**scim.EmployeeAdapter.attributes, **_paths(attributes)}
    kept = {path: source for path, source in mapped.items() if source is not None}
    return type("People", (scim.EmployeeAdapter,), {"attributes": kept})


def group_adapter(base: type[GroupAdapter] = scim.ProfileAdapter, /, **body: Any) -> type[GroupAdapter]:
    """An adapter of groups under the name `Teams`."""
    return type("Teams", (base,), body)


def _paths(attributes: dict[str, Any]) -> dict[str, Any]:
    return {path.replace("__", "."): source for path, source in attributes.items()}
