"""PingOne and PingFederate: accounts by PUT alone; all groups are read to find one."""

from __future__ import annotations

from ..conversations import Echo, Has, Phase, Provider, Step
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
    group,
    look_up,
    patch_group,
    person,
    push,
    put_group,
    put_user,
    read_user,
)

PROVIDER = Provider(
    "ping",
    {
        Phase.CONNECTION: (Step("see whether anything answers", "GET", "/Users/0", status=(404,)),),
        Phase.FIRST_SYNC: (
            NOT_THERE_YET,
            create(person()),
            look_up(),
            look_up("look it up by e-mail", '/Users?filter=emails eq "{login}"'),
        ),
        Phase.DAILY: (
            put_user("change the name", person(id="{user}", name=CHANGED_NAME)),
            read_user(name__familyName="{other_family}"),
        ),
        Phase.GROUPS: (
            Step("read all groups to find one", "GET", "/Groups?count=1000", shows={"Resources.id": Has("{group}")}),
            patch_group("add the account", {"op": "add", "path": "members", "value": [{"value": "{user}"}]}),
            IS_IN,
            patch_group("remove the account", {"op": "remove", "path": 'members[value eq "{user}"]'}),
            IS_OUT,
            put_group("add it by PUT", Echo("group", joins="{user}")),
            IS_IN,
            put_group("remove it by PUT", Echo("group", leaves="{user}")),
            IS_OUT,
        ),
        Phase.PUSH: (push(group()),),
        Phase.LEAVER: (put_user("deactivate the account", Echo("user", {"active": False})), IS_AWAY),
        Phase.RETURNER: (put_user("reactivate the account", Echo("user", {"active": True})), IS_BACK),
        Phase.DELETION: (DELETE_USER, GONE),
    },
)
