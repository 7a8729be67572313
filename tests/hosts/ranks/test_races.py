"""Requests that meet at one user's place in one project."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from scim_provisioning.adapters.registry import Directory
from scim_provisioning.models import Connection, Event
from tests.races import at_once, somebody_waits
from tests.scim import ScimClient

from . import oracle
from .models import Access, Project

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="writers take turns on SQLite"),
]

ROUNDS = 8


def change(scim: ScimClient, user: User, project: Project, op: str, level: str) -> Callable[[], int]:
    """A request from the side of the group."""
    operation = {"op": op, "path": "members", "value": [{"value": str(user.pk)}]}
    return partial(_status, scim, f"/Groups/project-{project.pk}-{level}", operation)


def change_user(scim: ScimClient, user: User, project: Project, op: str, level: str) -> Callable[[], int]:
    """The same from the side of the user."""
    operation = {"op": op, "path": "groups", "value": [{"value": f"project-{project.pk}-{level}"}]}
    return partial(_status, scim, f"/Users/{user.pk}", operation)


def _status(scim: ScimClient, address: str, operation: dict[str, Any]) -> int:
    return ScimClient(scim.token).patch(address, operation).status


def granted(project: Project) -> set[str]:
    return {level for level, users in oracle.members(Directory(Connection(), ""), project).items() if users}


@pytest.mark.parametrize("way", [change, change_user])
def test_levels_of_one_user_come_and_go_at_once(scim: ScimClient, way: Any) -> None:
    user = User.objects.create_user("ada")
    for number in range(ROUNDS):
        project = Project.objects.create(name=f"Line {number}")
        assert change(scim, user, project, "add", "editor")() == 204
        asked = [change(scim, user, project, "add", "viewer")]
        asked += [way(scim, user, project, *step) for step in (("add", "owner"), ("remove", "editor"))]
        outcomes = at_once(*asked)
        assert set(outcomes) <= {200, 204}
        assert granted(project) == {"viewer", "owner"}
        assert oracle.rows(project) == {user.pk: "owner"}
    changes = [change for event in Event.objects.all() for change in event.changes if change["path"] == "members"]
    assert len(changes) == 4 * ROUNDS


def test_of_an_addition_and_a_removal_at_once_one_is_the_last(scim: ScimClient) -> None:
    user = User.objects.create_user("ada")
    for number in range(ROUNDS):
        project = Project.objects.create(name=f"Line {number}")
        for level in ("viewer", "owner"):
            assert change(scim, user, project, "add", level)() == 204
        both = [change(scim, user, project, "remove", "owner"), change_user(scim, user, project, "add", "owner")]
        assert set(at_once(*both)) <= {200, 204}
        now = granted(project)
        assert now in ({"viewer"}, {"viewer", "owner"})
        assert oracle.rows(project) == {user.pk: max(now, key=oracle.LEVELS.index)}


@pytest.mark.parametrize("level", ["viewer", "owner"])
def test_a_row_that_the_product_makes_while_we_wait_is_taken_as_it_is(scim: ScimClient, level: str) -> None:
    user, project = User.objects.create_user("ada"), Project.objects.create(name="Line")
    made, waited = threading.Event(), []

    def make() -> None:
        with transaction.atomic():
            Access.objects.create(user=user, project=project, level="editor")
            made.set()
            waited.append(somebody_waits())

    def add() -> int:
        assert made.wait(10)
        return change(scim, user, project, "add", level)()

    _, status = at_once(make, add)
    assert (waited, status) == ([True], 204)
    assert granted(project) == {"editor", level}
    assert Access.objects.count() == 1
