"""Entity tags: what moves them, and what a condition on one does (RFC 7644 §3.14)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections

from example_project.access.models import Profile
from scim_provisioning.models import Event
from tests.factories import ProfileFactory, UserFactory
from tests.scim import CORE_USER, Answer, ScimClient

TITLE = {"op": "replace", "path": "title", "value": "Lead"}


def tag(answer: Answer) -> str:
    """The ETag of an answer, which is what its document says of itself."""
    version: str = answer.headers["ETag"]
    if answer.json is not None and "meta" in answer.json:
        assert answer.json["meta"]["version"] == version
    return version


def add(user: Any) -> dict[str, Any]:
    return {"op": "add", "path": "members", "value": [{"value": str(user.pk)}]}


@pytest.mark.rfc("7644-3.14-02", "7644-3.14-03", "7643-3.1-18", "7643-3.1-19")
def test_every_answer_with_one_resource_has_its_weak_tag(scim: ScimClient) -> None:
    created = scim.post("/Users", {"schemas": [CORE_USER], "userName": "mira", "title": "Engineer"})
    path = f"/Users/{created.json['id']}"
    read = tag(scim.get(path))
    assert read.startswith('W/"')
    assert tag(created) == read == tag(scim.put(path, created.json))
    assert tag(scim.patch(path, {**TITLE, "value": "Engineer"})) == read
    assert tag(scim.get(path, attributes="userName")) == read
    assert scim.get("/Users").json["Resources"][0]["meta"]["version"] == read


@pytest.mark.rfc("7644-3.14-06")
def test_a_users_tag_moves_with_what_the_product_changes_too(scim: ScimClient) -> None:
    user = UserFactory()
    path = f"/Users/{user.pk}"
    before = tag(scim.get(path))
    user.job_title = "Lead"
    user.save()
    moved = tag(scim.get(path))
    assert moved != before
    scim.patch(path, {"op": "replace", "path": "nickName", "value": "Mi"})
    assert tag(scim.get(path)) not in (before, moved)


def test_a_users_tag_leaves_the_groups_out(scim: ScimClient) -> None:
    user = UserFactory()
    before = tag(scim.get(f"/Users/{user.pk}"))
    ProfileFactory(users=[user])
    assert tag(scim.get(f"/Users/{user.pk}")) == before


def test_a_groups_tag_has_a_part_for_the_members_where_they_are_shown(scim: ScimClient) -> None:
    user, profile = UserFactory(), ProfileFactory()
    path = f"/Groups/profile-{profile.pk}"
    whole, own = tag(scim.get(path)), tag(scim.get(path, excludedAttributes="members"))
    assert whole.startswith(f"{own[:-1]}.")
    profile.users.add(user)
    assert tag(scim.get(path)) != whole
    assert tag(scim.get(path, excludedAttributes="members")) == own
    assert tag(scim.patch(path, add(user))) == own


@pytest.mark.threat("C18")
@pytest.mark.rfc("7644-3.14-04")
def test_a_get_of_a_version_that_is_known_is_answered_with_304(scim: ScimClient) -> None:
    user, profile = UserFactory(), ProfileFactory()
    for path in (f"/Users/{user.pk}", f"/Groups/profile-{profile.pk}"):
        known = tag(scim.get(path))
        for condition in (known, known.removeprefix("W/"), f'"x", {known}', "*"):
            answer = scim.get(path, headers={"If-None-Match": condition})
            assert (answer.status, answer.body, answer.headers["ETag"]) == (304, b"", known)
        assert scim.get(path, headers={"If-None-Match": 'W/"other"'}).status == 200


def test_a_get_without_the_members_knows_the_tag_with_them(scim: ScimClient) -> None:
    profile = ProfileFactory(users=[UserFactory()])
    path = f"/Groups/profile-{profile.pk}"
    known = tag(scim.get(path))
    asked = {"headers": {"If-None-Match": known}, "excludedAttributes": "members"}
    assert scim.get(path, **asked).status == 304
    profile.users.clear()
    assert scim.get(path, **asked).status == 200


@pytest.mark.threat(34)
@pytest.mark.rfc("7644-3.14-05", "7644-3.12-09")
def test_a_change_of_another_version_than_expected_is_refused(scim: ScimClient) -> None:
    user = UserFactory(job_title="Engineer")
    path = f"/Users/{user.pk}"
    seen = tag(scim.get(path))
    user.first_name = "Other"
    user.save()
    for answer in (
        scim.patch(path, TITLE, headers={"If-Match": seen}),
        scim.put(path, {"schemas": [CORE_USER], "userName": "new"}, headers={"If-Match": seen}),
        scim.delete(path, headers={"If-Match": seen}),
        scim.patch(path, TITLE, headers={"If-None-Match": "*"}),
    ):
        assert answer.status == 412
        assert tag(scim.get(path)) in answer.detail
    user.refresh_from_db()
    assert (user.job_title, user.is_active, Event.objects.count()) == ("Engineer", True, 0)


@pytest.mark.rfc("7644-3.14-05")
def test_a_change_of_the_expected_version_is_made(scim: ScimClient) -> None:
    user = UserFactory()
    path = f"/Users/{user.pk}"
    for number, condition in enumerate(("{}", 'W/"x" , {}', "*")):
        expected = condition.format(tag(scim.get(path)))
        assert scim.patch(path, {**TITLE, "value": str(number)}, headers={"If-Match": expected}).status == 200
    assert scim.delete(path, headers={"If-Match": tag(scim.get(path))}).status == 204


def test_a_condition_on_a_group_compares_the_parts_that_it_names(scim: ScimClient) -> None:
    user, other, profile = UserFactory(), UserFactory(), ProfileFactory()
    path = f"/Groups/profile-{profile.pk}"
    whole, own = tag(scim.get(path)), tag(scim.get(path, excludedAttributes="members"))
    assert scim.patch(path, add(user), headers={"If-Match": whole}).status == 204
    assert scim.patch(path, add(other), headers={"If-Match": whole}).status == 412
    assert scim.patch(path, add(other), headers={"If-Match": own}).status == 204
    assert Profile.objects.get().users.count() == 2


@pytest.mark.parametrize("condition", ["", "x", 'W/"x', '"a" "b"', "W/*", '"a",'])
def test_what_is_no_condition_is_refused(scim: ScimClient, condition: str) -> None:
    path = f"/Users/{UserFactory().pk}"
    for header in ("If-Match", "If-None-Match"):
        answer = scim.patch(path, TITLE, headers={header: condition})
        assert (answer.status, answer.scim_type) == (400, "invalidSyntax")


def test_nothing_is_found_or_sorted_by_a_version_but_that_there_is_one(scim: ScimClient) -> None:
    UserFactory()
    assert scim.get("/Users", filter="meta.version pr").json["totalResults"] == 1
    for answer, scim_type in (
        (scim.get("/Users", filter='meta.version eq "x"'), "invalidFilter"),
        (scim.get("/Groups", filter='meta.version ne "x"'), "invalidFilter"),
        (scim.get("/Users", sortBy="meta.version"), "invalidValue"),
    ):
        assert (answer.status, answer.scim_type) == (400, scim_type), answer


@pytest.mark.threat(34)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks")
@pytest.mark.django_db(transaction=True)
def test_of_two_writers_who_expect_the_same_version_one_is_refused(scim: ScimClient) -> None:
    path = f"/Users/{UserFactory().pk}"

    def write(value: str) -> int:
        try:
            return scim.patch(path, {**TITLE, "value": value}, headers={"If-Match": seen}).status
        finally:
            connections.close_all()

    for number in range(10):
        seen = tag(scim.get(path))
        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(write, (f"a{number}", f"b{number}"))) == [200, 412]
