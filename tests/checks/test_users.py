"""What a user has to have, and what the database has to promise of it."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from django.db import models
from django.db.models.functions import Lower
from django.test.utils import isolate_apps

from example_project.access.models import Profile
from example_project.accounts.models import User
from scim_provisioning.adapters import Column, Constant, Stored, UserAdapter

from .reports import report, tells, user_adapter


def test_an_adapter_of_others_than_those_who_log_in() -> None:
    attributes = {"userName": Column("name"), "active": Stored()}
    people = type("People", (UserAdapter,), {"model": Profile, "attributes": attributes})
    assert tells(report(people), "E014", "People.model is Profile", "log in as User", "get_user_model()")


def test_a_proxy_of_those_who_log_in_is_as_good() -> None:
    with isolate_apps("example_project.accounts"):

        class Person(User):
            class Meta:
                app_label = "accounts"
                proxy = True

    assert report(type("People", (user_adapter(),), {"model": Person})) == []


@pytest.mark.parametrize("source", [None, Stored(), Constant(True), Column("is_active", writable=False)])
def test_users_who_could_not_be_deactivated(source: Any) -> None:
    assert tells(report(user_adapter(active=source)), "E013", "People.attributes", "`active`", 'Column("is_active")')


def test_attributes_that_do_not_begin_with_those_of_all_users() -> None:
    messages = report(type("People", (UserAdapter,), {"attributes": {"title": Column("job_title")}}))
    assert [str(message.id)[-4:] for message in messages] == ["E013", "E005"]
    assert all("`**UserAdapter.attributes`" in str(message.hint) for message in messages)


@pytest.mark.parametrize("source", [None, Stored()])
def test_users_without_a_column_for_their_name(source: Stored | None) -> None:
    assert tells(report(user_adapter(userName=source)), "E005", "People.attributes", "`userName`", 'Column("username")')


@pytest.mark.threat(27)
@pytest.mark.parametrize("column", ["phone", "email"])
def test_a_user_name_that_two_may_have(column: str) -> None:
    found = report(user_adapter(userName=Column(column), nickName=Column("username")))
    constraint = f'`UniqueConstraint(Lower("{column}"), name="…")`'
    assert tells(found, "E015", "People.attributes['userName']", column, constraint, "User.Meta.constraints")


@pytest.mark.threat(27)
def test_a_user_name_that_two_may_have_but_for_case() -> None:
    with mock.patch.object(User._meta, "constraints", []):
        found = report(user_adapter())
    constraint = '`UniqueConstraint(Lower("username"), name="…")`'
    assert tells(found, "W001", "People.attributes['userName']", "case", constraint, "User.Meta.constraints")


SOME = models.Q(is_active=True)
CONSTRAINTS = {
    "together with another column": models.UniqueConstraint(Lower("username"), "department", name="x"),
    "of some rows": models.UniqueConstraint(Lower("username"), condition=SOME, name="x"),
    "as it is": models.UniqueConstraint(fields=["username"], name="x"),
}


@pytest.mark.parametrize("constraint", CONSTRAINTS.values(), ids=CONSTRAINTS)
def test_a_constraint_that_lets_names_differ_in_case(constraint: models.UniqueConstraint) -> None:
    with mock.patch.object(User._meta, "constraints", [constraint]):
        assert tells(report(user_adapter()), "W001")


def test_within_a_tenant_the_constraint_has_the_tenant_in_it() -> None:
    tenants = type("People", (user_adapter(),), {"get_queryset": lambda self: User.objects.all()})
    with mock.patch.object(User._meta, "constraints", [CONSTRAINTS["together with another column"]]):
        assert report(tenants) == []


class TestLookups:
    def test_emails_without_an_index_on_their_lower_case(self) -> None:
        with mock.patch.object(User._meta, "indexes", [models.Index(fields=["email"], name="exact")]):
            found = report(user_adapter())
        assert tells(found, "W003", "People", "by emails", '`Index(Lower("email"), name="…")`', "User.Meta.indexes")

    def test_all_that_have_none_are_in_one_warning(self) -> None:
        with mock.patch.object(User._meta, "indexes", []):
            found = report(user_adapter(externalId=Column("phone")))
        assert tells(found, "W003", "People", "externalId", "emails", 'Index(fields=["phone"]', 'Index(Lower("email")')

    @pytest.mark.parametrize(
        "index",
        [
            models.Index(Lower("email").desc(), name="x"),
            models.Index(Lower(models.F("email")), "department", name="x"),
            models.UniqueConstraint(Lower("email"), name="x"),
        ],
    )
    def test_any_index_that_begins_with_the_lower_case_will_do(self, index: models.Index) -> None:
        place = "constraints" if isinstance(index, models.UniqueConstraint) else "indexes"
        others = User._meta.constraints if place == "constraints" else []
        with (
            mock.patch.object(User._meta, "indexes", []),
            mock.patch.object(User._meta, place, [*others, index]),
        ):
            assert report(user_adapter()) == []

    @pytest.mark.parametrize(
        "index",
        [
            models.Index(Lower("department"), Lower("email"), name="x"),
            models.Index(Lower("email"), condition=SOME, name="x"),
            models.Index("email", Lower("department"), name="x"),
        ],
    )
    def test_an_index_that_does_not_find_everybody_will_not(self, index: models.Index) -> None:
        with mock.patch.object(User._meta, "indexes", [index]):
            assert tells(report(user_adapter()), "W003", "emails")


class TestNewRows:
    @pytest.fixture
    def needing(self) -> type[User]:
        """A user model with a column that nothing fills."""
        with isolate_apps("example_project.accounts"):

            class Member(User):
                number = models.IntegerField()
                code = models.CharField(max_length=9, unique=True)
                note = models.CharField(max_length=9)

                class Meta:
                    app_label = "accounts"

        return Member

    def test_columns_that_nothing_fills(self, needing: type[User]) -> None:
        with mock.patch("scim_provisioning.checks.adapters.get_user_model", return_value=needing):
            found = report(type("People", (user_adapter(),), {"model": needing}))
        assert tells(found, "W008", "People", "Member", "number, code", "`People.new`")

    def test_an_adapter_that_fills_them(self, needing: type[User]) -> None:
        people = type("People", (user_adapter(),), {"model": needing, "new": lambda self: needing(number=1, code="x")})
        with mock.patch("scim_provisioning.checks.adapters.get_user_model", return_value=needing):
            assert report(people) == []
