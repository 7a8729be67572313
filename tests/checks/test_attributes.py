"""A mapping that leads nowhere is told with what was probably meant."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from django.db.models.functions import Lower

from example_project.access.models import Profile
from scim_provisioning.adapters import (
    ENTERPRISE_USER,
    Choice,
    Column,
    Computed,
    FullName,
    Manager,
    Members,
    MultiValue,
    SingleValue,
    Stored,
    UserAdapter,
)

from .reports import group_adapter, report, tells, user_adapter

MANAGER = f"{ENTERPRISE_USER}:manager"


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("username", "Did you mean 'userName'?"),
        ("tittle", "Did you mean 'title'?"),
        ("givenName", "Did you mean 'name.givenName'?"),
        ("department", "Did you mean 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department'?"),
        ("name", "It has parts, which are mapped one by one: name.formatted, name.familyName"),
        ("emails.value", "'emails' is mapped as a whole"),
        ("shoeSize", "`extensions`"),
    ],
)
def test_a_key_that_is_no_path(path: str, meant: str) -> None:
    people = user_adapter(**{path.replace(".", "__"): Column("job_title")})
    assert tells(report(people), "E004", f"People.attributes: {path!r}", meant)


@pytest.mark.parametrize(
    ("path", "source", "words"),
    [
        ("title", Column("job_titel"), ["User has no field named 'job_titel'", "Did you mean 'job_title'?"]),
        ("title", Column("shoe"), ["'shoe'", "Name a column or relation of User; "]),
        ("emails", SingleValue("mail"), ["'mail'", "Did you mean 'email'?"]),
        ("displayName", FullName("given", "last_name"), ["'given'"]),
        ("displayName", Computed(["first_nam"], str), ["'first_nam'", "Did you mean 'first_name'?"]),
        ("displayName", Computed(["first_name"], str, Lower("given")), ["'given'"]),
        ("title", Column("employee.title"), ["User has no field named 'employee'"]),
        (
            "title",
            Column("scim_record.titel"),
            ["UserRecord has no field named 'titel'", "a column or relation of UserRecord; "],
        ),
        ("title", Column("scim_record.creatd"), ["'creatd'", "Did you mean 'created'?"]),
        ("title", Column("scim_record.connection.nam"), ["Connection has no field named 'nam'", "'name'"]),
        ("title", Column("profiles.name"), ["User.profiles leads to no row, or to many"]),
        ("title", Column("scim_record"), ["is a relation"]),
        (MANAGER, Manager("boss"), ["User has no field named 'boss'"]),
        (MANAGER, Manager("email"), ["is no foreign key to User"]),
        ("phoneNumbers", MultiValue("phones", {"value": Column("number")}), ["'phones'", "Did you mean 'phone'?"]),
        ("phoneNumbers", MultiValue("project_access", {"value": Column("levl")}), ["'levl'", "Did you mean 'level'?"]),
        ("phoneNumbers", MultiValue("project_access", {"valu": Column("level")}), ["no sub-attribute 'valu'"]),
    ],
)
def test_a_column_that_is_not_there(path: str, source: Any, words: list[str]) -> None:
    found = report(user_adapter(**{path: source}))
    assert tells(found, "E010", f"People.attributes['{path}", *words)


def test_a_column_that_a_user_model_of_the_host_s_own_has_not_got() -> None:
    with mock.patch.dict(UserAdapter.attributes, {"name.givenName": Column("given_name")}):
        found = report(UserAdapter)
    assert tells(found, "E010", "UserAdapter.attributes['name.givenName']", "Subclass UserAdapter", "SCIM_PROVISIONING")


def test_a_relation_that_is_not_there() -> None:
    teams = group_adapter(attributes={"displayName": Column("name"), "members": Members("user")})
    assert tells(report(groups=[teams]), "E010", "Teams.attributes['members']", "'user'", "Did you mean 'users'?")


@pytest.mark.parametrize(
    ("path", "source", "words"),
    [
        ("title", "job_title", ["'job_title', which is no source", "`Column('job_title')`"]),
        ("title", Manager("boss"), ["title has no 'value'", "Manager"]),
        ("title", 7, ["7, which is no source", "`Column(…)`"]),
        ("emails", Column("email"), ["emails has several values", "SingleValue"]),
        ("title", SingleValue("job_title"), ["title has one value", "`Column(…)`"]),
        ("active", Column("job_title"), ["active is a boolean", "job_title a CharField", "BooleanField"]),
        ("meta__created", Column("job_title"), ["created is a dateTime", "DateTimeField"]),
    ],
)
def test_a_source_that_does_not_fit(path: str, source: Any, words: list[str]) -> None:
    assert tells(report(user_adapter(**{path: source})), "E011", "People.attributes[", *words)


def test_what_a_column_that_does_not_fit_as_it_is_means_can_be_said() -> None:
    people = user_adapter(active=Choice("job_title", {"in": True, "out": False}), profileUrl=Computed(["phone"], str))
    assert report(people) == []


def test_each_fault_of_a_mapping_is_told_at_once() -> None:
    people = user_adapter(tittle=Stored(), title=Column("job"), emails=Column("email"))
    assert sorted(str(message.id)[-4:] for message in report(people)) == ["E004", "E010", "E011"]


def test_a_fault_at_a_request_says_what_the_check_says() -> None:
    people = user_adapter(title=Column("job_titel"))
    (message,) = report(people)
    with pytest.raises(Exception, match="Did you mean 'job_title'") as raised:
        people.bound(None)
    assert str(raised.value) == f"{message.msg} {message.hint}"


@pytest.mark.parametrize("model", [None, "access.Profile"])
def test_an_adapter_without_a_model(model: Any) -> None:
    assert tells(report(groups=[group_adapter(model=model)]), "E012", f"Teams.model is {model!r}", "`model = Profile`")


def test_an_adapter_of_a_model_that_the_project_has_replaced() -> None:
    from django.contrib.auth.models import User

    people = type("People", (UserAdapter,), {"model": User})
    assert tells(report(people), "E012", "People.model is auth.User", "accounts.User", "`model = get_user_model()`")


def test_an_id_made_of_a_column_that_is_not_there() -> None:
    assert tells(report(groups=[group_adapter(lookup_field="uuid")]), "E012", "Teams.lookup_field", "Profile", "'uuid'")


def test_an_id_made_of_a_column_that_two_rows_may_share() -> None:
    found = report(groups=[group_adapter(lookup_field="name")])
    assert tells(found, "E012", "Teams.lookup_field", "Profile.name", "unique")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("example_project.scim.Employees", ["Employees", "dotted path"]),
        ("example_project.no.EmployeeAdapter", ["example_project.no", "dotted path"]),
        ("EmployeeAdapter", ["EmployeeAdapter", "dotted path"]),
    ],
)
def test_an_adapter_that_is_not_there(path: str, words: list[str]) -> None:
    assert tells(report(USER_ADAPTER=path), "E002", "USER_ADAPTER", *words)


@pytest.mark.parametrize("path", ["example_project.scim.ProfileAdapter", "example_project.scim.Profile"])
def test_an_adapter_of_another_kind(path: str) -> None:
    assert tells(report(USER_ADAPTER=path), "E003", "USER_ADAPTER", path, "UserAdapter")


def test_an_adapter_of_a_model_in_another_database(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = {Profile: "archive"}
    monkeypatch.setattr(
        "scim_provisioning.checks.adapters.router.db_for_write", lambda model: elsewhere.get(model, "default")
    )
    found = report(groups=[group_adapter()])
    assert tells(found, "E027", "Teams.model", "Profile", "'archive'", "'default'", "DATABASE_ROUTERS")
