"""Clients of the AWS IAM Identity Center format: PUT, members by value, `+` for a space."""

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
    NOT_THERE_YET,
    create,
    find_group,
    group,
    look_up,
    patch_group,
    person,
    push,
    put_user,
    read_user,
)

MORE = {"displayName": "{given} {family}", "externalId": "{run}", "addresses": [{"type": "work"}]}
MEMBER = [{"value": "{user}"}]

PROVIDER = Provider(
    "aws",
    {
        Phase.CONNECTION: (Step("read the users", "GET", "/Users"),),
        Phase.FIRST_SYNC: (
            NOT_THERE_YET,
            create(person(**MORE)),
            look_up(
                "look it up by two attributes",
                '/Users?filter=userName eq "{login}" and externalId eq "{run}"',
            ),
        ),
        Phase.DAILY: (
            put_user("change the name", person(**MORE, id="{user}", name=CHANGED_NAME)),
            read_user(name__familyName="{other_family}"),
        ),
        Phase.GROUPS: (
            find_group(),
            patch_group("add the account", {"op": "add", "path": "members", "value": MEMBER}),
            IS_IN,
            patch_group("remove the account", {"op": "remove", "path": "members", "value": MEMBER}),
            IS_OUT,
        ),
        Phase.PUSH: (push(group(members=None)),),
        Phase.LEAVER: (put_user("deactivate the account", Echo("user", {"active": False})), IS_AWAY),
        Phase.RETURNER: (put_user("reactivate the account", Echo("user", {"active": True})), IS_BACK),
        Phase.DELETION: (DELETE_USER, GONE),
    },
    headers={"Content-Type": "application/scim+json"},
    writes_plus=True,
)
