"""OneLogin: whole accounts by PUT, members removed by their values."""

from __future__ import annotations

from ..conversations import Echo, Phase, Provider, Step
from ._steps import (
    DELETE_USER,
    GONE,
    IS_AWAY,
    IS_BACK,
    IS_IN,
    IS_OUT,
    NOT_THERE_YET,
    create,
    group,
    nobody,
    patch_group,
    person,
    push,
    put_user,
    read_user,
)

MEMBER = [{"value": "{user}"}]

PROVIDER = Provider(
    "onelogin",
    {
        Phase.CONNECTION: (
            nobody("ask for a user that cannot exist", '/Users?filter=userName eq "never-{run}"'),
            Step("load the groups", "GET", "/Groups?count=100&startIndex=1", shows={"startIndex": 1}),
        ),
        Phase.FIRST_SYNC: (NOT_THERE_YET, create(person())),
        Phase.DAILY: (
            read_user(),
            put_user("change the name", person(name={"givenName": "{given}", "familyName": "{other_family}"})),
            read_user(name__familyName="{other_family}"),
        ),
        Phase.GROUPS: (
            patch_group("add the account", {"value": MEMBER, "op": "add", "path": "members"}),
            IS_IN,
            patch_group("remove the account", {"value": MEMBER, "op": "remove", "path": "members"}),
            IS_OUT,
        ),
        Phase.PUSH: (push(group()),),
        Phase.LEAVER: (put_user("deactivate the account", Echo("user", {"active": False})), IS_AWAY),
        Phase.RETURNER: (put_user("reactivate the account", Echo("user", {"active": True})), IS_BACK),
        Phase.DELETION: (DELETE_USER, GONE),
    },
    headers={"User-Agent": "", "Content-Type": "application/scim+json"},
)
