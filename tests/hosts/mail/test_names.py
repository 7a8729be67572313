"""One column is the login name and the e-mail address."""

from __future__ import annotations

import pytest

from tests.hosts.mail.models import Person
from tests.scim import CORE_USER, ScimClient

pytestmark = pytest.mark.django_db

ANN = "ann@x.example"


@pytest.fixture
def address(scim: ScimClient) -> str:
    return f"/Users/{scim.post('/Users', {'schemas': [CORE_USER], 'userName': ANN}).json['id']}"


def emails(*values: str) -> list[dict[str, str]]:
    return [{"value": value, "type": "work"} for value in values]


def test_a_user_has_its_name_as_its_address(scim: ScimClient, address: str) -> None:
    shown = scim.get(address).json
    assert (shown["userName"], shown["emails"]) == (ANN, [{**emails(ANN)[0], "primary": True}])


def test_who_changes_the_address_changes_the_name(scim: ScimClient, address: str) -> None:
    change = {"op": "replace", "path": 'emails[type eq "work"].value', "value": "new@x.example"}
    assert scim.patch(address, change).json["userName"] == "new@x.example"


def test_of_two_values_in_one_request_the_name_counts(scim: ScimClient, address: str) -> None:
    body = {"schemas": [CORE_USER], "userName": "name@x.example", "emails": emails("mail@x.example")}
    for answer in (scim.put(address, body), scim.post("/Users", {**body, "userName": "other@x.example"})):
        assert [one["value"] for one in answer.json["emails"]] == [answer.json["userName"]]
    assert set(Person.objects.values_list("email", flat=True)) == {"name@x.example", "other@x.example"}


def test_a_name_that_is_taken_is_not_hidden_behind_another_address(scim: ScimClient, address: str) -> None:
    body = {"schemas": [CORE_USER], "userName": ANN.upper(), "emails": emails("mail@x.example")}
    assert scim.post("/Users", body).scim_type == "uniqueness"


def test_the_name_stays_when_the_addresses_go(scim: ScimClient, address: str) -> None:
    assert scim.patch(address, {"op": "remove", "path": "emails"}).json["userName"] == ANN
    assert scim.put(address, {"schemas": [CORE_USER], "userName": ANN}).json["userName"] == ANN
    assert Person.objects.get().email == ANN


def test_pages_by_cursor_go_on_behind_the_last_of_many_who_are_sorted_alike(scim: ScimClient) -> None:
    people = Person.objects.bulk_create(Person(email=f"{number}@x.example", full_name="Ann") for number in range(7))
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = scim.get("/Users", sortBy="displayName", count=2, cursor=cursor)
        seen += page.ids
        cursor = page.json.get("nextCursor")
    assert seen == sorted(str(person.pk) for person in people)
