"""What the database, or the host's code, says to a write becomes an error that a client understands."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError, transaction

from example_project.access.models import Profile, ProjectAccess
from example_project.accounts.models import User
from example_project.scim import EmployeeAdapter
from scim_provisioning.operations import conflicts, locks
from scim_provisioning.protocol.errors import Conflict, InvalidValue, Uniqueness
from tests.api.unchanged import nothing_changes
from tests.factories import ProfileFactory, UserFactory
from tests.scim import user

from .provider import Provider, member_ids

pytestmark = pytest.mark.django_db


class FaultyAdapter(EmployeeAdapter):
    """A host whose code writes what the database refuses, as the title says."""

    def save(self, instance: Any, update_fields: list[str] | None) -> None:
        super().save(instance, update_fields)
        match instance.job_title:
            case "null":
                User.objects.filter(pk=instance.pk).update(first_name=None)
            case "overflow":
                ProjectAccess.objects.create(user=instance, project_id=2**70, level="read")
            case "invalid":
                raise ValidationError({"__all__": ["Not like that."], "email": ["Too odd."]})


class BreakingAdapter(EmployeeAdapter):
    """A host whose rows break a foreign key, which the database finds at COMMIT."""

    def save(self, instance: Any, update_fields: list[str] | None) -> None:
        super().save(instance, update_fields)
        Profile.users.through.objects.create(profile_id=99999999, user_id=instance.pk)

    def delete(self, instance: Any) -> None:
        User.objects.filter(pk=instance.pk)._raw_delete("default")


@pytest.fixture
def faulty(idp: Provider, settings: Any) -> Provider:
    use(settings, USER_ADAPTER=f"{__name__}.FaultyAdapter")
    return idp


def use(settings: Any, **changes: Any) -> None:
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, **changes}


@pytest.mark.threat("C9")
@pytest.mark.parametrize("title", ["null", "overflow"])
def test_a_value_that_the_database_refuses_is_an_invalid_value(faulty: Provider, title: str) -> None:
    with nothing_changes(), pytest.raises(InvalidValue, match="database"):
        faulty.post(user("ada", title=title))


def test_what_the_hosts_save_refuses_is_told_with_the_attributes(faulty: Provider) -> None:
    with nothing_changes(), pytest.raises(InvalidValue) as refused:
        faulty.post(user("ada", title="invalid"))
    assert refused.value.detail == "Not like that. emails: Too odd."


@pytest.mark.threat(27, 28, 29, "C4", "C9")
@pytest.mark.parametrize("name", ["ada@example.com", "ADA@example.com"])
def test_a_name_that_was_taken_after_we_looked_is_a_conflict(
    idp: Provider, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(conflicts, "check_free", lambda *args: None)
    UserFactory(username="ada@example.com")
    other = UserFactory()
    with nothing_changes():
        with pytest.raises(Uniqueness, match="userName"):
            idp.post(user("new", userName=name))
        with pytest.raises(Uniqueness, match="userName"):
            idp.replace(other.pk, "userName", name)


@pytest.mark.threat("C9")
def test_a_member_whom_the_database_refuses_is_an_invalid_value(idp: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any) -> None:
        raise IntegrityError("NOT NULL constraint failed: granted_by")

    profile, ada = ProfileFactory(), UserFactory()
    monkeypatch.setattr("scim_provisioning.adapters.membership.Membership.add", refuse)
    with nothing_changes(), pytest.raises(InvalidValue):
        idp.of("Group").patch(f"profile-{profile.pk}", {"op": "add", "path": "members", "value": member_ids(ada)})


@pytest.mark.django_db(transaction=True)
class TestAtCommit:
    @pytest.mark.threat("C7")
    def test_a_broken_reference_is_an_invalid_value(self, idp: Provider, settings: Any) -> None:
        use(settings, USER_ADAPTER=f"{__name__}.BreakingAdapter")
        with nothing_changes(), pytest.raises(InvalidValue):
            idp.post(user("ada"))

    def test_a_row_that_something_still_refers_to_is_a_conflict(self, idp: Provider, settings: Any) -> None:
        id = idp.post(user("ada"))["id"]
        use(settings, USER_ADAPTER=f"{__name__}.BreakingAdapter", DELETE_USERS=True)
        with nothing_changes(), pytest.raises(Conflict):
            idp.delete(id)

    @pytest.mark.threat("C10")
    def test_an_operation_that_the_database_broke_off_runs_again_but_not_for_ever(self) -> None:
        outcomes = iter([_broken("40P01"), _broken("40001"), "done"])
        assert locks.retrying(lambda: _next(outcomes), User) == "done"
        endless = iter([_broken("40P01")] * 3 + ["never"])
        with pytest.raises(OperationalError):
            locks.retrying(lambda: _next(endless), User)

    def test_another_fault_is_not_tried_again(self) -> None:
        outcomes = iter([_broken("57P01"), "never"])
        with pytest.raises(OperationalError):
            locks.retrying(lambda: _next(outcomes), User)

    def test_nothing_is_tried_again_inside_somebodys_transaction(self) -> None:
        outcomes = iter([_broken("40P01"), "never"])
        with pytest.raises(OperationalError), transaction.atomic():
            locks.retrying(lambda: _next(outcomes), User)


def _broken(state: str) -> OperationalError:
    cause = Exception()
    cause.sqlstate = state  # type: ignore[attr-defined]
    error = OperationalError()
    error.__cause__ = cause
    return error


def _next(outcomes: Any) -> str:
    outcome = next(outcomes)
    if isinstance(outcome, Exception):
        raise outcome
    return str(outcome)
