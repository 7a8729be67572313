"""authentik: reads the configuration first, compares groups with their members, sends application/json."""

from __future__ import annotations

from ...protocol.constants import GROUP
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
    find_group,
    group,
    look_up,
    patch_group,
    person,
    push,
    put_user,
    read_user,
)

EMAILS = [{"value": "{login}", "type": "other", "primary": True}]
ITSELF = {"id": "{group}", "schemas": [GROUP], "displayName": "{target.displayName}"}

PROVIDER = Provider(
    "authentik",
    {
        Phase.CONNECTION: (
            Step("read the configuration", "GET", "/ServiceProviderConfig", shows={"patch.supported": True}),
            Step("read the groups", "GET", "/Groups"),
        ),
        Phase.FIRST_SYNC: (
            create(person(externalId="{run}", displayName="{given} {family}", emails=EMAILS)),
            Step("create it again: it is there", "POST", "/Users", person(), (409,), shows={"scimType": "uniqueness"}),
            look_up(),
        ),
        Phase.DAILY: (
            put_user("change the name", person(id="{user}", externalId="{run}", name=CHANGED_NAME, emails=EMAILS)),
            read_user(name__familyName="{other_family}"),
        ),
        Phase.GROUPS: (
            find_group(),
            patch_group("send the group as it is", {"op": "replace", "value": ITSELF}),
            patch_group("add the account", {"op": "add", "path": "members", "value": [{"value": "{user}"}]}),
            IS_IN,
            patch_group("remove the account", {"op": "remove", "path": "members", "value": [{"value": "{user}"}]}),
            IS_OUT,
        ),
        Phase.PUSH: (push(group(externalId="{run}")),),
        Phase.LEAVER: (put_user("deactivate the account", Echo("user", {"active": False})), IS_AWAY),
        Phase.RETURNER: (put_user("reactivate the account", Echo("user", {"active": True})), IS_BACK),
        Phase.DELETION: (DELETE_USER, GONE),
    },
    headers={"Content-Type": "application/json", "Accept": "*/*"},
    writes_plus=True,
)
