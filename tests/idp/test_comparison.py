"""The scenarios' rules of comparison: what they let through, and what they catch."""

from __future__ import annotations

from typing import Any

import pytest

from .comparison import equals, value_at
from .scenarios import encoded, filled

URN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ADA = {
    "id": "7",
    "name": {"givenName": "Ada"},
    "emails": [{"type": "work", "value": "a@x.example", "primary": True}, {"type": "home", "value": "b@x.example"}],
    "phoneNumbers": [{"type": "work", "value": "1"}, {"type": "work", "value": "2"}],
    "members": [{"value": "1", "$ref": "…/Users/1"}, {"display": "nobody"}],
    URN: {"department": "Marine", "manager": {"value": "9"}},
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("id", "7"),
        ("name.givenName", "Ada"),
        ("name.familyName", None),
        ("nothing.at.all", None),
        ("emails.value", ["a@x.example", "b@x.example"]),
        ("members.value", ["1"]),
        ("members.$ref", ["…/Users/1"]),
        ('emails[type eq "home"].value', "b@x.example"),
        ("emails[primary eq true].type", "work"),
        ('emails[type eq "fax"].value', None),
        ('phoneNumbers[type eq "work"].value', ["1", "2"]),
        (f"{URN}:department", "Marine"),
        (f"{URN}:manager.value", "9"),
        ("urn:unknown:department", None),
        ('emails[value eq "urn:a:b"].type', None),
    ],
)
def test_a_path_leads_to_its_value(path: str, value: Any) -> None:
    assert value_at(ADA, path) == value


@pytest.mark.parametrize("path", ["emails[", "emails[type co 1].value", "name..x"])
def test_a_path_that_cannot_be_read_is_an_error_of_the_scenario(path: str) -> None:
    with pytest.raises(ValueError, match="no attribute path"):
        value_at(ADA, path)


SAME = [
    (None, None),
    ("", None),
    ([], None),
    (None, []),
    ("a", "a"),
    (False, False),
    (1, 1),
    ([1, 2], [2, 1]),
    ([{"a": 1, "b": 2}, {"a": 1}], [{"a": 1}, {"b": 2}]),
    ({"a": 1, "b": 2}, {"a": 1}),
    ({"a": None}, {"a": None, "b": None}),
    ("a", {"$present": True}),
    (False, {"$present": True}),
    (None, {"$present": False}),
    (3, {"$type": "integer"}),
    (True, {"$type": "boolean"}),
    ([], {"$type": "array"}),
    ("x", {"$type": "string"}),
    (3, {"$min": 3, "$type": "integer"}),
    ([1, 2], {"$max-items": 2}),
    (None, {"$max-items": 2}),
    ([1, 2, 3], {"$contains": [3, 1]}),
    ([{"a": 1, "b": 2}], {"$contains": [{"a": 1}]}),
    ([1, 2], {"$excludes": [3]}),
    (None, {"$excludes": [3]}),
    ("b", {"$one-of": ["a", "b"]}),
    (None, {"$one-of": ["a", None]}),
    ({"$ref": "x"}, {"$ref": "x"}),
    ({"a": 1}, {"$present": True, "a": 1}),
]

DIFFERENT = [
    ("a", None),
    (0, None),
    (False, None),
    ([None], None),
    ("False", False),
    (0, False),
    (1, True),
    (1.0, 1),
    ("A", "a"),
    ([1], [1, 1]),
    ([1, 1], [1]),
    ([1, 2], [1, 3]),
    ("a", ["a"]),
    ([{"a": 1, "b": 2}, {"a": 2}], [{"a": 1}, {"b": 2}]),
    ({"a": 1}, {"a": 1, "b": 2}),
    ([{"a": 1}], {"a": 1}),
    (None, {}),
    (None, {"$present": True}),
    ("", {"$present": True}),
    ("a", {"$present": False}),
    (True, {"$type": "integer"}),
    ("3", {"$type": "integer"}),
    (1, {"$type": "boolean"}),
    (None, {"$type": "array"}),
    (2, {"$min": 3}),
    ("9", {"$min": 3}),
    (None, {"$min": 0}),
    ([1, 2, 3], {"$max-items": 2}),
    ([1], {"$contains": [1, 1]}),
    (None, {"$contains": [1]}),
    ([1, 3], {"$excludes": [3]}),
    ("c", {"$one-of": ["a", "b"]}),
    (2, {"$min": 3, "$type": "integer"}),
    ({"$ref": "x"}, {"$ref": "y"}),
    ({"a": 2}, {"$present": True, "a": 1}),
]


@pytest.mark.parametrize(("actual", "expected"), SAME)
def test_what_is_as_expected(actual: Any, expected: Any) -> None:
    assert equals(actual, expected)


@pytest.mark.parametrize(("actual", "expected"), DIFFERENT)
def test_what_is_not_as_expected(actual: Any, expected: Any) -> None:
    assert not equals(actual, expected)


def test_placeholders_are_filled_in_keys_and_values_and_other_braces_are_text() -> None:
    known = {"u1": {"id": "7", "userName": "ada"}}
    value = {'members[value eq "{u1}"]': ["{u1.userName}-{run}", 1, None, '{"a": {b}}']}
    assert filled(value, "r1", known) == {'members[value eq "7"]': ["ada-r1", 1, None, '{"a": {b}}']}


def test_a_placeholder_of_a_resource_that_is_not_there_is_an_error_of_the_scenario() -> None:
    with pytest.raises(KeyError):
        filled("/Users/{u2}", "r1", {})


@pytest.mark.parametrize(
    ("path", "encoding", "request_line"),
    [
        (
            '/Users?filter=userName eq "a+b@x"&count=1',
            "percent",
            "/Users?filter=userName%20eq%20%22a%2Bb%40x%22&count=1",
        ),
        ('/Users?filter=userName eq "a+b@x"&count=1', "plus", "/Users?filter=userName+eq+%22a%2Bb%40x%22&count=1"),
        ("/Users?flag=&filter=a eq b", "percent", "/Users?flag=&filter=a%20eq%20b"),
        ("/Schemas/urn:a:2.0:User", "percent", "/Schemas/urn:a:2.0:User"),
        ("/Users?flag", "percent", "/Users?flag"),
    ],
)
def test_a_readable_path_is_encoded_as_clients_do(path: str, encoding: str, request_line: str) -> None:
    assert encoded(path, encoding) == request_line
