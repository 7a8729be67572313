"""Planted faults of the product itself: its columns, its policies, its adapters."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from example_project.access.models import Profile
from example_project.scim import EmployeeAdapter, ProfileAdapter
from scim_provisioning.adapters import ENTERPRISE_USER, Choice, Column, Computed
from scim_provisioning.adapters.membership import Membership
from scim_provisioning.doctor.conversations import Phase
from scim_provisioning.models import Connection
from tests.factories import UserFactory

from .played import failed, results, told

pytestmark = pytest.mark.once_per_database


class MakesStaff(EmployeeAdapter):
    def new(self) -> Any:
        user = super().new()
        user.is_staff = True
        return user


class Short(EmployeeAdapter):
    """User names in a column that is too short for an e-mail address."""

    attributes = {**EmployeeAdapter.attributes, "userName": Column("first_name"), "name.givenName": Column("username")}


class Particular(EmployeeAdapter):
    def clean(self, instance: Any) -> None:
        if instance.job_title == "Test engineer":
            raise ValidationError({"job_title": "There is no such position."})


class Closed(EmployeeAdapter):
    def clean(self, instance: Any) -> None:
        raise PermissionDenied


class NamesAreOurs(EmployeeAdapter):
    attributes = {**EmployeeAdapter.attributes, "name.familyName": Column("last_name", writable=False)}


class NeedsADate(EmployeeAdapter):
    def save(self, instance: Any, update_fields: list[str] | None) -> None:
        instance.date_joined = None
        super().save(instance, update_fields)


class Forgetful(EmployeeAdapter):
    def save(self, instance: Any, update_fields: list[str] | None) -> None:
        instance.last_name = "Kept"
        super().save(instance, update_fields)


class OnlyOld(EmployeeAdapter):
    def get_queryset(self) -> Any:
        return super().get_queryset().filter(date_joined__lt=datetime(2000, 1, 1, tzinfo=UTC))


class Guarded(ProfileAdapter):
    def protects(self, instance: Any, what: str) -> bool:
        return what == "membership"


class Makes(ProfileAdapter):
    can_create = True


class Renames(Makes):
    can_rename = True


def planted(settings: Any, users: type[Any] = EmployeeAdapter, groups: type[Any] = ProfileAdapter) -> None:
    paths = [f"{adapter.__module__}.{adapter.__name__}" for adapter in (users, groups)]
    settings.SCIM_PROVISIONING = {"USER_ADAPTER": paths[0], "GROUP_ADAPTERS": paths[1:]}


USERS = [
    (MakesStaff, "generic", "change the name", "protected-account", "`new()` or `save()`"),
    (Particular, "generic", "change the title", "value-refused", "--value title="),
    (Closed, "entra", "create the account", "refused-by-product", "`clean`"),
    (NamesAreOurs, "google", "change the name", "read-only", "name.familyName"),
    (NeedsADate, "google", "create the account", "required-column", "date_joined"),
    (Forgetful, "generic", "read the account again", "not-kept", "`save`"),
    (OnlyOld, "onelogin", "create the account", "out-of-sight", "`get_queryset`"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("users", "provider", "step", "rule", "remedy"), USERS, ids=[users.__name__ for users, *_ in USERS]
)
def test_a_fault_of_the_users_adapter_is_found_at_its_step(
    settings: Any, users: type[Any], provider: str, step: str, rule: str, remedy: str
) -> None:
    planted(settings, users)
    first = failed("--provider", provider)[0]
    assert (first["step"], first["rule"]) == (step, rule)
    assert remedy in first["remedy"]


@pytest.mark.django_db
def test_a_column_that_is_too_short_is_found_when_the_account_is_made(settings: Any) -> None:
    planted(settings)
    settings.SILENCED_SYSTEM_CHECKS = ["scim_provisioning.W001"]
    domain = "-".join(["long"] * 40) + ".example"
    (first, *_) = failed("--provider", "entra", "--value", f"domain={domain}")
    assert (first["step"], first["rule"]) == ("create the account", "column-too-short")
    assert "userName is too short" in first["remedy"]
    assert "max_length" in first["remedy"]


@pytest.mark.django_db
def test_another_value_can_be_sent(settings: Any) -> None:
    planted(settings, Particular)
    assert failed("--provider", "generic", "--value", "title=Grid engineer") == []


@pytest.mark.django_db
def test_a_unique_e_mail_column_is_found_where_people_have_none(settings: Any) -> None:
    UserFactory(email="")
    with connection.cursor() as cursor:
        cursor.execute("CREATE UNIQUE INDEX one_mail_each ON accounts_user (email)")
        (first, *_) = failed("--provider", "google")
        cursor.execute("DROP INDEX one_mail_each")
    assert (first["step"], first["rule"]) == ("create the account", "unique-column")
    assert "no e-mail address" in first["remedy"]


@pytest.mark.django_db
def test_an_account_that_is_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secrets.token_hex", lambda size: "0badcafe")
    UserFactory(username="doctor.0badcafe@scim-doctor.example")
    (first, *_) = failed("--provider", "keycloak")
    assert (first["step"], first["rule"]) == ("create the account", "name-taken")
    assert "look it up and link it" in first["remedy"]


@pytest.mark.django_db
def test_a_strict_connection_is_told_from_a_fault_of_the_product() -> None:
    Connection.objects.create(dialect=Connection.Dialect.STRICT)
    (first, *_) = failed("--provider", "entra")
    assert (first["step"], first["rule"]) == ("create the account", "strict")
    assert "automatic" in first["remedy"]


@pytest.mark.django_db
def test_where_no_index_finds_names_the_checks_say_so_first(settings: Any) -> None:
    class_path = f"{__name__}.{Short.__name__}"
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "USER_ADAPTER": class_path}
    steps = results("--provider", "generic")
    assert (steps[0]["part"], steps[0]["rule"], steps[0]["outcome"]) == ("System checks", "E015", "failed")
    assert 'UniqueConstraint(Lower("first_name")' in steps[0]["remedy"]
    assert {step["part"] for step in steps} == {"System checks"}


@pytest.mark.django_db
def test_an_index_that_is_missing_is_noted_and_fails_where_that_is_asked_for(settings: Any) -> None:
    planted(settings)
    with pytest.MonkeyPatch.context() as patch:
        meta = EmployeeAdapter.get_model()._meta
        patch.setattr(meta, "constraints", [])
        (noted,) = [step for step in results("--provider", "generic") if step["rule"] == "W001"]
        statuses = [told("--provider", "generic", "--fail-level", level)[0] for level in ("error", "warning")]
    assert noted["outcome"] == "noted"
    assert 'UniqueConstraint(Lower("username")' in noted["remedy"]
    assert "`userName eq`" in noted["remedy"]
    assert statuses == [0, 1]


GROUPS = [
    (ProfileAdapter, "create a group", "group-creation", "link the group that is there"),
    (Makes, "rename the group", "group-renaming", "the same name"),
    (Renames, "delete the group", "group-deletion", "unlink without deleting"),
    (Guarded, "add the account", "protected-membership", "`protects`"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("groups", "step", "rule", "remedy"), GROUPS, ids=[groups.__name__ for groups, *_ in GROUPS])
def test_a_policy_of_groups_is_found_at_its_step(
    settings: Any, groups: type[Any], step: str, rule: str, remedy: str
) -> None:
    planted(settings, groups=groups)
    first = failed("--provider", "okta", "--push-groups")[0]
    assert (first["step"], first["rule"]) == (step, rule)
    assert remedy in first["remedy"]


@pytest.mark.django_db
def test_groups_that_users_cannot_be_without_are_told(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Membership, "required", True)
    planted(settings)
    (found,) = failed("--provider", "okta")
    assert (found["step"], found["rule"]) == ("remove the account", "membership-required")
    assert "assign the new group" in found["remedy"]


@pytest.mark.django_db
def test_a_group_that_nobody_could_make_is_left_out(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(self: Profile, *args: Any, **kwargs: Any) -> None:
        raise ValidationError("Profiles need an owner.")

    monkeypatch.setattr(Profile, "save", refuses)
    planted(settings)
    (skipped,) = [step for step in results("--provider", "okta") if step["outcome"] == "skipped"]
    assert "no group of the kind profile" in skipped["problem"]


@pytest.mark.django_db
def test_a_group_of_the_product_is_taken_where_none_could_be_made(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Profile.objects.create(name="Data entry")

    def refuses(self: Profile, *args: Any, **kwargs: Any) -> None:
        raise ValidationError("Profiles need an owner.")

    monkeypatch.setattr(Profile, "save", refuses)
    planted(settings)
    steps = results("--provider", "okta")
    assert {step["outcome"] for step in steps if step["phase"] == "Group assignment: profile"} == {"passed"}


class Coded(EmployeeAdapter):
    """Titles from a list, sent as the list has them."""

    attributes = {**EmployeeAdapter.attributes, "title": Choice("job_title", {"E": "Engineer", "C": "Clerk"})}


@pytest.mark.django_db
def test_a_column_with_a_vocabulary_is_sent_a_word_of_it(settings: Any) -> None:
    planted(settings, Coded)
    (changed,) = [step for step in results("--provider", "generic") if step["step"] == "change the title"]
    assert changed["outcome"] == "passed"
    assert changed["sent"]["Operations"][0]["value"] == "Engineer"


class Positions(EmployeeAdapter):
    """Attributes that are computed cannot be changed, so nobody tries to."""

    attributes = {
        **EmployeeAdapter.attributes,
        "title": Computed(["job_title"], str),
        f"{ENTERPRISE_USER}:department": Column("department"),
    }


@pytest.mark.django_db
def test_what_no_client_may_write_is_not_tried(settings: Any) -> None:
    planted(settings, Positions)
    steps = {step["step"] for step in results("--provider", "generic")}
    assert "change the title" not in steps
    assert "change the department" in steps


@pytest.mark.django_db
def test_a_failure_ends_its_phase_and_what_depends_on_it_is_left_out(settings: Any) -> None:
    planted(settings, Closed)
    steps = [step for step in results("--provider", "generic") if step["part"] == "Any client, by the RFC"]
    after = {step["phase"]: step["outcome"] for step in steps}
    assert after[Phase.CONNECTION] == "passed"
    assert after[Phase.FIRST_SYNC] == "failed"
    assert {after[phase] for phase in (Phase.DAILY, Phase.LEAVER, Phase.RETURNER)} == {"skipped"}


@pytest.mark.django_db
def test_a_switched_off_connection_is_noted_and_tried_as_if_it_were_on() -> None:
    (noted,) = [step for step in results("--provider", "okta") if step["outcome"] == "noted"]
    assert noted["rule"] == "disabled"
    assert "Authentication settings › SCIM provisioning" in noted["remedy"]
    assert not Connection.objects.exists()
