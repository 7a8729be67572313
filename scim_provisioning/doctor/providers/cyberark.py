"""CyberArk: accounts by PUT alone, roles as groups."""

from __future__ import annotations

from ...protocol.constants import GROUP, USER
from ..conversations import Echo, Phase, Provider, Step
from ._steps import (
    CHANGED_NAME,
    IS_AWAY,
    IS_BACK,
    IS_IN,
    IS_OUT,
    NOT_THERE_YET,
    create,
    group,
    patch_group,
    person,
    push,
    put_user,
    read_user,
)

PROVIDER = Provider(
    "cyberark",
    {
        Phase.CONNECTION: (
            Step("read one user", "GET", "/Users?count=1"),
            Step("read the configuration", "GET", "/ServiceProviderConfig"),
            Step("read the schema of users", "GET", f"/Schemas/{USER}", shows={"id": USER}),
            Step("read the schema of groups", "GET", f"/Schemas/{GROUP}", shows={"id": GROUP}),
        ),
        Phase.FIRST_SYNC: (NOT_THERE_YET, create(person())),
        Phase.DAILY: (
            put_user("change the name", person(name=CHANGED_NAME)),
            read_user(name__familyName="{other_family}"),
        ),
        Phase.GROUPS: (
            patch_group("add the account", {"op": "add", "path": "members", "value": [{"value": "{user}"}]}),
            IS_IN,
            patch_group("remove the account", {"op": "remove", "path": 'members[value eq "{user}"]'}),
            IS_OUT,
        ),
        Phase.PUSH: (push(group(members=[{"value": "{user}"}])),),
        Phase.LEAVER: (put_user("deactivate the account", Echo("user", {"active": False})), IS_AWAY),
        Phase.RETURNER: (put_user("reactivate the account", Echo("user", {"active": True})), IS_BACK),
    },
)
