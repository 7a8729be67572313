"""What the service provider says of itself (RFC 7643 §5–§7, RFC 7644 §4): true, whole, and for clients to read only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from scim_provisioning.adapters import UserAdapter
from tests.scim import BASE, CORE_GROUP, CORE_USER, ENTERPRISE_USER, LIST_RESPONSE, ScimClient, user

CORE = "urn:ietf:params:scim:schemas:core:2.0"
ENDPOINTS = ["/ServiceProviderConfig", "/ResourceTypes", "/ResourceTypes/User", "/Schemas", f"/Schemas/{CORE_USER}"]
LOCATION = f"http://testserver{BASE}"
CHARACTERISTICS = {
    "mutability": {"readOnly", "readWrite", "immutable", "writeOnly"},
    "returned": {"always", "never", "default", "request"},
    "uniqueness": {"none", "server", "global"},
    "type": {"string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"},
}


def all_attributes(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The attributes of a schema, and those inside them."""
    for attribute in schema["attributes"]:
        yield attribute
        yield from attribute.get("subAttributes", ())


@pytest.fixture
def schemas(scim: ScimClient) -> dict[str, Any]:
    return {schema["id"]: schema for schema in scim.get("/Schemas").json["Resources"]}


class TestServiceProviderConfig:
    @pytest.mark.rfc("7644-4-01", "7643-5-03", "7643-5-04", "7643-5-05", "7643-5-02")
    def test_it_is_one_object_with_every_feature(self, scim: ScimClient) -> None:
        config = scim.get("/ServiceProviderConfig").json
        assert config["schemas"] == [f"{CORE}:ServiceProviderConfig"]
        features = ("patch", "bulk", "filter", "changePassword", "sort", "etag")
        assert all(type(config[feature]["supported"]) is bool for feature in features)
        numbers = (config["filter"]["maxResults"], config["bulk"]["maxOperations"], config["bulk"]["maxPayloadSize"])
        assert all(type(number) is int for number in numbers)
        assert config["meta"] == {
            "resourceType": "ServiceProviderConfig",
            "location": f"{LOCATION}/ServiceProviderConfig",
        }

    @pytest.mark.rfc("7643-5-09", "7643-7-07")
    def test_what_it_announces_is_true(self, scim: ScimClient) -> None:
        config = scim.get("/ServiceProviderConfig").json
        assert config["patch"]["supported"] is config["filter"]["supported"] is True
        assert config["changePassword"]["supported"] is False
        assert config["bulk"]["supported"] is (scim.post("/Bulk", {}).status != 501)
        assert config["etag"]["supported"] is ("ETag" in scim.post("/Users", user("mira")).headers)

    def test_it_says_where_to_read_more_where_the_product_says_so(self, scim: ScimClient, settings: Any) -> None:
        assert "documentationUri" not in scim.get("/ServiceProviderConfig").json
        page = "https://app.example.com/help/provisioning"
        settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "DOCUMENTATION_URI": page}
        assert scim.get("/ServiceProviderConfig").json["documentationUri"] == page

    @pytest.mark.rfc("7643-5-06", "7643-5-08")
    def test_it_says_how_to_authenticate(self, scim: ScimClient) -> None:
        (scheme,) = scim.get("/ServiceProviderConfig").json["authenticationSchemes"]
        assert (scheme["type"], scheme["primary"]) == ("oauthbearertoken", True)
        assert scheme["name"]
        assert scheme["description"]


class TestResourceTypes:
    @pytest.mark.rfc("7644-4-04", "7643-3.2-01", "7643-6-02", "7643-6-03", "7643-6-04", "7643-6-05", "7643-6-10")
    def test_there_are_users_and_groups(self, scim: ScimClient) -> None:
        page = scim.get("/ResourceTypes").json
        assert page["schemas"] == [LIST_RESPONSE]
        found = {kind["name"]: kind for kind in page["Resources"]}
        assert page["totalResults"] == len(page["Resources"]) == len(found) == 2
        assert {name: (kind["id"], kind["endpoint"], kind["schema"]) for name, kind in found.items()} == {
            "User": ("User", "/Users", CORE_USER),
            "Group": ("Group", "/Groups", CORE_GROUP),
        }
        for name, kind in found.items():
            assert kind["schemas"] == [f"{CORE}:ResourceType"]
            assert kind["description"]
            assert kind["meta"] == {"resourceType": "ResourceType", "location": f"{LOCATION}/ResourceTypes/{name}"}

    @pytest.mark.rfc("7643-6-07", "7643-6-06", "7643-6-09", "7643-7-01")
    def test_every_schema_that_they_name_is_served(self, scim: ScimClient, schemas: dict[str, Any]) -> None:
        user = scim.get("/ResourceTypes/User").json
        assert user["schemaExtensions"] == [{"schema": ENTERPRISE_USER, "required": False}]
        assert {CORE_USER, CORE_GROUP, ENTERPRISE_USER} <= schemas.keys()


class TestSchemas:
    @pytest.mark.rfc("7644-4-02", "7643-7-03", "7643-7-04", "7643-8.7.2-01")
    def test_all_are_in_one_list(self, scim: ScimClient, schemas: dict[str, Any]) -> None:
        page = scim.get("/Schemas").json
        assert page["schemas"] == [LIST_RESPONSE]
        assert page["totalResults"] == page["itemsPerPage"] == len(schemas)
        for id, schema in schemas.items():
            assert schema["schemas"] == [f"{CORE}:Schema"]
            assert schema["meta"] == {"resourceType": "Schema", "location": f"{LOCATION}/Schemas/{id}"}
            assert schema["name"]
            assert schema["description"]

    @pytest.mark.rfc("7644-3.1-02", "7644-3.1-01")
    def test_messages_are_no_schemas(self, schemas: dict[str, Any]) -> None:
        assert not [id for id in schemas if ":api:messages:" in id]

    @pytest.mark.rfc("7643-7-05", "7643-7-06", "7643-7-21", "7643-2.3-01", "7643-2.3.8-02", "7643-2.1-02")
    def test_every_attribute_states_what_it_is(self, schemas: dict[str, Any]) -> None:
        for attribute in (each for schema in schemas.values() for each in all_attributes(schema)):
            assert attribute.keys() >= {
                "name",
                "type",
                "multiValued",
                "description",
                "required",
                "mutability",
                "returned",
            }
            assert attribute["description"]
            assert all(attribute[name] in known for name, known in CHARACTERISTICS.items() if name in attribute)
            assert (attribute["type"] == "complex") is bool(attribute.get("subAttributes"))
            assert (attribute["type"] == "reference") is bool(attribute.get("referenceTypes"))
            assert None not in attribute.values()

    @pytest.mark.rfc("7643-7-07")
    def test_they_say_how_this_product_behaves(self, schemas: dict[str, Any]) -> None:
        user = {attribute["name"]: attribute for attribute in schemas[CORE_USER]["attributes"]}
        assert (user["userName"]["required"], user["userName"]["uniqueness"]) == (True, "server")
        assert user["userName"]["caseExact"] is False
        assert user["groups"]["mutability"] == "readOnly"
        group = {attribute["name"]: attribute for attribute in schemas[CORE_GROUP]["attributes"]}
        assert group["displayName"]["required"] is True

    @pytest.mark.rfc("7643-7-07", "7643-4.1.1-10")
    def test_what_is_not_kept_is_not_there(self, scim: ScimClient, schemas: dict[str, Any]) -> None:
        assert "password" not in {attribute["name"] for attribute in schemas[CORE_USER]["attributes"]}


@pytest.mark.rfc("7644-4-03")
@pytest.mark.parametrize("endpoint", ["/Schemas", "/ResourceTypes"])
def test_each_of_a_list_is_there_on_its_own(scim: ScimClient, endpoint: str) -> None:
    for resource in scim.get(endpoint).json["Resources"]:
        assert scim.get(f"{endpoint}/{resource['id']}").json == resource


@pytest.mark.rfc("7644-4-03")
@pytest.mark.parametrize(
    "path",
    [
        "/Schemas/x",
        f"/Schemas/{CORE_USER}x",
        "/ResourceTypes/Device",
        "/ResourceTypes/user",
        "/ServiceProviderConfig/1",
    ],
)
def test_what_is_not_there_is_404(scim: ScimClient, path: str) -> None:
    assert scim.get(path).status == 404


@pytest.mark.rfc("7644-4-06")
@pytest.mark.parametrize("filter", ['id eq "User"', "", "x"])
@pytest.mark.parametrize("path", ENDPOINTS)
def test_discovery_is_not_filtered(scim: ScimClient, path: str, filter: str) -> None:
    assert scim.get(path, filter=filter).status == 403


@pytest.mark.rfc("7644-4-05")
@pytest.mark.parametrize("path", ENDPOINTS)
def test_pages_and_orders_are_passed_over(scim: ScimClient, path: str) -> None:
    whole = scim.get(path)
    part = scim.get(path, startIndex=2, count=0, sortBy="name", sortOrder="descending", attributes="id")
    assert (part.status, part.json) == (200, whole.json)


def test_attributes_that_the_product_does_not_map_are_not_announced(scim: ScimClient, settings: Any) -> None:
    settings.SCIM_PROVISIONING = {"USER_ADAPTER": f"{__name__}.Bare", "GROUP_ADAPTERS": []}
    user = scim.get(f"/Schemas/{CORE_USER}").json
    assert {attribute["name"] for attribute in user["attributes"]} == {"userName", "active"}
    assert "schemaExtensions" not in scim.get("/ResourceTypes/User").json


class Bare(UserAdapter):
    """A product that knows of a user what it needs to let one in."""

    attributes = {name: UserAdapter.attributes[name] for name in ("userName", "active")}
