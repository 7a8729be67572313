"""One row per user and project, whatever levels are granted: the Groups say what sets would say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import product
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from scim_provisioning.adapters.registry import Directory
from scim_provisioning.models import Connection, Event, Remembered
from scim_provisioning.operations import connections
from scim_provisioning.operations.members import change_members
from scim_provisioning.protocol.sets import ALL, SetChange
from tests.scim import CORE_GROUP, ScimClient

from . import oracle
from .models import Access, Project
from .oracle import LEVELS, Cell

pytestmark = pytest.mark.django_db

LENGTH = 4
TWO_LEVELS = [
    *product(("add", "remove", "replace with", "replace without"), LEVELS[:2]),
    *product(["put"], LEVELS[:2]),
    ("delete", ""),
]
THREE_LEVELS = [*product(("add", "remove"), LEVELS), *product(["put"], [*LEVELS, "root"]), ("delete", "")]
SETS = {"replace with": "add", "replace without": "remove"}
"""What a replacement of all members is for the one who comes in by it, or who is no longer among them."""


class Crowd:
    """Users in one project, each with a sequence of steps of its own, who take the steps together."""

    def __init__(self, sequences: list[tuple[tuple[str, str], ...]]) -> None:
        self.directory = Directory(Connection(enabled=True), "")
        self.groups = {groups.level: groups for groups in self.directory.groups}
        self.project = Project.objects.create(name="Line")
        users = User.objects.bulk_create(User(username=str(number), password="!") for number in range(len(sequences)))
        self.sequences = {user.pk: sequence for user, sequence in zip(users, sequences, strict=True)}
        self.cells = {user.pk: Cell() for user in users}

    def take(self, number: int) -> None:
        """That step of everybody's sequence: all who take the same one do so in one request."""
        together: dict[tuple[str, str], set[int]] = defaultdict(set)
        for user, sequence in self.sequences.items():
            together[sequence[number]].add(user)
        for (verb, level), users in together.items():
            getattr(self, verb.replace(" ", "_"))(level, users)
            step = (SETS.get(verb, verb), level)
            self.cells |= {user: self.cells[user].after(step) for user in users}

    def add(self, level: str, users: set[int]) -> None:
        self.change(level, SetChange().then(add=ids(users)))

    def remove(self, level: str, users: set[int]) -> None:
        self.change(level, SetChange().then(drop=ids(users)))

    def replace_with(self, level: str, users: set[int]) -> None:
        self.change(level, SetChange().then(ALL, ids(self.holding(level) | users)))

    def replace_without(self, level: str, users: set[int]) -> None:
        self.change(level, SetChange().then(ALL, ids(self.holding(level) - users)))

    def put(self, level: str, users: set[int]) -> None:
        oracle.put(self.project, users, level)

    def delete(self, level: str, users: set[int]) -> None:
        oracle.delete(self.project, users)

    def holding(self, level: str) -> set[int]:
        return {user for user, cell in self.cells.items() if level in cell.granted}

    def change(self, level: str, change: SetChange) -> None:
        with transaction.atomic():
            change_members(self.groups[level], self.project, change)

    def check(self) -> None:
        assert oracle.members(self.directory, self.project) == {level: self.holding(level) for level in LEVELS}
        assert oracle.rows(self.project) == {user: cell.row for user, cell in self.cells.items() if cell.row}


def ids(users: Iterable[int]) -> frozenset[str]:
    return frozenset(map(str, users))


@pytest.mark.parametrize("steps", [TWO_LEVELS, THREE_LEVELS], ids=["two levels", "three levels and root"])
def test_every_sequence_of_four_steps_leaves_what_sets_would(steps: list[tuple[str, str]]) -> None:
    """The shorter ones are how the longer ones begin."""
    crowd = Crowd(list(product(steps, repeat=LENGTH)))
    for number in range(LENGTH):
        crowd.take(number)
        crowd.check()


class TestALongerHistory(TestCase):
    """Of one user, with three levels and one that no Group has, over HTTP."""

    steps = st.sampled_from([*THREE_LEVELS, *product(("join", "leave"), LEVELS)])

    @settings(max_examples=25)
    @given(st.lists(steps, max_size=12))
    def test_leaves_what_sets_would(self, history: list[tuple[str, str]]) -> None:
        scim = ScimClient(connections.enable()[1])
        project, user = Project.objects.create(name="Line"), User.objects.create_user("ada")
        directory = Directory(Connection(), "")
        cell = Cell()
        for verb, level in history:
            group, address = f"project-{project.pk}-{level}", f"/Users/{user.pk}"
            match verb:
                case "add":
                    answer = scim.patch(f"/Groups/{group}", member("add", user))
                case "remove":
                    answer = scim.patch(f"/Groups/{group}", member("remove", user))
                case "join":  # the same from the user's side
                    answer = scim.patch(address, {"op": "add", "path": "groups", "value": [{"value": group}]})
                case "leave":
                    answer = scim.patch(address, {"op": "remove", "path": f'groups[value eq "{group}"]'})
                case "put":
                    answer = oracle.put(project, [user.pk], level)
                case _:
                    answer = oracle.delete(project, [user.pk])
            assert answer is None or answer.status in (200, 204), answer
            cell = cell.after(({"join": "add", "leave": "remove"}.get(verb, verb), level))
            assert oracle.rows(project) == ({user.pk: cell.row} if cell.row else {})
            granted = {level for level in LEVELS if level in cell.granted}
            assert {level for level, users in oracle.members(directory, project).items() if users} == granted
            shown = {one["value"] for one in scim.get(address).json.get("groups", [])}
            assert shown == {f"project-{project.pk}-{level}" for level in granted}


def member(op: str, user: User) -> dict[str, Any]:
    if op == "remove":
        return {"op": "remove", "path": f'members[value eq "{user.pk}"]'}
    return {"op": op, "path": "members", "value": [{"value": str(user.pk)}]}


class Line:
    """One project, one user, and the addresses of its Groups."""

    def __init__(self, scim: ScimClient) -> None:
        self.scim = scim
        self.project = Project.objects.create(name="Line")
        self.ada = User.objects.create_user("ada")

    def address(self, level: str) -> str:
        return f"/Groups/project-{self.project.pk}-{level}"

    def change(self, op: str, level: str) -> None:
        assert self.scim.patch(self.address(level), member(op, self.ada)).status == 204

    @property
    def groups(self) -> list[str]:
        shown = self.scim.get(f"/Users/{self.ada.pk}").json.get("groups", [])
        return [one["display"] for one in shown]

    @property
    def level(self) -> str | None:
        return oracle.rows(self.project).get(self.ada.pk)


@pytest.fixture
def line(scim: ScimClient) -> Line:
    return Line(scim)


def test_taking_the_higher_level_away_falls_back_to_the_lower(line: Line) -> None:
    for level in ("owner", "viewer"):
        line.change("add", level)
    assert (line.level, line.groups) == ("owner", ["Line (Viewers)", "Line (Owners)"])
    row = Access.objects.get()
    line.change("remove", "owner")
    assert (line.level, line.groups) == ("viewer", ["Line (Viewers)"])
    lowered = Access.objects.get()
    assert lowered.pk == row.pk
    assert lowered.changed_at > row.changed_at
    line.change("remove", "viewer")
    assert line.groups == []
    assert not Access.objects.exists()
    assert not Remembered.objects.exists()


def test_a_replacement_of_the_members_falls_back_too(line: Line) -> None:
    for level in ("viewer", "editor"):
        line.change("add", level)
    body = {"schemas": [CORE_GROUP], "displayName": "Line (Editors)"}
    assert line.scim.put(line.address("editor"), body).status == 200
    assert (line.level, line.groups) == ("viewer", ["Line (Viewers)"])


def test_a_row_that_the_product_made_anew_brings_no_grant_back(line: Line) -> None:
    for level in ("viewer", "owner"):
        line.change("add", level)
    oracle.delete(line.project, [line.ada.pk])
    assert line.groups == []
    oracle.put(line.project, [line.ada.pk], "owner")
    assert line.groups == ["Line (Owners)"]
    line.change("remove", "owner")
    assert line.level is None


def test_a_level_that_no_group_has_is_never_taken_away(line: Line) -> None:
    oracle.put(line.project, [line.ada.pk], "root")
    line.change("add", "editor")
    assert (line.level, line.groups) == ("root", ["Line (Editors)"])
    line.change("remove", "editor")
    assert (line.level, line.groups) == ("root", [])
    assert line.scim.delete(f"/Users/{line.ada.pk}").status == 204
    assert line.level == "root"


def test_what_is_remembered_is_found_like_what_is_in_the_row(line: Line) -> None:
    for level in ("owner", "viewer"):
        line.change("add", level)
    viewers = f"project-{line.project.pk}-viewer"
    User.objects.filter(pk=line.ada.pk).update(first_name="Ada")
    for filter in (f'members.value eq "{line.ada.pk}"', 'members[display eq "ada"]'):
        found = line.scim.get("/Groups", filter=f'{filter} and displayName co "view"')
        assert found.ids == [viewers]
    for filter in (f'groups.value eq "{viewers}"', 'groups[display eq "line (viewers)"]'):
        assert line.scim.get("/Users", filter=filter).ids == [str(line.ada.pk)]
    assert line.scim.get("/Users", filter='groups.display eq "Line (Editors)"').ids == []
    assert line.scim.patch(line.address("viewer"), {"op": "remove", "path": 'members[display sw "a"]'}).status == 204
    assert line.groups == ["Line (Owners)"]


def test_a_deleted_user_leaves_every_level_at_a_cost_that_does_not_grow(
    line: Line, django_assert_max_num_queries: Any
) -> None:
    projects = [Project.objects.create(name=str(number)) for number in range(40)]
    Access.objects.bulk_create(Access(project=one, user=line.ada, level="owner") for one in projects)
    for one in projects[:20]:
        assert line.scim.patch(f"/Groups/project-{one.pk}-viewer", member("add", line.ada)).status == 204
    with django_assert_max_num_queries(45):
        assert line.scim.delete(f"/Users/{line.ada.pk}").status == 204
    assert not Access.objects.exists()
    assert not Remembered.objects.exists()
    event = Event.objects.latest("pk")
    left = [change["resource"] for change in event.changes if change["path"] == "members"]
    assert sorted(left) == sorted(
        f"project-{one.pk}-{level}"
        for number, one in enumerate(projects)
        for level in ("viewer", "owner")
        if level == "owner" or number < 20
    )


COSTS = [
    ("add", "owner", 13),
    ("add", "viewer", 13),
    ("remove", "owner", 14),
    ("add", "owner", 14),
    ("remove", "viewer", 13),
    ("remove", "owner", 13),
]
"""Requests in a row, and how many statements each takes."""


@pytest.mark.parametrize("size", [10, 1_000])
def test_one_member_costs_the_same_in_a_small_and_a_large_group(line: Line, size: int) -> None:
    crowd = User.objects.bulk_create(User(username=str(number), password="!") for number in range(size))
    oracle.put(line.project, [user.pk for user in crowd], "owner")
    for level in ("viewer", "owner"):  # the records are there, and everybody has both levels
        value = [{"value": str(user.pk)} for user in crowd]
        assert line.scim.patch(line.address(level), {"op": "add", "path": "members", "value": value}).status == 204
        assert line.scim.patch(line.address(level), {"op": "add", "path": "externalId", "value": "x"}).status == 204
    for op, level, cost in COSTS:
        with CaptureQueriesContext(connection) as queries:
            line.change(op, level)
        asked = [sql for query in queries if not (sql := query["sql"]).startswith(("SAVEPOINT", "RELEASE"))]
        assert len(asked) == cost + (connection.vendor == "sqlite"), asked
    assert line.level is None


@pytest.mark.threat(40)
def test_thousands_come_in_a_few_statements_for_each_batch(line: Line) -> None:
    crowd = User.objects.bulk_create(User(username=str(number), password="!") for number in range(2_500))
    value = [{"value": str(user.pk)} for user in crowd]
    for level, above in (("viewer", None), ("owner", "viewer")):
        with CaptureQueriesContext(connection) as queries:
            body = {"op": "replace", "path": "members", "value": value}
            assert line.scim.patch(line.address(level), body).status == 204
        assert len(queries) < 100
        assert Access.objects.filter(level=level).count() == 2_500
        assert Remembered.objects.filter(level=above).count() == 2_500 * (above is not None)


class TestFromTheUser:
    def test_all_levels_of_all_projects_are_said_at_once(self, line: Line) -> None:
        other = Project.objects.create(name="Cable")

        def after(*groups: str) -> tuple[list[str], dict[str, str]]:
            value = [{"display": group} for group in groups]
            answer = line.scim.patch(f"/Users/{line.ada.pk}", {"op": "replace", "path": "groups", "value": value})
            assert answer.status == 200, answer
            rows = {access.project.name: access.level for access in Access.objects.select_related("project")}
            return sorted(one["display"] for one in answer.json["groups"]), rows

        everything = ["Cable (Editors)", "Line (Owners)", "Line (Viewers)"]
        assert after(*everything) == (everything, {"Cable": "editor", "Line": "owner"})
        assert after("Line (Viewers)") == (["Line (Viewers)"], {"Line": "viewer"})
        assert after("Line (Editors)", "Cable (Viewers)") == (
            ["Cable (Viewers)", "Line (Editors)"],
            {"Cable": "viewer", "Line": "editor"},
        )
        assert Event.objects.latest("pk").changes == [
            {"resource": f"project-{row.pk}-{level}", "path": "members", "added": added, "removed": removed}
            for row, level, added, removed in (
                (line.project, "viewer", [], [str(line.ada.pk)]),
                (other, "viewer", [str(line.ada.pk)], []),
                (line.project, "editor", [str(line.ada.pk)], []),
            )
        ]

    @pytest.mark.parametrize("size", [10, 300])
    def test_one_group_costs_the_same_beside_few_and_many(self, line: Line, size: int) -> None:
        projects = Project.objects.bulk_create(Project(name=str(number)) for number in range(size))
        Access.objects.bulk_create(Access(project=one, user=line.ada, level="owner") for one in projects)
        costs = []
        for op in ("add", "remove"):
            value = [{"value": f"project-{line.project.pk}-editor"}]
            with CaptureQueriesContext(connection) as queries:
                answer = line.scim.patch(
                    f"/Users/{line.ada.pk}", {"op": op, "path": "groups", "value": value}, attributes="userName"
                )
            assert answer.status == 200
            costs.append(len([one for one in queries if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))]))
        assert costs == [cost + (connection.vendor == "sqlite") for cost in (14, 12)]
