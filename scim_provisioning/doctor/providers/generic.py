"""Any client that keeps to RFC 7644."""

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
    NO_LONGER_FOUND,
    NOT_THERE_YET,
    RENAME_GROUP,
    SHOWS_GROUP,
    STILL_FOUND,
    create,
    find_group,
    group,
    look_up,
    patch_group,
    patch_user,
    person,
    push,
    put_user,
    read_user,
)

EXTERNAL_ID = "dr+{run}/9w=="  # as those that are made of binary values: each of these characters has to be quoted

PROVIDER = Provider(
    "generic",
    {
        Phase.CONNECTION: (
            Step("read the resource types", "GET", "/ResourceTypes", shows={"totalResults": 2}),
            Step("read the schemas", "GET", "/Schemas"),
            Step("read a page of users", "GET", "/Users?startIndex=1&count=1", shows={"startIndex": 1}),
            Step("read a page of groups", "GET", "/Groups?startIndex=1&count=1", shows={"startIndex": 1}),
        ),
        Phase.FIRST_SYNC: (
            NOT_THERE_YET,
            create(person(externalId=EXTERNAL_ID)),
            look_up(),
            look_up("look it up in capitals", '/Users?filter=userName eq "{LOGIN}"'),
            look_up("look it up by externalId", f'/Users?filter=externalId eq "{EXTERNAL_ID}"'),
            look_up("look it up by e-mail", '/Users?filter=emails[type eq "work" and value eq "{login}"]'),
            Step("create it again: it is there", "POST", "/Users", person(), (409,), shows={"scimType": "uniqueness"}),
            Step("create a colleague", "POST", "/Users", {"schemas": [USER], "userName": "{colleague}"}, (201,)),
        ),
        Phase.DAILY: (
            patch_user("change the name", {"op": "replace", "path": "name.familyName", "value": "{other_family}"}),
            read_user(name__familyName="{other_family}"),
            patch_user("change the title", {"op": "replace", "path": "title", "value": "{title}"}, needs="title"),
            patch_user(
                "change the department",
                {"op": "replace", "path": f"{ENTERPRISE_USER}:department", "value": "{department}"},
                needs=f"{ENTERPRISE_USER}:department",
            ),
            patch_user(
                "change the e-mail",
                {"op": "replace", "path": 'emails[type eq "work"].value', "value": "{other_mail}"},
            ),
            read_user(emails__value=["{other_mail}"]),
            put_user("send the whole account, unchanged", Echo("user")),
        ),
        Phase.GROUPS: (
            find_group(),
            patch_group("add the account", {"op": "add", "path": "members", "value": [{"value": "{user}"}]}),
            IS_IN,
            SHOWS_GROUP,
            patch_group("remove the account", {"op": "remove", "path": 'members[value eq "{user}"]'}),
            IS_OUT,
        ),
        Phase.PUSH: (push(group()), RENAME_GROUP, DELETE_GROUP),
        Phase.LEAVER: (
            patch_user("deactivate the account", {"op": "replace", "path": "active", "value": False}),
            IS_AWAY,
            STILL_FOUND,
        ),
        Phase.RETURNER: (
            patch_user("reactivate the account", {"op": "replace", "path": "active", "value": True}),
            IS_BACK,
        ),
        Phase.DELETION: (DELETE_USER, GONE, NO_LONGER_FOUND),
    },
)
