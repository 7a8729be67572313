"""`attributes` and `excludedAttributes` (RFC 7644 §3.9) on every answer that holds a resource."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import ProfileFactory
from tests.scim import CORE_USER, ENTERPRISE_USER, ScimClient, user

ALWAYS = {"schemas", "id"}
DEFAULT = {
    *ALWAYS,
    "meta",
    "externalId",
    "userName",
    "name",
    "displayName",
    "emails",
    "active",
    ENTERPRISE_USER,
    "groups",
}


@pytest.fixture
def ada(scim: ScimClient) -> dict[str, Any]:
    body = user(
        "ada",
        externalId="e-1",
        displayName="Ada",
        emails=[
            {"value": "ada@example.com", "type": "work", "primary": True},
            {"value": "a@home.example", "type": "home"},
        ],
        **{"schemas": [CORE_USER, ENTERPRISE_USER], ENTERPRISE_USER: {"department": "Marine", "costCenter": "7"}},
    )
    created: dict[str, Any] = scim.post("/Users", body).json
    ProfileFactory(users=[int(created["id"])])
    return created


@pytest.mark.rfc("7644-3.4-01", "7643-7-16")
def test_without_either_everything_is_there(scim: ScimClient, ada: dict[str, Any]) -> None:
    assert scim.get(f"/Users/{ada['id']}").json.keys() == DEFAULT


CASES = [
    ({"attributes": "userName"}, {"userName"}),
    ({"attributes": "USERNAME,Name"}, {"userName", "name"}),
    ({"attributes": " userName , active "}, {"userName", "active"}),
    ({"attributes": f"{CORE_USER}:userName"}, {"userName"}),
    ({"attributes": f"{ENTERPRISE_USER}:department"}, {ENTERPRISE_USER}),
    ({"attributes": ENTERPRISE_USER}, {ENTERPRISE_USER}),
    ({"attributes": "meta.created"}, {"meta"}),
    ({"attributes": "title"}, set()),
    ({"attributes": "noSuch"}, set()),
    ({"attributes": "password"}, set()),
    ({"attributes": "groups"}, {"groups"}),
    ({"attributes": "id,schemas"}, set()),
    ({"excludedAttributes": "id,schemas"}, DEFAULT),
    ({"excludedAttributes": "groups,EMAILS"}, DEFAULT - {"groups", "emails"}),
    ({"excludedAttributes": ENTERPRISE_USER}, DEFAULT - {ENTERPRISE_USER}),
    ({"excludedAttributes": "meta"}, DEFAULT - {"meta"}),
    ({"excludedAttributes": "noSuch"}, DEFAULT),
    ({"excludedAttributes": ""}, DEFAULT),
]


@pytest.mark.rfc(
    "7644-3.9-01", "7644-3.9-02", "7644-3.9-03", "7644-3.4.2.5-02", "7644-3.4.2.5-03", "7644-3.10-01", "7644-3.10-02",
    "7644-3.10-03", "7643-3.1-03", "7643-7-14", "7643-7-15", "7643-7-13", "7643-3.1-08",
)  # fmt: skip
@pytest.mark.parametrize(("query", "shown"), CASES, ids=[f"{query}" for query, _ in CASES])
def test_what_is_shown(scim: ScimClient, ada: dict[str, Any], query: dict[str, str], shown: set[str]) -> None:
    assert scim.get(f"/Users/{ada['id']}", **query).json.keys() == ALWAYS | shown


@pytest.mark.rfc("7644-3.9-06", "7644-3.4.2.5-01", "7644-3.5.2-20")
def test_every_answer_with_a_resource_is_projected(scim: ScimClient, ada: dict[str, Any]) -> None:
    query, shown = {"attributes": "userName,title"}, {*ALWAYS, "userName", "title"}
    address = f"/Users/{ada['id']}"
    operation = {"op": "add", "path": "title", "value": "x"}
    assert scim.patch(address, operation, **query).json.keys() == shown
    assert scim.put(address, user("ada", title="x"), **query).json.keys() == shown
    assert scim.post("/Users", user("bob", title="x"), **query).json.keys() == shown
    assert [one.keys() for one in scim.get("/Users", **query).json["Resources"]] == [shown, shown]


@pytest.mark.rfc("7644-3.9-05")
@pytest.mark.parametrize(
    ("query", "path", "value"),
    [
        ({"attributes": "name.givenName"}, "name", {"givenName": "Ada"}),
        ({"attributes": "emails.value"}, "emails", [{"value": "ada@example.com"}, {"value": "a@home.example"}]),
        ({"excludedAttributes": "emails.value,emails.primary"}, "emails", [{"type": "work"}, {"type": "home"}]),
        ({"excludedAttributes": "name.formatted"}, "name", {"givenName": "Ada", "familyName": "Example"}),
        ({"attributes": f"{ENTERPRISE_USER}:costCenter"}, ENTERPRISE_USER, {"costCenter": "7"}),
        ({"excludedAttributes": f"{ENTERPRISE_USER}:department"}, ENTERPRISE_USER, {"costCenter": "7"}),
    ],
    ids=str,
)
def test_a_part_can_be_named(scim: ScimClient, ada: dict[str, Any], query: Any, path: str, value: Any) -> None:
    assert scim.get(f"/Users/{ada['id']}", **query).json[path] == value


@pytest.mark.rfc("7643-3-02", "7643-3-04", "7643-3.3-01", "7643-4.3-04")
def test_schemas_name_what_the_answer_holds(scim: ScimClient, ada: dict[str, Any]) -> None:
    address = f"/Users/{ada['id']}"
    assert scim.get(address).json["schemas"] == [CORE_USER, ENTERPRISE_USER]
    assert scim.post("/Users", user("bob")).json["schemas"] == [CORE_USER]


def test_a_patch_of_a_group_has_a_body_only_where_one_is_asked_for(scim: ScimClient, ada: dict[str, Any]) -> None:
    address = f"/Groups/profile-{ProfileFactory(name='Entry').pk}"
    join = {"op": "add", "path": "members", "value": [{"value": ada["id"]}]}
    assert scim.patch(address, join).status == 204
    asked = scim.patch(address, join, attributes="displayName")
    assert (asked.status, asked.json.keys(), asked.json["displayName"]) == (200, {*ALWAYS, "displayName"}, "Entry")
    assert "members" not in scim.patch(address, join, excludedAttributes="members").json


@pytest.mark.rfc("7644-3.9-04")
def test_both_at_once_exclude_each_other(scim: ScimClient, ada: dict[str, Any]) -> None:
    answer = scim.get(f"/Users/{ada['id']}", attributes="userName", excludedAttributes="emails")
    assert (answer.status, answer.scim_type) == (400, "invalidValue")


@pytest.mark.threat(20)
@pytest.mark.parametrize("name", ["attributes", "excludedAttributes"])
def test_a_name_that_no_database_could_hold_is_400(scim: ScimClient, name: str) -> None:
    assert scim.get("/Users", **{name: "a\x00b"}).status == 400
