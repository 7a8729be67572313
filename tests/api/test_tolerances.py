"""Each tolerance over HTTP: its Event names it, and a strict connection refuses it and changes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from example_project.accounts.models import User
from scim_provisioning.models import Event
from tests.factories import ProfileFactory, UserFactory
from tests.protocol import test_dialects as dialects
from tests.scim import Answer, ScimClient, make_strict, patch_op

from .unchanged import nothing_changes

WRITTEN = [name for name, pair in dialects.PAIRS.items() if pair.read is not dialects.filter]
SEARCHED = [name for name, pair in dialects.PAIRS.items() if pair.read is dialects.filter]


@pytest.fixture
def bjensen(scim: ScimClient) -> User:
    """The user, and whoever else the pairs are about, as they were before."""
    given = {"userName": "bjensen", "emails": [dialects.WORK, dialects.HOME], "active": True}
    department = {dialects.ENTERPRISE_USER: {"department": "Tours"}}
    schemas = [dialects.USER, dialects.ENTERPRISE_USER]
    assert scim.post("/Users", {"schemas": schemas, **given, **department}).status == 201
    return User.objects.get()


def send(scim: ScimClient, name: str, user: User, group: str) -> Answer:
    """Send what the pair has; who is `1` there has another id here."""
    pair = dialects.PAIRS[name]
    sent: Any = json.loads(json.dumps(pair.sent).replace('"1"', f'"{user.pk}"').replace("bjensen", user.username))
    if pair.read is dialects.user:
        return scim.post("/Users", sent)
    if pair.read is dialects.message:
        return scim.request("PATCH", f"/Users/{user.pk}", sent)
    path = f"/Groups/{group}" if pair.read is dialects.members else f"/Users/{user.pk}"
    return scim.request("PATCH", path, patch_op(sent))


@pytest.mark.parametrize("name", WRITTEN)
def test_the_event_names_what_was_forgiven(scim: ScimClient, bjensen: User, name: str) -> None:
    members = [bjensen] if name == "remove-with-value" else []
    group = f"profile-{ProfileFactory(users=members).pk}"
    before = Event.objects.count()
    assert not (answer := send(scim, name, bjensen, group)).is_error, answer
    events = [event.tolerances for event in Event.objects.order_by("pk")[before:]]
    assert events == ([[name]] if name != "empty-operations" else [])  # where nothing was changed, there is no Event


@pytest.mark.parametrize("name", WRITTEN)
def test_a_strict_connection_refuses_it_and_changes_nothing(scim: ScimClient, bjensen: User, name: str) -> None:
    group = f"profile-{ProfileFactory(users=[bjensen]).pk}"
    make_strict(scim)
    with nothing_changes():
        assert send(scim, name, bjensen, group).status == 400


@pytest.mark.parametrize("name", SEARCHED)
def test_a_search_is_forgiven_unless_the_connection_is_strict(scim: ScimClient, bjensen: User, name: str) -> None:
    pair = dialects.PAIRS[name]
    manager = UserFactory()
    scim.patch(f"/Users/{bjensen.pk}", {"op": "add", "path": f"{dialects.MANAGER}.value", "value": str(manager.pk)})
    sent, meant = (text.replace('"26"', f'"{manager.pk}"') for text in (pair.sent, pair.meant))
    assert scim.get("/Users", filter=sent).ids == scim.get("/Users", filter=meant).ids == [str(bjensen.pk)]
    make_strict(scim)
    assert scim.get("/Users", filter=meant).ids == [str(bjensen.pk)]
    refused = scim.get("/Users", filter=sent)
    assert (refused.status, refused.scim_type) == (400, "invalidFilter")
