"""How names find attributes, and what is left of a schema where a host keeps only some."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim_provisioning.protocol.constants import ENTERPRISE_USER, GROUP, USER
from scim_provisioning.protocol.core_schemas import GROUP_TYPE, USER_TYPE
from scim_provisioning.protocol.parser import parse_attribute_path
from scim_provisioning.protocol.schemas import Attribute, Describe, ResourceType, Schema


def key(name: str, resource_type: ResourceType = USER_TYPE) -> str | None:
    target = resource_type.resolve(parse_attribute_path(name))
    return target and target.key


class TestResolve:
    @pytest.mark.rfc("7644-3.10-02")
    @pytest.mark.parametrize("name", ["userName", "name.givenName", "emails", "emails.value", "id", "meta.created"])
    def test_core_and_common_attributes_need_no_urn(self, name: str) -> None:
        assert key(name) == name

    @pytest.mark.rfc("7644-3.10-01", "7644-3.4.2.2-26")
    @pytest.mark.parametrize("name", ["userName", "name.givenName", "emails.value", "id"])
    def test_core_attributes_can_have_their_urn(self, name: str) -> None:
        assert key(f"{USER}:{name}") == name

    @pytest.mark.rfc("7644-3.10-01", "7643-4.3-04")
    def test_the_key_of_an_extension_attribute_begins_with_the_urn(self) -> None:
        assert key(f"{ENTERPRISE_USER}:manager.displayName") == f"{ENTERPRISE_USER}:manager.displayName"

    @pytest.mark.rfc("7644-3.10-04")
    def test_an_extension_attribute_is_found_without_urn_where_its_name_is_the_only_one(self) -> None:
        assert key("department") == f"{ENTERPRISE_USER}:department"
        assert key("manager.value") == f"{ENTERPRISE_USER}:manager.value"

    @pytest.mark.rfc("7644-3.10-04")
    def test_a_name_that_two_extensions_have_needs_the_urn(self) -> None:
        other = Schema("urn:example:Badge", "Badge", "", (Attribute("department"), Attribute("userName")))
        user = ResourceType("User", "/Users", "", USER_TYPE.schema, (*USER_TYPE.extensions, other))
        assert key("department", user) is None
        assert key("urn:example:Badge:department", user) == "urn:example:Badge:department"
        assert key("userName", user) == "userName"

    @pytest.mark.rfc("7643-2.1-03", "7644-3.10-03")
    @given(st.data())
    def test_case_makes_no_difference(self, data: st.DataObject) -> None:
        wanted = data.draw(st.sampled_from(sorted(USER_TYPE.leaves)))
        written = "".join(data.draw(st.sampled_from([letter.lower(), letter.upper()])) for letter in wanted)
        assert key(written) == wanted

    @pytest.mark.parametrize(
        "name",
        [
            "nosuch",
            "name.nosuch",
            "userName.value",
            "givenName",
            "members",
            f"{GROUP}:displayName",
            f"{USER}:department",
            f"{ENTERPRISE_USER}:userName",
            "urn:nosuch:userName",
            USER,
        ],
    )
    def test_any_other_name_is_found_nowhere(self, name: str) -> None:
        assert key(name) is None


class TestTarget:
    def test_a_leaf_is_what_a_value_has_to_fit(self) -> None:
        target = USER_TYPE.resolve(parse_attribute_path("emails.primary"))
        assert target is not None
        assert (target.leaf.type, target.attribute.name, target.attribute_key) == ("boolean", "emails", "emails")

    def test_leaves_part_complex_attributes_with_one_value_only(self) -> None:
        leaves = [*GROUP_TYPE.leaves]
        assert leaves == [
            "schemas",
            "id",
            "externalId",
            "meta.resourceType",
            "meta.created",
            "meta.lastModified",
            "meta.location",
            "meta.version",
            "displayName",
            "members",
        ]
        assert f"{ENTERPRISE_USER}:manager.value" in USER_TYPE.leaves
        assert f"{ENTERPRISE_USER}:manager" not in USER_TYPE.leaves

    def test_every_leaf_is_found_by_its_key(self) -> None:
        for leaf, target in USER_TYPE.leaves.items():
            assert USER_TYPE.resolve(parse_attribute_path(leaf)) == target


def as_it_is(*leaves: str) -> dict[str, Describe]:
    return dict.fromkeys(leaves, lambda attribute: attribute)


class TestOnly:
    @pytest.mark.rfc("7643-7-07")
    def test_only_the_attributes_that_are_kept_are_left(self) -> None:
        kept = USER_TYPE.only(as_it_is("userName", "name.givenName", "emails", f"{ENTERPRISE_USER}:department"))
        assert [attribute.name for attribute in kept.schema.attributes] == ["userName", "name", "emails"]
        assert [sub.name for sub in kept.schema.attributes[1].sub_attributes] == ["givenName"]
        assert kept.schema.attributes[2] == USER_TYPE.schema.attribute("emails")
        assert [one.name for one in kept.extensions[0].attributes] == ["department"]
        assert kept.common == USER_TYPE.common

    def test_an_attribute_is_as_the_service_provider_describes_it(self) -> None:
        kept = USER_TYPE.only({"title": lambda title: replace(title, canonical_values=("Pilot",))})
        assert kept.leaves["title"].leaf.canonical_values == ("Pilot",)
        assert kept.leaves["title"].leaf.description == USER_TYPE.leaves["title"].leaf.description

    def test_an_extension_without_attributes_is_left_out(self) -> None:
        kept = USER_TYPE.only(as_it_is("userName", "department"))
        assert kept.extensions == ()
        assert kept.extension(ENTERPRISE_USER) is None

    def test_an_extension_is_found_by_its_urn_in_any_case(self) -> None:
        assert USER_TYPE.extension(ENTERPRISE_USER.upper()) is USER_TYPE.extensions[0]


class TestDocument:
    def test_an_attribute_is_published_without_what_does_not_apply(self) -> None:
        assert Attribute("active", "boolean", description="Whether.").document() == {
            "name": "active",
            "type": "boolean",
            "multiValued": False,
            "description": "Whether.",
            "required": False,
            "mutability": "readWrite",
            "returned": "default",
        }

    @pytest.mark.rfc("7643-2.2-01")
    def test_characteristics_that_are_not_stated_have_the_defaults_of_the_rfc(self) -> None:
        assert Attribute("nickName").document() == {
            "name": "nickName",
            "type": "string",
            "multiValued": False,
            "description": "",
            "required": False,
            "mutability": "readWrite",
            "returned": "default",
            "caseExact": False,
            "uniqueness": "none",
        }

    @pytest.mark.rfc("7643-7-06")
    def test_a_complex_attribute_is_published_with_its_parts(self) -> None:
        members = GROUP_TYPE.schema.attribute("MEMBERS")
        assert members is not None
        document = members.document()
        assert [sub["name"] for sub in document["subAttributes"]] == ["value", "$ref", "type", "display"]
        assert document["subAttributes"][1]["referenceTypes"] == ["User", "Group"]
        assert document["subAttributes"][2]["canonicalValues"] == ["User", "Group"]
