"""The contract tests find what is wrong with an adapter, and say where."""

from __future__ import annotations

import unittest
from dataclasses import dataclass
from typing import Any
from unittest import mock

import pytest
from django.db.models import F
from django.test import TestCase, override_settings

from example_project.access.models import Profile
from example_project.accounts.models import User
from example_project.scim import EmployeeAdapter, ProfileAdapter
from scim_provisioning.adapters import Column, GroupAdapter, Members, UserAdapter
from scim_provisioning.testing import ContractTests

pytestmark = [pytest.mark.django_db, pytest.mark.once]


class Forgets(Column):
    """Takes a value and does not keep it."""

    def write(self, instance: Any, value: Any) -> None:
        pass


class Shouts(Column):
    """Keeps something else than what was sent, and does not say so by `prepare`."""

    def write(self, instance: Any, value: Any) -> None:
        super().write(instance, value.upper() if value else value)


class LooksElsewhere(Column):
    """Filters and sorts by another column than it reads."""

    def expression(self, prefix: str = "") -> Any:
        return F(f"{prefix}last_name")


class Spills(Column):
    """Writes to a column of somebody else's too."""

    def write(self, instance: Any, value: Any) -> None:
        super().write(instance, value)
        instance.department = "spilt"


class Asks(Column):
    """Asks the database for each row that it reads."""

    def read(self, *values: Any) -> Any:
        User.objects.filter(job_title=values[0]).exists()
        return super().read(*values)


class Stays(Column):
    """Takes the first value and no other."""

    def write(self, instance: Any, value: Any) -> None:
        if instance.pk is None:
            super().write(instance, value)


class Unbounded(Column):
    """Cuts off what is too long instead of refusing it."""

    def write(self, instance: Any, value: Any) -> None:
        super().write(instance, value and value[:20])


def with_title(source: Column) -> type[EmployeeAdapter]:
    class FaultyAdapter(EmployeeAdapter):
        attributes = {**EmployeeAdapter.attributes, "title": source}

    return FaultyAdapter


class HidesInactive(EmployeeAdapter):
    """Does not show who may not log in."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(is_active=True)


class Secluded(ProfileAdapter):
    """Shows no profile at all."""

    def get_queryset(self) -> Any:
        return Profile.objects.none()


class Deaf(ProfileAdapter):
    """Says that names can be changed, and changes none."""

    can_rename = True
    attributes = {"displayName": Stays("name"), "members": Members("users")}


@dataclass(frozen=True)
class Fault:
    """An adapter that is wrong, which test finds it and which words it says."""

    adapter: type[Any]
    test: str
    says: tuple[str, ...]


TITLE = "title (%s job_title)"
FAULTS = {
    "a value that is not kept": Fault(
        with_title(Forgets("job_title")), "test_post_keeps_what_it_sends", (TITLE % "Forgets", " title", "None")
    ),
    "a value that is kept otherwise": Fault(
        with_title(Shouts("job_title")), "test_put_replaces_everything", (TITLE % "Shouts", " TITLE", " title")
    ),
    "a filter on something else": Fault(
        with_title(LooksElsewhere("job_title")),
        "test_every_filter_finds_whom_the_documents_say",
        (TITLE % "LooksElsewhere", "filter title eq"),
    ),
    "an order by something else": Fault(
        with_title(LooksElsewhere("department")),
        "test_users_are_sorted_by_every_attribute_both_ways",
        ("title (LooksElsewhere department)", "ascending", "expression"),
    ),
    "a change that spreads": Fault(
        with_title(Spills("job_title")),
        "test_patch_changes_one_attribute_and_no_other",
        (TITLE % "Spills", "department"),
    ),
    "a query for each row": Fault(
        with_title(Asks("job_title")),
        "test_reading_users_costs_the_same_however_many_there_are",
        ("a page of all users", "with few", "with many"),
    ),
    "a value that is cut off": Fault(
        with_title(Unbounded("job_title")),
        "test_a_value_that_is_too_long_is_refused_with_the_limit",
        (TITLE % "Unbounded", "200 instead of 400"),
    ),
    "inactive users that are hidden": Fault(
        HidesInactive, "test_a_user_is_switched_off_and_on", ("HidesInactive", "get_queryset", "404")
    ),
    "groups that are not shown": Fault(
        Secluded, "test_groups_are_listed_and_found_by_their_names", ("/Groups/profile-", "get_queryset")
    ),
    "a policy that is not so": Fault(
        Deaf, "test_groups_are_renamed_where_the_policy_says_so", ("Deaf", "displayName", "Renamed 0")
    ),
}


Chosen: type[Any] = EmployeeAdapter
"""Where the settings find the adapter at hand."""


def run(adapter: type[Any], test: str) -> list[str]:
    """The failures of one contract test, with that adapter in place of the example product's."""

    class Contract(ContractTests, TestCase):
        pass

    here = f"{__name__}.Chosen"
    adapters = {
        "USER_ADAPTER": here if issubclass(adapter, UserAdapter) else "example_project.scim.EmployeeAdapter",
        "GROUP_ADAPTERS": [here] if issubclass(adapter, GroupAdapter) else ["example_project.scim.ProfileAdapter"],
    }
    result = unittest.TestResult()
    with mock.patch(here, adapter), override_settings(SCIM_PROVISIONING=adapters):
        unittest.TestSuite([Contract(test)]).run(result)
    return [text for _, text in (*result.failures, *result.errors)]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found_and_named(fault: Fault) -> None:
    failures = run(fault.adapter, fault.test)
    assert any(all(word in failure for word in fault.says) for failure in failures), "\n".join(failures)
