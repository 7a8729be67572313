"""What steps are made of: placeholders, paths as they stand in requests, and what is due."""

from __future__ import annotations

from typing import Any

import pytest

from scim_provisioning.doctor.conversations import (
    Echo,
    Has,
    Known,
    Lacks,
    Provider,
    UnknownError,
    encoded,
    is_as_due,
    value_at,
)
from scim_provisioning.doctor.providers import providers

URN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@pytest.fixture
def known() -> Known:
    found = Known(run="r1")
    found.resources["user"] = {"id": "7", "userName": "ada", "active": True}
    found.resources["group"] = {"id": "g1", "members": [{"value": "1"}, {"value": "7"}]}
    return found


@pytest.mark.parametrize(
    ("value", "filled"),
    [
        ("{run}-{user}-{user.userName}", "r1-7-ada"),
        ({"{run}": ["{user}", 1, None, True]}, {"r1": ["7", 1, None, True]}),
        ('{"a": {b c}}', '{"a": {b c}}'),
        (Has("{user}"), Has("7")),
        (Lacks("{user}"), Lacks("7")),
        (Echo("user", {"active": False}), {"id": "7", "userName": "ada", "active": False}),
        (Echo("group", joins="{run}"), {"id": "g1", "members": [{"value": "1"}, {"value": "7"}, {"value": "r1"}]}),
        (Echo("group", leaves="{user}"), {"id": "g1", "members": [{"value": "1"}]}),
    ],
)
def test_placeholders_are_filled_in(known: Known, value: Any, filled: Any) -> None:
    assert known.filled(value) == filled


@pytest.mark.parametrize("value", ["{nobody}", "{user.title}", "{run.id}", Echo("nobody")])
def test_what_is_not_known_is_not_guessed(known: Known, value: Any) -> None:
    with pytest.raises(UnknownError):
        known.filled(value)


@pytest.mark.parametrize(
    ("path", "plus", "line"),
    [
        ('/Users?filter=a eq "x+y/="&count=1', False, "/Users?filter=a%20eq%20%22x%2By%2F%3D%22&count=1"),
        ('/Users?filter=a eq "x"', True, "/Users?filter=a+eq+%22x%22"),
        ("/Users/é", False, "/Users/%C3%A9"),
    ],
)
def test_a_path_is_encoded_as_clients_do(path: str, plus: bool, line: str) -> None:
    assert encoded(path, plus=plus) == line


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("id", "7"),
        ("name.familyName", "L"),
        ("name.givenName", None),
        ("emails.value", ["a", "b"]),
        (f"{URN}:department", "D"),
        ("nothing.there", None),
    ],
)
def test_a_path_leads_to_its_value(path: str, value: Any) -> None:
    document = {"id": "7", "name": {"familyName": "L"}, "emails": [{"value": "a"}, {"value": "b"}]}
    assert value_at({**document, URN: {"department": "D"}}, path) == value


DUE = [
    (1, 1, True),
    (True, 1, False),
    ("1", 1, False),
    ([], None, True),
    ("", None, True),
    ("a", None, False),
    (["a", "b"], Has("a"), True),
    (None, Has("a"), False),
    (["b"], Lacks("a"), True),
    (None, Lacks("a"), True),
    (["a"], Lacks("a"), False),
]


@pytest.mark.parametrize(("actual", "due", "is_so"), DUE)
def test_what_is_due(actual: Any, due: Any, is_so: bool) -> None:
    assert is_as_due(actual, due) is is_so


@pytest.mark.parametrize("provider", providers().values(), ids=lambda provider: provider.name)
def test_what_steps_say_has_the_form_of_requests(provider: Provider) -> None:
    for step in (step for steps in provider.phases.values() for step in steps):
        assert step.path.startswith(("/Users", "/Groups", "/ServiceProviderConfig", "/ResourceTypes", "/Schemas"))
        assert (step.body is None) is (step.method in {"GET", "DELETE"})
        assert (step.body is not None) is (step.method in {"POST", "PUT", "PATCH"})
