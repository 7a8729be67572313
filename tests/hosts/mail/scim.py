"""The login name and the e-mail address are one and the same column."""

from __future__ import annotations

from scim_provisioning.adapters import Column, GroupAdapter, Members, SingleValue, Stored, UserAdapter

from .models import Person, Team


class PersonAdapter(UserAdapter):
    """A SCIM User is a person."""

    model = Person
    attributes = {
        **UserAdapter.attributes,
        "userName": Column("email"),
        "emails": SingleValue("email"),
        "displayName": Column("full_name"),
        "name.formatted": Stored(),
        "name.givenName": Stored(),
        "name.familyName": Stored(),
    }


class TeamAdapter(GroupAdapter):
    """A SCIM Group is a team; identity providers may do with it what people may."""

    kind = "team"
    model = Team
    can_create = True
    can_rename = True
    can_delete = True
    attributes = {"displayName": Column("name"), "members": Members("people")}
