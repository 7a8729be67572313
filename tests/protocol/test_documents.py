"""Flat documents: what a client sees of them, and what has to hold for them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scim_provisioning.protocol.constants import ENTERPRISE_USER, GROUP, USER
from scim_provisioning.protocol.core_schemas import GROUP_TYPE, USER_TYPE
from scim_provisioning.protocol.documents import Projection, check, difference, nested
from scim_provisioning.protocol.errors import InvalidValue

DOCUMENT: dict[str, Any] = {
    "id": "7",
    "externalId": "x",
    "meta.resourceType": "User",
    "userName": "b",
    "name.givenName": "Barbara",
    "name.familyName": "Jensen",
    "active": False,
    "emails": [{"value": "w@x.example", "type": "work"}, {"value": "h@x.example"}],
    f"{ENTERPRISE_USER}:department": "Tours",
    f"{ENTERPRISE_USER}:manager.value": "26",
}
WHOLE = {
    "schemas": [USER, ENTERPRISE_USER],
    "id": "7",
    "externalId": "x",
    "meta": {"resourceType": "User"},
    "userName": "b",
    "name": {"givenName": "Barbara", "familyName": "Jensen"},
    "active": False,
    "emails": [{"value": "w@x.example", "type": "work"}, {"value": "h@x.example"}],
    ENTERPRISE_USER: {"department": "Tours", "manager": {"value": "26"}},
}


def shown(included: str = "", excluded: str = "") -> dict[str, Any]:
    """The document as a client with these parameters sees it."""
    projection = Projection(USER_TYPE, included.split(), excluded.split())
    seen = {key: value for key, value in DOCUMENT.items() if projection.shows(key)}
    return nested(seen, USER_TYPE, projection)


class TestTheJson:
    @pytest.mark.rfc("7643-2.1-01", "7643-3-02", "7643-3-04", "7643-3-07", "7643-3.3-02", "7643-4.3-04")
    def test_nests_complex_attributes_and_extensions_and_names_the_schemas_in_use(self) -> None:
        assert nested(DOCUMENT, USER_TYPE) == WHOLE
        assert nested({"id": "g"}, GROUP_TYPE) == {"schemas": [GROUP], "id": "g"}

    def test_leaves_the_document_as_it_is(self) -> None:
        before = json.dumps(DOCUMENT)
        shown("emails.type")
        assert json.dumps(DOCUMENT) == before


class TestAttributes:
    @pytest.mark.rfc("7644-3.9-01", "7644-3.9-03", "7643-3.1-03", "7643-7-14")
    @pytest.mark.parametrize(
        ("names", "more"),
        [
            ("userName", {"userName": "b"}),
            ("USERNAME", {"userName": "b"}),
            (f"{USER}:userName active", {"userName": "b", "active": False}),
            ("id", {}),
            ("nobody", {}),
            ("not!a!name", {}),
            ("password", {}),
        ],
    )
    def test_show_the_minimum_and_what_was_asked_for(self, names: str, more: dict[str, Any]) -> None:
        assert shown(names) == {"schemas": [USER], "id": "7", **more}

    @pytest.mark.rfc("7644-3.9-05")
    @pytest.mark.parametrize(
        ("name", "key", "value"),
        [
            ("name", "name", WHOLE["name"]),
            ("name.givenName", "name", {"givenName": "Barbara"}),
            ("emails.type", "emails", [{"type": "work"}]),
            ("emails", "emails", WHOLE["emails"]),
        ],
    )
    def test_show_a_whole_attribute_or_a_part_of_it(self, name: str, key: str, value: Any) -> None:
        assert shown(name) == {"schemas": [USER], "id": "7", key: value}

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            (ENTERPRISE_USER, WHOLE[ENTERPRISE_USER]),
            (f"{ENTERPRISE_USER}:department", {"department": "Tours"}),
            (f"{ENTERPRISE_USER}:manager.value", {"manager": {"value": "26"}}),
        ],
    )
    def test_show_an_extension_or_a_part_of_it(self, name: str, value: Any) -> None:
        assert shown(name) == {"schemas": [USER, ENTERPRISE_USER], "id": "7", ENTERPRISE_USER: value}


class TestExcludedAttributes:
    @pytest.mark.rfc("7644-3.9-02", "7644-3.9-03", "7643-7-16")
    @pytest.mark.parametrize(
        ("names", "gone"),
        [
            ("userName", {"userName"}),
            (f"USERNAME emails {USER}:active", {"userName", "emails", "active"}),
            (ENTERPRISE_USER, {ENTERPRISE_USER}),
            ("name.givenName name.familyName", {"name"}),
            ("nobody", set()),
        ],
    )
    def test_hide_what_they_name(self, names: str, gone: set[str]) -> None:
        schemas = [USER] if ENTERPRISE_USER in gone else WHOLE["schemas"]
        assert shown(excluded=names) == {**{k: v for k, v in WHOLE.items() if k not in gone}, "schemas": schemas}

    def test_hide_a_part(self) -> None:
        assert shown(excluded="name.givenName")["name"] == {"familyName": "Jensen"}
        assert shown(excluded="emails.value")["emails"] == [{"type": "work"}]

    @pytest.mark.rfc("7643-3.1-03", "7643-7-14")
    def test_hide_nothing_that_is_always_returned(self) -> None:
        assert shown(excluded="id schemas") == WHOLE


@pytest.mark.rfc("7643-7-13", "7643-7-15", "7643-4.1.1-16")
def test_what_is_never_returned_is_not_shown_whatever_is_asked() -> None:
    for projection in (Projection(USER_TYPE), Projection(USER_TYPE, ["password"]), Projection(USER_TYPE, [], ["id"])):
        assert not projection.shows("password")


class TestADocumentThatIsWritten:
    @pytest.mark.rfc("7643-4.1.1-01", "7644-3.5.1-08", "7643-4.2-01", "7644-3.12-21")
    @pytest.mark.parametrize("nothing", [{}, {"userName": None}, {"userName": ""}])
    def test_has_what_is_required(self, nothing: dict[str, Any]) -> None:
        check(USER_TYPE, {"userName": "b"})
        check(GROUP_TYPE, {"displayName": "g"})
        with pytest.raises(InvalidValue, match="userName"):
            check(USER_TYPE, nothing)
        with pytest.raises(InvalidValue, match="displayName"):
            check(GROUP_TYPE, {})

    @pytest.mark.rfc("7643-2.4-02", "7643-2.4-03")
    def test_has_one_primary_at_the_most(self) -> None:
        check(USER_TYPE, {"userName": "b", "emails": [{"primary": True}, {"primary": False}, {"value": "x"}]})
        with pytest.raises(InvalidValue, match="emails"):
            check(USER_TYPE, {"userName": "b", "emails": [{"primary": True}, {"primary": True}]})


def test_the_difference_is_what_is_new_what_is_gone_and_what_is_otherwise() -> None:
    before = {"same": 1, "gone": 2, "moved": [3]}
    after = {"moved": [4], "same": 1, "new": 5}
    assert difference(before, after) == {"gone": (2, None), "moved": ([3], [4]), "new": (None, 5)}
    assert difference(after, after) == {}
