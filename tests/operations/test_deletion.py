"""Deleting a user for SCIM, and what comes after: the product's row, the sessions, a second POST."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import models
from django.db.models import ProtectedError

from example_project.access.models import ProjectAccess
from example_project.accounts.models import User
from example_project.scim import EmployeeAdapter
from scim_provisioning.adapters import SingleValue
from scim_provisioning.models import Event, UserRecord
from scim_provisioning.protocol.errors import Conflict, Forbidden, InvalidValue, NotFound, Uniqueness
from tests.api.unchanged import nothing_changes
from tests.factories import ProfileFactory, ProjectAccessFactory, SuperuserFactory, UserFactory
from tests.scim import user

from .provider import Provider, changed, last_event, member_ids

pytestmark = pytest.mark.django_db


class NoRevivalAdapter(EmployeeAdapter):
    """A host that gives a login name to nobody else."""

    revives = False


class ProtectingAdapter(EmployeeAdapter):
    """A host whose data protects its users."""

    def delete(self, instance: Any) -> None:
        raise ProtectedError("Invoices.", {instance})


class UniqueEmail(SingleValue):
    """An e-mail column that is unique and may be null."""

    def bind(self, model: Any, target: Any) -> None:
        super().bind(model, target)
        self.column.field = models.EmailField(unique=True, null=True)
        self.column.field.set_attributes_from_name("email")


class UniqueEmailAdapter(EmployeeAdapter):
    """A host with such a column; the example's own takes no null."""

    attributes = {**EmployeeAdapter.attributes, "emails": UniqueEmail("email")}

    def save(self, instance: Any, update_fields: list[str] | None) -> None:
        assert instance.email is None
        instance.email = ""
        super().save(instance, update_fields)


@pytest.fixture
def gone(idp: Provider) -> User:
    """Ada, who was deleted over SCIM."""
    id = idp.post(user("ada", title="Engineer", nickName="A", externalId="x-1"))["id"]
    idp.delete(id)
    return User.objects.get(pk=id)


def use(settings: Any, **changes: Any) -> None:
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, **changes}


class TestADeletedUser:
    @pytest.mark.rfc("7644-3.6-02", "7644-3.6-03", "7644-3.6-05")
    def test_is_nowhere_to_be_found_and_the_row_stays(self, idp: Provider, gone: User) -> None:
        assert not gone.is_active
        assert idp.get(gone.pk) is None
        assert idp.listed() == []
        with nothing_changes():
            for attempt in (
                lambda: idp.replace(gone.pk, "active", True),
                lambda: idp.put(gone.pk, user("ada")),
                lambda: idp.delete(gone.pk),
            ):
                with pytest.raises(NotFound):
                    attempt()

    @pytest.mark.threat(33)
    @pytest.mark.rfc("7644-3.6-03")
    def test_cannot_be_a_member(self, idp: Provider, gone: User) -> None:
        profile = ProfileFactory()
        with nothing_changes(), pytest.raises(InvalidValue, match=str(gone.pk)):
            idp.of("Group").patch(f"profile-{profile.pk}", {"op": "add", "path": "members", "value": member_ids(gone)})

    @pytest.mark.rfc("7644-3.6-03")
    def test_has_left_all_groups_which_the_event_lists(self, idp: Provider) -> None:
        row = UserFactory()
        profile, access = ProfileFactory(users=[row, UserFactory()]), ProjectAccessFactory(user=row, level="full")
        ProjectAccessFactory(project=access.project, level="full")
        idp.delete(row.pk)
        assert profile.users.count() == ProjectAccess.objects.count() == 1
        event = last_event()
        assert (event.operation, event.outcome) == ("delete", 204)
        assert changed(event) == {"active": (True, False)}
        left = {change["resource"]: change["removed"] for change in event.changes if change["path"] == "members"}
        assert left == {
            f"profile-{profile.pk}": [str(row.pk)],
            f"project-{access.project_id}-full": [str(row.pk)],
        }

    def test_who_was_inactive_before_is_deleted_as_well(self, idp: Provider) -> None:
        row = UserFactory(is_active=False)
        assert idp.get(row.pk) is not None
        idp.delete(row.pk)
        assert idp.get(row.pk) is None

    def test_is_visible_again_when_the_product_brings_the_account_back(self, idp: Provider, gone: User) -> None:
        User.objects.update(is_active=True)
        assert idp.get(gone.pk) is not None
        with pytest.raises(Uniqueness):
            idp.post(user("ada"))

    def test_whom_the_product_brought_back_stays_visible_when_the_client_deactivates(
        self, idp: Provider, gone: User
    ) -> None:
        User.objects.update(is_active=True)
        idp.replace(gone.pk, "active", False)
        document = idp.get(gone.pk)
        assert document is not None
        assert document["active"] is False

    def test_keeps_the_name_from_others_and_the_refusal_says_who_has_it(self, idp: Provider, gone: User) -> None:
        other = UserFactory()
        with nothing_changes(), pytest.raises(Uniqueness, match=rf"{gone.pk}.*deleted over SCIM"):
            idp.replace(other.pk, "userName", "ADA@example.com")


class TestAPostOfTheSameName:
    @pytest.mark.rfc("7644-3.6-04", "7644-3.3-04")
    def test_brings_the_account_back_with_the_new_attributes_only(self, idp: Provider, gone: User) -> None:
        created = UserRecord.objects.get().created
        document = idp.post(user("ada", userName="ADA@example.com", externalId="x-2"))
        assert document == idp.get(gone.pk)
        assert (document["id"], document["userName"], document["externalId"], document["active"]) == (
            str(gone.pk),
            "ADA@example.com",
            "x-2",
            True,
        )
        assert document.keys().isdisjoint({"title", "nickName"})
        assert document["meta"]["created"] == document["meta"]["lastModified"]
        assert UserRecord.objects.get().created > created
        assert last_event().operation == "create"
        assert not last_event().adopted

    def test_that_says_inactive_brings_it_back_inactive(self, idp: Provider) -> None:
        body = {"schemas": user("ada")["schemas"], "userName": "ada@example.com", "active": False}
        id = idp.post(body)["id"]
        idp.delete(id)
        assert idp.post(body)["active"] is False
        assert idp.get(id) is not None

    def test_is_refused_where_the_host_gives_a_name_to_nobody_else(
        self, idp: Provider, gone: User, settings: Any
    ) -> None:
        use(settings, USER_ADAPTER=f"{__name__}.NoRevivalAdapter")
        with nothing_changes(), pytest.raises(Uniqueness, match=rf"{gone.pk}.*deleted over SCIM"):
            idp.post(user("ada"))

    @pytest.mark.parametrize("active", [True, False])
    def test_does_not_bring_back_who_became_protected(self, idp: Provider, active: bool) -> None:
        body = {"schemas": user("ada")["schemas"], "userName": "ada@example.com", "active": active}
        idp.delete(idp.post(body)["id"])
        User.objects.update(is_superuser=True)
        with nothing_changes(), pytest.raises(Forbidden):
            idp.post(body)


class TestAnEMailAddress:
    def test_in_a_unique_column_that_can_be_null_is_freed_and_kept_in_the_event(
        self, idp: Provider, settings: Any
    ) -> None:
        use(settings, USER_ADAPTER=f"{__name__}.UniqueEmailAdapter")
        row = UserFactory(email="ada@example.com")
        idp.delete(row.pk)
        assert User.objects.get().email == ""
        assert changed(last_event())["emails"][0][0]["value"] == "ada@example.com"

    def test_in_another_column_stays(self, idp: Provider) -> None:
        row = UserFactory(email="ada@example.com")
        idp.delete(row.pk)
        assert User.objects.get().email == "ada@example.com"


class TestWhereRowsAreDeleted:
    def test_the_row_goes_and_the_event_keeps_what_it_said(self, idp: Provider, settings: Any) -> None:
        use(settings, DELETE_USERS=True)
        id = idp.post(user("ada", externalId="x-1"))["id"]
        profile = ProfileFactory(users=[User.objects.get()])
        idp.delete(id)
        assert not User.objects.exists()
        assert not UserRecord.objects.exists()
        event = last_event()
        assert (event.resource, event.operation) == (id, "delete")
        assert changed(event)["externalId"] == ("x-1", None)
        assert changed(event)["userName"] == ("ada@example.com", None)
        assert {"resource": f"profile-{profile.pk}", "path": "members", "added": [], "removed": [id]} in event.changes

    @pytest.mark.threat(63)
    def test_what_the_product_protects_stays_with_all_that_belongs_to_it(self, idp: Provider, settings: Any) -> None:
        use(settings, DELETE_USERS=True, USER_ADAPTER=f"{__name__}.ProtectingAdapter")
        row = UserFactory()
        ProfileFactory(users=[row])
        ProjectAccessFactory(user=row)
        with nothing_changes(), pytest.raises(Conflict):
            idp.delete(row.pk)
        idp.replace(row.pk, "active", False)
        row.refresh_from_db()
        assert not row.is_active

    @pytest.mark.threat(6)
    def test_a_superuser_is_not_deleted(self, idp: Provider, settings: Any) -> None:
        use(settings, DELETE_USERS=True)
        row = SuperuserFactory()
        with nothing_changes(), pytest.raises(Forbidden):
            idp.delete(row.pk)


def test_deletion_is_told_once(idp: Provider, gone: User) -> None:
    assert list(Event.objects.order_by("pk").values_list("operation", flat=True)) == ["create", "delete"]
