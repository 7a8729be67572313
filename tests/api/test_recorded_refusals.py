"""Which refused requests the product finds in its events."""

from __future__ import annotations

from typing import Any

import pytest

from scim_provisioning.models import Event
from tests.factories import ProfileFactory, SuperuserFactory, UserFactory
from tests.scim import ScimClient, user

pytestmark = pytest.mark.django_db


def recorded() -> list[tuple[Any, ...]]:
    fields = ("operation", "resource_type", "resource", "outcome", "scim_type")
    return list(Event.objects.filter(outcome__gte=400).order_by("pk").values_list(*fields))


def test_a_refused_write_with_the_words_of_the_answer(scim: ScimClient) -> None:
    boss = SuperuserFactory()
    answer = scim.delete(f"/Users/{boss.pk}", headers={"X-Request-Id": "r-1"})
    assert recorded() == [("delete", "User", str(boss.pk), 403, "")]
    event = Event.objects.get()
    assert (event.detail, event.request_id, event.address) == (answer.detail, "r-1", "127.0.0.1")


def test_each_kind_of_write(scim: ScimClient) -> None:
    taken, other = UserFactory.create_batch(2)
    profile = ProfileFactory()
    scim.post("/Users", user("x", userName=taken.username))
    scim.put(f"/Users/{other.pk}", user("x", userName=taken.username))
    scim.patch(f"/Groups/profile-{profile.pk}", {"op": "replace", "path": "displayName", "value": "New"})
    scim.patch("/Users/none", {"op": "replace", "path": "title", "value": "New"})
    scim.post("/Nowhere", {})
    assert recorded() == [
        ("create", "User", "", 409, "uniqueness"),
        ("replace", "User", str(other.pk), 409, "uniqueness"),
        ("patch", "Group", f"profile-{profile.pk}", 403, ""),
        ("patch", "User", "none", 404, ""),
        ("create", "", "", 404, ""),
    ]


def test_a_filter_that_is_not_understood_wherever_it_stands(scim: ScimClient) -> None:
    search = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": "x"}
    scim.get("/Users", filter="x")
    scim.post("/Groups/.search", search)
    scim.post("/.search", search)
    assert recorded() == [
        ("read", "User", "", 400, "invalidFilter"),
        ("read", "Group", "", 400, "invalidFilter"),
        ("read", "", "", 400, "invalidFilter"),
    ]


def test_each_operation_of_a_bulk_request(scim: ScimClient) -> None:
    taken = UserFactory()
    operations = [
        {"method": "POST", "path": "/Users", "bulkId": "a", "data": user("x", userName=taken.username)},
        {"method": "POST", "path": "/Users", "bulkId": "b", "data": user("y")},
        {"method": "PATCH", "path": "/Groups/none", "data": {}},
        {"method": "BREW", "path": "/Users"},
    ]
    schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]
    assert scim.post("/Bulk", {"schemas": schemas, "Operations": operations}).status == 200
    assert scim.post("/Bulk", {"schemas": schemas}).status == 400
    assert recorded() == [
        ("create", "User", "", 409, "uniqueness"),
        ("patch", "Group", "none", 404, ""),
        ("bulk", "User", "", 400, "invalidSyntax"),
        ("bulk", "", "", 400, "invalidSyntax"),
    ]


def test_no_look_up_that_finds_nothing(scim: ScimClient) -> None:
    assert scim.get("/Users/none").status == scim.get("/nowhere").status == scim.delete("/Users/none").status == 404
    assert scim.get("/Users", filter='userName eq "nobody"').status == 200
    assert recorded() == []


@pytest.mark.threat(67)
def test_no_request_without_a_valid_token(scim: ScimClient) -> None:
    assert ScimClient(None).post("/Users", {}).status == 401
    assert ScimClient("scim_wrong").post("/Users", {}).status == 401
    assert recorded() == []
