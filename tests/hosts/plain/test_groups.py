"""auth.Group as SCIM Group, with no adapter written."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User

from tests.scim import CORE_GROUP, ScimClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def editors() -> Group:
    return Group.objects.create(name="Editors")


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann")


def address(group: Group) -> str:
    return f"/Groups/group-{group.pk}"


def test_the_groups_of_the_product_are_listed_and_found(scim: ScimClient, editors: Group) -> None:
    Group.objects.create(name="Readers")
    assert [one["displayName"] for one in scim.get("/Groups").json["Resources"]] == ["Editors", "Readers"]
    assert scim.get("/Groups", filter='displayName eq "editors"').ids == [f"group-{editors.pk}"]


def test_members_are_added_and_removed(scim: ScimClient, editors: Group, ann: User) -> None:
    member = [{"value": str(ann.pk)}]
    assert scim.patch(address(editors), {"op": "add", "path": "members", "value": member}).status == 204
    assert list(editors.user_set.all()) == [ann]
    assert [one["value"] for one in scim.get(address(editors)).json["members"]] == [str(ann.pk)]
    assert scim.get("/Groups", filter=f'members.value eq "{ann.pk}"').ids == [f"group-{editors.pk}"]
    assert scim.patch(address(editors), {"op": "remove", "path": f'members[value eq "{ann.pk}"]'}).status == 204
    assert not editors.user_set.exists()


def test_put_makes_the_members_those_that_are_sent(scim: ScimClient, editors: Group, ann: User) -> None:
    editors.user_set.add(User.objects.create_user("bob"))
    body = {"schemas": [CORE_GROUP], "displayName": "Editors", "members": [{"value": str(ann.pk)}]}
    assert scim.put(address(editors), body).status == 200
    assert list(editors.user_set.all()) == [ann]


def test_a_user_shows_its_groups_and_is_found_by_them(scim: ScimClient, editors: Group, ann: User) -> None:
    ann.groups.add(editors)
    shown = scim.get(f"/Users/{ann.pk}").json["groups"]
    assert [(one["value"], one["display"]) for one in shown] == [(f"group-{editors.pk}", "Editors")]
    assert scim.get("/Users", filter='groups.display eq "Editors"').ids == [str(ann.pk)]


def test_groups_are_made_renamed_and_deleted_in_the_product_only(scim: ScimClient, editors: Group) -> None:
    assert scim.post("/Groups", {"schemas": [CORE_GROUP], "displayName": "New"}).status == 403
    assert scim.patch(address(editors), {"op": "replace", "path": "displayName", "value": "New"}).status == 403
    assert scim.delete(address(editors)).status == 403
    assert list(Group.objects.values_list("name", flat=True)) == ["Editors"]


def test_permissions_of_a_group_are_not_touched(scim: ScimClient, editors: Group, ann: User) -> None:
    ann.groups.add(editors)
    assert scim.delete(f"/Users/{ann.pk}").status == 204
    assert not ann.groups.exists()
    assert list(Group.objects.all()) == [editors]
