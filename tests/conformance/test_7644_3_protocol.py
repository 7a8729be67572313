"""Requests and answers (RFC 7644 §3)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.factories import ProfileFactory, UserFactory
from tests.scim import BASE, ENTERPRISE_USER, ERROR, ScimClient, user

TITLE = {"op": "replace", "path": "title", "value": "Lead"}


@pytest.mark.rfc("7644-3.3-05", "7644-3.5-01", "7644-3.5-02", "7644-3.5.2-19", "7644-3.4.1-01")
def test_who_writes_a_user_is_shown_the_user(scim: ScimClient) -> None:
    created = scim.post("/Users", user("mira"))
    path = f"/Users/{created.json['id']}"
    for answer, status in (
        (created, 201),
        (scim.put(path, user("mira", title="Engineer")), 200),
        (scim.patch(path, TITLE), 200),
    ):
        assert answer.status == status
        assert answer.json["userName"] == "mira@example.com"
    assert answer.json == scim.get(path).json
    assert answer.json["title"] == "Lead"


@pytest.mark.rfc("7644-3.5.2-19")
def test_who_patches_a_group_is_told_that_it_is_done(scim: ScimClient) -> None:
    add = {"op": "add", "path": "members", "value": [{"value": str(UserFactory().pk)}]}
    answer = scim.patch(f"/Groups/profile-{ProfileFactory().pk}", add)
    assert (answer.status, answer.body) == (204, b"")


@pytest.mark.rfc("7644-3.5.2-13")
@pytest.mark.parametrize("op", ["add", "replace"])
def test_an_extension_attribute_brings_its_schema(scim: ScimClient, op: str) -> None:
    created = scim.post("/Users", user("mira")).json
    assert ENTERPRISE_USER not in created["schemas"]
    operation = {"op": op, "path": f"{ENTERPRISE_USER}:department", "value": "Grid"}
    assert ENTERPRISE_USER in scim.patch(f"/Users/{created['id']}", operation).json["schemas"]


class TestSorting:
    @pytest.fixture
    def people(self, db: None) -> None:
        for given, family in (("Bo", "Young"), ("Ada", "Zorn"), ("Cy", "Xu")):
            UserFactory(first_name=given, last_name=family)

    def given_names(self, scim: ScimClient, **query: str) -> list[str]:
        return [one["name"]["givenName"] for one in scim.get("/Users", **query).json["Resources"]]

    @pytest.mark.rfc("7644-3.4.2.3-04")
    def test_by_a_complex_attribute_names_a_part_of_it(self, scim: ScimClient, people: None) -> None:
        assert self.given_names(scim, sortBy="name.familyName") == ["Cy", "Bo", "Ada"]
        refused = scim.get("/Users", sortBy="name")
        assert (refused.status, refused.scim_type) == (400, "invalidValue")

    @pytest.mark.rfc("7644-3.4.2.3-06")
    def test_ascends_unless_told_to_descend(self, scim: ScimClient, people: None) -> None:
        sort_by = "name.givenName"
        assert self.given_names(scim, sortBy=sort_by) == ["Ada", "Bo", "Cy"]
        assert self.given_names(scim, sortBy=sort_by, sortOrder="ascending") == ["Ada", "Bo", "Cy"]
        assert self.given_names(scim, sortBy=sort_by, sortOrder="descending") == ["Cy", "Bo", "Ada"]
        refused = scim.get("/Users", sortBy=sort_by, sortOrder="down")
        assert (refused.status, refused.scim_type) == (400, "invalidValue")


@pytest.mark.rfc("7644-3.12-01", "7644-3.12-02", "7644-3.2-04", "7643-2.1-01")
@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/Users?filter=a", None, 400),
        ("POST", "/Groups", {"displayName": "New"}, 403),
        ("GET", "/Users/0", None, 404),
        ("DELETE", "/Users", None, 405),
        ("POST", "/Me", {}, 501),
    ],
)
def test_an_error_is_a_document_with_the_status_in_it(
    scim: ScimClient, method: str, path: str, body: Any, status: int
) -> None:
    answer = scim.request(method, path, body)
    assert answer.status == status
    assert answer.json["schemas"] == [ERROR]
    assert answer.json["status"] == str(status)
    assert answer.json["detail"]


class TestAddresses:
    @pytest.mark.rfc("7644-1.2-01")
    def test_are_decoded_once(self, scim: ScimClient) -> None:
        id = str(UserFactory(username="100%25@example.com").pk)
        UserFactory(username="100%@example.com")
        encoded = "userName%20eq%20%22100%2525%40example.com%22"
        assert scim.get(f"/Users?filter={encoded}").ids == [id]
        assert scim.get(f"/Users/%3{id[0]}{id[1:]}").json["id"] == id

    @pytest.mark.rfc("7644-1.3-01", "7644-7.5.2-02")
    def test_are_made_of_ids_and_nothing_else(self, scim: ScimClient) -> None:
        mira = UserFactory()
        found = scim.get("/Users", filter=f'userName eq "{mira.username}"').json["Resources"]
        assert [one["meta"]["location"] for one in found] == [f"http://testserver{BASE}/Users/{mira.pk}"]

    @pytest.mark.rfc("7644-3.13-01", "7644-3.13-02")
    @pytest.mark.parametrize(("version", "status"), [("v2", 200), ("v1", 404), ("v3", 404)])
    def test_have_the_version_before_the_endpoint(self, scim: ScimClient, version: str, status: int) -> None:
        headers = {"Authorization": f"Bearer {scim.token}"}
        assert Client().get(f"/scim/{version}/Users", headers=headers).status_code == status

    @pytest.mark.rfc("7644-3.2-02")
    def test_are_the_plurals_of_the_types(self, scim: ScimClient) -> None:
        types = scim.get("/ResourceTypes").json["Resources"]
        assert {one["endpoint"] for one in types} == {f"/{one['name']}s" for one in types} == {"/Users", "/Groups"}
