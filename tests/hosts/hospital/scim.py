"""What is stored the other way round, elsewhere, or between tables."""

from django.contrib.auth import get_user_model
from django.db.models import Case, F, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Concat
from django.utils import timezone

from scim_provisioning.adapters import (
    ENTERPRISE_USER,
    Choice,
    Column,
    Computed,
    Constant,
    FullName,
    GroupAdapter,
    Members,
    Membership,
    MultiValue,
    Source,
    UserAdapter,
)

from .models import Clinician, Rota, Shift, Ward


class Preference(Source):
    """A text under a key of a JSON column."""

    def __init__(self, key):
        self.key = key

    def columns(self, prefix=""):
        return (f"{prefix}preferences",)

    def read(self, preferences):
        return preferences.get(self.key)

    def values(self, instance):
        return (instance.preferences,)

    def expression(self, prefix=""):
        return KT(f"{prefix}preferences__{self.key}")

    def write(self, instance, value):
        if value is None:
            instance.preferences.pop(self.key, None)
        else:
            instance.preferences[self.key] = value


class ClinicianAdapter(UserAdapter):
    """A SCIM User is a clinician."""

    model = get_user_model()
    attributes = {
        **UserAdapter.attributes,
        "active": Choice("is_suspended", {False: True, True: False}),
        "name.givenName": Column("profile.legal_given"),
        "name.familyName": Column("profile.legal_family"),
        "name.formatted": FullName("profile.legal_given", "profile.legal_family"),
        "displayName": FullName("profile.legal_given", "profile.legal_family"),
        "title": Choice("grade", dict(Clinician.Grade.choices)),
        "timezone": Preference("timezone"),
        "phoneNumbers": MultiValue(
            "pagers", {"value": Column("number"), "type": Constant("pager"), "primary": Column("on_call")}
        ),
        "entitlements": MultiValue("languages", {"value": Column("language.code")}),
        f"{ENTERPRISE_USER}:employeeNumber": Column("licence"),
    }

    def new(self):
        """Whoever comes over SCIM has been approved there."""
        clinician = super().new()
        clinician.approval = "granted"
        return clinician


class Shifts(Membership):
    """A shift that is removed stays in the table."""

    @property
    def table(self):
        return super().table.filter(removed_at=None)

    @property
    def unique_on(self):
        return set()  # the constraint is for shifts that are not removed

    def remove(self, groups, users):
        self.pairs(groups, users).update(removed_at=timezone.now())


class RotaAdapter(GroupAdapter):
    """A SCIM Group is a rota; deleting it is archiving it."""

    kind = "rota"
    model = Rota
    can_create = can_rename = can_delete = True
    attributes = {
        "displayName": Column("name"),
        "members": Members(
            membership=Shifts(Shift, "rota", "clinician", defaults={"starts_on": timezone.localdate}),
        ),
    }

    def get_queryset(self):
        return super().get_queryset().filter(archived=False)

    def delete(self, instance):
        instance.archived = True
        instance.save(update_fields=["archived"])


def way(parent, name):
    """The name of a ward as people say it."""
    return f"{parent} / {name}" if parent else name


class WardAdapter(GroupAdapter):
    """A SCIM Group is a ward, under a name that says where it is."""

    kind = "ward"
    model = Ward
    attributes = {
        "displayName": Computed(
            ("parent.name", "name"),
            way,
            Case(When(parent=None, then=F("name")), default=Concat("parent__name", Value(" / "), "name")),
        ),
        "members": Members("clinicians"),
    }
