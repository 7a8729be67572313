"""The table between groups and users has what memberships need."""

from __future__ import annotations

from datetime import date
from typing import Any
from unittest import mock

import pytest
from django.db import models
from django.test.utils import isolate_apps

from example_project.access.models import Profile, Project, ProjectAccess
from example_project.accounts.models import User
from example_project.scim import ProfileAdapter, ProjectAccessAdapter
from scim_provisioning.adapters import Column, Members, Membership

from .reports import group_adapter, report, tells

NAME = {"displayName": Column("name")}
RIGHT = {"through": ProjectAccess, "group": "project", "user": "user", "level": "level"}


def teams(**members: Any) -> Any:
    """Projects with that `Members(…)`."""
    return group_adapter(ProjectAccessAdapter, attributes={**NAME, "members": Members(**{**RIGHT, **members})})


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"user": "employee"}, ["ProjectAccess.employee", "foreign key to User", 'user="<column>"']),
        ({"group": "level"}, ["ProjectAccess.level", "foreign key to Project", 'group="<column>"']),
        ({"group": "user"}, ["ProjectAccess.user", "foreign key to Project", 'group="<column>"']),
        ({"level": "rank"}, ["ProjectAccess has no column 'rank'", 'level="<column>"']),
    ],
)
def test_a_column_that_leads_elsewhere(wrong: dict[str, str], words: list[str]) -> None:
    assert tells(report(groups=[teams(**wrong)]), "E021", "Teams.attributes['members']", *words)


ONE_SIDED = {
    "levels alone": teams(level=None),
    "a level's column alone": group_adapter(ProjectAccessAdapter, levels={}),
}


@pytest.mark.parametrize("adapter", ONE_SIDED.values(), ids=ONE_SIDED)
def test_levels_in_one_place_of_two(adapter: Any) -> None:
    (message, *_) = report(groups=[adapter])
    assert tells([message], "E008", "Teams", "`levels`", 'level="<column>"')


class InAnArray(Membership):
    """A storage of the host's own, of whose columns nobody else knows."""

    unique_on = frozenset()


def test_of_a_storage_of_the_host_s_own_nobody_can_tell() -> None:
    members = Members(membership=InAnArray(Profile, "nothing", "nobody"))
    assert report(groups=[group_adapter(attributes={**NAME, "members": members})]) == []


@pytest.mark.parametrize("key", ["write", "", 1])
def test_a_level_that_never_stands_in_the_column(key: Any) -> None:
    (message, *_) = report(groups=[group_adapter(ProjectAccessAdapter, levels={key: "Write"})])
    assert tells([message], "E026", "Teams.levels", "ProjectAccess.level", repr(key))


class TestLevelsInATable:
    """A level may be a row of its own; what stands in the column is its key."""

    @pytest.fixture
    def grant(self) -> type[models.Model]:
        with isolate_apps("example_project.access"):

            class Role(models.Model):  # noqa: DJ008 (nobody is shown one)
                class Meta:
                    app_label = "access"

            class Grant(models.Model):  # noqa: DJ008 (nobody is shown one)
                user = models.ForeignKey(User, models.CASCADE, related_name="+")
                project = models.ForeignKey(Project, models.CASCADE, related_name="+")
                role = models.ForeignKey(Role, models.CASCADE)

                class Meta:
                    app_label = "access"
                    constraints = [models.UniqueConstraint(fields=["user", "project", "role"], name="once")]

        return Grant

    def test_its_column_is_named(self, grant: type[models.Model]) -> None:
        found = report(groups=[teams(through=grant, level="role")])
        assert tells(found, "E021", "Teams.attributes['members']", "Grant", "'role'", 'level="role_id"')

    def test_its_keys_are_the_levels(self, grant: type[models.Model]) -> None:
        members = Members(through=grant, group="project", level="role_id")
        by_key = {"attributes": {**NAME, "members": members}}
        numbered = group_adapter(ProjectAccessAdapter, levels={1: "Reader", 2: "Editor"}, **by_key)
        assert report(groups=[numbered]) == []
        spelt = group_adapter(ProjectAccessAdapter, levels={"1": "Reader"}, **by_key)
        assert tells(report(groups=[spelt]), "E026", "Teams.levels", "Grant.role", "'1'")


class TestConstraints:
    @pytest.mark.threat(31)
    def test_a_table_that_lets_a_user_be_in_a_group_twice(self) -> None:
        with mock.patch.object(ProjectAccess._meta, "constraints", []):
            found = report(groups=[teams()])
        constraint = "UniqueConstraint(fields=['level', 'project', 'user']"
        assert tells(found, "E009", "Teams", "ProjectAccess", constraint, "Meta.constraints")

    @pytest.mark.parametrize(
        "constraint",
        [
            models.UniqueConstraint(fields=["project", "user"], name="x", condition=models.Q(level="read")),
            models.UniqueConstraint(fields=["project", "level"], name="x"),
        ],
    )
    def test_a_constraint_that_does_not_prevent_it(self, constraint: models.UniqueConstraint) -> None:
        with mock.patch.object(ProjectAccess._meta, "constraints", [constraint]):
            assert tells(report(groups=[teams()]), "E009")

    def test_unique_together_is_as_good(self) -> None:
        with (
            mock.patch.object(ProjectAccess._meta, "constraints", []),
            mock.patch.object(ProjectAccess._meta, "unique_together", (("user", "project", "level"),)),
        ):
            assert report(groups=[teams()]) == []

    def test_a_many_to_many_relation_has_one_of_its_own(self) -> None:
        assert Profile.users.through._meta.unique_together
        assert report(groups=[ProfileAdapter]) == []


@pytest.fixture
def shift() -> type[models.Model]:
    """A table of members with a column that is never empty."""
    with isolate_apps("example_project.access"):

        class Shift(models.Model):  # noqa: DJ008 (nobody is shown one)
            user = models.ForeignKey(User, models.CASCADE, related_name="+")
            project = models.ForeignKey(Project, models.CASCADE, related_name="+")
            starts_on = models.DateField()
            note = models.TextField()

            class Meta:
                app_label = "access"
                constraints = [models.UniqueConstraint(fields=["user", "project"], name="once")]

    return Shift


class TestAColumnThatNobodyKnowsHowToFill:
    def test_is_told(self, shift: type[models.Model]) -> None:
        found = report(groups=[shifts(through=shift, group="project")])
        assert tells(found, "E031", "Teams", "fills starts_on of Shift", 'defaults={"starts_on": …}')

    def test_is_filled_by_the_defaults(self, shift: type[models.Model]) -> None:
        assert report(groups=[shifts(through=shift, group="project", defaults={"starts_on": date.today})]) == []

    def test_is_the_business_of_a_storage_with_an_add_of_its_own(self, shift: type[models.Model]) -> None:
        class Shifts(Membership):
            def add(self, groups: Any, users: Any) -> None:
                raise NotImplementedError

        assert report(groups=[shifts(membership=Shifts(shift, "project", "user"))]) == []


def shifts(**members: Any) -> Any:
    """Projects, without levels, with that `Members(…)`."""
    return group_adapter(ProjectAccessAdapter, levels={}, attributes={**NAME, "members": Members(**members)})
