"""Several identity providers, each with the users of its own tenant (RFC 7644 §6, RFC 7643 §3.1)."""

from __future__ import annotations

from typing import Any

import pytest

from example_project.access.models import Profile
from example_project.accounts.models import User
from example_project.scim import EmployeeAdapter
from scim_provisioning.operations import connections
from tests.scim import ScimClient, user


class TenantAdapter(EmployeeAdapter):
    """A department is a tenant."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(department=self.connection.tenant)

    def new(self) -> Any:
        made = super().new()
        made.department = self.connection.tenant
        return made


# The attribute in that column would move people between tenants.
TenantAdapter.attributes = {key: at for key, at in EmployeeAdapter.attributes.items() if not key.endswith("department")}


@pytest.fixture
def tenants(db: None, settings: Any) -> tuple[ScimClient, ScimClient]:
    """The clients of two tenants."""
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "USER_ADAPTER": f"{__name__}.TenantAdapter"}
    clients = []
    for tenant in ("grid", "rail"):
        connection, token = connections.enable(tenant=tenant)
        assert token is not None
        clients.append(ScimClient(token, connection))
    return clients[0], clients[1]


@pytest.mark.rfc("7643-3.1-10", "7644-6.2-01", "7643-9.3-02")
def test_the_external_id_of_a_user_is_the_tenant_s(tenants: tuple[ScimClient, ScimClient]) -> None:
    grid, rail = tenants
    ada = grid.post("/Users", user("ada", externalId="7")).json
    bob = rail.post("/Users", user("bob", externalId="7")).json
    for client, own in ((grid, ada), (rail, bob)):
        assert client.get("/Users", filter='externalId eq "7"').ids == [own["id"]]
        assert client.get(f"/Users/{own['id']}").json["externalId"] == "7"


@pytest.mark.rfc("7643-3.1-10", "7643-9.3-02")
def test_the_external_id_of_a_group_that_tenants_share_is_each_client_s_own(
    tenants: tuple[ScimClient, ScimClient],
) -> None:
    grid, rail = tenants
    address = f"/Groups/profile-{Profile.objects.create(name='Editors').pk}"
    assert grid.patch(address, {"op": "replace", "path": "externalId", "value": "g"}).status == 204
    assert "externalId" not in rail.get(address).json
    assert rail.get("/Groups", filter='externalId eq "g"').ids == []
    assert rail.patch(address, {"op": "replace", "path": "externalId", "value": "r"}).status == 204
    assert grid.get(address).json["externalId"] == "g"
    assert len(rail.get("/Groups", filter='externalId eq "r"').ids) == 1


@pytest.mark.rfc("7644-6.1-01", "7644-6.1-02")
def test_the_token_tells_the_tenant_and_what_is_another_s_is_not_there(
    tenants: tuple[ScimClient, ScimClient],
) -> None:
    grid, rail = tenants
    ada = grid.post("/Users", user("ada")).json
    address = f"/Users/{ada['id']}"
    assert rail.get("/Users").ids == []
    answers = [
        rail.get(address),
        rail.put(address, user("ada")),
        rail.patch(address, {"op": "replace", "path": "active", "value": False}),
        rail.delete(address),
    ]
    assert [answer.status for answer in answers] == [404] * 4
    assert User.objects.get(pk=ada["id"]).is_active


def test_members_of_a_group_that_tenants_share_are_each_tenant_s_own(tenants: tuple[ScimClient, ScimClient]) -> None:
    grid, rail = tenants
    profile = Profile.objects.create(name="Editors")
    address = f"/Groups/profile-{profile.pk}"
    ids = {}
    for client, name in ((grid, "ada"), (rail, "bob")):
        ids[name] = client.post("/Users", user(name)).json["id"]
        member = {"op": "add", "path": "members", "value": [{"value": ids[name]}]}
        assert client.patch(address, member).status == 204
    assert [one["value"] for one in rail.get(address).json["members"]] == [ids["bob"]]
    assert grid.patch(address, {"op": "remove", "path": "members"}).status == 204
    assert [str(one.pk) for one in profile.users.all()] == [ids["bob"]]
    stranger = {"op": "add", "path": "members", "value": [{"value": ids["bob"]}]}
    assert (grid.patch(address, stranger)).scim_type == "invalidValue"
