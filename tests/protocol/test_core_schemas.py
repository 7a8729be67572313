"""The schemas as data against the facts of the RFCs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scim_provisioning.protocol.core_schemas import (
    COMMON,
    ENTERPRISE_USER_SCHEMA,
    GROUP_SCHEMA,
    GROUP_TYPE,
    USER_SCHEMA,
    USER_TYPE,
)
from scim_provisioning.protocol.discovery_schemas import (
    RESOURCE_TYPE_SCHEMA,
    SCHEMA_SCHEMA,
    SERVICE_PROVIDER_CONFIG_SCHEMA,
)
from scim_provisioning.protocol.schemas import Attribute, Schema

FACTS = json.loads((Path(__file__).parent.parent / "rfc" / "schemas.json").read_text("utf-8"))

SCHEMAS = (
    USER_SCHEMA,
    ENTERPRISE_USER_SCHEMA,
    GROUP_SCHEMA,
    SERVICE_PROVIDER_CONFIG_SCHEMA,
    RESOURCE_TYPE_SCHEMA,
    SCHEMA_SCHEMA,
)


def facts(attribute: Attribute) -> dict[str, Any]:
    """The attribute in the shape of schemas.json, where null stands for what its published form leaves out."""
    document = attribute.document()
    return {
        "name": attribute.name,
        "type": attribute.type,
        "multiValued": attribute.multi_valued,
        "required": attribute.required,
        "caseExact": document.get("caseExact"),
        "mutability": attribute.mutability,
        "returned": attribute.returned,
        "uniqueness": document.get("uniqueness"),
        "canonicalValues": list(attribute.canonical_values),
        "referenceTypes": list(attribute.reference_types),
        "subAttributes": [facts(sub) for sub in attribute.sub_attributes],
    }


OURS: dict[tuple[str, ...], dict[str, str]] = {("Group", "members", "display"): {"mutability": "readOnly"}}
"""Where we act otherwise than the RFC's facts have it, so that what is published is true (RFC 7643 §7)."""


def expected(attribute: dict[str, Any], *owners: str) -> dict[str, Any]:
    way = (*owners, attribute["name"])
    attribute = {key: value for key, value in attribute.items() if key != "from"}  # the RFC, where it is another
    subs = [expected(sub, *way) for sub in attribute.get("subAttributes", ())]
    return {**attribute, "subAttributes": subs, **OURS.get(way, {})}


def described(attributes: tuple[Attribute, ...]) -> Iterator[Attribute]:
    for attribute in attributes:
        yield attribute
        yield from described(attribute.sub_attributes)


@pytest.mark.rfc("7643-4.2-01", "7643-4.3-03", "7643-6-07", "7643-8.7.2-02")
@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_a_schema_has_the_characteristics_of_the_rfc_and_its_errata(schema: Schema) -> None:
    [fact] = [fact for fact in FACTS["schemas"] if fact["id"] == schema.id]
    assert schema.name == fact["name"]
    assert [facts(attribute) for attribute in schema.attributes] == [
        expected(one, schema.name) for one in fact["attributes"]
    ]


@pytest.mark.rfc("7643-3.1-08", "7643-3.1-12", "7643-3.1-14", "7643-3.1-20")
def test_the_common_attributes_have_the_characteristics_of_the_rfc() -> None:
    assert [facts(attribute) for attribute in COMMON] == [expected(one) for one in FACTS["common"]]


def test_no_schema_of_the_rfc_is_missing() -> None:
    assert {schema.id for schema in SCHEMAS} == {fact["id"] for fact in FACTS["schemas"]}


@pytest.mark.rfc("7643-7-04", "7643-7-05")
@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_every_schema_and_attribute_is_described(schema: Schema) -> None:
    assert schema.description
    for attribute in described(schema.attributes):
        assert attribute.description.endswith("."), attribute.name


@pytest.mark.rfc("7643-7-06")
@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_complex_attributes_alone_have_sub_attributes(schema: Schema) -> None:
    for attribute in described(schema.attributes):
        assert bool(attribute.sub_attributes) == attribute.is_complex, attribute.name


@pytest.mark.rfc("7643-7-21")
@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_references_alone_have_reference_types(schema: Schema) -> None:
    for attribute in described(schema.attributes):
        assert bool(attribute.reference_types) == (attribute.type == "reference"), attribute.name


@pytest.mark.rfc("7643-2.3.7-05")
@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_references_and_binaries_are_compared_with_case(schema: Schema) -> None:
    for attribute in described(schema.attributes):
        assert attribute.case_exact or attribute.type not in ("reference", "binary"), attribute.name


@pytest.mark.rfc("7643-6-04", "7643-6-05")
def test_users_and_groups_have_an_endpoint_each() -> None:
    assert [(one.name, one.endpoint) for one in (USER_TYPE, GROUP_TYPE)] == [("User", "/Users"), ("Group", "/Groups")]
    assert USER_TYPE.description
    assert GROUP_TYPE.description
