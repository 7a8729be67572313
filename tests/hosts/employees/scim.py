"""Attributes in columns, codes, related rows and tables."""

from __future__ import annotations

from django.db.models import Value
from django.db.models.functions import Concat

from scim_provisioning.adapters import (
    ENTERPRISE_USER,
    AuthGroupAdapter,
    Choice,
    Column,
    Computed,
    Manager,
    MultiValue,
    Password,
    UserAdapter,
)

PHONES = {
    "value": Column("number"),
    "type": Choice("kind", {"o": "work", "m": "mobile"}),
    "primary": Column("is_main"),
}


def listed(last: str, first: str) -> str:
    """The name as it stands in lists."""
    return f"{last}, {first}"


class PersonnelAdapter(UserAdapter):
    """A SCIM User is a login and the person behind it."""

    attributes = {
        **UserAdapter.attributes,
        "displayName": Computed(("last_name", "first_name"), listed, Concat("last_name", Value(", "), "first_name")),
        "userType": Choice("kind", {"E": "Employee", "C": "Contractor"}),
        "password": Password(),
        "phoneNumbers": MultiValue("phones", PHONES),
        f"{ENTERPRISE_USER}:employeeNumber": Column("employee.number"),
        f"{ENTERPRISE_USER}:costCenter": Column("employee.cost_centre"),
        f"{ENTERPRISE_USER}:department": Column("employee.department.name"),
        f"{ENTERPRISE_USER}:manager": Manager("manager"),
    }


class OfficeAdapter(AuthGroupAdapter):
    """A SCIM Group is one of auth's; identity providers may make and delete it."""

    can_create = True
    can_rename = True
    can_delete = True
