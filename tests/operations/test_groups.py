"""Groups and their members."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection as database
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from example_project.access.models import Level, Profile, ProjectAccess
from example_project.accounts.models import User
from example_project.scim import EmployeeAdapter, ProfileAdapter
from scim_provisioning.models import Event, GroupRecord
from scim_provisioning.operations import resources
from scim_provisioning.protocol.errors import (
    Forbidden,
    InvalidValue,
    Mutability,
    NotFound,
    ScimError,
    Uniqueness,
)
from tests.api.unchanged import nothing_changes
from tests.factories import ProfileFactory, ProjectAccessFactory, ProjectFactory, SuperuserFactory, UserFactory
from tests.scim import CORE_GROUP, patch_op

from .provider import Provider, changed, last_event, member_ids

pytestmark = pytest.mark.django_db


class OpenAdapter(ProfileAdapter):
    """A host whose profiles are made, named and deleted over SCIM."""

    can_create = can_rename = can_delete = True


class GuardedAdapter(ProfileAdapter):
    """A host with a profile that no identity provider hands out."""

    def protects(self, instance: Any, what: str) -> bool:
        return what == "membership" and instance.name == "Guarded"


class GuardingAdapter(EmployeeAdapter):
    """A host with users whose access no identity provider decides."""

    def protects(self, instance: Any, what: str) -> bool:
        return super().protects(instance, what) or (what == "membership" and instance.last_name == "Guarded")


class TenantAdapter(EmployeeAdapter):
    """A host whose connections see one department each."""

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().filter(department="Ours")


@pytest.fixture
def groups(idp: Provider) -> Provider:
    return idp.of("Group")


@pytest.fixture
def open_groups(groups: Provider, settings: Any) -> Provider:
    use(settings, GROUP_ADAPTERS=[f"{__name__}.OpenAdapter", "example_project.scim.ProjectAccessAdapter"])
    return groups


def use(settings: Any, **changes: Any) -> None:
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, **changes}


def id_of(profile: Profile) -> str:
    return f"profile-{profile.pk}"


def add(*users: User) -> dict[str, Any]:
    return {"op": "add", "path": "members", "value": member_ids(*users)}


def group(name: str, *members: User) -> dict[str, Any]:
    return {"schemas": [CORE_GROUP], "displayName": name, "members": member_ids(*members)}


def members_of(profile: Profile) -> set[User]:
    return set(profile.users.all())


def net(event: Event) -> Iterator[tuple[str, list[str], list[str]]]:
    for change in event.changes:
        if change["path"] == "members":
            yield change["resource"], change["added"], change["removed"]


def ids(*users: User) -> list[str]:
    return sorted(str(user.pk) for user in users)


class TestMembers:
    @pytest.mark.rfc("7644-3.5.2.1-04", "7644-3.5.2.2-04", "7644-3.5.2.2-03", "7644-3.5.2.3-03")
    def test_are_added_removed_replaced_and_cleared(self, groups: Provider) -> None:
        ada, bob, eve = UserFactory.create_batch(3)
        profile, other = ProfileFactory(users=[ada]), ProfileFactory(users=[ada, bob])
        id = id_of(profile)
        groups.patch(id, add(bob, eve))
        assert members_of(profile) == {ada, bob, eve}
        groups.patch(id, {"op": "remove", "path": f'members[value eq "{ada.pk}"]'})
        assert members_of(profile) == {bob, eve}
        groups.replace(id, "members", member_ids(ada, eve))
        assert members_of(profile) == {ada, eve}
        groups.patch(id, {"op": "remove", "path": "members"})
        assert members_of(profile) == set()
        groups.put(id, group(profile.name, bob))
        assert members_of(profile) == {bob}
        groups.put(id, {"schemas": [CORE_GROUP], "displayName": profile.name})
        assert members_of(profile) == set()
        assert members_of(other) == {ada, bob}

    def test_are_removed_by_what_is_shown_of_them(self, groups: Provider) -> None:
        ada, ann, bob = (UserFactory(first_name=name, last_name="X") for name in ("Ada", "Ann", "Bob"))
        profile = ProfileFactory(users=[ada, ann, bob])
        groups.patch(id_of(profile), {"op": "remove", "path": 'members[display sw "a"]'}, add(ann))
        assert members_of(profile) == {ann, bob}
        assert list(net(last_event())) == [(id_of(profile), [], ids(ada))]

    @pytest.mark.rfc("7643-4.2-03", "7644-3.12-21")
    def test_are_users_who_exist(self, groups: Provider) -> None:
        ada, profile = UserFactory(), ProfileFactory(users=[UserFactory()])
        for nobody in ("99999999", "x", f"0{ada.pk}", id_of(profile)):
            operation = {"op": "add", "path": "members", "value": [*member_ids(ada), {"value": nobody}]}
            with nothing_changes(), pytest.raises(InvalidValue, match=nobody):
                groups.patch(id_of(profile), operation)
        with nothing_changes(), pytest.raises(InvalidValue, match="and 2 more"):
            groups.replace(id_of(profile), "members", [{"value": f"9999{number}"} for number in range(12)])

    @pytest.mark.rfc("7644-3.5.2.1-07", "7644-3.5.2.1-08", "7644-3.5.2.2-07")
    def test_that_are_already_so_are_no_change(self, groups: Provider) -> None:
        ada, bob = UserFactory.create_batch(2)
        profile = ProfileFactory(users=[ada])
        id = id_of(profile)
        with nothing_changes():
            groups.patch(id, add(ada, ada))
            groups.replace(id, "members", member_ids(ada))
            groups.patch(id, {"op": "remove", "path": f'members[value eq "{bob.pk}"]'})
            groups.patch(id, {"op": "remove", "path": 'members[value eq "99999999"]'})
            groups.patch(id, add(bob), {"op": "remove", "path": f'members[value eq "{bob.pk}"]'})
            groups.put(id, groups.get(id))

    def test_changed_and_changed_back_around_a_filter_are_no_change_in_the_event(self, groups: Provider) -> None:
        ada, bob = (UserFactory(first_name=name, last_name="X") for name in ("Ada", "Bob"))
        profile = ProfileFactory(users=[ada])
        with nothing_changes():
            removal = {"op": "remove", "path": 'members[display sw "b"]'}
            groups.patch(id_of(profile), add(bob), removal)

    def test_are_told_in_the_event_as_the_net_difference(self, groups: Provider) -> None:
        ada, bob, eve = UserFactory.create_batch(3)
        profile = ProfileFactory(users=[ada, bob])
        removal = {"op": "remove", "path": f'members[value eq "{ada.pk}"]'}
        groups.patch(id_of(profile), add(eve), removal, {"op": "add", "path": "externalId", "value": "x"})
        event = Event.objects.get()
        assert list(net(event)) == [(id_of(profile), ids(eve), ids(ada))]
        assert changed(event) == {"externalId": (None, "x")}
        assert GroupRecord.objects.get().external_id == "x"

    def test_may_be_superusers(self, groups: Provider) -> None:
        root, profile = SuperuserFactory(), ProfileFactory()
        groups.patch(id_of(profile), add(root))
        assert members_of(profile) == {root}

    @pytest.mark.rfc("7644-3.5.2-08", "7643-4.2-02", "7644-3.5.2-16")
    def test_are_not_changed_in_part_and_no_refusal_leaves_a_half(self, groups: Provider) -> None:
        ada, bob = UserFactory.create_batch(2)
        profile = ProfileFactory(users=[ada])
        with nothing_changes():
            with pytest.raises(Mutability):
                groups.replace(id_of(profile), f'members[value eq "{ada.pk}"].display', "x")
            with pytest.raises(ScimError):
                groups.patch(id_of(profile), add(bob), {"op": "replace", "path": "displayName", "value": "New"})

    def test_at_one_level_leave_the_other_level_alone(self, groups: Provider) -> None:
        access = ProjectAccessFactory(level=Level.READ)
        ada, project = access.user, access.project
        groups.patch(f"project-{project.pk}-full", add(ada))
        assert set(ProjectAccess.objects.values_list("level", flat=True)) == {"read", "full"}
        groups.patch(f"project-{project.pk}-full", {"op": "remove", "path": "members"})
        assert [row.pk for row in ProjectAccess.objects.all()] == [access.pk]

    @pytest.mark.parametrize("size", [10, 1000])
    def test_cost_the_same_in_a_small_and_a_large_group(self, groups: Provider, size: int) -> None:
        """Lock the group, its record; who is there; lock who comes; insert; record, Event. A removal locks nobody."""
        crowd = User.objects.bulk_create(UserFactory.build_batch(size))
        ada, profile = UserFactory(), ProfileFactory(users=crowd)
        groups.patch(id_of(profile), {"op": "add", "path": "externalId", "value": "x"})
        removal = {"op": "remove", "path": f'members[value eq "{ada.pk}"]'}
        for operation, cost in ((add(ada), 7), (add(ada), 3), (removal, 6)):
            with CaptureQueriesContext(database) as queries:
                resources.patch(groups.caller(), "Group", id_of(profile), patch_op(operation))
            asked = [sql for query in queries if not (sql := query["sql"]).startswith(("SAVEPOINT", "RELEASE"))]
            assert len(asked) == cost + (database.vendor == "sqlite"), asked


class TestProtection:
    @pytest.mark.threat(5)
    def test_of_a_user_holds_for_every_way_in_and_out(self, groups: Provider, settings: Any) -> None:
        use(settings, USER_ADAPTER=f"{__name__}.GuardingAdapter")
        guarded, ada = UserFactory(last_name="Guarded"), UserFactory()
        inside, outside = ProfileFactory(users=[guarded]), ProfileFactory()
        with nothing_changes():
            for profile, operation in (
                (outside, add(ada, guarded)),
                (inside, {"op": "remove", "path": "members"}),
                (inside, {"op": "remove", "path": f'members[value eq "{guarded.pk}"]'}),
                (inside, {"op": "replace", "path": "members", "value": member_ids(ada)}),
            ):
                with pytest.raises(Forbidden, match=str(guarded.pk)):
                    groups.patch(id_of(profile), operation)
        groups.patch(id_of(inside), add(ada, guarded))
        assert members_of(inside) == {ada, guarded}

    @pytest.mark.threat(5)
    def test_of_a_group_holds_for_its_members_only(self, groups: Provider, settings: Any) -> None:
        use(settings, GROUP_ADAPTERS=[f"{__name__}.GuardedAdapter"])
        ada, bob = UserFactory.create_batch(2)
        guarded, other = ProfileFactory(name="Guarded", users=[ada]), ProfileFactory()
        with nothing_changes():
            for operation in (add(bob), {"op": "remove", "path": "members"}):
                with pytest.raises(Forbidden, match=id_of(guarded)):
                    groups.patch(id_of(guarded), operation)
        groups.patch(id_of(guarded), add(ada))
        groups.patch(id_of(other), add(ada))
        assert members_of(other) == {ada}


class TestAConnectionThatSeesAPartOfTheUsers:
    @pytest.fixture(autouse=True)
    def _tenant(self, settings: Any) -> None:
        use(settings, USER_ADAPTER=f"{__name__}.TenantAdapter")

    @pytest.mark.parametrize(
        "operation",
        [
            {"op": "replace", "path": "members", "value": []},
            {"op": "remove", "path": "members"},
            {"op": "remove", "path": "members[value pr]"},
        ],
        ids=lambda operation: f"{operation['op']} {operation['path']}",
    )
    def test_leaves_the_other_members_of_a_group_alone(self, groups: Provider, operation: dict[str, Any]) -> None:
        ours, theirs = UserFactory(department="Ours"), UserFactory(department="Theirs")
        profile = ProfileFactory(users=[ours, theirs])
        groups.patch(id_of(profile), operation)
        assert members_of(profile) == {theirs}
        assert list(net(last_event())) == [(id_of(profile), [], ids(ours))]

    def test_neither_adds_nor_removes_them_by_their_ids(self, groups: Provider) -> None:
        theirs, outside = UserFactory.create_batch(2, department="Theirs")
        profile = ProfileFactory(users=[theirs])
        with nothing_changes():
            groups.patch(id_of(profile), {"op": "remove", "path": "members", "value": member_ids(theirs)})
            with pytest.raises(InvalidValue, match=str(outside.pk)):
                groups.patch(id_of(profile), add(outside))

    def test_finds_none_of_them(self, idp: Provider) -> None:
        theirs = UserFactory(department="Theirs")
        with nothing_changes():
            for attempt in (lambda: idp.replace(theirs.pk, "title", "x"), lambda: idp.delete(theirs.pk)):
                with pytest.raises(NotFound):
                    attempt()


class TestTheProductsGroups:
    """The example: groups are made in the product."""

    @pytest.mark.rfc("7644-3.12-06")
    def test_are_not_made_over_scim(self, groups: Provider) -> None:
        for body in (group("New"), {"schemas": [CORE_GROUP]}, ["New"], "New", None):
            with nothing_changes(), pytest.raises(Forbidden):
                groups.post(body)

    @pytest.mark.rfc("7644-3.3-07")
    def test_are_named_to_who_would_make_them_again(self, groups: Provider) -> None:
        profile, project = ProfileFactory(name="Audit"), ProjectFactory(name="Line")
        for name, id in (("AUDIT", id_of(profile)), ("line (full access)", f"project-{project.pk}-full")):
            with nothing_changes(), pytest.raises(Uniqueness, match=id):
                groups.post(group(name))

    def test_are_not_renamed_unless_to_the_name_that_they_have(self, groups: Provider) -> None:
        profile, project = ProfileFactory(name="Audit"), ProjectFactory(name="Line")
        with nothing_changes():
            groups.replace(id_of(profile), "displayName", "Audit")
            groups.put(f"project-{project.pk}-read", group("Line (Read-only)"))
            for id in (id_of(profile), f"project-{project.pk}-read"):
                with pytest.raises(Forbidden):
                    groups.replace(id, "displayName", "New")
                with pytest.raises(Forbidden):
                    groups.delete(id)

    def test_that_have_a_name_are_told_before_the_policy(self, groups: Provider) -> None:
        profile = ProfileFactory(name="Audit")
        ProjectFactory(name="Line")
        with nothing_changes(), pytest.raises(Uniqueness):
            groups.replace(id_of(profile), "displayName", "Line (Full access)")

    def test_need_no_adapter(self, groups: Provider, settings: Any) -> None:
        use(settings, GROUP_ADAPTERS=[])
        with pytest.raises(Forbidden):
            groups.post(group("New"))


class TestAnOpenHost:
    @pytest.mark.rfc("7644-3.3-04", "7644-3.3-06")
    def test_makes_a_group_with_its_members(self, open_groups: Provider) -> None:
        ada = UserFactory()
        document = open_groups.post({**group("Audit", ada), "externalId": "x"})
        profile = Profile.objects.get()
        assert (document["id"], document["displayName"], document["externalId"]) == (id_of(profile), "Audit", "x")
        assert [member["value"] for member in document["members"]] == ids(ada)
        event = last_event()
        assert (event.operation, event.outcome) == ("create", 201)
        assert changed(event) == {"displayName": (None, "Audit"), "externalId": (None, "x")}
        assert list(net(event)) == [(id_of(profile), ids(ada), [])]

    def test_makes_none_with_a_member_who_does_not_exist(self, open_groups: Provider) -> None:
        body = {**group("Audit"), "members": [{"value": "99999999"}]}
        with nothing_changes(), pytest.raises(InvalidValue):
            open_groups.post(body)

    @pytest.mark.rfc("7643-4.2-01", "7644-3.3-07")
    def test_makes_none_without_a_name_or_with_one_that_is_taken(self, open_groups: Provider) -> None:
        ProfileFactory(name="Audit")
        ProjectFactory(name="Line")
        with nothing_changes():
            with pytest.raises(InvalidValue):
                open_groups.post({"schemas": [CORE_GROUP]})
            for name in ("audit", "Line (Read-only)"):
                with pytest.raises(Uniqueness):
                    open_groups.post(group(name))

    def test_renames(self, open_groups: Provider) -> None:
        profile = ProfileFactory(name="Audit")
        ProfileFactory(name="Other")
        open_groups.replace(id_of(profile), "displayName", "AUDIT")
        with nothing_changes(), pytest.raises(Uniqueness):
            open_groups.replace(id_of(profile), "displayName", "Other")
        profile.refresh_from_db()
        assert profile.name == "AUDIT"

    @pytest.mark.rfc("7644-3.6-02")
    def test_deletes_the_group_and_keeps_in_the_event_who_was_in_it(self, open_groups: Provider) -> None:
        ada = UserFactory()
        profile = ProfileFactory(name="Audit", users=[ada])
        id = id_of(profile)
        open_groups.replace(id, "externalId", "x")
        open_groups.delete(id)
        assert not Profile.objects.exists()
        assert not GroupRecord.objects.exists()
        event = last_event()
        assert (event.resource, event.operation, event.outcome) == (id, "delete", 204)
        assert changed(event)["displayName"] == ("Audit", None)
        assert list(net(event)) == [(id, [], ids(ada))]
        with pytest.raises(NotFound):
            open_groups.replace(id, "externalId", "y")
