"""Attributes in columns, codes, related rows and tables."""

from django.db.models import Case, F, Value, When
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
    Source,
    UserAdapter,
)


class Locale(Source):
    """`en-US`, in a column for the language and one for the country."""

    def columns(self, prefix=""):
        return f"{prefix}language", f"{prefix}country"

    def read(self, language, country):
        return "-".join(filter(None, (language, country))) or None

    def values(self, instance):
        return instance.language, instance.country

    def expression(self, prefix=""):
        language, country = self.columns(prefix)
        both = Concat(language, Value("-"), country)
        return Case(When(**{country: ""}, then=F(language)), default=both)

    def write(self, instance, value):
        instance.language, _, instance.country = (value or "").partition("-")


PHONES = {
    "value": Column("number"),
    "type": Choice("kind", {"o": "work", "m": "mobile"}),
    "primary": Column("is_main"),
}


def listed(last, first):
    """The name as it stands in lists."""
    return f"{last}, {first}"


class PersonnelAdapter(UserAdapter):
    """A SCIM User is a login and the person behind it."""

    attributes = {
        **UserAdapter.attributes,
        "displayName": Computed(("last_name", "first_name"), listed, Concat("last_name", Value(", "), "first_name")),
        "userType": Choice("kind", {"E": "Employee", "C": "Contractor"}),
        "locale": Locale(),
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
