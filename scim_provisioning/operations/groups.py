"""Groups: what may be done to them over SCIM is the adapter's policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..adapters.collections import GroupCollection
from ..models import GroupRecord
from ..protocol.errors import Forbidden
from ..protocol.sets import ALL, SetChange
from . import conflicts, locks
from .caller import Caller
from .events import SetChanged
from .members import change_members
from .write import Write


class GroupWrite(Write):
    """A group being written."""

    collection: GroupCollection
    record: GroupRecord

    def assign(self, key: str, value: Any) -> None:
        """A name that another group has is told before the policy, so that a client links instead of giving up."""
        if key == "displayName":
            locks.reserve(self.collection, key, value)
            check_name(self.collection, value, self.instance.pk)
            if not self.is_new and not self.collection.adapter.can_rename:
                raise Forbidden("Groups are named in the product; this one cannot be renamed over SCIM.")
        super().assign(key, value)

    def change_sets(self, sets: Mapping[str, SetChange]) -> list[SetChanged]:
        """Add and remove members."""
        return change_members(self.collection, self.instance, sets["members"]) if "members" in sets else []

    def delete(self) -> None:
        """Delete the group and its memberships, where the adapter says so."""
        groups, group = self.collection, self.instance
        if not groups.adapter.can_delete:
            raise Forbidden("Groups are deleted in the product, not over SCIM. Unassign the group instead.")
        if groups.adapter.protects(group, "membership"):
            raise Forbidden(f"The group {self.id!r} is protected in the product.")
        left = change_members(groups, group, SetChange().then(drop=ALL)) if groups.membership else []
        groups.records([self.id]).delete()
        self.delete_row(left)


def maker(caller: Caller, body: Any) -> GroupCollection:
    """The collection that a POST goes to: the first that may be created in."""
    for groups in caller.directory.groups:
        if groups.adapter.can_create:
            return groups
    sent = body if isinstance(body, dict) else {}
    name = next((value for key, value in sent.items() if key.lower() == "displayname"), None)
    if isinstance(name, str):
        for groups in caller.directory.groups:
            conflicts.check_free(groups, "displayName", name, None)
    raise Forbidden("Groups are made in the product and cannot be created over SCIM. Link the group that exists.")


def check_name(groups: GroupCollection, name: Any, key: Any) -> None:
    """Raise Uniqueness if a group of any kind other than the one with that primary key has the displayName."""
    for others in groups.directory.groups:
        conflicts.check_free(others, "displayName", name or None, key if others is groups else None)
