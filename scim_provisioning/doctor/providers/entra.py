"""Microsoft Entra ID: capitalised operations, booleans as text, one operation for each attribute."""

from __future__ import annotations

from ...protocol.constants import ENTERPRISE_USER, GROUP, USER
from ..conversations import Phase, Provider, Step
from ._steps import (
    DELETE_GROUP,
    DELETE_USER,
    GONE,
    IS_AWAY,
    IS_BACK,
    IS_IN,
    IS_OUT,
    NOT_THERE_YET,
    STILL_FOUND,
    create,
    find_group,
    group,
    look_up,
    nobody,
    patch,
    patch_group,
    patch_user,
    person,
    push,
    read_user,
)

ITS_GROUP = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"
MEMBER = [{"$ref": None, "value": "{user}"}]

PROVIDER = Provider(
    "entra",
    {
        Phase.CONNECTION: (
            nobody("ask for a user that cannot exist", '/Users?filter=userName eq "7d1f4c02-{run}"'),
            nobody(
                "ask for a group that cannot exist",
                '/Groups?excludedAttributes=members&filter=displayName eq "7d1f4c02-{run}"',
            ),
        ),
        Phase.FIRST_SYNC: (
            NOT_THERE_YET,
            create(
                person(
                    schemas=[USER, ENTERPRISE_USER],
                    externalId="{run}",
                    active="True",
                    displayName="{given} {family}",
                    meta={"resourceType": "User"},
                    roles=[],
                )
            ),
            look_up(),
            look_up("look it up by e-mail", '/Users?filter=emails[type eq "work"].value eq "{login}"'),
        ),
        Phase.DAILY: (
            patch_user(
                "change name and e-mail",
                {"op": "Replace", "path": "name.familyName", "value": "{other_family}"},
                {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "{other_mail}"},
            ),
            read_user(name__familyName="{other_family}", emails__value=["{other_mail}"]),
            patch_user("change the title", {"op": "Add", "path": "title", "value": "{title}"}, needs="title"),
            patch_user(
                "change the department, as newer jobs do",
                {"op": "replace", "value": {f"{ENTERPRISE_USER}:department": "{department}"}},
                needs=f"{ENTERPRISE_USER}:department",
            ),
            patch_user(
                "change the name, as newer jobs do",
                {"op": "replace", "value": {"name.familyName": "{family}"}},
            ),
            read_user(name__familyName="{family}"),
        ),
        Phase.GROUPS: (
            find_group('/Groups?excludedAttributes=members&filter=displayName eq "{target.displayName}"'),
            patch_group("add the account", {"op": "Add", "path": "members", "value": MEMBER}),
            Step(
                "ask whether it is in",
                "GET",
                '/Groups?filter=id eq "{group}" and members eq "{user}"&attributes=id',
                shows={"Resources.id": ["{group}"]},
            ),
            patch_group("remove the account", {"op": "Remove", "path": "members", "value": MEMBER}),
            IS_OUT,
            patch_group("add it again", {"op": "Add", "path": "members", "value": MEMBER}),
            IS_IN,
            patch_group("remove it, as newer jobs do", {"op": "remove", "path": 'members[value eq "{user}"]'}),
            IS_OUT,
        ),
        Phase.PUSH: (
            push(group(schemas=[GROUP, ITS_GROUP], externalId="{run}", meta={"resourceType": "Group"})),
            patch(
                "rename the group", "/Groups/{pushed}", {"op": "Replace", "path": "displayName", "value": "{renamed}"}
            ),
            DELETE_GROUP,
        ),
        Phase.LEAVER: (
            patch_user("deactivate the account", {"op": "Replace", "path": "active", "value": "False"}),
            IS_AWAY,
            STILL_FOUND,
        ),
        Phase.RETURNER: (
            patch_user("reactivate the account", {"op": "Add", "path": "active", "value": "True"}),
            IS_BACK,
        ),
        Phase.DELETION: (DELETE_USER, GONE),
    },
    writes_plus=True,
)
