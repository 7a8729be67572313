"""What a request costs does not grow with the number of users, of members or of groups (but by what it returns)."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connections as databases
from django.test.utils import CaptureQueriesContext

from .case import ContractCase
from .client import Answer

CROWD = 8
"""How many users come between the first and the second count."""


class CostContract(ContractCase):
    """Queries, counted at two sizes."""

    def test_reading_users_costs_the_same_however_many_there_are(self) -> None:
        self.costs_the_same(
            {
                "a page of users": lambda: self.scim.get("/Users", count=2),
                "a page of all users": lambda: self.scim.get("/Users"),
                "a user by its name": lambda: self.scim.get("/Users", filter=f'userName eq "{self.name_of(1)}"'),
                "one user": lambda: self.scim.get(f"/Users/{self.made[0]['id']}"),
            },
            lambda: None,
            "get_queryset, and sources that ask the database in `read`",
        )

    def test_reading_groups_costs_the_same_however_many_members_they_have(self) -> None:
        ids = self.groups()
        reads: dict[str, Callable[[], Answer]] = {
            f"the group {id}": lambda id=id: self.scim.get(f"/Groups/{id}")  # type: ignore[misc]
            for id in ids
        }
        for id in ids:
            self.join(id, [self.made[0]["id"]])
        self.costs_the_same(
            reads | {"all groups": lambda: self.scim.get("/Groups")},
            lambda: [self.join(id, [user["id"] for user in self.crowd]) for id in ids],
            "the source of members",
        )

    def test_adding_a_member_costs_the_same_however_many_there_are(self) -> None:
        for id in self.groups():
            self.join(id, [self.made[0]["id"]])
            few = self.count(lambda id=id: self.join(id, [self.made[1]["id"]]))  # type: ignore[misc]
            self.gather()
            self.join(id, [user["id"] for user in self.crowd])
            many = self.count(lambda id=id: self.join(id, [self.made[2]["id"]]))  # type: ignore[misc]
            self.assertEqual(few, many, f"Queries to add a member to {id}. Look at: the source of members, and signals")

    # What the tests share

    def setUp(self) -> None:
        super().setUp()
        self.crowd: list[dict[str, object]] = []

    def groups(self) -> list[str]:
        """The ids of a new group of each adapter at each level that has members."""
        return [
            groups.id_of(self.make_group(groups.adapter, f"Group {number + 1}"))
            for number, groups in enumerate(self.directory().groups)
            if groups.membership is not None
        ]

    def gather(self) -> None:
        """Make the crowd, once."""
        if not self.crowd:
            self.crowd = [self.make_user(userName=self.name_of(30 + number)) for number in range(CROWD)]

    def join(self, id: str, users: list[object]) -> Answer:
        """Put users in a group."""
        change = {"op": "add", "path": "members", "value": [{"value": user} for user in users]}
        return self.expect(self.scim.patch(f"/Groups/{id}", change), 204, "the source of members")

    def count(self, request: Callable[[], Answer]) -> int:
        """How many queries a request costs."""
        with CaptureQueriesContext(databases["default"]) as queries:
            self.expect(request(), (200, 204), "the adapters")
        return len(queries)

    def costs_the_same(self, requests: dict[str, Callable[[], Answer]], grow: Callable[[], object], hint: str) -> None:
        """Fail for each request that costs more queries when there are many than when there are few."""
        before = {what: self.count(request) for what, request in requests.items()}
        self.gather()
        grow()
        for what, request in requests.items():
            with self.subTest(what):
                many = self.count(request)
                self.assertEqual(
                    before[what],
                    many,
                    f"Queries for {what}: {before[what]} with few, {many} with many. Look at: {hint}",
                )
