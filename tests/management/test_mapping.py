"""`manage.py scim mapping` shows the resolved mapping, without asking the database anything."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from example_project.scim import EmployeeAdapter, ProfileAdapter, ProjectAccessAdapter
from scim_provisioning.adapters import ENTERPRISE_USER, Column, Computed, Groups, MultiValue
from scim_provisioning.adapters.registry import user_adapter

PROFILES = """
Group profile (ProfileAdapter, access.Profile)
attribute          source                filter  sort  write  index
schemas            Schemas               yes     yes   –      –
id                 profile-<id>          yes     yes   –      primary key
meta.resourceType  Constant Group        yes     yes   –      –
externalId         Record external_id    yes     yes   yes    db_index (external_id)
meta.created       Record created        yes     yes   –      –
meta.lastModified  Record last_modified  yes     yes   –      –
displayName        Column name           yes     yes   –      profile_name_any_case
members            Members users         yes     yes   yes    db_index (user)
"""

LEVEL = """
Group project at level full (ProjectAccessAdapter, access.Project)
attribute          source                          filter  sort  write  index
schemas            Schemas                         yes     yes   –      –
id                 project-<id>-full               yes     yes   –      primary key
meta.resourceType  Constant Group                  yes     yes   –      –
externalId         Record external_id              yes     yes   yes    db_index (external_id)
meta.created       Record created                  yes     yes   –      –
meta.lastModified  Record last_modified            yes     yes   –      –
displayName        Column name + ' (Full access)'  yes     yes   –      project_name_any_case
members            Members through ProjectAccess   yes     yes   yes    db_index (user)
"""


class Elsewhere(EmployeeAdapter):
    """Attributes in places of all kinds."""

    attributes = {
        **EmployeeAdapter.attributes,
        "title": Computed(["job_title"], str),
        "userType": Column("scim_record.connection.name"),
        "groups": Groups(writable=True),
        "roles": MultiValue("project_access", {"value": Column("level")}),
    }


class Renamed(ProfileAdapter):
    can_rename = True


def told(*arguments: str, **settings: Any) -> str:
    out = StringIO()
    with override_settings(SCIM_PROVISIONING=settings) if settings else override_settings():
        call_command("scim", "mapping", *arguments, stdout=out)
    return out.getvalue()


def lines(**settings: Any) -> dict[str, dict[str, Any]]:
    """The lines about users, by their attributes."""
    users = json.loads(told("--json", **settings))[0]
    return {line["attribute"]: line for line in users["attributes"]}


@pytest.mark.parametrize("table", [PROFILES, LEVEL], ids=["profiles", "level"])
def test_a_kind_of_groups_is_a_table_for_each_of_its_levels(table: str) -> None:
    assert table in told()


def test_nothing_is_wider_than_a_terminal() -> None:
    assert [line for line in told().splitlines() if len(line) > 100] == []


def test_what_is_too_wide_goes_on_below() -> None:
    told_lines = told().splitlines()
    place = next(place for place, line in enumerate(told_lines) if line.startswith("name.formatted"))
    assert told_lines[place].split()[1:3] == ["FullName", "first_name,"]
    assert told_lines[place + 1].strip() == "last_name"


def test_users_come_first_with_each_attribute_once() -> None:
    tables = told().strip().split("\n\n")
    assert [table.partition(" (")[0] for table in tables[:-1]] == [
        "User",
        "Group profile",
        "Group project at level read",
        "Group project at level full",
    ]
    title, head, *rows = tables[0].splitlines()
    assert title == "User (EmployeeAdapter, accounts.User)"
    assert head.split() == ["attribute", "source", "filter", "sort", "write", "index"]
    names = [row.split()[0] for row in rows if not row.startswith(" ")]
    assert names.count("userName") == names.count("department") == 1


def test_an_extension_stands_below_its_urn() -> None:
    rows = told().splitlines()
    below = rows[rows.index(ENTERPRISE_USER) + 1 :]
    assert [row.split()[0] for row in below[: below.index("")]][-3:] == ["department", "manager.value", "manager.$ref"]


def test_json_says_the_same() -> None:
    users, profiles, *levels = json.loads(told("--json"))
    assert {key: users[key] for key in users if key != "attributes"} == {
        "resource_type": "User",
        "kind": None,
        "level": None,
        "adapter": "EmployeeAdapter",
        "model": "accounts.User",
    }
    assert [line["attribute"] for line in users["attributes"] if ":" not in line["attribute"]] == [
        key for key in user_adapter().bound(None) if ":" not in key
    ]
    assert (profiles["kind"], [one["level"] for one in levels]) == ("profile", ["read", "full"])


@pytest.mark.parametrize(
    ("attribute", "source", "index"),
    [
        ("userName", "Column username", "accounts_user_username_any_case"),
        ("emails", "SingleValue email", "accounts_user_email_any_case"),
        ("externalId", "Record external_id", "db_index (external_id)"),
        ("nickName", "Stored", "scim_user_stored"),
        ("phoneNumbers", "StoredList", "scim_user_stored"),
        ("displayName", "FullName first_name, last_name", None),
        ("title", "Column job_title", None),
        (f"{ENTERPRISE_USER}:department", "Column department", None),
    ],
)
def test_where_an_attribute_is_stored_and_what_finds_it(attribute: str, source: str, index: str | None) -> None:
    line = lines()[attribute]
    assert (line["source"], line["index"]) == (source, index)


def test_what_clients_can_do_follows_from_source_schema_and_adapter() -> None:
    found = lines(USER_ADAPTER=f"{__name__}.Elsewhere")
    can = {key: (line["filterable"], line["sortable"], line["writable"]) for key, line in found.items()}
    assert can["title"] == (False, False, False)
    assert can["groups"] == (True, True, True)
    assert lines()["groups"]["writable"] is False
    assert can["meta.created"] == (True, True, False)


def test_sources_beyond_the_row_say_where_they_lead() -> None:
    found = lines(USER_ADAPTER=f"{__name__}.Elsewhere")
    assert found["title"]["source"] == "Computed job_title"
    assert found["userType"]["source"] == "Column scim_record.connection.name"
    assert (found["roles"]["source"], found["roles"]["index"]) == ("MultiValue project_access", None)


@pytest.mark.parametrize("adapter", [ProfileAdapter, Renamed])
def test_a_name_is_written_where_the_adapter_lets_groups_be_renamed(adapter: type[ProfileAdapter]) -> None:
    tables = json.loads(told("--json", GROUP_ADAPTERS=[f"{adapter.__module__}.{adapter.__name__}"]))
    (line,) = [line for line in tables[-1]["attributes"] if line["attribute"] == "displayName"]
    assert line["writable"] is adapter.can_rename


@pytest.mark.django_db
def test_a_faulty_mapping_is_told_by_the_checks_instead() -> None:
    faulty = override_settings(SCIM_PROVISIONING={"USER_ADAPTER": "nowhere.Adapter"})
    with faulty, pytest.raises(CommandError, match=r"scim_provisioning\.E002"):
        call_command("scim", "mapping", skip_checks=False, stdout=StringIO())


def test_a_level_is_named_by_what_stands_in_the_id() -> None:
    assert [f"at level {level}" in told() for level in ProjectAccessAdapter.levels] == [True, True]


def test_without_a_subcommand_the_choices_are_told() -> None:
    with pytest.raises(CommandError, match="subcommand"):
        call_command("scim", stdout=StringIO())
