"""Attributes and their values (RFC 7643 §2)."""

from __future__ import annotations

import json

import pytest

from scim_provisioning.protocol.core_schemas import GROUP_TYPE, USER_TYPE
from tests.api.unchanged import nothing_changes
from tests.scim import CORE_USER, ScimClient, user

STANDARD = {"type": "string", "primary": "boolean", "display": "string", "$ref": "reference"}


@pytest.mark.rfc("7643-2.3.3-01")
@pytest.mark.parametrize("number", ["1.", ".5", "-.5"])
def test_a_number_has_digits_on_both_sides_of_the_point(scim: ScimClient, number: str) -> None:
    body = f'{{"schemas": ["{CORE_USER}"], "userName": "mira", "floor": {number}}}'.encode()
    with nothing_changes():
        answer = scim.post("/Users", body)
    assert (answer.status, answer.scim_type) == (400, "invalidSyntax")


@pytest.mark.rfc("7643-2.3.8-01")
def test_the_order_of_keys_is_of_no_meaning(scim: ScimClient) -> None:
    id = scim.post("/Users", user("mira")).json["id"]
    before = scim.get(f"/Users/{id}").json
    turned = json.dumps(dict(reversed(before.items()))).encode()
    with nothing_changes():
        assert scim.put(f"/Users/{id}", turned).json == before


@pytest.mark.rfc("7643-2.4-01")
def test_the_usual_parts_of_an_element_mean_the_usual() -> None:
    elements = [
        target.attribute
        for kind in (USER_TYPE, GROUP_TYPE)
        for target in kind.targets()
        if target.attribute.multi_valued and target.attribute.is_complex
    ]
    parts = [part for attribute in elements for part in attribute.sub_attributes if part.name in STANDARD]
    assert {part.name for part in parts} == STANDARD.keys()
    assert [part for part in parts if part.type != STANDARD[part.name] or part.multi_valued] == []
