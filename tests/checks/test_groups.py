"""Groups can be told apart: by kind, level, id and name."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from django.db import models
from django.db.models.functions import Lower, Upper

from example_project.access.models import Profile, Project
from example_project.scim import ProfileAdapter, ProjectAccessAdapter
from scim_provisioning.adapters import Column, Computed, Members
from scim_provisioning.checks import check_database
from tests.factories import ProfileFactory, ProjectFactory

from .reports import group_adapter, report, tells

EXACT = models.UniqueConstraint(fields=["name"], name="exact")
NO_LEVELS = {"attributes": {"displayName": Column("name")}}


def levelled(**levels: str) -> Any:
    """Projects at those levels."""
    return group_adapter(ProjectAccessAdapter, levels=levels)


class TestKinds:
    def test_two_adapters_of_one_kind(self) -> None:
        found = report(groups=[ProfileAdapter, group_adapter()])
        assert tells(found, "E006", "Teams.kind is 'profile'", "ProfileAdapter", "`kind`")

    def test_an_adapter_that_is_named_twice(self) -> None:
        assert tells(report(groups=[ProfileAdapter, ProfileAdapter]), "E006", "ProfileAdapter.kind")

    @pytest.mark.parametrize("kind", ["a/b", "a b", "größe", ""])
    def test_a_kind_that_cannot_stand_in_an_address(self, kind: str) -> None:
        assert tells(report(groups=[group_adapter(kind=kind)]), "E018", "Teams.kind", repr(kind), "letters")

    def test_a_level_that_cannot_stand_in_an_address(self) -> None:
        messages = report(groups=[group_adapter(ProjectAccessAdapter, levels={"read/write": "x"})])
        assert [str(message.id)[-4:] for message in messages] == ["E026", "E018"]


class TestIds:
    """Keys are numbers unless `lookup_field` says otherwise; then they may look like a part of an id."""

    def test_a_kind_that_begins_with_another_one_is_no_matter_while_keys_are_numbers(self) -> None:
        assert report(groups=[ProfileAdapter, group_adapter(ProjectAccessAdapter, kind="profile-x")]) == []

    def test_a_kind_that_begins_with_another_one_whose_keys_are_texts(self) -> None:
        with mock.patch.object(Profile._meta, "constraints", [*Profile._meta.constraints, EXACT]):
            one = group_adapter(lookup_field="name")
            found = report(groups=[one, group_adapter(ProjectAccessAdapter, kind="profile-x")])
        assert tells(found, "E019", "Teams", "'profile-x-1-read'", "`kind`")

    def test_a_kind_and_a_key_that_look_like_another_kind_and_its_level(self) -> None:
        numbered = type("Numbered", (ProjectAccessAdapter,), {"kind": "project", "levels": {"2": "a"}})
        found = report(groups=[numbered, group_adapter(kind="project-1", **NO_LEVELS)])
        assert [str(message.id)[-4:] for message in found] == ["E026", "E019"]
        assert tells(found[1:], "E019", "Numbered and Teams", "'project-1-2'")

    def test_a_level_that_ends_with_another_one_is_no_matter_while_keys_are_numbers(self) -> None:
        with mock.patch("scim_provisioning.checks.membership._holds", return_value=True):
            assert report(groups=[group_adapter(ProjectAccessAdapter, levels={"b": "B", "a-b": "A"})]) == []

    def test_a_level_that_ends_with_another_one_while_keys_are_texts(self) -> None:
        texts = group_adapter(ProjectAccessAdapter, levels={"b": "B", "a-b": "A"}, lookup_field="name")
        with (
            mock.patch.object(Project._meta, "constraints", [*Project._meta.constraints, EXACT]),
            mock.patch("scim_provisioning.checks.membership._holds", return_value=True),
        ):
            assert tells(report(groups=[texts]), "E019", "Teams", "-a-b'", "`levels`")


class TestLevels:
    @pytest.mark.parametrize("may", ["can_create", "can_rename", "can_delete"])
    def test_one_level_of_a_project_cannot_be_made_renamed_or_deleted_alone(self, may: str) -> None:
        found = report(groups=[group_adapter(ProjectAccessAdapter, **{may: True})])
        assert tells(found, "E007", "Teams has levels", may)

    @pytest.mark.parametrize("texts", [("Read", "read "), ("", "Full")])
    def test_levels_that_make_the_same_name(self, texts: tuple[str, str]) -> None:
        read, full = texts
        assert tells(report(groups=[levelled(read=read, full=full)]), "E020", "Teams.levels", "text of its own")


class TestNames:
    def test_groups_without_a_name(self) -> None:
        found = report(groups=[group_adapter(attributes={"members": Members("users")})])
        assert tells(found, "E013", "Teams.attributes", "`displayName`", 'Column("name")')

    @pytest.mark.parametrize("may", ["can_create", "can_rename"])
    def test_a_name_that_cannot_be_written_but_should(self, may: str) -> None:
        attributes = {**ProfileAdapter.attributes, "displayName": Computed(["name"], str.upper, Upper("name"))}
        assert report(groups=[group_adapter(attributes=attributes)]) == []
        found = report(groups=[group_adapter(attributes=attributes, **{may: True})])
        assert tells(found, "E030", "Teams.attributes['displayName']", may)

    def test_a_name_that_two_groups_may_have(self) -> None:
        with mock.patch.object(Profile._meta, "constraints", []):
            found = report(groups=[group_adapter()])
        constraint = '`UniqueConstraint(Lower("name"), name="…")`'
        assert tells(found, "W004", "Teams.attributes['displayName']", constraint, "Profile.Meta.constraints")

    def test_a_name_that_is_unique_but_for_case_is_not_found_by_an_index(self) -> None:
        with mock.patch.object(Profile._meta, "constraints", [EXACT]):
            found = report(groups=[group_adapter()])
        assert tells(found, "W003", "Teams", "a group by displayName", '`Index(Lower("name")', "Profile.Meta.indexes")

    def test_a_constraint_and_an_index_apart_will_do(self) -> None:
        with (
            mock.patch.object(Profile._meta, "constraints", [EXACT]),
            mock.patch.object(Profile._meta, "indexes", [models.Index(Lower("name"), name="y")]),
        ):
            assert report(groups=[group_adapter()]) == []


@pytest.mark.django_db
class TestRows:
    def test_a_name_that_is_that_of_a_level_of_another_kind(self) -> None:
        ProjectFactory(name="Transmission line")
        ProfileFactory(name="transmission line (READ-ONLY)")
        found = report(check=check_database)
        assert tells(found, "W011", "ProfileAdapter and ProjectAccessAdapter", "(read-only)'")

    def test_names_that_differ(self) -> None:
        ProjectFactory(name="Transmission line")
        ProfileFactory(name="Transmission line")
        assert report(check=check_database) == []

    def test_names_are_compared_where_asked_for_only(self) -> None:
        ProjectFactory(name="x")
        ProfileFactory(name="x (Read-only)")
        with mock.patch("scim_provisioning.checks.names._names") as names:
            assert report(check=lambda configs, databases: check_database(configs, databases=None)) == []
        assert not names.called

    def test_names_of_tenants_are_their_own(self) -> None:
        ProjectFactory(name="x")
        ProfileFactory(name="x (Read-only)")
        scoped = group_adapter(get_queryset=lambda self: Profile.objects.all())
        assert report(groups=[scoped, ProjectAccessAdapter], check=check_database) == []

    def test_before_the_first_migration_there_is_nothing_to_compare(self) -> None:
        with mock.patch.object(Profile._meta, "db_table", "not_there_yet"):
            assert report(check=check_database) == []
        assert Profile.objects.count() == 0

    def test_a_host_with_faults_is_not_asked_for_its_rows(self) -> None:
        assert report(groups=[group_adapter(kind="a b")], check=check_database) == []


def test_a_new_group_that_cannot_be_written() -> None:
    needed = models.ForeignKey(Project, models.CASCADE)
    needed.set_attributes_from_name("project")
    fields = (*Profile._meta.concrete_fields, needed)
    with mock.patch.object(Profile._meta, "concrete_fields", fields):
        assert report(groups=[group_adapter()]) == []
        assert tells(report(groups=[group_adapter(can_create=True)]), "W008", "Teams", "Profile", "fills project.")
