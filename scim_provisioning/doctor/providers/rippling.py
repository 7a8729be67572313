"""Rippling: one member as an object, or members without a path."""

from __future__ import annotations

from ...protocol.constants import ENTERPRISE_USER, GROUP, USER
from ..conversations import Phase, Provider, Step
from ._steps import (
    IS_AWAY,
    IS_BACK,
    IS_IN,
    IS_OUT,
    NOT_THERE_YET,
    create,
    group,
    patch_group,
    patch_user,
    person,
    push,
    read_user,
)

PROVIDER = Provider(
    "rippling",
    {
        Phase.CONNECTION: (Step("read one user", "GET", "/Users?count=1"),),
        Phase.FIRST_SYNC: (
            NOT_THERE_YET,
            create(
                person(
                    schemas=[USER, ENTERPRISE_USER],
                    externalId="{run}",
                    **{ENTERPRISE_USER: {"employeeNumber": "{number}"}},
                )
            ),
        ),
        Phase.DAILY: (
            patch_user("change the name", {"op": "replace", "path": "name.familyName", "value": "{other_family}"}),
            read_user(name__familyName="{other_family}"),
        ),
        Phase.GROUPS: (
            patch_group("add the account", {"op": "add", "path": "members", "value": {"value": "{user}"}}),
            IS_IN,
            patch_group("remove the account", {"op": "remove", "path": 'members[value eq "{user}"]'}),
            IS_OUT,
            patch_group("add it without a path", {"op": "add", "value": {"members": [{"value": "{user}"}]}}),
            IS_IN,
            patch_group("remove it", {"op": "remove", "path": f'{GROUP}:members[value eq "{{user}}"]'}),
            IS_OUT,
        ),
        Phase.PUSH: (push(group()),),
        Phase.LEAVER: (
            patch_user("deactivate the account", {"op": "replace", "path": "active", "value": False}),
            IS_AWAY,
        ),
        Phase.RETURNER: (
            patch_user("reactivate the account", {"op": "replace", "path": "active", "value": True}),
            IS_BACK,
        ),
    },
)
