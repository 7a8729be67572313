"""A person has one profile at the most, which may be assigned from either side; profiles are made over SCIM too."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from scim_provisioning.adapters import Column, GroupAdapter, Groups, Members, Membership, UserAdapter

from .models import Person, Profile, Site, Stay


class PersonAdapter(UserAdapter):
    """A SCIM User is a person, whose profile may be sent with it."""

    model = Person
    attributes = {**UserAdapter.attributes, "groups": Groups(writable=True)}


class ProfileAdapter(GroupAdapter):
    """A SCIM Group is a profile."""

    kind = "profile"
    model = Profile
    can_create = can_rename = can_delete = True
    attributes = {"displayName": Column("name"), "members": Members("people")}


class Stays(Membership):
    """A stay that is over stays in the table."""

    @property
    def table(self) -> QuerySet[Any]:
        return super().table.filter(until=None)

    @property
    def unique_on(self) -> set[str]:
        return set()  # our constraint is for stays that are not over

    def remove(self, groups: Collection[Any], users: Collection[Any]) -> None:
        self.pairs(groups, users).update(until=timezone.now())


class SiteAdapter(GroupAdapter):
    """A SCIM Group is everybody at a site; sites are made in the product."""

    kind = "site"
    model = Site
    attributes = {"displayName": Column("name"), "members": Members(membership=Stays(Stay, "site", "person"))}
