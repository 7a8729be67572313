"""The adapters that the settings name, and the collections that they make."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Final

from django.db.models import Model
from django.utils import timezone
from django.utils.module_loading import import_string

from ..conf import settings
from ..models import Connection, GroupRecord, UserRecord
from ..protocol.core_schemas import GROUP_TYPE
from ..protocol.schemas import ResourceType
from .base import GroupAdapter, UserAdapter
from .collections import Collection, GroupCollection, UserCollection

EVERYTHING: Final = "*"
"""The scope of a search over all resource types."""


def user_adapter() -> type[UserAdapter]:
    """The class that the setting USER_ADAPTER names."""
    adapter: type[UserAdapter] = import_string(settings.USER_ADAPTER)
    return adapter


def group_adapters() -> list[type[GroupAdapter]]:
    """The classes that the setting GROUP_ADAPTERS names."""
    return [import_string(path) for path in settings.GROUP_ADAPTERS]


def touch(instance: Model) -> None:
    """Note that the product changed a user, or a group's object, itself: `meta.lastModified` moves (RFC 7643 §3.1).

    Who was never written over SCIM has no such time, and gets none. Two statements at the most.
    """
    now = timezone.now()
    if isinstance(instance, user_adapter().get_model()):
        UserRecord.objects.filter(user=instance.pk).update(last_modified=now)
    if isinstance(instance, tuple(adapter.get_model() for adapter in group_adapters())):
        keys = [
            groups.record_key(groups.id_of(instance))
            for connection in Connection.objects.all()
            for groups in Directory(connection, "").groups
            if isinstance(instance, groups.model)
        ]
        GroupRecord.objects.filter(group__in=keys).update(last_modified=now)


class Directory:
    """All users and groups that one connection sees; `base` is the provisioning URL, with which locations begin."""

    def __init__(self, connection: Connection, base: str) -> None:
        self.connection = connection
        self.base = base

    @cached_property
    def users(self) -> UserCollection:
        """The one collection of users."""
        return UserCollection(user_adapter()(self.connection), self)

    @cached_property
    def groups(self) -> list[GroupCollection]:
        """The collections of groups: the adapters in their order, each at all its levels."""
        return [
            GroupCollection(adapter, self, level)
            for adapter in (cls(self.connection) for cls in group_adapters())
            for level in (adapter.levels or (None,))
        ]

    @cached_property
    def group_type(self) -> ResourceType:
        """The resource type of all groups: an attribute that one adapter maps is an attribute of it."""
        extensions = dict.fromkeys(extension for groups in self.groups for extension in groups.adapter.extensions)
        # Of several adapters the first describes the attribute.
        leaves = {key: stored.describe for cls in reversed(group_adapters()) for key, stored in cls.bound(None).items()}
        return replace(GROUP_TYPE, extensions=tuple(extensions)).only(leaves)

    def collections(self, scope: str) -> list[Collection]:
        """The collections of a resource type, by its name; or all, users first, of EVERYTHING."""
        users: list[Collection] = [] if scope == "Group" else [self.users]
        return users if scope == "User" else [*users, *self.groups]

    def resource_type(self, scope: str) -> ResourceType:
        """What can be asked of those collections: of EVERYTHING, what can be asked of one of them."""
        users, groups = self.users.resource_type, self.group_type
        if scope != EVERYTHING:
            return users if scope == "User" else groups
        extensions = dict.fromkeys([*users.extensions, *groups.extensions])
        return replace(users, name="Resource", extensions=tuple(extensions), further=(groups.schema,))
