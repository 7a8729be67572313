"""JumpCloud: one operation for each attribute, or PUT; its activation makes, changes and deletes a user."""

from __future__ import annotations

from ...protocol.constants import ENTERPRISE_USER, USER
from ..conversations import Echo, Phase, Provider, Step
from ._steps import (
    DELETE_GROUP,
    DELETE_USER,
    GONE,
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
    put_user,
    read_user,
)

MEMBER = [{"value": "{user}"}]

PROVIDER = Provider(
    "jumpcloud",
    {
        Phase.CONNECTION: (Step("read the users", "GET", "/Users"),),
        Phase.FIRST_SYNC: (
            NOT_THERE_YET,
            create(person(schemas=[USER, ENTERPRISE_USER], displayName="{given} {family}", externalId="{run}")),
            read_user("read the account", userName="{login}"),
        ),
        Phase.DAILY: (
            patch_user(
                "change name and account",
                {"op": "replace", "path": "name.familyName", "value": "{other_family}"},
                {"op": "replace", "path": "active", "value": True},
            ),
            read_user(name__familyName="{other_family}"),
            patch_user("change the title", {"op": "replace", "path": "title", "value": "{title}"}, needs="title"),
        ),
        Phase.GROUPS: (
            patch_group("add the account", {"op": "add", "path": "members", "value": MEMBER}),
            IS_IN,
            patch_group("remove the account", {"op": "remove", "path": "members", "value": MEMBER}),
            IS_OUT,
        ),
        Phase.PUSH: (push(group()), DELETE_GROUP),
        Phase.LEAVER: (put_user("deactivate the account", Echo("user", {"active": False})), IS_AWAY),
        Phase.RETURNER: (put_user("reactivate the account", Echo("user", {"active": True})), IS_BACK),
        Phase.DELETION: (DELETE_USER, GONE),
    },
)
