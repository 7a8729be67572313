"""SailPoint: reads all discovery documents, pages through everybody, patches without a path."""

from __future__ import annotations

from ..conversations import Phase, Provider, Step
from ._steps import (
    DELETE_USER,
    GONE,
    IS_AWAY,
    IS_BACK,
    IS_IN,
    IS_OUT,
    create,
    patch_group,
    patch_user,
    person,
    read_user,
)

DISCOVERY = ("ServiceProviderConfig", "ResourceTypes", "Schemas", "ResourceTypes/User", "ResourceTypes/Group")

PROVIDER = Provider(
    "sailpoint",
    {
        Phase.CONNECTION: tuple(Step(f"read {name}", "GET", f"/{name}") for name in DISCOVERY),
        Phase.FIRST_SYNC: (
            Step("read the users page by page", "GET", "/Users?startIndex=1&count=50", shows={"startIndex": 1}),
            Step("read the groups page by page", "GET", "/Groups?startIndex=1&count=50", shows={"startIndex": 1}),
            create(person()),
        ),
        Phase.DAILY: (
            patch_user(
                "change the name in two operations",
                {"op": "replace", "value": {"name": {"givenName": "{given}"}}},
                {"op": "replace", "value": {"name": {"familyName": "{other_family}"}}},
            ),
            read_user(name__familyName="{other_family}", name__givenName="{given}"),
        ),
        Phase.GROUPS: (
            patch_group("add the account", {"op": "add", "path": "members", "value": [{"value": "{user}"}]}),
            IS_IN,
            patch_group("remove the account", {"op": "remove", "path": 'members[value eq "{user}"]'}),
            IS_OUT,
        ),
        Phase.LEAVER: (
            patch_user("disable the account", {"op": "replace", "value": {"active": False}}),
            IS_AWAY,
        ),
        Phase.RETURNER: (
            patch_user("enable the account", {"op": "replace", "value": {"active": True}}),
            IS_BACK,
        ),
        Phase.DELETION: (DELETE_USER, GONE),
    },
)
