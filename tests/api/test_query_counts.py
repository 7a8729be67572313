"""What a request costs does not grow with the number of users or members (but by what it returns)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from example_project.access.models import Level, ProjectAccess
from example_project.accounts.models import User
from tests.factories import ProfileFactory, ProjectFactory
from tests.scim import BASE, CORE_GROUP, Answer, ScimClient, user

SIZES = [10, 1_000]


class Crowd:
    """Many users who are all members of a profile and may all read a project, and one who is in neither."""

    def __init__(self, scim: ScimClient, size: int) -> None:
        self.scim = scim
        self.size = size
        self.members = User.objects.bulk_create(
            User(username=f"user{number}@example.com", first_name="A", last_name=str(number), password="!")
            for number in range(size)
        )
        self.outsider = User.objects.create(username="outsider@example.com", password="!")
        profile, project = ProfileFactory(), ProjectFactory()
        profile.users.add(*self.members)
        ProjectAccess.objects.bulk_create(
            ProjectAccess(user=member, project=project, level=Level.READ) for member in self.members
        )
        self.name = profile.name
        self.profile = f"/Groups/profile-{profile.pk}"
        self.project = f"/Groups/project-{project.pk}-read"
        self.somebody = f"/Users/{self.members[5].pk}"
        scim.get("/ServiceProviderConfig")  # the first request of a minute notes that the connection is in use

    def change(self, op: str, member: User) -> dict[str, Any]:
        if op == "remove":
            return {"op": "remove", "path": f'members[value eq "{member.pk}"]'}
        return {"op": op, "path": "members", "value": [{"value": str(member.pk)}]}


def patch_user(crowd: Crowd) -> Answer:
    return crowd.scim.patch(crowd.somebody, {"op": "replace", "path": "title", "value": "New"})


def put_user(crowd: Crowd) -> Answer:
    return crowd.scim.put(crowd.somebody, user("new", externalId="e-1"))


def add_member(crowd: Crowd) -> Answer:
    return crowd.scim.patch(crowd.profile, crowd.change("add", crowd.outsider))


def remove_member(crowd: Crowd) -> Answer:
    return crowd.scim.patch(crowd.profile, crowd.change("remove", crowd.members[5]))


def add_member_at_level(crowd: Crowd) -> Answer:
    return crowd.scim.patch(crowd.project, crowd.change("add", crowd.outsider))


def add_member_who_is_there(crowd: Crowd) -> Answer:
    return crowd.scim.patch(crowd.profile, crowd.change("add", crowd.members[5]))


def put_same_members(crowd: Crowd) -> Answer:
    members = [{"value": str(member.pk)} for member in crowd.members]
    body = {"schemas": [CORE_GROUP], "displayName": crowd.name, "members": members}
    return crowd.scim.put(crowd.profile, body, excludedAttributes="members")


READS: dict[str, tuple[int, Callable[[Crowd], Answer]]] = {
    "one user": (5, lambda crowd: crowd.scim.get(crowd.somebody)),
    "a user by userName": (5, lambda crowd: crowd.scim.get("/Users", filter='userName eq "USER5@example.com"')),
    "nobody": (2, lambda crowd: crowd.scim.get("/Users", filter='userName eq "nobody"')),
    "a page of users": (6, lambda crowd: crowd.scim.get("/Users", count=5)),
    "a page of as many users as there are members": (6, lambda crowd: crowd.scim.get("/Users", count=crowd.size)),
    "a page of users without groups": (4, lambda crowd: crowd.scim.get("/Users", excludedAttributes="groups", count=5)),
    "how many users there are": (2, lambda crowd: crowd.scim.get("/Users", count=0)),
    "a group with its members": (4, lambda crowd: crowd.scim.get(crowd.profile)),
    "a group without its members": (3, lambda crowd: crowd.scim.get(crowd.profile, excludedAttributes="members")),
    "the groups": (10, lambda crowd: crowd.scim.get("/Groups")),
    "the groups without their members": (7, lambda crowd: crowd.scim.get("/Groups", excludedAttributes="members")),
}
WRITES: dict[str, tuple[int, Callable[[Crowd], Answer]]] = {
    "create a user": (9, lambda crowd: crowd.scim.post("/Users", user("new"))),
    "patch a user": (10, patch_user),
    "put a user": (11, put_user),
    "delete a user": (14, lambda crowd: crowd.scim.delete(crowd.somebody)),
    "add a member": (12, add_member),
    "remove a member": (9, remove_member),
    "add a member at a level": (12, add_member_at_level),
    "add a member who is there": (6, add_member_who_is_there),
    "put the same members": (6, put_same_members),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("queries", "request_of"), READS.values(), ids=READS)
def test_what_a_read_costs(
    scim: ScimClient, django_assert_num_queries: Any, size: int, queries: int, request_of: Callable[[Crowd], Answer]
) -> None:
    crowd = Crowd(scim, size)
    with django_assert_num_queries(queries):
        assert request_of(crowd).status == 200


@pytest.mark.threat(40, "C10")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("queries", "request_of"), WRITES.values(), ids=WRITES)
def test_what_a_write_costs(
    scim: ScimClient, django_assert_num_queries: Any, size: int, queries: int, request_of: Callable[[Crowd], Answer]
) -> None:
    crowd = Crowd(scim, size)
    takes_the_lock = connection.vendor == "sqlite"  # SQLite cannot lock a row, so the first write locks all
    with django_assert_num_queries(queries + takes_the_lock):
        assert request_of(crowd).status in (200, 201, 204)


@pytest.mark.parametrize("size", SIZES)
def test_the_members_are_the_same_however_many_they_are(scim: ScimClient, size: int) -> None:
    crowd = Crowd(scim, size)
    expected = [
        {
            "value": str(member.pk),
            "$ref": f"http://testserver{BASE}/Users/{member.pk}",
            "display": f"A {member.last_name}",
            "type": "User",
        }
        for member in crowd.members
    ]
    for group in (crowd.profile, crowd.project):
        alone = scim.get(group).json
        assert sorted(alone["members"], key=lambda member: int(member["value"])) == expected
        (listed,) = scim.get("/Groups", filter=f'id eq "{alone["id"]}"').json["Resources"]
        assert listed == alone
