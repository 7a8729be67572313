"""Operations applied to a document (RFC 7644 §3.5.2)."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim_provisioning.protocol.changes import Operation, Reader
from scim_provisioning.protocol.constants import PATCH_OP
from scim_provisioning.protocol.core_schemas import GROUP_TYPE, USER_TYPE
from scim_provisioning.protocol.dialects import Leniency
from scim_provisioning.protocol.documents import Document
from scim_provisioning.protocol.errors import InvalidValue, NoTarget
from scim_provisioning.protocol.patch import MAX_ELEMENTS, apply
from scim_provisioning.protocol.schemas import ResourceType
from scim_provisioning.protocol.sets import ALL, SetChange, Step

WORK = {"value": "w@x.example", "type": "work", "primary": True}
HOME = {"value": "h@x.example", "type": "home"}


def patched(document: Document, *operations: Any, of: ResourceType = USER_TYPE, strict: bool = False) -> Document:
    leniency = Leniency(strict=strict)
    body = {"schemas": [PATCH_OP], "Operations": list(operations)}
    return apply(document, Reader(of, leniency).patch(body), of, leniency)


def add(path: str, value: Any) -> dict[str, Any]:
    return {"op": "add", "path": path, "value": value}


def replace(path: str, value: Any) -> dict[str, Any]:
    return {"op": "replace", "path": path, "value": value}


def remove(path: str, **value: Any) -> dict[str, Any]:
    return {"op": "remove", "path": path, **value}


def emails(*operations: Any, given: tuple[dict[str, Any], ...] = (WORK, HOME), strict: bool = False) -> Any:
    """What the e-mail addresses are after the operations."""
    return patched({"emails": list(given)}, *operations, strict=strict).get("emails")


class TestSingleValues:
    @pytest.mark.rfc("7644-3.5.2.1-05", "7644-3.5.2.1-06", "7644-3.5.2.3-02", "7644-3.5.2.3-04")
    def test_are_set_by_add_and_replace_whether_there_is_one_or_not(self) -> None:
        for operation in (add("title", "B"), replace("title", "B")):
            assert patched({"title": "A"}, operation) == patched({}, operation) == {"title": "B"}

    @pytest.mark.rfc("7644-3.5.2.2-02")
    def test_are_gone_after_a_remove(self) -> None:
        assert patched({"title": "A", "nickName": "N"}, remove("title")) == {"nickName": "N"}
        assert patched({}, remove("title")) == {}

    @pytest.mark.rfc("7644-3.5.2.1-03", "7644-3.5.2.3-05")
    def test_of_a_complex_attribute_stay_where_the_operation_does_not_name_them(self) -> None:
        before = {"name.givenName": "B", "name.familyName": "J"}
        for operation in (add("name", {"givenName": "C"}), replace("name", {"givenName": "C"})):
            assert patched(before, operation) == {"name.givenName": "C", "name.familyName": "J"}

    @pytest.mark.rfc("7644-3.5.2-14")
    def test_are_changed_in_the_order_of_the_operations(self) -> None:
        assert patched({}, add("title", "A"), remove("title"), replace("title", "B")) == {"title": "B"}


class TestAdding:
    @pytest.mark.rfc("7644-3.5.2.1-04", "7644-3.5.2.1-06", "7643-2.4-06")
    def test_appends(self) -> None:
        new = {"value": "h@x.example", "type": "other"}
        assert emails(add("emails", [new])) == [WORK, HOME, new]
        assert emails(add("emails", [new]), given=()) == [new]

    @pytest.mark.rfc("7644-3.5.2.1-07", "7643-2.4-07")
    @pytest.mark.parametrize("echo", [HOME, {"value": "h@x.example"}, {"type": "home", "value": "h@x.example"}])
    def test_what_is_there_changes_nothing(self, echo: Any) -> None:
        assert emails(add("emails", [echo])) == [WORK, HOME]

    def test_a_twin_merges_what_it_says_more(self) -> None:
        assert emails(add("emails", [{**HOME, "display": "At home"}])) == [WORK, {**HOME, "display": "At home"}]

    @pytest.mark.rfc("7644-3.5.2-15")
    def test_a_primary_takes_it_from_the_others(self) -> None:
        assert emails(add("emails", [{**HOME, "primary": True}])) == [
            {**WORK, "primary": False},
            {**HOME, "primary": True},
        ]
        new = {"value": "n@x.example", "primary": True}
        assert emails(add("emails", [new])) == [{**WORK, "primary": False}, HOME, new]

    def test_an_element_without_a_value_is_told_by_the_rest_of_it(self) -> None:
        oslo, rome = {"locality": "Oslo", "type": "work"}, {"locality": "Rome", "type": "work"}
        added = patched({"addresses": [oslo]}, add("addresses", [rome, {**oslo, "primary": True}]))
        assert added == {"addresses": [{**oslo, "primary": True}, rome]}

    def test_only_a_primary_is_no_twin_of_anything(self) -> None:
        assert emails(add("emails", [{"primary": True}]), given=(HOME,)) == [HOME, {"primary": True}]

    def test_to_the_elements_of_a_filter_merges_into_each(self) -> None:
        assert emails(add('emails[type eq "home"]', {"display": "At home"})) == [WORK, {**HOME, "display": "At home"}]

    @pytest.mark.rfc("7644-3.5.2.1-07")
    def test_nothing_changes_nothing(self) -> None:
        assert emails(add("emails", [])) == [WORK, HOME]
        assert emails(add('emails[type eq "home"]', None)) == [WORK, HOME]


class TestReplacing:
    @pytest.mark.rfc("7644-3.5.2.3-03")
    def test_all(self) -> None:
        assert emails(replace("emails", [HOME])) == [HOME]

    @pytest.mark.rfc("7644-3.5.2.3-06")
    def test_the_elements_of_a_filter_replaces_each_whole(self) -> None:
        new = {"value": "n@x.example"}
        assert emails(replace('emails[type eq "work"]', new)) == [new, HOME]
        assert emails(replace("emails[value pr]", new)) == [new, new]

    @pytest.mark.rfc("7644-3.5.2.3-07")
    def test_a_sub_attribute_of_the_elements_of_a_filter(self) -> None:
        assert emails(replace('emails[type eq "work"].value', "n@x.example")) == [
            {**WORK, "value": "n@x.example"},
            HOME,
        ]
        assert emails(replace("emails.type", "other")) == [{**WORK, "type": "other"}, {**HOME, "type": "other"}]

    @pytest.mark.rfc("7644-3.5.2-15")
    def test_the_primary_takes_it_from_the_others(self) -> None:
        assert emails(replace('emails[type eq "home"].primary', True)) == [
            {**WORK, "primary": False},
            {**HOME, "primary": True},
        ]

    def test_the_primary_by_itself_changes_nothing(self) -> None:
        assert emails(replace("emails[primary eq true].primary", True)) == [WORK, HOME]

    @pytest.mark.rfc("7644-3.5.2.3-08", "7644-3.12-20")
    @pytest.mark.parametrize("op", ["add", "replace"])
    def test_what_no_element_is_has_no_target_on_a_strict_connection(self, op: str) -> None:
        with pytest.raises(NoTarget):
            emails({"op": op, "path": 'emails[type eq "fax"].value', "value": "x"}, strict=True)

    @pytest.mark.rfc("7644-3.5.2.3-08")
    @pytest.mark.parametrize(
        "condition", ['value sw "x"', 'type eq "a" or type eq "b"', 'not (type eq "home" or value pr)']
    )
    def test_what_no_element_is_has_no_target_where_the_filter_does_not_describe_one(self, condition: str) -> None:
        with pytest.raises(NoTarget):
            emails(replace(f"emails[{condition}].display", "x"))


class TestAnElementFromAFilter:
    """Entra ID writes to an element that is not there yet."""

    def test_has_what_the_filter_says(self) -> None:
        assert emails(add('emails[type eq "work" and primary eq true].value', "x"), given=()) == [
            {"type": "work", "primary": True, "value": "x"}
        ]
        assert emails(replace('emails[type eq "work"]', {"value": "x"}), given=()) == [{"type": "work", "value": "x"}]
        assert emails(replace('emails[type eq "fax" and primary eq false].value', "x"), given=()) == [
            {"type": "fax", "value": "x"}
        ]

    def test_is_built_by_several_operations(self) -> None:
        operations = [
            replace('emails[type eq "work"].primary', "True"),
            replace('emails[type eq "work"].display', "D"),
            replace('emails[type eq "work"].value', "x"),
        ]
        assert emails(*operations, given=(HOME,)) == [
            HOME,
            {"type": "work", "primary": True, "display": "D", "value": "x"},
        ]

    @pytest.mark.rfc("7644-3.5.2-15", "7643-2.4-02")
    def test_that_is_primary_takes_it_from_the_others(self) -> None:
        assert emails(replace('emails[type eq "fax" and primary eq true].value', "x"), given=(WORK,)) == [
            {**WORK, "primary": False},
            {"type": "fax", "primary": True, "value": "x"},
        ]


class TestRemoving:
    @pytest.mark.rfc("7644-3.5.2.2-03")
    def test_all(self) -> None:
        assert emails(remove("emails")) is None

    @pytest.mark.rfc("7644-3.5.2.2-04")
    def test_the_elements_of_a_filter(self) -> None:
        assert emails(remove('emails[type eq "work"]')) == [HOME]
        assert emails(remove("emails[value pr]")) is None
        assert emails(remove('emails[type eq "fax"]')) == [WORK, HOME]

    @pytest.mark.rfc("7644-3.5.2.2-05")
    def test_a_sub_attribute_and_the_element_that_has_no_other(self) -> None:
        assert emails(remove('emails[type eq "work"].primary')) == [{"value": "w@x.example", "type": "work"}, HOME]
        assert emails(remove("emails.type"), given=({"type": "work"}, HOME)) == [{"value": "h@x.example"}]

    def test_those_that_a_value_names(self) -> None:
        assert emails(remove("emails", value=[{"value": "w@x.example"}])) == [HOME]
        assert emails(remove("emails", value=[{"value": "w@x.example", "type": "home"}])) == [WORK, HOME]
        assert emails(remove("emails", value=[{"type": "home"}])) == [WORK]

    @pytest.mark.parametrize("nobody", [[], [{}], [{"primary": True}]])
    def test_by_a_value_that_names_nothing_removes_nothing(self, nobody: Any) -> None:
        assert emails(remove("emails", value=nobody)) == [WORK, HOME]


class TestMembers:
    """A set is changed without being loaded."""

    def change(self, *operations: Any) -> SetChange:
        change = patched({"displayName": "G"}, *operations, of=GROUP_TYPE).get("members", SetChange())
        assert isinstance(change, SetChange)
        return change

    def test_are_one_step_however_many_operations(self) -> None:
        many = [add("members", [{"value": str(number)}]) for number in range(100)]
        assert self.change(*many) == SetChange((Step(frozenset(), frozenset(map(str, range(100)))),))
        assert self.change(add("members", [{"value": "1"}]), remove('members[value eq "1"]')) == SetChange(
            (Step(frozenset({"1"}), frozenset()),)
        )

    def test_are_replaced_by_dropping_all(self) -> None:
        replaced = self.change(remove('members[display sw "a"]'), replace("members", [{"value": "1"}]))
        assert replaced == SetChange((Step(ALL, frozenset({"1"})),))
        assert (
            self.change(remove("members"))
            == self.change(replace("members", []))
            == SetChange((Step(ALL, frozenset()),))
        )

    @pytest.mark.parametrize(
        "operation",
        [
            remove('members[value eq "1" or value eq "2"]'),
            remove("members", value=[{"value": "1"}, {"value": "2"}]),
            remove("members", value=["1", "2"]),
        ],
    )
    def test_are_removed_by_their_ids(self, operation: Any) -> None:
        assert self.change(operation) == SetChange((Step(frozenset({"1", "2"}), frozenset()),))

    def test_are_removed_by_a_filter(self) -> None:
        (step,) = self.change(remove('members[display sw "a"]')).steps
        assert not isinstance(step.drop, (str, frozenset))
        assert step.add == frozenset()

    def test_that_are_not_touched_are_no_change(self) -> None:
        assert self.change(add("members", []), remove("members", value=[])) == SetChange()


def test_a_list_has_a_limit_so_that_no_request_makes_us_compare_without_end() -> None:
    def numbered(count: int) -> list[dict[str, str]]:
        return [{"value": str(number)} for number in range(count)]

    assert len(emails(add("emails", numbered(MAX_ELEMENTS)), given=())) == MAX_ELEMENTS
    for operation in (add("emails", numbered(MAX_ELEMENTS)), replace("emails", numbered(MAX_ELEMENTS + 1))):
        with pytest.raises(InvalidValue, match="emails"):
            emails(operation)


elements = st.fixed_dictionaries(
    {},
    optional={
        "value": st.sampled_from(["a", "b", "c"]),
        "type": st.sampled_from(["work", "home"]),
        "primary": st.booleans(),
    },
)
lists = st.lists(elements, max_size=3)
paths = st.sampled_from(
    ["emails", "emails.value", 'emails[type eq "work"]', 'emails[value eq "a"].type', "emails[primary eq true].value"]
)


@st.composite
def operations(draw: st.DrawFn) -> dict[str, Any]:
    path = draw(paths)
    op = draw(st.sampled_from(["add", "replace", "remove"]))
    if op == "remove":
        return remove(path)
    value = draw(elements if path.endswith("]") else lists if path == "emails" else st.sampled_from(["a", "work"]))
    return {"op": op, "path": path, "value": value}


@given(lists, st.lists(operations(), min_size=1, max_size=4))
def test_applying_never_touches_what_it_is_given(before: list[Any], changes: list[Any]) -> None:
    document = {"emails": before, "title": "T"}
    kept, sent = deepcopy(document), deepcopy(changes)
    with suppress(NoTarget):
        patched(document, *changes)
    assert (document, changes) == (kept, sent)


@given(lists, st.lists(operations(), min_size=1, max_size=4))
def test_operations_make_no_second_primary(before: list[Any], changes: list[Any]) -> None:
    before = [{**one, "primary": False} for one in before]
    gradual = [one if one["path"] != "emails" else {**one, "op": "add", "value": [HOME]} for one in changes]
    try:
        after = patched({"emails": before}, *gradual).get("emails", [])
    except NoTarget:
        return
    assert sum(bool(one.get("primary")) for one in after) <= 1


@given(lists)
def test_adding_a_list_twice_is_adding_it_once(sent: list[Any]) -> None:
    once = emails(add("emails", sent), given=())
    assert emails(add("emails", sent), add("emails", sent), given=()) == once


def test_an_operation_on_a_leaf_needs_no_reader() -> None:
    assert apply({}, [Operation("replace", "title", "T")], USER_TYPE, Leniency()) == {"title": "T"}
