"""Searches in a body: of one type, and of users and groups in one result (RFC 7644 §3.4.3)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import ProfileFactory, ProjectFactory, UserFactory
from tests.scim import LIST_RESPONSE, ScimClient, make_strict

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


def search(scim: ScimClient, path: str = "", **asked: Any) -> Any:
    answer = scim.post(f"{path}/.search", {"schemas": [SEARCH], **asked})
    assert answer.status == 200, answer
    return answer.json


@pytest.mark.rfc("7644-3.4.3-01", "7644-3.4.3-02", "7644-3.4.3-03", "7644-3.4.3-04", "7644-3.4.3-05", "9865-3-01")
def test_a_search_of_one_type_is_what_the_url_asks(scim: ScimClient) -> None:
    UserFactory.create_batch(5)
    asked = {"filter": "active eq true", "sortBy": "name.familyName", "sortOrder": "descending", "count": 2}
    found = search(scim, "/Users", **asked, startIndex=2, attributes=["userName", "name.familyName"])
    assert found["schemas"] == [LIST_RESPONSE]
    assert found == scim.get("/Users", **asked, startIndex=2, attributes="userName,name.familyName").json
    by_cursor = search(scim, "/Users", **asked, cursor="")
    assert by_cursor["Resources"] == scim.get("/Users", **asked, cursor="").json["Resources"]


@pytest.mark.rfc("7644-3.4.3-06")
def test_what_is_always_returned_stays(scim: ScimClient) -> None:
    UserFactory()
    (user,) = search(scim, "/Users", excludedAttributes=["id", "schemas", "meta", "name"])["Resources"]
    assert {"id", "schemas"} <= user.keys()
    assert not {"meta", "name"} & user.keys()


@pytest.mark.rfc("7644-3.4.2.1-01", "7644-3.4.2.1-02", "7644-3.4.2.1-03")
def test_a_search_at_the_root_finds_users_and_groups(scim: ScimClient) -> None:
    user = UserFactory(first_name="Line", last_name="One")
    profile, project = ProfileFactory(name="Line two"), ProjectFactory(name="Line three")
    found = search(scim, filter='displayName sw "line"', sortBy="displayName", attributes=["displayName"])
    names = [(one["displayName"], one["id"]) for one in found["Resources"]]
    assert names == [
        ("Line One", str(user.pk)),
        ("Line three (Full access)", f"project-{project.pk}-full"),
        ("Line three (Read-only)", f"project-{project.pk}-read"),
        ("Line two", f"profile-{profile.pk}"),
    ]
    assert found["totalResults"] == 4


@pytest.mark.rfc("7644-3.4.2.1-05", "7644-3.4.2.1-06")
def test_what_one_type_lacks_is_absent_there(scim: ScimClient) -> None:
    user, profile = UserFactory(), ProfileFactory(name="Crew")
    ids = [one["id"] for one in search(scim, filter='userName pr or displayName eq "Crew"')["Resources"]]
    assert ids == [str(user.pk), f"profile-{profile.pk}"]
    assert search(scim, filter="members pr")["totalResults"] == 0
    assert search(scim, filter='meta.resourceType eq "Group"')["totalResults"] == 1
    assert search(scim, filter="not (userName pr)")["totalResults"] == 1


def test_a_page_goes_on_from_users_to_groups(scim: ScimClient) -> None:
    UserFactory.create_batch(3)
    ProfileFactory.create_batch(3)
    whole = [one["id"] for one in search(scim)["Resources"]]
    assert len(whole) == 6
    for start in range(1, 8):
        page = search(scim, startIndex=start, count=2)
        assert [one["id"] for one in page["Resources"]] == whole[start - 1 : start + 1]
        assert page["totalResults"] == 6


@pytest.mark.parametrize(
    ("body", "scim_type"),
    [
        ([], "invalidSyntax"),
        ({"schemas": ["urn:x"]}, "invalidSyntax"),
        ({"filter": "nobody pr"}, "invalidFilter"),
        ({"filter": ""}, "invalidFilter"),
        ({"filter": 7}, "invalidValue"),
        ({"count": "many"}, "invalidValue"),
        ({"count": True}, "invalidValue"),
        ({"attributes": [7]}, "invalidValue"),
        ({"sortBy": "nobody"}, "invalidValue"),
        ({"sortBy": ["userName"]}, "invalidValue"),
    ],
)
def test_what_cannot_be_asked_is_refused(scim: ScimClient, body: Any, scim_type: str) -> None:
    for path in ("", "/Users", "/Groups"):
        answer = scim.post(f"{path}/.search", body)
        assert (answer.status, answer.scim_type) == (400, scim_type), path


@pytest.mark.parametrize(
    ("sent", "meant", "scim_type"),
    [
        ({"count": "2"}, {"count": 2}, "invalidValue"),
        ({"attributes": "userName,id"}, {"attributes": ["userName", "id"]}, "invalidValue"),
        ({"count": 2, "trail": "7"}, {"count": 2}, "invalidSyntax"),
    ],
)
def test_text_for_a_number_or_a_list_and_unknown_members_are_forgiven_unless_the_connection_is_strict(
    scim: ScimClient, sent: Any, meant: Any, scim_type: str
) -> None:
    UserFactory.create_batch(3)
    assert search(scim, "/Users", **sent) == search(scim, "/Users", **meant)
    make_strict(scim)
    answer = scim.post("/Users/.search", {"schemas": [SEARCH], **sent})
    assert (answer.status, answer.scim_type) == (400, scim_type)


def test_a_search_is_a_post(scim: ScimClient) -> None:
    for path in ("", "/Users", "/Groups"):
        assert scim.get(f"{path}/.search").status == 405
