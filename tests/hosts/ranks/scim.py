"""Each project is three Groups; a user has one row per project, with the highest level."""

from __future__ import annotations

from scim_provisioning import adapters
from scim_provisioning.adapters import Column, GroupAdapter, Groups, Members

from .models import Access, Project


class UserAdapter(adapters.UserAdapter):
    """Django's user, whose access may be sent with it."""

    attributes = {**adapters.UserAdapter.attributes, "groups": Groups(writable=True)}


class ProjectAdapter(GroupAdapter):
    """A SCIM Group is a project at a level, the lower level first."""

    kind = "project"
    model = Project
    levels = {"viewer": "Viewers", "editor": "Editors", "owner": "Owners"}
    attributes = {
        "displayName": Column("name"),
        "members": Members(through=Access, group="project", level="level"),
    }
