"""What a tenant is told, and what it does, is as if there were no other."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.db import transaction

from scim_provisioning.adapters import ENTERPRISE_USER
from scim_provisioning.models import Event
from tests.scim import CORE_GROUP, CORE_USER, Answer, user

from .models import User
from .worlds import World, comparable, entangle, left_of, world

pytestmark = pytest.mark.django_db

Request = Callable[[World], Answer]
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"

FILTERS = {
    "/Users": [
        'userName eq "ANN@example.com"',
        'externalId eq "E-ann"',
        'emails.value eq "ann@example.com"',
        'not (userName eq "ann@example.com")',
        'groups.display eq "editors"',
        'groups.display sw "Grid"',
        'groups.value eq "{theirs.editors}"',
        'groups.value eq "{mine.editors}"',
        "groups pr",
        'manager.value eq "{mine.boss}"',
        'manager.value eq "{theirs.boss}"',
        'manager.displayName co "boss"',
        "manager pr",
        'id eq "{theirs.ann}"',
        'meta.location co "{theirs.ann}"',
        'userName eq "cid@example.com"',
    ],
    "/Groups": [
        'displayName eq "editors"',
        'displayName eq "Grid (Read-only)"',
        'externalId eq "E-editors"',
        'externalId eq "E-shared"',
        'displayName eq "shared by all"',
        "externalId pr",
        'members.value eq "{mine.ann}"',
        'members.value eq "{theirs.ann}"',
        'members.display co "ann"',
        'not (members.value eq "{mine.bob}")',
        "members pr",
        'id eq "{theirs.editors}"',
        'meta.lastModified gt "2020-01-01T00:00:00Z"',
    ],
}


def replaced(path: str, value: Any) -> dict[str, Any]:
    return {"op": "replace", "path": path, "value": value}


def members(*ids: str) -> list[dict[str, str]]:
    return [{"value": id} for id in ids]


def bulk(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [BULK], "Operations": list(operations)}


def reads(mine: World, theirs: World) -> Iterator[tuple[str, Request]]:
    """Lists, searches and single resources."""
    for endpoint, filters in FILTERS.items():
        for filter in filters:
            asked = filter.format(mine=mine, theirs=theirs)
            yield f"{endpoint} {filter}", lambda one, at=endpoint, asked=asked: one.scim.get(at, filter=asked)
        for query in (
            {},
            {"count": 0},
            {"startIndex": 2, "count": 1},
            {"cursor": "", "count": 1},
            {"sortBy": "displayName"},
            {"sortBy": "members.display" if endpoint == "/Groups" else "groups.display", "sortOrder": "descending"},
            {"sortBy": "members.value" if endpoint == "/Groups" else f"{ENTERPRISE_USER}:manager.displayName"},
            {"attributes": "members,groups,externalId"},
        ):
            yield f"{endpoint} {query}", lambda one, at=endpoint, query=query: one.scim.get(at, **query)
        yield f"{endpoint} by cursor", lambda one, at=endpoint: second_page(one, at)
    for filter in ('displayName co "e"', 'externalId sw "E-"', 'id eq "{theirs.ann}"'):
        body = {"schemas": [SEARCH], "filter": filter.format(mine=mine, theirs=theirs), "sortBy": "id"}
        yield f"/.search {filter}", lambda one, body=body: one.scim.post("/.search", body)
    for name in ("ann", "bob", "boss", "cid"):
        yield f"/Users/ {name}", lambda one, name=name: one.scim.get(f"/Users/{mine.ids[name]}")
        yield f"/Users/ their {name}", lambda one, name=name: one.scim.get(f"/Users/{theirs.ids[name]}")
    for name in ("editors", "readers", "grid", "shared"):
        yield f"/Groups/ {name}", lambda one, name=name: one.scim.get(f"/Groups/{mine.ids[name]}")
        yield f"/Groups/ their {name}", lambda one, name=name: one.scim.get(f"/Groups/{theirs.ids[name]}")
    for path in ("/ServiceProviderConfig", "/ResourceTypes", "/Schemas"):
        yield path, lambda one, path=path: one.scim.get(path)


def writes(mine: World, theirs: World) -> Iterator[tuple[str, Request]]:
    """Everything that changes something, or tries to reach what is another's."""
    body = {"schemas": [CORE_GROUP], "displayName": "Editors", "members": members(mine.bob)}
    manager = f"{ENTERPRISE_USER}:manager"
    yield "make a user", lambda one: one.scim.post("/Users", user("new"))
    yield "make a user who is there", lambda one: one.scim.post("/Users", user("ANN"))
    yield "make a deleted user again", lambda one: one.scim.post("/Users", user("cid"))
    yield "make a team", lambda one: one.scim.post("/Groups", body | {"displayName": "New"})
    yield "make a team that is there", lambda one: one.scim.post("/Groups", body)
    yield "make a team with their user", lambda one: one.scim.post("/Groups", body | {"members": members(theirs.ann)})
    yield "take a name", lambda one: one.scim.patch(f"/Users/{mine.bob}", replaced("userName", "ann@example.com"))
    yield "get a manager", lambda one: one.scim.patch(f"/Users/{mine.boss}", replaced(manager, {"value": mine.ann}))
    yield "get their manager", lambda one: one.scim.patch(f"/Users/{mine.ann}", replaced(manager, theirs.boss))
    yield "lose a manager", lambda one: one.scim.patch(f"/Users/{mine.bob}", {"op": "remove", "path": manager})
    yield "replace a user", lambda one: one.scim.put(f"/Users/{mine.ann}", {"schemas": [CORE_USER], "userName": "x"})
    for name in ("ann", "bob", "boss"):
        yield f"switch off {name}", lambda one, name=name: one.scim.patch(f"/Users/{mine.ids[name]}", OFF)
        yield f"delete {name}", lambda one, name=name: one.scim.delete(f"/Users/{mine.ids[name]}")
    for group in ("editors", "grid", "shared"):
        at = f"/Groups/{mine.ids[group]}"
        for what, operation in {
            "add mine to": {"op": "add", "path": "members", "value": members(mine.boss)},
            "add theirs to": {"op": "add", "path": "members", "value": members(theirs.bob)},
            "remove mine from": {"op": "remove", "path": f'members[value eq "{mine.ann}"]'},
            "remove theirs from": {"op": "remove", "path": f'members[value eq "{theirs.ann}"]'},
            "remove by name from": {"op": "remove", "path": 'members[display co "ann"]'},
            "empty": {"op": "remove", "path": "members"},
            "fill": replaced("members", members(mine.boss, mine.ann)),
            "rename": replaced("displayName", "Readers"),
            "note an external id of": replaced("externalId", "E-readers"),
        }.items():
            yield f"{what} {group}", lambda one, at=at, operation=operation: one.scim.patch(at, operation)
        yield f"delete {group}", lambda one, at=at: one.scim.delete(at)
    for path in (f"/Users/{theirs.ann}", f"/Groups/{theirs.editors}", f"/Groups/{theirs.grid}"):
        kind = path.split("-")[0].removesuffix(theirs.ann)
        yield f"change their {kind}", lambda one, path=path: one.scim.patch(path, replaced("externalId", "x"))
        yield f"replace their {kind}", lambda one, path=path: one.scim.put(path, body | {"userName": "x"})
        yield f"delete their {kind}", lambda one, path=path: one.scim.delete(path)
    yield (
        "in bulk",
        lambda one: one.scim.post(
            "/Bulk",
            bulk(
                {"method": "POST", "path": "/Users", "bulkId": "u", "data": user("new")},
                {"method": "POST", "path": "/Users", "bulkId": "v", "data": user("bob")},
                {
                    "method": "PATCH",
                    "path": f"/Groups/{mine.editors}",
                    "data": {"Operations": [{"op": "add", "path": "members", "value": members("bulkId:u")}]},
                },
                {
                    "method": "PATCH",
                    "path": f"/Groups/{mine.readers}",
                    "data": {"Operations": [{"op": "add", "path": "members", "value": members(theirs.ann)}]},
                },
                {"method": "DELETE", "path": f"/Users/{theirs.bob}"},
            ),
        ),
    )


OFF = replaced("active", False)


def second_page(one: World, endpoint: str) -> Answer:
    first = one.scim.get(endpoint, cursor="", count=1, sortBy="displayName")
    return one.scim.get(endpoint, cursor=first.json["nextCursor"], count=1, sortBy="displayName")


class RollBack(Exception):
    """Ends a what-if."""


def told(request: Request, one: World, other: World | None = None) -> list[str]:
    """What a request is answered, and what its Event says; it must leave the other alone.

    Nothing of it stays in the database.
    """
    said: list[str] = []
    before = other.rows() if other else {}
    with contextlib.suppress(RollBack), transaction.atomic():
        events = Event.objects.filter(connection=one.connection).order_by("pk")
        noted_before = events.count()
        answer = request(one)
        fields = ("operation", "resource_type", "resource", "outcome", "scim_type", "adopted", "changes")
        noted = json.dumps(list(events.values(*fields)[noted_before:]))
        headers = [str(answer.headers.get(name)) for name in ("Location", "ETag")]
        said = [str(answer.status), *comparable([answer.body.decode(), noted, *headers], one)]
        assert other is None or other.rows() == left_of(before)
        raise RollBack
    return said


@pytest.fixture
def acme() -> Iterator[World]:
    with time_machine.travel("2026-11-24T08:00:00Z", tick=False):
        yield world("acme")


@pytest.mark.threat(55)
@pytest.mark.parametrize("requests", [reads, writes])
def test_a_tenant_is_told_and_does_the_same_without_another(
    acme: World, requests: Callable[[World, World], Iterator[tuple[str, Request]]]
) -> None:
    together: dict[str, list[str]] = {}
    with contextlib.suppress(RollBack), transaction.atomic():
        globex = world("globex")
        entangle(acme, globex)
        for name, request in requests(acme, globex):
            together[name] = told(request, acme, globex if requests is writes else None)
        raise RollBack
    User.objects.filter(pk=acme.bob).update(manager=None)  # the one whom the other has given him is not seen
    alone = {name: told(request, acme) for name, request in requests(acme, globex)}
    assert together == alone
