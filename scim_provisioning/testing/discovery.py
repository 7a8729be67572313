"""What the service provider says of itself is what the adapters map (RFC 7644 §4)."""

from __future__ import annotations

from typing import Any

from ..protocol.changes import SETS
from .case import ContractCase
from .client import ScimClient
from .mapped import mapped


class DiscoveryContract(ContractCase):
    """Discovery, and who may ask at all."""

    def test_nobody_is_answered_without_a_token(self) -> None:
        for path in ("/ServiceProviderConfig", "/Users", "/Groups"):
            self.expect(ScimClient(None).get(path), 401, "middleware that lets requests in or signs them in")

    def test_the_schemas_list_what_the_adapters_map_and_no_more(self) -> None:
        hint = "the attributes and extensions of the adapters"
        answer = self.expect(self.scim.get("/Schemas"), 200, hint)
        published = {schema["id"]: _names(schema["attributes"]) for schema in answer.json["Resources"]}
        directory = self.directory()
        for collection in (directory.users, *directory.groups):
            adapter = type(collection.adapter).__name__
            for key, found in mapped(collection).items():
                urn = found.target.prefix[:-1] or collection.resource_type.schema.id
                name = key.removeprefix(found.target.prefix)
                if name.partition(".")[0] in ("schemas", "id", "externalId", "meta") and not found.target.prefix:
                    continue  # common attributes stand in no schema (RFC 7643 §3.1)
                with self.subTest(adapter=adapter, attribute=key):
                    self.assertIn(name, published.get(urn, ()), f"{adapter} maps {key}, and /Schemas is silent of it.")

    def test_what_is_published_as_writable_can_be_written(self) -> None:
        users = self.users()
        for key, found in mapped(users).items():
            if key in (*SETS, "schemas") or "readOnly" in (
                found.target.leaf.mutability,
                found.target.attribute.mutability,
            ):
                continue
            with self.subTest(attribute=key):
                self.assertTrue(
                    found.source.writable,
                    f"{type(users.adapter).__name__}.attributes: {found} is published as writable, and is not.",
                )

    def test_each_resource_type_is_found_at_its_endpoint(self) -> None:
        hint = "where scim_provisioning.urls is included, and what its middleware does"
        for kind in self.expect(self.scim.get("/ResourceTypes"), 200, hint).json["Resources"]:
            self.expect(self.scim.get(kind["endpoint"], count=1), 200, hint)
            for urn in (kind["schema"], *(one["schema"] for one in kind.get("schemaExtensions", ()))):
                self.expect(self.scim.get(f"/Schemas/{urn}"), 200, hint)

    def test_passwords_can_be_changed_where_it_is_said(self) -> None:
        config = self.expect(self.scim.get("/ServiceProviderConfig"), 200, "the URL configuration").json
        self.assertEqual(config["changePassword"]["supported"], "password" in self.users().mapping)


def _names(attributes: list[dict[str, Any]], before: str = "") -> set[str]:
    """The names of attributes, and of sub-attributes behind a dot."""
    names = set()
    for attribute in attributes:
        names |= {before + attribute["name"], *_names(attribute.get("subAttributes", []), f"{attribute['name']}.")}
    return names
