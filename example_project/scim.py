"""What SCIM Users and Groups are in this product: the one file that a host writes."""

from django.contrib.auth import get_user_model

from example_project.access.models import Level, Profile, Project, ProjectAccess
from scim_provisioning.adapters import ENTERPRISE_USER, Column, GroupAdapter, Members, UserAdapter


class EmployeeAdapter(UserAdapter):
    """A SCIM User is a login account."""

    model = get_user_model()
    attributes = {
        **UserAdapter.attributes,
        "title": Column("job_title"),
        f"{ENTERPRISE_USER}:department": Column("department"),
    }


class ProfileAdapter(GroupAdapter):
    """Each profile is a SCIM Group."""

    kind = "profile"
    model = Profile
    attributes = {"displayName": Column("name"), "members": Members("users")}


class ProjectAccessAdapter(GroupAdapter):
    """Each project is two SCIM Groups, one per access level, the lower level first."""

    kind = "project"
    model = Project
    levels = {Level.READ.value: "Read-only", Level.FULL.value: "Full access"}
    attributes = {
        "displayName": Column("name"),
        "members": Members(through=ProjectAccess, group="project", user="user", level="level"),
    }
