"""A product with tenants lists them, and none of them sees the users of another."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import QuerySet

from example_project.scim import EmployeeAdapter

from .reports import report, tells, user_adapter

TENANTS = "tests.admin.tenants.tenants"


class Employees(EmployeeAdapter):
    """A tenant is a department, as far as this goes."""

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().filter(department=self.connection.tenant)


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("tests.admin.tenants.NAMES", "is no function"),
        ("tests.admin.tenants.nowhere", '"nowhere"'),
        ("nowhere", "nowhere"),
        ("tests.no.tenants", "'tests.no'"),
    ],
)
def test_a_function_that_is_none(path: str, why: str) -> None:
    assert tells(report(users=Employees, TENANTS=path), "E028", "SCIM_PROVISIONING['TENANTS']", why, "(value, name)")


def test_users_whom_every_tenant_would_see() -> None:
    assert tells(report(users=user_adapter(), TENANTS=TENANTS), "E029", "People.get_queryset", "self.connection.tenant")


def test_users_of_one_tenant_each() -> None:
    assert report(users=Employees, TENANTS=TENANTS) == []


def test_an_adapter_that_cannot_be_loaded_is_told_once() -> None:
    assert tells(report(users=Any, TENANTS=TENANTS), "E003", "USER_ADAPTER")  # type: ignore[arg-type]
