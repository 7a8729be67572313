"""What is forgiven, and what only looks like it; and what looks like it needs forgiving, but is the RFC's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import pytest

from scim_provisioning.protocol.binding import bind
from scim_provisioning.protocol.changes import Reader
from scim_provisioning.protocol.constants import ENTERPRISE_USER, GROUP, PATCH_OP, USER
from scim_provisioning.protocol.core_schemas import GROUP_TYPE, USER_TYPE
from scim_provisioning.protocol.dialects import PROVIDERS, TOLERANCES, Leniency
from scim_provisioning.protocol.errors import ScimError
from scim_provisioning.protocol.parser import parse_filter
from scim_provisioning.protocol.patch import apply

DEPARTMENT: Final = f"{ENTERPRISE_USER}:department"
MANAGER: Final = f"{ENTERPRISE_USER}:manager"
WORK: Final = {"value": "w@x.example", "type": "work"}
HOME: Final = {"value": "h@x.example", "type": "home"}
GIVEN: Final = {"id": "7", "userName": "bjensen", "emails": [WORK, HOME], DEPARTMENT: "Tours", "active": True}


def message(body: Any, leniency: Leniency) -> Any:
    """What a user is after a PATCH."""
    return apply(GIVEN, Reader(USER_TYPE, leniency).patch(body), USER_TYPE, leniency)


def operation(body: Any, leniency: Leniency) -> Any:
    """What a user is after one operation."""
    return message({"schemas": [PATCH_OP], "Operations": [body]}, leniency)


def members(body: Any, leniency: Leniency) -> Any:
    """What becomes of a group, and of its members, by one operation."""
    operations = Reader(GROUP_TYPE, leniency).patch({"schemas": [PATCH_OP], "Operations": [body]})
    return apply({"displayName": "G"}, operations, GROUP_TYPE, leniency)


def user(body: Any, leniency: Leniency) -> Any:
    """What a POST makes."""
    return {one.key: one.value for one in Reader(USER_TYPE, leniency).post(body)}


def filter(text: str, leniency: Leniency) -> Any:
    """What a filter means."""
    return bind(parse_filter(text), USER_TYPE, leniency)


@dataclass(frozen=True)
class Pair:
    """What is sent, what the RFC would have for it, and what is like it, but wrong; `read` reads all three."""

    read: Callable[[Any, Leniency], Any]
    sent: Any
    meant: Any
    wrong: Any


def at(op: str, path: str, *value: Any) -> dict[str, Any]:
    return {"op": op, "path": path, **({"value": value[0]} if value else {})}


def whole(value: Any, op: str = "replace") -> dict[str, Any]:
    return {"op": op, "value": value}


TITLE: Final = at("replace", "title", "Lead")

PAIRS: Final = {
    "op-case": Pair(operation, at("Replace", "title", "Lead"), TITLE, at("Replaces", "title", "Lead")),
    "empty-operations": Pair(
        message,
        {"schemas": [PATCH_OP], "Operations": []},
        {"schemas": [PATCH_OP], "Operations": [at("replace", "userName", "bjensen")]},
        {"schemas": [PATCH_OP], "Operations": None},
    ),
    "empty-path": Pair(
        operation,
        at("add", "", {"title": "Lead"}),
        whole({"title": "Lead"}, "add"),
        at("remove", "", {"title": "Lead"}),
    ),
    "remove-with-value": Pair(
        members,
        at("remove", "members", [{"value": "1"}]),
        at("remove", 'members[value eq "1"]'),
        at("remove", "members", [{"type": "User"}]),
    ),
    "wrapped-value": Pair(
        members,
        at("add", "members", {"members": [{"value": "1"}]}),
        at("add", "members", [{"value": "1"}]),
        at("add", "members", {"members": [{"value": "1"}], "displayName": "H"}),
    ),
    "element-from-filter": Pair(
        operation,
        at("replace", 'emails[type eq "other"].value', "o@x.example"),
        at("add", "emails", [{"type": "other", "value": "o@x.example"}]),
        at("replace", 'emails[type sw "other"].value', "o@x.example"),
    ),
    "dotted-key": Pair(
        operation,
        whole({"name.givenName": "Barbara"}),
        whole({"name": {"givenName": "Barbara"}}),
        whole({"emails.value": "n@x.example"}),
    ),
    "urn-key": Pair(
        operation,
        whole({DEPARTMENT: "Sales"}),
        whole({ENTERPRISE_USER: {"department": "Sales"}}),
        whole({ENTERPRISE_USER: "Sales"}),
    ),
    "unqualified-key": Pair(
        user,
        {"schemas": [USER], "userName": "b", "department": "Sales"},
        {"schemas": [USER, ENTERPRISE_USER], "userName": "b", ENTERPRISE_USER: {"department": "Sales"}},
        {
            "schemas": [USER, ENTERPRISE_USER],
            "userName": "b",
            "department": "Tours",
            ENTERPRISE_USER: {"department": "Sales"},
        },
    ),
    "value-path-key": Pair(
        operation,
        whole({'emails[type eq "work"].value': "n@x.example"}),
        at("replace", 'emails[type eq "work"].value', "n@x.example"),
        whole({'emails[type eq "work".value': "n@x.example"}),
    ),
    "unknown-attribute": Pair(
        operation, whole({"shoeSize": 43, "title": "Lead"}), TITLE, at("replace", "shoeSize", 43)
    ),
    "read-only-attribute": Pair(operation, whole({"id": "8", "title": "Lead"}), TITLE, at("replace", "id", "8")),
    "boolean-text": Pair(
        operation, at("replace", "active", "False"), at("replace", "active", False), at("replace", "active", "no")
    ),
    "number-text": Pair(
        operation, at("replace", "title", 7), at("replace", "title", "7"), at("replace", "title", True)
    ),
    "bare-reference": Pair(
        operation, at("replace", MANAGER, "26"), at("replace", MANAGER, {"value": "26"}), at("replace", "name", "Babs")
    ),
    "value-in-object": Pair(
        operation,
        at("replace", "title", {"$ref": None, "value": "Lead"}),
        TITLE,
        at("replace", "title", {"value": "Lead", "display": "Leader"}),
    ),
    "list-for-single": Pair(
        operation, at("replace", "title", ["Lead"]), TITLE, at("replace", "title", ["Lead", "Leader"])
    ),
    "one-for-list": Pair(
        operation,
        at("replace", "emails", HOME),
        at("replace", "emails", [HOME]),
        at("replace", "addresses", "5 Main Street"),
    ),
    "empty-value": Pair(
        operation, at("replace", DEPARTMENT, ""), at("replace", DEPARTMENT, None), at("replace", "active", "")
    ),
    "missing-schemas": Pair(
        user, {"userName": "b"}, {"schemas": [USER], "userName": "b"}, {"schemas": [GROUP], "userName": "b"}
    ),
    "value-behind-filter": Pair(
        filter,
        'emails[type eq "work"].value eq "w@x.example"',
        'emails[type eq "work" and value eq "w@x.example"]',
        'emails[type eq "work"].value co "w@x.example"',
    ),
    "complex-comparison": Pair(filter, 'manager eq "26"', 'manager.value eq "26"', 'name eq "Babs"'),
}

CONFORMANT: Final[dict[str, tuple[Callable[[Any, Leniency], Any], Any]]] = {
    "names in any case": (operation, {"OP": "replace", "PATH": "NickName", "Value": "Babs"}),
    "URNs in any case": (operation, at("replace", DEPARTMENT.upper(), "Sales")),
    "an extension's attribute without its URN, in a path": (operation, at("replace", "department", "Sales")),
    "a path under the core schema's URN": (operation, at("replace", f"{USER}:title", "Lead")),
    "null for absence": (user, {"schemas": [USER], "userName": "b", "title": None, "emails": None, "name": None}),
    "an empty list for absence": (user, {"schemas": [USER], "userName": "b", "roles": [], "emails": []}),
    "`path` that is null": (operation, {"op": "add", "path": None, "value": {"title": "Lead"}}),
    "`id`, `meta` and `groups` in a whole document": (
        user,
        {"schemas": [USER], "userName": "b", "id": "8", "meta": {"version": 1}, "groups": [{"value": 1}]},
    ),
    "`$ref` and `display` of a member": (
        members,
        at("add", "members", [{"value": "1", "$ref": "../Users/1", "display": None, "type": "User"}]),
    ),
    "a readOnly attribute that says what it is": (operation, at("replace", "id", "7")),
    "a value that is there already": (operation, at("add", "emails", [WORK])),
    "removal of all members": (members, at("remove", "members")),
    "removal of what is not there": (operation, at("remove", 'emails[type eq "fax"]')),
    "replacement of what is not there": (operation, TITLE),
    "several path-less operations that merge": (
        message,
        {
            "schemas": [PATCH_OP],
            "Operations": [whole({"name": {"givenName": "Barbara"}}), whole({"name": {"familyName": "Jensen"}})],
        },
    ),
    "JSON in the text of a role": (operation, at("add", "roles", [{"value": '{"id":"06b0","value":"Planner"}'}])),
    "spaces that the grammar does not have": (filter, ' ( userName  eq "b" ) and not  (title pr) '),
    "a string directly behind its operator": (filter, 'userName eq"b"'),
}
"""What the RFCs allow, odd as it may look: it passes where nothing is forgiven. docs/tolerances.md says where."""


def test_every_tolerance_has_its_pair() -> None:
    assert PAIRS.keys() == TOLERANCES.keys()


@pytest.mark.parametrize("tolerance", PAIRS)
def test_what_is_sent_means_what_the_rfc_has_for_it_and_is_noted(tolerance: str) -> None:
    pair, leniency, strict = PAIRS[tolerance], Leniency(), Leniency(strict=True)
    assert pair.read(pair.sent, leniency) == pair.read(pair.meant, strict)
    assert (leniency.used, strict.used) == ([tolerance], [])


@pytest.mark.parametrize("tolerance", PAIRS)
def test_a_strict_connection_refuses_what_a_tolerance_forgives(tolerance: str) -> None:
    pair = PAIRS[tolerance]
    with pytest.raises(ScimError) as refused:
        pair.read(pair.sent, Leniency(strict=True))
    assert refused.value.status == 400


@pytest.mark.parametrize("tolerance", PAIRS)
def test_what_only_looks_like_it_is_refused(tolerance: str) -> None:
    pair = PAIRS[tolerance]
    with pytest.raises(ScimError) as refused:
        pair.read(pair.wrong, Leniency())
    assert refused.value.status == 400


@pytest.mark.parametrize("name", CONFORMANT)
def test_what_the_rfc_allows_needs_no_tolerance(name: str) -> None:
    read, sent = CONFORMANT[name]
    strict, automatic = Leniency(strict=True), Leniency()
    assert read(sent, strict) == read(sent, automatic)
    assert automatic.used == []


def test_the_table_names_providers_that_there_are() -> None:
    for name, tolerance in TOLERANCES.items():
        assert set(tolerance.needed_by) <= PROVIDERS.keys(), name
        assert list(tolerance.needed_by) == sorted(tolerance.needed_by), name


def test_a_tolerance_that_is_not_in_the_table_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        Leniency().forgives("sloppiness")
