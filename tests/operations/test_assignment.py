"""The groups of a user, changed in the user's own document."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import QuerySet

from example_project.access.models import Level, Profile, ProjectAccess
from example_project.scim import EmployeeAdapter, ProfileAdapter
from scim_provisioning.adapters import Column, Groups
from scim_provisioning.protocol.errors import Forbidden, InvalidValue, Mutability
from tests.api.unchanged import nothing_changes
from tests.factories import ProfileFactory, ProjectFactory, UserFactory

from .provider import Provider, last_event

pytestmark = pytest.mark.django_db


class AssigningAdapter(EmployeeAdapter):
    """A host whose customers assign access in the user's document."""

    attributes = {**EmployeeAdapter.attributes, "groups": Groups(writable=True)}


class MemberlessAdapter(ProfileAdapter):
    """Profiles that are seen over SCIM, not assigned."""

    attributes = {"displayName": Column("name")}


class OursAdapter(ProfileAdapter):
    """A host whose connections see a part of the profiles."""

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().filter(name__startswith="Our")


@pytest.fixture
def assigning(idp: Provider, settings: Any) -> Provider:
    settings.SCIM_PROVISIONING = {
        **settings.SCIM_PROVISIONING,
        "USER_ADAPTER": f"{__name__}.AssigningAdapter",
    }
    return idp


def with_profiles(settings: Any, adapter: str) -> None:
    adapters = [f"{__name__}.{adapter}", "example_project.scim.ProjectAccessAdapter"]
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "GROUP_ADAPTERS": adapters}


def test_tables_of_all_kinds_are_written(assigning: Provider) -> None:
    ada, profile, project = UserFactory(), ProfileFactory(name="Audit"), ProjectFactory(name="Line")
    levels = [f"project-{project.pk}-{level}" for level in ("read", "full")]
    shown = assigning.replace(ada.pk, "groups", [{"display": "audit"}, *({"value": id} for id in levels)])
    assert [one["display"] for one in shown["groups"]] == ["Audit", "Line (Read-only)", "Line (Full access)"]
    assert list(profile.users.all()) == [ada]
    assert set(ProjectAccess.objects.values_list("user", "level")) == {(ada.pk, "read"), (ada.pk, "full")}
    assigning.patch(ada.pk, {"op": "remove", "path": 'groups[display co "read-only"]'})
    assert ProjectAccess.objects.get().level == Level.FULL
    assert last_event().changes == [{"resource": levels[0], "path": "members", "added": [], "removed": [str(ada.pk)]}]


def test_what_is_so_already_is_no_change(assigning: Provider) -> None:
    ada, profile = UserFactory(), ProfileFactory()
    profile.users.add(ada)
    with nothing_changes():
        assigning.patch(ada.pk, {"op": "add", "path": "groups", "value": [{"value": f"profile-{profile.pk}"}]})
        assigning.patch(ada.pk, {"op": "remove", "path": 'groups[value eq "profile-9999"]'})


def test_an_element_is_changed_by_no_operation(assigning: Provider) -> None:
    ada, profile = UserFactory(), ProfileFactory()
    profile.users.add(ada)
    with nothing_changes(), pytest.raises(Mutability):
        assigning.replace(ada.pk, f'groups[value eq "profile-{profile.pk}"].display', "x")


def test_a_group_whose_members_are_not_mapped_takes_nobody(assigning: Provider, settings: Any) -> None:
    with_profiles(settings, "MemberlessAdapter")
    ada, profile = UserFactory(), ProfileFactory()
    with nothing_changes(), pytest.raises(Forbidden):
        assigning.replace(ada.pk, "groups", [{"value": f"profile-{profile.pk}"}])


def test_groups_that_the_connection_does_not_see_are_left_alone(assigning: Provider, settings: Any) -> None:
    with_profiles(settings, "OursAdapter")
    ada = UserFactory()
    theirs, ours = (ProfileFactory(name=name) for name in ("Their own", "Our own"))
    theirs.users.add(ada)
    for named in ({"value": f"profile-{theirs.pk}"}, {"display": "Their own"}):
        with nothing_changes(), pytest.raises(InvalidValue):
            assigning.patch(ada.pk, {"op": "add", "path": "groups", "value": [named]})
    assigning.replace(ada.pk, "groups", [{"value": f"profile-{ours.pk}"}])
    assert set(Profile.objects.filter(users=ada)) == {theirs, ours}
    assigning.patch(ada.pk, {"op": "remove", "path": "groups"})
    assert set(Profile.objects.filter(users=ada)) == {theirs}
