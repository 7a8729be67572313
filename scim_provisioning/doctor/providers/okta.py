"""Okta: whole accounts by PUT, or PATCH without a path; it deactivates and never deletes."""

from __future__ import annotations

from ..conversations import Echo, Phase, Provider, Step
from ._steps import (
    DELETE_GROUP,
    IS_AWAY,
    IS_BACK,
    IS_IN,
    IS_OUT,
    STILL_FOUND,
    create,
    find_group,
    group,
    nobody,
    patch,
    patch_group,
    patch_user,
    person,
    push,
    put_group,
    put_user,
    read_user,
)

LOOK_UP = '/Users?filter=userName eq "{login}"&startIndex=1&count=100'
OWN_NAME = {"id": "{group}", "displayName": "{target.displayName}"}

PROVIDER = Provider(
    "okta",
    {
        Phase.CONNECTION: (
            Step("test the credentials", "GET", "/Users?startIndex=1&count=2", shows={"startIndex": 1}),
            Step("read the groups", "GET", "/Groups?startIndex=1&count=100", shows={"startIndex": 1}),
        ),
        Phase.FIRST_SYNC: (
            nobody("look the account up, before it is there", LOOK_UP),
            create(
                person(
                    externalId="{run}",
                    displayName="{given} {family}",
                    locale="en-US",
                    groups=[],
                    password="{run}-Placeholder",  # noqa: S106 (Okta sends one, and we pass over it)
                )
            ),
            read_user("read the account", userName="{login}"),
        ),
        Phase.DAILY: (
            put_user(
                "change the name", Echo("user", {"name": {"givenName": "{given}", "familyName": "{other_family}"}})
            ),
            read_user(name__familyName="{other_family}"),
            put_user("send the whole account, unchanged, with no groups", Echo("user", {"groups": []})),
        ),
        Phase.GROUPS: (
            find_group(),
            patch_group(
                "add the account",
                {"op": "replace", "value": OWN_NAME},
                {"op": "add", "path": "members", "value": [{"value": "{user}", "display": "{login}"}]},
            ),
            IS_IN,
            patch_group("remove the account", {"op": "remove", "path": 'members[value eq "{user}"]'}),
            IS_OUT,
            put_group("add it, as wizard apps do", Echo("group", joins="{user}")),
            IS_IN,
            put_group("remove it, as wizard apps do", Echo("group", leaves="{user}")),
            IS_OUT,
        ),
        Phase.PUSH: (
            push(group(members=[])),
            patch(
                "rename the group",
                "/Groups/{pushed}",
                {"op": "replace", "value": {"id": "{pushed}", "displayName": "{renamed}"}},
            ),
            DELETE_GROUP,
        ),
        Phase.LEAVER: (
            patch_user("deactivate the account", {"op": "replace", "value": {"active": False}}),
            IS_AWAY,
            STILL_FOUND,
        ),
        Phase.RETURNER: (
            put_user("reactivate the account", Echo("user", {"active": True})),
            IS_BACK,
        ),
    },
    headers={"Content-Type": "application/scim+json; charset=utf-8", "Accept-Charset": "utf-8"},
)
