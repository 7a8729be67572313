"""Keycloak with a SCIM plug-in: e-mails without a type, relative locations, booleans as text."""

from __future__ import annotations

from ..conversations import Echo, Phase, Provider, Step
from ._steps import (
    CHANGED_NAME,
    DELETE_USER,
    GONE,
    IS_AWAY,
    IS_BACK,
    IS_IN,
    IS_OUT,
    create,
    group,
    patch_user,
    person,
    push,
    put_group,
    put_user,
    read_user,
)

EMAILS = [{"value": "{login}"}]
ITSELF = {"id": "{user}", "meta": {"location": "Users/{user}"}}

PROVIDER = Provider(
    "keycloak",
    {
        Phase.CONNECTION: (
            Step("read the users", "GET", "/Users"),
            Step("read the groups", "GET", "/Groups"),
        ),
        Phase.FIRST_SYNC: (
            create(person(externalId="{run}", displayName="{given} {family}", emails=EMAILS, roles=[])),
        ),
        Phase.DAILY: (
            put_user("change the name", person(**ITSELF, externalId="{run}", name=CHANGED_NAME, emails=EMAILS)),
            read_user(name__familyName="{other_family}"),
        ),
        Phase.GROUPS: (
            Step("read the group", "GET", "/Groups/{group}", saves="group"),
            put_group("add the account", Echo("group", {"meta": {"location": "Groups/{group}"}}, joins="{user}")),
            IS_IN,
            put_group("remove the account", Echo("group", {"meta": {"location": "Groups/{group}"}}, leaves="{user}")),
            IS_OUT,
        ),
        Phase.PUSH: (push(group(externalId="{run}", members=[{"value": "{user}", "$ref": "Users/{user}"}])),),
        Phase.LEAVER: (
            patch_user(
                "deactivate the account",
                {"op": "replace", "path": "active", "value": "false"},
                {"op": "replace", "path": "userName", "value": "{login}"},
            ),
            IS_AWAY,
        ),
        Phase.RETURNER: (
            patch_user("reactivate the account", {"op": "replace", "path": "active", "value": "true"}),
            IS_BACK,
        ),
        Phase.DELETION: (DELETE_USER, GONE),
    },
)
