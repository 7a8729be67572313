"""Google Workspace: a user name and little more; groups stay at home."""

from __future__ import annotations

from ..conversations import Phase, Provider, Step
from ._steps import (
    DELETE_USER,
    GONE,
    IS_AWAY,
    IS_BACK,
    NOT_THERE_YET,
    create,
    patch_user,
    person,
    read_user,
)

PROVIDER = Provider(
    "google",
    {
        Phase.CONNECTION: (Step("read one user", "GET", "/Users?count=1"),),
        Phase.FIRST_SYNC: (NOT_THERE_YET, create(person(emails=None))),
        Phase.DAILY: (
            patch_user("change the name", {"op": "replace", "path": "name.familyName", "value": "{other_family}"}),
            read_user(name__familyName="{other_family}"),
        ),
        Phase.LEAVER: (
            patch_user("deactivate the account", {"op": "replace", "path": "active", "value": False}),
            IS_AWAY,
        ),
        Phase.RETURNER: (
            patch_user("reactivate the account", {"op": "replace", "path": "active", "value": True}),
            IS_BACK,
        ),
        Phase.DELETION: (DELETE_USER, GONE),
    },
)
