"""The database goes away at every point of every kind of request (RFC 7644 §3.12).

Once at the first thing that the request asks it for, once at the second, until a request comes through. Each of them
comes one thing further than the one before, which was cut off.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection

from example_project.access.models import Profile, ProjectAccess
from example_project.accounts.models import User
from example_project.scim import EmployeeAdapter, ProfileAdapter
from scim_provisioning.adapters import Groups
from scim_provisioning.models import Connection, Event, LoginSession, UserRecord
from tests.factories import ProfileFactory, ProjectAccessFactory, ProjectFactory, UserFactory
from tests.scim import Answer, ScimClient, user

from .outages import Outage
from .unchanged import MODELS, rows

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.once_per_database,
    pytest.mark.threat(61, "C11"),
]

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
PERSONAL = ("zqx", "ada@", "bob@", "eve@", "new@")
MANY = 120
"""More users than SQLite gives at a time."""


class AssigningAdapter(EmployeeAdapter):
    """A host whose customers assign access in the user's document."""

    attributes = {**EmployeeAdapter.attributes, "groups": Groups(writable=True)}


class OpenAdapter(ProfileAdapter):
    """A host whose profiles are made, named and deleted over SCIM."""

    can_create = can_rename = can_delete = True


def made(name: str) -> User:
    row: User = UserFactory(username=f"{name}@example.com", first_name="Zqx")
    return row


@dataclass
class World:
    """Some users, groups and access, made anew where a request has changed them."""

    scim: ScimClient

    def make(self) -> None:
        for model in (*reversed(MODELS), LoginSession):
            model._base_manager.all().delete()
        self.ada, self.bob, self.eve = (made(name) for name in ("ada", "bob", "eve"))
        self.profile = ProfileFactory(name="Zqx Audit", users=[self.ada, self.bob])
        self.project = ProjectFactory(name="Zqx Line")
        ProjectAccessFactory(user=self.ada, project=self.project)
        UserRecord.objects.create(user=self.eve, deprovisioned_at="2026-01-01T00:00:00Z")
        User.objects.filter(pk=self.eve.pk).update(is_active=False)
        LoginSession.objects.create(user=self.ada, session_key="zqx")

    @property
    def one(self) -> str:
        return f"/Users/{self.ada.pk}"

    @property
    def group(self) -> str:
        return f"/Groups/profile-{self.profile.pk}"

    @property
    def level(self) -> str:
        return f"/Groups/project-{self.project.pk}-full"

    def members(self, op: str, *users: User) -> dict[str, Any]:
        return {"op": op, "path": "members", "value": [{"value": str(user.pk)} for user in users]}


def seen() -> dict[str, Any]:
    """What the product and the auditor see, whatever the keys and times are."""
    events = Event.objects.filter(outcome__lt=400).order_by("pk")
    return {
        "users": sorted(User.objects.values_list("username", "is_active", "job_title", "first_name")),
        "profiles": sorted(Profile.objects.values_list("name", "users__username"), key=str),
        "access": sorted(ProjectAccess.objects.values_list("project__name", "user__username", "level")),
        "records": sorted(UserRecord.objects.values_list("user__username", "external_id"), key=str),
        "events": [(event.operation, event.resource_type, event.outcome, len(event.changes)) for event in events],
    }


def bulk(world: World) -> Answer:
    posts = [
        {"method": "POST", "path": "/Users", "bulkId": name, "data": user(name, externalId="Zqx")}
        for name in ("new", "newer")
    ]
    added = world.members("add", world.ada)
    patch = {"method": "PATCH", "path": world.level, "data": {"schemas": [], "Operations": [added]}}
    return world.scim.post("/Bulk", {"schemas": [BULK], "Operations": [*posts, patch]})


def title(value: str, path: str = "title") -> dict[str, Any]:
    return {"op": "replace", "path": path, "value": value}


def by_cursor(world: World) -> Answer:
    first = world.scim.get("/Users", cursor="", count=1)
    return first if first.is_error else world.scim.get("/Users", cursor=first.json["nextCursor"], count=1)


Request = Callable[[World], Answer]
WRITES: dict[str, Request] = {
    "create": lambda of: of.scim.post("/Users", user("new", title="Zqx", externalId="Zqx")),
    "bring back": lambda of: of.scim.post("/Users", user("eve")),
    "replace": lambda of: of.scim.put(of.one, user("ada", title="Zqx", nickName="Zqx")),
    "patch": lambda of: of.scim.patch(of.one, title("Zqx"), title("Zqx", "externalId")),
    "deactivate": lambda of: of.scim.patch(of.one, {"op": "replace", "path": "active", "value": False}),
    "delete": lambda of: of.scim.delete(of.one),
    "assign in the user": lambda of: of.scim.patch(
        of.one, {"op": "replace", "path": "groups", "value": [{"value": of.level.rpartition("/")[2]}]}
    ),
    "add members": lambda of: of.scim.patch(of.level, of.members("add", of.ada, of.bob)),
    "remove a member": lambda of: of.scim.patch(of.group, of.members("remove", of.ada)),
    "replace members": lambda of: of.scim.patch(of.group, of.members("replace", of.bob)),
    "create a group": lambda of: of.scim.post(
        "/Groups", {"displayName": "Zqx New", "members": of.members("add", of.ada)["value"]}
    ),
    "rename a group": lambda of: of.scim.patch(of.group, title("Zqx New", "displayName")),
    "delete a group": lambda of: of.scim.delete(of.group),
    "bulk": bulk,
}
READS: dict[str, Request] = {
    "user": lambda of: of.scim.get(of.one),
    "group": lambda of: of.scim.get(of.group),
    "list of many": lambda of: of.scim.get("/Users", count=MANY, attributes="userName"),
    "filter": lambda of: of.scim.get("/Users", filter='userName eq "ada@example.com"'),
    "sort": lambda of: of.scim.get("/Groups", sortBy="displayName"),
    "groups": lambda of: of.scim.get("/Groups"),
    "cursor": by_cursor,
    "search": lambda of: of.scim.post("/.search", {"filter": 'displayName co "Zqx"'}),
    "discovery": lambda of: of.scim.get("/Schemas"),
}
RECORDED: dict[str, Request] = {
    "taken": lambda of: of.scim.post("/Users", user("bob", externalId="Zqx")),
    "invalid": lambda of: of.scim.patch(of.one, {"op": "replace", "path": "active", "value": "Zqx"}),
}
REFUSALS: dict[str, Request] = {
    **RECORDED,
    "unknown": lambda of: of.scim.get("/Users/0"),
    "stranger": lambda of: ScimClient("Zqx").get("/Users"),
}


@pytest.fixture
def world(scim: ScimClient, settings: Any) -> World:
    settings.SCIM_PROVISIONING = {
        **settings.SCIM_PROVISIONING,
        "USER_ADAPTER": f"{__name__}.AssigningAdapter",
        "GROUP_ADAPTERS": [f"{__name__}.OpenAdapter", "example_project.scim.ProjectAccessAdapter"],
        "MAX_REQUESTS_PER_MINUTE": None,
        "MAX_FAILURES_PER_MINUTE": None,
    }
    world = World(scim)
    world.make()
    return world


def interrupted(world: World, request: Request, at: int, *, is_real: bool = False) -> tuple[Answer, Outage]:
    """The answer to a request, which is the first for a while, while the database goes away at its n-th point."""
    Connection.objects.update(last_used_at=None)
    outage = Outage(at, is_real=is_real)
    with outage.over():
        answer = request(world)
    return answer, outage


def asks_to_wait(answer: Answer) -> bool:
    return (answer.status, answer.headers.get("Retry-After")) == (503, "30")


def nothing_personal(caplog: pytest.LogCaptureFixture, scim: ScimClient) -> None:
    for record in caplog.records:
        text = f"{logging.Formatter().format(record)} {vars(record)}".lower()
        assert not [word for word in (*PERSONAL, str(scim.token).lower()) if word in text], text
    caplog.clear()


@pytest.mark.threat(35, "C8")
@pytest.mark.parametrize("name", [name for name in WRITES if name != "bulk"])
def test_a_write_is_carried_out_wholly_or_not_at_all(world: World, caplog: pytest.LogCaptureFixture, name: str) -> None:
    write_interrupted_everywhere(world, caplog, WRITES[name])


@pytest.mark.threat(35, "C8")
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no server that could end a connection")
@pytest.mark.parametrize("name", ["patch", "add members"])
def test_so_it_is_when_the_server_ends_the_connection(
    world: World, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    write_interrupted_everywhere(world, caplog, WRITES[name], is_real=True)


def write_interrupted_everywhere(
    world: World, caplog: pytest.LogCaptureFixture, request: Request, *, is_real: bool = False
) -> None:
    caplog.set_level(logging.DEBUG, "scim_provisioning")
    success = request(world).status
    assert success in (200, 201, 204)
    done = seen()
    world.make()
    before, points = rows(), Counter[bool]()
    while True:
        answer, outage = interrupted(world, request, points.total() + 1, is_real=is_real)
        if not outage.has_begun:
            break
        points[outage.committed] += 1
        nothing_personal(caplog, world.scim)
        assert asks_to_wait(answer) or (outage.committed and answer.status == success), (points, answer)
        if outage.committed:
            assert seen() == done, points
            world.make()
            before = rows()
        else:
            assert rows() == before, points
    assert answer.status == success
    assert seen() == done
    assert points[False] > 5


def test_a_bulk_job_ends_and_tells_what_was_done(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "scim_provisioning")
    point, ends = 0, Counter[tuple[str, ...]]()
    while True:
        answer, outage = interrupted(world, bulk, point := point + 1)
        if not outage.has_begun:
            break
        nothing_personal(caplog, world.scim)
        events = seen()["events"]
        if answer.status == 200:
            statuses = [result["status"] for result in answer.json["Operations"]]
            assert statuses[-1] == "503" or len(statuses) == 3
            assert "503" not in statuses[:-1]
            told = [str(outcome) for _, _, outcome, _ in events]
            assert told[: len(statuses) - (statuses[-1] == "503")] == [one for one in statuses if one != "503"]
            assert len(told) <= len(statuses)
            ends[tuple(statuses)] += 1
        else:
            assert asks_to_wait(answer)
            assert events == []
        if events:
            world.make()
    assert ends.keys() == {("503",), ("201", "503"), ("201", "201", "503")}
    assert [result["status"] for result in answer.json["Operations"]] == ["201", "201", "204"]


@pytest.mark.parametrize("name", READS)
def test_a_read_is_put_off(world: World, caplog: pytest.LogCaptureFixture, name: str) -> None:
    caplog.set_level(logging.DEBUG, "scim_provisioning")
    request, point = READS[name], 0
    if "many" in name:
        User.objects.bulk_create(UserFactory.build(username=f"zqx{number}") for number in range(MANY))
    whole, before = request(world).json, rows()
    while True:
        answer, outage = interrupted(world, request, point := point + 1)
        if not outage.has_begun:
            break
        nothing_personal(caplog, world.scim)
        assert asks_to_wait(answer), (point, answer)
    assert answer.json.keys() == whole.keys()
    assert rows() == before
    assert point > 2


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_is_put_off_or_given(world: World, caplog: pytest.LogCaptureFixture, name: str) -> None:
    """What is refused stays refused if the database goes away where that would be recorded."""
    caplog.set_level(logging.DEBUG, "scim_provisioning")
    request, point, answers = REFUSALS[name], 0, Counter[int]()
    refused, before = request(world).status, rows()
    while True:
        Event.objects.all().delete()
        answer, outage = interrupted(world, request, point := point + 1)
        if not outage.has_begun:
            break
        nothing_personal(caplog, world.scim)
        assert asks_to_wait(answer) or answer.status == refused, (point, answer)
        assert rows() == before
        answers[answer.status] += 1
    assert answer.status == refused
    assert answers.keys() == ({503, refused} if name in RECORDED else {503})
