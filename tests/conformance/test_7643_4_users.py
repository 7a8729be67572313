"""Users and their groups (RFC 7643 §4), and the references between them (§2.3.7)."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate
from django.core import serializers

from scim_provisioning.models import Event, UserRecord
from tests.factories import ProfileFactory, ProjectAccessFactory, UserFactory
from tests.scim import BASE, CORE_USER, Answer, ScimClient, user

HOST = f"http://testserver{BASE}"
SECRET = "correct horse battery staple"


def followed(scim: ScimClient, reference: str) -> Answer:
    """What stands where a reference leads."""
    assert reference.startswith(f"{HOST}/")
    return scim.get(reference.removeprefix(HOST))


@pytest.mark.rfc("7643-4.1.1-09")
def test_who_is_not_active_cannot_log_in(scim: ScimClient) -> None:
    mira = UserFactory(password=SECRET)
    login = {"username": mira.username, "password": SECRET}
    assert authenticate(**login) == mira
    scim.patch(f"/Users/{mira.pk}", {"op": "replace", "path": "active", "value": False})
    assert authenticate(**login) is None
    scim.patch(f"/Users/{mira.pk}", {"op": "replace", "path": "active", "value": True})
    assert authenticate(**login) == mira


@pytest.mark.rfc("7644-3.4.2.2-21", "7644-3.3-02")
def test_who_is_active_by_default_is_found_as_active(scim: ScimClient) -> None:
    created = scim.post("/Users", {"schemas": [CORE_USER], "userName": "mira"}).json
    assert created["active"] is True
    assert scim.get("/Users", filter="active eq true").ids == [created["id"]]
    assert scim.get("/Users", filter="active ne true").ids == []


@pytest.mark.rfc("7643-9.2-01", "7643-4.1.1-11", "7643-4.1.1-12")
def test_a_password_is_kept_nowhere(scim: ScimClient) -> None:
    id = scim.post("/Users", user("mira", password=SECRET)).json["id"]
    scim.patch(f"/Users/{id}", {"op": "replace", "path": "password", "value": SECRET})
    rows = [*type(UserFactory.build()).objects.all(), *UserRecord.objects.all(), *Event.objects.all()]
    assert SECRET not in serializers.serialize("json", rows)
    assert authenticate(username="mira@example.com", password=SECRET) is None


@pytest.mark.rfc("7643-4.1.1-07")
def test_a_nick_name_is_not_made_up(scim: ScimClient) -> None:
    assert "nickName" not in scim.post("/Users", user("mira")).json


@pytest.mark.rfc("7643-4.1.2-04", "7643-2.3.1-01")
def test_a_type_of_ones_own_is_kept(scim: ScimClient) -> None:
    emails = [{"value": "m@example.com", "type": "weekend", "primary": True}]
    assert scim.post("/Users", user("mira", emails=emails)).json["emails"] == emails


class TestReferences:
    @pytest.mark.rfc("7643-4.1.2-07", "7643-2.3.7-01", "7643-2.3.7-03")
    def test_lead_from_a_user_to_the_groups(self, scim: ScimClient) -> None:
        mira = UserFactory()
        ProfileFactory(users=[mira])
        ProjectAccessFactory(user=mira)
        groups = scim.get(f"/Users/{mira.pk}").json["groups"]
        assert len(groups) == 2
        for group in groups:
            found = followed(scim, group["$ref"])
            assert found.json["id"] == group["value"]
            assert found.json["displayName"] == group["display"]

    @pytest.mark.rfc("7643-4.2-03", "7643-2.3.7-01", "7643-2.3.7-03")
    def test_lead_from_a_group_to_its_members(self, scim: ScimClient) -> None:
        mira = UserFactory()
        (member,) = scim.get(f"/Groups/profile-{ProfileFactory(users=[mira]).pk}").json["members"]
        assert member["type"] == "User"
        assert followed(scim, member["$ref"]).json["id"] == member["value"] == str(mira.pk)

    @pytest.mark.rfc("7643-2.3.7-03")
    def test_lead_from_a_resource_to_itself(self, scim: ScimClient) -> None:
        for path in (f"/Users/{UserFactory().pk}", f"/Groups/profile-{ProfileFactory().pk}", "/ServiceProviderConfig"):
            document = scim.get(path).json
            assert followed(scim, document["meta"]["location"]).json == document


@pytest.mark.rfc("7643-4.1.2-09")
def test_a_membership_that_clients_can_change_is_direct(scim: ScimClient) -> None:
    someone = UserFactory()
    ProfileFactory(users=[someone])
    (group,) = scim.get(f"/Users/{someone.pk}").json["groups"]
    assert group["type"] == "direct"
