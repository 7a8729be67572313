"""Each adapter shows what is the tenant's of the connection, and makes new rows there."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from scim_provisioning.adapters import (
    ENTERPRISE_USER,
    Column,
    GroupAdapter,
    Manager,
    Members,
    UserAdapter,
)

from .models import Access, Organisation, Project, Team


def organisations() -> list[tuple[str, str]]:
    """Each organisation has a connection."""
    return [(slug, slug.capitalize()) for slug in Organisation.objects.values_list("slug", flat=True)]


class MemberAdapter(UserAdapter):
    """A SCIM User is a user of the organisation."""

    attributes = {**UserAdapter.attributes, f"{ENTERPRISE_USER}:manager": Manager("manager")}

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().filter(organisation__slug=self.connection.tenant)

    def new(self) -> Any:
        user = super().new()
        user.organisation = Organisation.objects.get(slug=self.connection.tenant)
        return user


class OrganisationGroupAdapter(GroupAdapter):
    """What groups of all kinds have in common."""

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().filter(organisation__slug=self.connection.tenant)

    def new(self) -> Any:
        return self.model(organisation=Organisation.objects.get(slug=self.connection.tenant))


class TeamAdapter(OrganisationGroupAdapter):
    """A SCIM Group is a team."""

    kind = "team"
    model = Team
    can_create = True
    can_rename = True
    can_delete = True
    attributes = {"displayName": Column("name"), "members": Members("members")}


class ProjectAdapter(OrganisationGroupAdapter):
    """Each project is two SCIM Groups."""

    kind = "project"
    model = Project
    levels = {"read": "Read-only", "full": "Full access"}
    attributes = {
        "displayName": Column("name"),
        "members": Members(through=Access, group="project", user="user", level="level"),
    }
