"""Groups: what may be done to them over SCIM is the adapter's policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..adapters.collections import GroupCollection
from ..models import GroupRecord
from ..protocol.errors import Forbidden
from ..protocol.sets import SetChange
from . import conflicts, events
from .caller import Caller
from .events import Change, SetChanged
from .members import change_members
from .write import Kind, Write


class GroupWrite(Write):
    """A group being written."""

    collection: GroupCollection
    record: GroupRecord

    def assign(self, key: str, value: Any) -> None:
        """A name that another group has is told before the policy, so that a client links instead of giving up."""
        if key == "displayName":
            check_name(self.collection, value, self.instance.pk)
            if not self.is_new and not self.collection.adapter.can_rename:
                raise Forbidden("Groups are named in the product; this one cannot be renamed over SCIM.")
        super().assign(key, value)

    def change_sets(self, sets: Mapping[str, SetChange]) -> list[SetChanged]:
        """Add and remove members."""
        return change_members(self.collection, self.instance, sets["members"]) if "members" in sets else []


def maker(caller: Caller, body: Any) -> GroupCollection:
    """The collection that a POST goes to: the first that may be created in."""
    for groups in caller.directory.groups:
        if groups.adapter.can_create:
            return groups
    name = next((value for key, value in body.items() if key.lower() == "displayname"), None) if body else None
    if isinstance(name, str):
        check_name(caller.directory.groups[0], name, None)
    raise Forbidden("Groups are made in the product and cannot be created over SCIM. Link the group that exists.")


def check_name(groups: GroupCollection, name: Any, key: Any) -> None:
    """Raise Uniqueness if a group of any kind other than the one with that primary key has the displayName."""
    for others in groups.directory.groups:
        conflicts.check_free(others, "displayName", name or None, key if others is groups else None)


def delete(write: GroupWrite) -> None:
    """Delete a group and its memberships, where the adapter says so."""
    groups, group, id = write.collection, write.instance, write.id
    if not groups.adapter.can_delete:
        raise Forbidden("Groups are deleted in the product, not over SCIM. Unassign the group instead.")
    if groups.adapter.protects(group, "membership"):
        raise Forbidden(f"The group {id!r} is protected in the product.")
    changes: list[Change | SetChanged] = [Change(id, key, value, None) for key, value in write.before.items()]
    if groups.membership is not None:
        gone = groups.directory.users.ids(groups.membership.ids(group.pk))
        changes += [SetChanged(id, removed=sorted(gone.values()))] if gone else []
    conflicts.delete_row(groups, group)
    GroupRecord.objects.filter(group=id).delete()
    events.record(write.caller, Kind.DELETE, "Group", id, changes, outcome=204)
