"""Duo: accounts and groups that it made; a group that is no longer assigned is emptied."""

from __future__ import annotations

from ..conversations import Phase, Provider
from ._steps import (
    IS_AWAY,
    IS_BACK,
    IS_IN,
    IS_OUT,
    NOT_THERE_YET,
    create,
    find_group,
    group,
    nobody,
    patch_group,
    patch_user,
    person,
    push,
    read_user,
)

PROVIDER = Provider(
    "duo",
    {
        Phase.CONNECTION: (nobody("ask for a user that cannot exist", '/Users?filter=userName eq "none-{run}"'),),
        Phase.FIRST_SYNC: (NOT_THERE_YET, create(person())),
        Phase.DAILY: (
            patch_user("change the name", {"op": "replace", "path": "name.familyName", "value": "{other_family}"}),
            read_user(name__familyName="{other_family}"),
        ),
        Phase.GROUPS: (
            find_group(),
            patch_group("add the account", {"op": "add", "path": "members", "value": [{"value": "{user}"}]}),
            IS_IN,
            patch_group("remove the account", {"op": "remove", "path": 'members[value eq "{user}"]'}),
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
