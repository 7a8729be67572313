"""What every resource has: id, externalId, meta (RFC 7643 §3)."""

from __future__ import annotations

import pytest

from scim_provisioning.models import UserRecord
from scim_provisioning.protocol.core_schemas import GROUP_TYPE, USER_TYPE
from scim_provisioning.protocol.schemas import ResourceType
from tests.factories import ProfileFactory
from tests.scim import CORE_USER, ENTERPRISE_USER, ScimClient, user


@pytest.mark.rfc("7643-3.1-01")
@pytest.mark.parametrize("kind", [USER_TYPE, GROUP_TYPE], ids=lambda kind: kind.name)
def test_they_are_attributes_of_users_and_of_groups(kind: ResourceType) -> None:
    assert {"id", "externalId", "meta"} <= {target.attribute.name for target in kind.targets()}


@pytest.mark.rfc("7643-3-06")
@pytest.mark.parametrize("schemas", [[CORE_USER], [ENTERPRISE_USER, CORE_USER]])
def test_they_need_no_schema_of_their_own(scim: ScimClient, schemas: list[str]) -> None:
    answer = scim.post("/Users", user("mira", externalId="x-1", schemas=schemas))
    assert answer.status == 201
    assert answer.json["externalId"] == "x-1"
    assert {"id", "meta"} <= answer.json.keys()


class TestAnId:
    @pytest.mark.rfc("7643-3.1-05")
    def test_stays_whatever_else_changes(self, scim: ScimClient) -> None:
        id = scim.post("/Users", user("mira")).json["id"]
        assert scim.put(f"/Users/{id}", user("mirjam", externalId="x-2")).json["id"] == id
        assert scim.patch(f"/Users/{id}", {"op": "replace", "path": "userName", "value": "mi"}).json["id"] == id

    @pytest.mark.rfc("7643-3.1-05")
    def test_is_never_given_to_another(self, scim: ScimClient) -> None:
        id = scim.post("/Users", user("mira")).json["id"]
        assert scim.delete(f"/Users/{id}").status == 204
        assert scim.post("/Users", user("noor")).json["id"] != id


class TestAnExternalId:
    @pytest.mark.rfc("7643-3.1-09")
    def test_is_not_made_up(self, scim: ScimClient) -> None:
        assert "externalId" not in scim.post("/Users", user("mira")).json
        assert "externalId" not in scim.get(f"/Groups/profile-{ProfileFactory().pk}").json

    @pytest.mark.rfc("7643-3.1-09", "7643-7-09")
    def test_is_what_the_client_sent_to_the_letter(self, scim: ScimClient) -> None:
        sent = "  AbC/ö e\u0301 "
        id = scim.post("/Users", user("mira", externalId=sent)).json["id"]
        scim.patch(f"/Users/{id}", {"op": "replace", "path": "title", "value": "Lead"})
        assert scim.get(f"/Users/{id}").json["externalId"] == sent
        assert UserRecord.objects.get().external_id == sent

    @pytest.mark.rfc("7643-3.1-11")
    def test_may_be_that_of_several(self, scim: ScimClient) -> None:
        assert scim.post("/Users", user("mira", externalId="x-1")).status == 201
        assert scim.post("/Users", user("noor", externalId="x-1")).status == 201


class TestMeta:
    @pytest.mark.rfc("7644-3.3.1-01")
    def test_has_the_type_of_the_endpoint_whatever_the_client_says(self, scim: ScimClient) -> None:
        created = scim.post("/Users", user("mira", meta={"resourceType": "Group"}))
        assert created.json["meta"]["resourceType"] == "User"
        assert scim.get(f"/Groups/profile-{ProfileFactory().pk}").json["meta"]["resourceType"] == "Group"

    @pytest.mark.rfc("7643-3.1-17")
    def test_has_the_location_that_the_headers_have(self, scim: ScimClient) -> None:
        created = scim.post("/Users", user("mira"))
        read = scim.get(f"/Users/{created.json['id']}")
        for answer in (created, read):
            stated = {answer.headers[name] for name in ("Location", "Content-Location") if name in answer.headers}
            assert stated <= {answer.json["meta"]["location"]}
        assert created.headers["Location"] == read.json["meta"]["location"]
