"""Bodies of POST, PUT and PATCH, read into operations."""

from __future__ import annotations

from typing import Any

import pytest

from scim_provisioning.protocol.changes import Operation, Reader
from scim_provisioning.protocol.constants import ENTERPRISE_USER, PATCH_OP, USER
from scim_provisioning.protocol.core_schemas import GROUP_TYPE, USER_TYPE, throughout
from scim_provisioning.protocol.dialects import Leniency
from scim_provisioning.protocol.errors import (
    InvalidFilter,
    InvalidPath,
    InvalidSyntax,
    InvalidValue,
    Mutability,
    NoTarget,
    TooLarge,
)
from scim_provisioning.protocol.patch import apply
from scim_provisioning.protocol.schemas import Attribute, ResourceType
from scim_provisioning.protocol.sets import Named

DEPARTMENT = f"{ENTERPRISE_USER}:department"
MANAGER = f"{ENTERPRISE_USER}:manager.value"
WORK = {"value": "b@x.example", "type": "work"}

Changes = list[tuple[str, str, Any]]


def patched(
    *operations: Any, of: ResourceType = USER_TYPE, leniency: Leniency | None = None, limit: int = 1000
) -> list[Operation]:
    body = {"schemas": [PATCH_OP], "Operations": list(operations)}
    return Reader(of, leniency or Leniency(), limit).patch(body)


def plain(operations: list[Operation]) -> Changes:
    return [(operation.op, operation.key, operation.value) for operation in operations]


def changes(op: str, path: str | None, value: Any = None, of: ResourceType = USER_TYPE) -> Changes:
    operation = {"op": op, "value": value} if path is None else {"op": op, "path": path, "value": value}
    return plain(patched(operation, of=of))


def posted(body: Any, *, strict: bool = False, of: ResourceType = USER_TYPE) -> dict[str, Any]:
    schemas = [of.schema.id, *(one.id for one in of.extensions)]
    operations = Reader(of, Leniency(strict=strict)).post({"schemas": schemas, **body})
    assert {operation.op for operation in operations} <= {"replace"}
    return {operation.key: operation.value for operation in operations}


def put(body: Any, of: ResourceType = USER_TYPE) -> dict[str, Any]:
    operations = Reader(of, Leniency()).put({"schemas": [of.schema.id], **body})
    return {operation.key: operation.value for operation in operations}


def as_it_is(attribute: Attribute) -> Attribute:
    return attribute


def writable(groups: Attribute) -> Attribute:
    """The `groups` of a user as a client may write them."""
    return throughout("readWrite", groups)


class TestAPost:
    def test_replaces_every_leaf_that_has_a_value(self) -> None:
        body = {
            "userName": "b",
            "name": {"givenName": "Barbara", "familyName": None},
            "emails": [WORK],
            "phoneNumbers": [],
            "title": "",
            ENTERPRISE_USER: {"department": "Tours", "manager": {"value": "26"}},
        }
        assert posted(body) == {
            "userName": "b",
            "name.givenName": "Barbara",
            "emails": [WORK],
            DEPARTMENT: "Tours",
            MANAGER: "26",
        }

    @pytest.mark.rfc("7643-2.1-03", "7644-3.10-03")
    def test_names_attributes_in_any_case(self) -> None:
        body = {"USERNAME": "b", "Name": {"GIVENNAME": "B"}, ENTERPRISE_USER.upper(): {"Department": "D"}}
        assert posted(body) == {"userName": "b", "name.givenName": "B", DEPARTMENT: "D"}

    @pytest.mark.rfc("7644-3.3-01", "7643-3.1-06", "7643-3.1-13", "7643-4.3-02")
    @pytest.mark.parametrize("strict", [True, False])
    def test_passes_over_what_is_read_only_whatever_its_value(self, strict: bool) -> None:
        body = {
            "id": 7,
            "meta": "yesterday",
            "groups": [{"value": {}}],
            ENTERPRISE_USER: {"manager": {"value": "26", "displayName": {}}},
        }
        assert posted(body, strict=strict) == {MANAGER: "26"}

    def test_that_says_one_thing_twice_is_refused_unless_it_says_the_same(self) -> None:
        assert posted({"name": {"givenName": "B"}, "name.givenName": "B"}) == {"name.givenName": "B"}
        with pytest.raises(InvalidValue, match="more than once"):
            posted({"name": {"givenName": "B"}, "name.givenName": "C"})

    @pytest.mark.parametrize("body", [[], "x", 1, None])
    def test_is_an_object(self, body: Any) -> None:
        with pytest.raises(InvalidSyntax):
            Reader(USER_TYPE, Leniency()).post(body)

    @pytest.mark.rfc("7643-3-01", "7643-3.3-01", "7643-3-03", "7643-3-05")
    def test_names_its_schemas(self) -> None:
        def strictly(schemas: Any) -> list[Operation]:
            return Reader(USER_TYPE, Leniency(strict=True)).post({"schemas": schemas, "userName": "b"})

        assert strictly([USER]) == strictly([ENTERPRISE_USER, USER.upper()])
        for schemas in (None, [], USER, [ENTERPRISE_USER], [1], {}, [USER, "urn:x:other"]):
            with pytest.raises((InvalidSyntax, InvalidValue)):
                strictly(schemas)

    @pytest.mark.parametrize("value", ["Tours", ["Tours"], 5, True])
    def test_has_an_object_for_an_extension(self, value: Any) -> None:
        with pytest.raises(InvalidValue, match=ENTERPRISE_USER):
            posted({ENTERPRISE_USER: value})

    @pytest.mark.parametrize("name", ["x y", "", "[0]", "urn:a:b", "manager.nobody"])
    def test_passes_over_unknown_names_in_an_extension_however_odd(self, name: str) -> None:
        assert posted({ENTERPRISE_USER: {name: "x", "division": "D"}}) == {f"{ENTERPRISE_USER}:division": "D"}

    def test_has_a_value_in_every_member(self) -> None:
        assert posted(
            {"displayName": "G", "members": [{"value": "1"}, {"value": "1"}, {"value": "2"}]}, of=GROUP_TYPE
        ) == {
            "displayName": "G",
            "members": frozenset({"1", "2"}),
        }
        for members in ([{"display": "Ada"}], [{}], [{"value": ""}], [None]):
            with pytest.raises(InvalidValue, match="value"):
                posted({"members": members}, of=GROUP_TYPE)

    def test_with_as_many_members_as_a_body_holds_is_read_at_once(self) -> None:
        members = [{"value": str(number)} for number in range(100_000)]
        assert len(posted({"members": members}, of=GROUP_TYPE)["members"]) == 100_000


class TestAPut:
    @pytest.mark.rfc("7644-3.5.1-02", "7644-3.5.1-03")
    def test_removes_every_writable_leaf_that_is_left_out_but_what_a_put_keeps(self) -> None:
        operations = put({"userName": "b"})
        assert operations.pop("userName") == "b"
        assert set(operations.values()) == {None}
        writable = {"externalId", "name.familyName", "emails", "title", DEPARTMENT, MANAGER}
        assert writable < operations.keys()
        assert operations.keys().isdisjoint({"active", "password", "groups", "id", "schemas", "meta.created"})

    @pytest.mark.rfc("7644-3.5.1-04", "7643-2.5-02")
    @pytest.mark.parametrize("nothing", [None, "", []])
    def test_removes_what_is_nothing(self, nothing: Any) -> None:
        assert put({"userName": "b", "title": nothing})["title"] is None
        assert put({"userName": "b", "emails": nothing})["emails"] is None

    @pytest.mark.rfc("7644-3.5.1-07")
    def test_passes_over_what_is_read_only(self) -> None:
        assert put({"userName": "b", "id": "other", "groups": [{"value": "1"}]}).keys().isdisjoint({"id", "groups"})

    def test_without_members_empties_the_group(self) -> None:
        reader = Reader(GROUP_TYPE, Leniency())
        assert Operation("remove", "members") in reader.put({"displayName": "G"})
        assert Operation("replace", "members", frozenset()) in reader.put({"displayName": "G", "members": []})


class TestGroupsThatAUserSays:
    """Where an adapter has them written."""

    OF = USER_TYPE.only({"userName": as_it_is, "groups": writable})

    @pytest.mark.parametrize("nothing", [{}, {"groups": []}, {"groups": None}, {"groups": ""}])
    def test_are_left_alone_by_a_whole_document_without_any(self, nothing: Any) -> None:
        assert posted({"userName": "b", **nothing}, of=self.OF) == {"userName": "b"}
        assert put({"userName": "b", **nothing}, of=self.OF) == {"userName": "b", "externalId": None}

    def test_are_named_by_their_ids_or_else_by_what_they_show(self) -> None:
        sent = [{"value": "g-1", "display": "One"}, {"display": "Two"}, {"value": "", "display": "3"}, "g-4"]
        named = frozenset({"g-1", Named("Two"), Named("3"), "g-4"})
        assert posted({"groups": sent}, of=self.OF) == {"groups": named}
        assert put({"groups": sent}, of=self.OF)["groups"] == named
        assert changes("add", "groups", sent, of=self.OF) == [("add", "groups", named)]

    def test_are_emptied_by_a_patch_that_says_so(self) -> None:
        assert changes("replace", "groups", [], of=self.OF) == [("remove", "groups", None)]

    @pytest.mark.parametrize("sent", [[{"type": "direct"}], [{"value": ""}], [{}]])
    def test_say_which_they_are(self, sent: Any) -> None:
        with pytest.raises(InvalidValue, match="`value` or a `display`"):
            posted({"groups": sent}, of=self.OF)


class TestThePathOfAPatch:
    @pytest.mark.rfc("7644-3.10-01", "7644-3.10-02", "7644-3.10-03", "7644-3.10-04")
    @pytest.mark.parametrize(
        ("path", "key"),
        [
            ("title", "title"),
            ("TITLE", "title"),
            (f"{USER}:title", "title"),
            (f"{USER.upper()}:Title", "title"),
            ("name.givenName", "name.givenName"),
            (f"{USER}:name.givenName", "name.givenName"),
            (DEPARTMENT, DEPARTMENT),
            (DEPARTMENT.upper(), DEPARTMENT),
            ("department", DEPARTMENT),
            (MANAGER, MANAGER),
        ],
    )
    def test_names_a_leaf(self, path: str, key: str) -> None:
        assert changes("replace", path, "x") == [("replace", key, "x")]
        assert changes("remove", path) == [("remove", key, None)]

    @pytest.mark.rfc("7644-3.5.2.1-03", "7644-3.5.2.3-05")
    @pytest.mark.parametrize("op", ["add", "replace"])
    def test_that_names_a_complex_attribute_touches_the_parts_that_are_sent(self, op: str) -> None:
        assert changes(op, "name", {"givenName": "B", "FAMILYNAME": "J"}) == [
            (op, "name.familyName", "J"),
            (op, "name.givenName", "B"),
        ]
        assert changes(op, "name", {}) == []

    def test_that_names_an_extension_touches_the_parts_that_are_sent(self) -> None:
        assert changes("add", ENTERPRISE_USER, {"department": "D", "unknown": 1}) == [("add", DEPARTMENT, "D")]
        removed = changes("remove", ENTERPRISE_USER)
        assert changes("replace", ENTERPRISE_USER, None) == removed
        assert {key for _, key, _ in removed} >= {DEPARTMENT, MANAGER}
        assert all(op == "remove" and key.startswith(f"{ENTERPRISE_USER}:") for op, key, _ in removed)

    def test_may_name_a_sub_attribute_of_all_elements(self) -> None:
        (operation,) = patched({"op": "replace", "path": "emails.type", "value": "work"})
        assert operation == Operation("replace", "emails", "work", None, "type")

    def test_may_pick_elements_by_a_filter(self) -> None:
        (whole,) = patched({"op": "replace", "path": 'emails[TYPE eq "work"]', "value": WORK})
        assert (whole.key, whole.value, whole.sub) == ("emails", WORK, None)
        assert whole.where is not None
        (part,) = patched({"op": "replace", "path": 'emails[type eq "work"].VALUE', "value": "x"})
        assert (part.value, part.sub) == ("x", "value")

    @pytest.mark.rfc("7644-3.5.2-06", "7644-3.5.2-07", "7644-3.5.2-10", "7644-3.12-19")
    @pytest.mark.parametrize(
        "path", ["nobody", "name.nobody", "emails[", "emails[0]", "/title", "urn:x:y:title", "title[value pr]", 5, True]
    )
    def test_that_is_none_is_invalid_path(self, path: Any) -> None:
        with pytest.raises((InvalidPath, InvalidFilter)):
            patched({"op": "replace", "path": path, "value": "x"})

    @pytest.mark.rfc("7644-3.5.2-06", "7644-3.12-14")
    @pytest.mark.parametrize("path", ["emails[type]", 'emails[nobody eq "x"]', "emails[primary gt true]", "emails[0]"])
    def test_with_a_fault_in_the_brackets_is_invalid_filter(self, path: str) -> None:
        with pytest.raises(InvalidFilter):
            patched({"op": "replace", "path": path, "value": "x"})

    @pytest.mark.rfc("7644-3.5.2-08", "7643-7-11", "7643-4.1.2-08", "7644-3.12-17")
    @pytest.mark.parametrize("op", ["add", "replace", "remove"])
    @pytest.mark.parametrize("path", ["id", "meta", "meta.created", "groups", "schemas", 'groups[value eq "1"]'])
    def test_that_names_what_is_read_only_is_a_mutability_error(self, op: str, path: str) -> None:
        with pytest.raises(Mutability):
            apply({"id": "7"}, patched({"op": op, "path": path, "value": "x"}), USER_TYPE, Leniency())

    @pytest.mark.rfc("7644-3.5.2-08")
    @pytest.mark.parametrize("strict", [False, True])
    @pytest.mark.parametrize(
        "operation",
        [
            {"path": "id", "value": "7"},
            {"path": "meta.resourceType", "value": "User"},
            {"path": "meta", "value": {"resourceType": "User"}},
            {"value": {"id": "7", "meta": {"resourceType": "User"}}},
        ],
    )
    def test_that_says_of_what_is_read_only_what_it_is_changes_nothing(
        self, operation: dict[str, Any], strict: bool
    ) -> None:
        known = {"id": "7", "meta.resourceType": "User"}
        leniency = Leniency(strict=strict)
        operations = patched({"op": "replace", **operation}, leniency=leniency)
        assert apply(known, operations, USER_TYPE, leniency) == known

    @pytest.mark.rfc("7644-3.5.2-08", "7643-4.2-02")
    @pytest.mark.parametrize(
        ("op", "path"),
        [("replace", 'members[value eq "1"].display'), ("add", 'members[value eq "1"]'), ("remove", "members.value")],
    )
    def test_into_a_member_is_a_mutability_error(self, op: str, path: str) -> None:
        with pytest.raises(Mutability):
            patched({"op": op, "path": path, "value": "x"}, of=GROUP_TYPE)


class TestAPatchWithoutAPath:
    @pytest.mark.rfc("7644-3.5.2.1-02", "7644-3.5.2.3-01")
    @pytest.mark.parametrize("op", ["add", "replace"])
    def test_is_one_operation_for_each_leaf(self, op: str) -> None:
        value = {"title": "T", "name": {"givenName": "B"}, "emails": [WORK], ENTERPRISE_USER: {"department": "D"}}
        assert changes(op, None, value) == [
            (op, "title", "T"),
            (op, "name.givenName", "B"),
            (op, "emails", [WORK]),
            (op, DEPARTMENT, "D"),
        ]

    @pytest.mark.parametrize("value", ["x", [], None, 1])
    def test_has_an_object(self, value: Any) -> None:
        with pytest.raises(InvalidValue):
            changes("replace", None, value)

    @pytest.mark.rfc("7644-3.5.2.2-01", "7644-3.5.2-05", "7644-3.12-20")
    def test_cannot_remove(self) -> None:
        with pytest.raises(NoTarget):
            changes("remove", None, {"title": "x"})

    def test_may_have_the_core_attributes_under_their_urn(self) -> None:
        value = {USER: {"title": "T", "name": {"givenName": "B"}, "shoeSize": 43}}
        assert changes("add", None, value) == [("add", "title", "T"), ("add", "name.givenName", "B")]
        assert posted(value) == {"title": "T", "name.givenName": "B"}
        with pytest.raises(InvalidSyntax):
            patched({"op": "add", "value": {USER: {"title": "T"}}}, leniency=Leniency(strict=True))

    def test_cannot_name_one_element_of_many_by_a_dotted_key(self) -> None:
        with pytest.raises(InvalidValue):
            changes("replace", None, {"emails.value": "x"})


class TestNothing:
    @pytest.mark.rfc("7643-2.5-01", "7643-2.5-02")
    @pytest.mark.parametrize(
        ("path", "nothing"), [("title", None), ("title", ""), ("emails", None), ("emails", []), ("emails", [{}])]
    )
    def test_replaces_by_removing(self, path: str, nothing: Any) -> None:
        assert changes("replace", path, nothing) == [("remove", path, None)]
        assert changes("replace", None, {path: nothing}) == [("remove", path, None)]

    @pytest.mark.rfc("7644-3.5.2.1-04")
    @pytest.mark.parametrize(
        ("path", "nothing"),
        [("title", None), ("emails", []), ("name", None), ("active", None), ('emails[type eq "work"]', None)],
    )
    def test_adds_nothing(self, path: str, nothing: Any) -> None:
        assert changes("add", path, nothing) == []

    def test_is_a_group_without_members_when_it_replaces_them_and_no_change_when_it_is_added(self) -> None:
        for nothing in (None, []):
            assert changes("replace", "members", nothing, GROUP_TYPE) == [("remove", "members", None)]
            assert changes("add", "members", nothing, GROUP_TYPE) == []

    def test_removes_nobody_as_the_value_of_a_remove(self) -> None:
        assert changes("remove", "members", [], GROUP_TYPE) == [("remove", "members", [])]
        assert changes("remove", "members", None, GROUP_TYPE) == [("remove", "members", None)]

    def test_is_no_state_of_active(self) -> None:
        for operation in (
            {"op": "replace", "path": "active", "value": None},
            {"op": "replace", "value": {"active": None}},
        ):
            with pytest.raises(InvalidValue):
                patched(operation)
        with pytest.raises(Mutability):
            patched({"op": "remove", "path": "active"})


@pytest.mark.rfc("7644-3.5.2.2-06")
@pytest.mark.parametrize(("of", "path"), [(USER_TYPE, "userName"), (GROUP_TYPE, "displayName")])
def test_removing_what_is_required_is_a_mutability_error(of: ResourceType, path: str) -> None:
    with pytest.raises(Mutability):
        changes("remove", path, of=of)


@pytest.mark.rfc("7644-3.5.2-04", "7644-3.5.2-07", "7644-3.12-18")
@pytest.mark.parametrize("op", ["move", "copy", "test", "", None, 1, ["add"]])
def test_another_op_is_invalid_syntax(op: Any) -> None:
    with pytest.raises(InvalidSyntax):
        patched({"op": op, "path": "title", "value": "x"})


@pytest.mark.rfc("7644-3.5.2.1-01")
@pytest.mark.parametrize("op", ["add", "replace"])
def test_an_operation_without_a_value_is_refused(op: str) -> None:
    with pytest.raises(InvalidValue):
        patched({"op": op, "path": "title"})


@pytest.mark.rfc("7644-3.5.2-03")
@pytest.mark.parametrize(("operations", "strict"), [([], True), (None, False), ({}, False), ("x", False)])
def test_a_patch_has_operations(operations: Any, strict: bool) -> None:
    with pytest.raises(InvalidSyntax):
        Reader(USER_TYPE, Leniency(strict=strict)).patch({"schemas": [PATCH_OP], "Operations": operations})


def test_one_operation_may_stand_without_its_list() -> None:
    body = {"schemas": [PATCH_OP], "Operations": {"op": "replace", "path": "title", "value": "T"}}
    assert plain(Reader(USER_TYPE, Leniency()).patch(body)) == [("replace", "title", "T")]
    with pytest.raises(InvalidSyntax):
        Reader(USER_TYPE, Leniency(strict=True)).patch(body)


@pytest.mark.rfc("7644-3.5.2-02")
def test_a_patch_names_its_own_schema() -> None:
    with pytest.raises(InvalidSyntax):
        Reader(USER_TYPE, Leniency()).patch({"schemas": [USER], "Operations": [{"op": "remove", "path": "title"}]})


def test_the_number_of_operations_is_limited() -> None:
    operation = {"op": "replace", "path": "title", "value": "x"}
    assert len(patched(operation, operation, limit=2)) == 2
    with pytest.raises(TooLarge):
        patched(operation, operation, limit=1)


def test_an_error_says_which_operation_it_is_about() -> None:
    with pytest.raises(InvalidPath) as refused:
        patched({"op": "remove", "path": "title"}, {"op": "remove", "path": "nobody"})
    assert refused.value.detail == "Operations[1]: There is no attribute 'nobody'."


def test_a_body_without_schemas_is_understood_unless_the_connection_is_strict() -> None:
    leniency = Leniency()
    Reader(USER_TYPE, leniency).post({"userName": "b"})
    assert leniency.used == ["missing-schemas"]
    with pytest.raises(InvalidSyntax):
        Reader(USER_TYPE, Leniency(strict=True)).post({"userName": "b"})
    with pytest.raises(InvalidSyntax):
        Reader(USER_TYPE, Leniency()).post({"schemas": ["urn:x:other"], "userName": "b"})
