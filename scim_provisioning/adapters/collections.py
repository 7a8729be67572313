"""A collection: an adapter at one level. Levels, id schemes and name suffixes exist nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from ..models import GroupRecord, UserRecord
from ..protocol.schemas import ResourceType, Schema
from .columns import Column
from .conditions import OfElement
from .lists import SingleValue
from .lookups import NEVER
from .many import Many
from .membership import Membership
from .references import Members
from .sources import Constant, Identifier, Source

if TYPE_CHECKING:
    from .base import GroupAdapter, ResourceAdapter, UserAdapter
    from .registry import Directory


class Collection:
    """The resources of one adapter at one level, as one connection sees them."""

    def __init__(self, adapter: ResourceAdapter, directory: Directory, level: str | None = None) -> None:
        self.adapter = adapter
        self.directory = directory
        self.level = level
        self.model: type[Model] = adapter.get_model()
        self.resource_type: ResourceType = adapter.get_resource_type()
        self.identifier: Identifier = adapter.identifier(level)
        self.reference_type = "User"

    @cached_property
    def mapping(self) -> dict[str, Source | Many]:
        """Where each attribute is stored, by the keys of documents."""
        bound = self.adapter.bound(self.level)
        return {**{key: stored.within(self) for key, stored in bound.items()}, "meta.location": self.location}

    def columns(self) -> dict[str, Column]:
        """The columns of the host's behind the attributes."""
        found = {
            key: stored.column if isinstance(stored, SingleValue) else stored for key, stored in self.mapping.items()
        }
        return {key: column for key, column in found.items() if isinstance(column, Column)}

    def single(self, key: str) -> Source:
        """The source of a single-valued attribute."""
        source = self.mapping[key]
        if isinstance(source, Many):
            raise TypeError(f"{key} is multi-valued")
        return source

    @cached_property
    def location(self) -> Identifier:
        """The address of a resource."""
        base = f"{self.directory.base}{self.resource_type.endpoint}/"
        return Identifier(self.identifier.field, base + self.identifier.before, self.identifier.behind)

    @cached_property
    def reference(self) -> dict[str, Source]:
        """What another resource shows of one of these (RFC 7643 §2.4)."""
        display = self.mapping.get("displayName")
        reference: dict[str, Source] = {"value": self.identifier, "$ref": self.location}
        if isinstance(display, Source):
            reference["display"] = display
        return {**reference, "type": Constant(self.reference_type)}

    def queryset(self) -> QuerySet[Model]:
        """The rows that the connection sees."""
        return self.adapter.get_queryset()

    def among(self, prefix: str) -> Q:
        """The condition that a relation leads to one of the rows that the connection sees."""
        if not self.adapter.is_scoped():
            return Q()
        return Q(**{f"{prefix}pk__in": self.adapter.get_queryset()})

    def id_of(self, instance: Model) -> str:
        """The SCIM id of a row."""
        return self.identifier.text(getattr(instance, self.identifier.name))

    def find(self, id: str) -> QuerySet[Model]:
        """The row with that SCIM id; none for a text that we would never write."""
        key = self.identifier.key(id)
        return self.queryset().none() if key is None else self.queryset().filter(**{self.identifier.name: key})

    def keys(self, ids: Iterable[str]) -> dict[str, Any]:
        """The primary keys behind SCIM ids; an id that we would never write has none.

        Whether a row exists is not asked, unless the ids are made of another column.
        """
        known = {id: key for id in ids if (key := self.identifier.key(id)) is not None}
        if self.identifier.field.primary_key:
            return known
        name = self.identifier.name
        rows = self.adapter.get_queryset().filter(**{f"{name}__in": list(known.values())})
        found = dict(rows.values_list(name, "pk"))
        return {id: found[key] for id, key in known.items() if key in found}

    def ids(self, keys: Iterable[Any]) -> dict[Any, str]:
        """The SCIM ids of rows by their primary keys."""
        if self.identifier.field.primary_key:
            return {key: self.identifier.text(key) for key in keys}
        rows = self.model._base_manager.filter(pk__in=list(keys)).values_list("pk", self.identifier.name)
        return {pk: self.identifier.text(key) for pk, key in rows}

    def attach_record(self, instance: Model) -> UserRecord | GroupRecord:
        """Put our record of a resource on its instance, where sources find it; an unsaved one if there is none."""
        record = self.load_record(instance)
        instance.__dict__["_scim_record"] = record
        return record

    def load_record(self, instance: Model) -> UserRecord | GroupRecord:
        """Our record of the resource, or an unsaved one."""
        raise NotImplementedError

    def name_record(self, record: Any, instance: Model) -> None:
        """Say whose record it is, now that the instance has its key."""
        raise NotImplementedError

    def has_any(self, schema: Schema) -> Q:
        """The condition that a resource has an attribute of that extension."""
        present = []
        for key, target in self.resource_type.leaves.items():
            stored = self.mapping.get(key)
            if key.startswith(f"{schema.id}:") and stored is not None:
                present.append(
                    stored.any(self, OfElement())
                    if isinstance(stored, Many)
                    else stored.condition(target.leaf, "pr", None)
                )
        return reduce(or_, present, NEVER)


class UserCollection(Collection):
    """The users of a connection. Who was deleted through SCIM and is not active is hidden."""

    adapter: UserAdapter

    def queryset(self) -> QuerySet[Model]:
        return super().queryset().filter(self.visible())

    def among(self, prefix: str) -> Q:
        return super().among(prefix) & self.visible(prefix)

    def load_record(self, instance: Model) -> UserRecord:
        found = None if instance._state.adding else UserRecord.objects.filter(user=instance.pk).first()
        return found or UserRecord()

    def name_record(self, record: UserRecord, instance: Model) -> None:
        record.user_id = instance.pk

    def is_active(self, user: Model) -> bool:
        """Whether the account may log in."""
        active = self.single("active")
        return bool(active.read(*active.values(user)))

    def is_hidden(self, user: Model) -> bool:
        """Whether the user was deleted over SCIM, and the product did not bring the account back since."""
        return not self.is_active(user) and (
            UserRecord.objects.filter(user=user.pk, deprovisioned_at__isnull=False).exists()
        )

    def visible(self, prefix: str = "") -> Q:
        """The condition that a user is not hidden. A row that the product itself re-activated is not."""
        gone = UserRecord.objects.filter(user=OuterRef(f"{prefix}pk"), deprovisioned_at__isnull=False)
        active = self.single("active")
        return Q(~Exists(gone)) | active.condition(active.target.leaf, "eq", True, prefix)


class GroupCollection(Collection):
    """The groups of one adapter at one level."""

    adapter: GroupAdapter

    def __init__(self, adapter: GroupAdapter, directory: Directory, level: str | None) -> None:
        super().__init__(adapter, directory, level)
        self.reference_type = "direct"

    def load_record(self, instance: Model) -> GroupRecord:
        found = None if instance._state.adding else self.records([self.id_of(instance)]).first()
        return found or GroupRecord()

    def name_record(self, record: GroupRecord, instance: Model) -> None:
        record.group = self.record_key(self.id_of(instance))

    def record_key(self, id: str) -> str:
        """What our record of a group is found by: tenants may share a group, but not what their clients say of it."""
        return f"{self.adapter.connection.tenant}/{id}" if self.adapter.connection.tenant else id

    def records(self, ids: Iterable[str]) -> QuerySet[GroupRecord]:
        """Our records of the groups with those SCIM ids."""
        return GroupRecord.objects.filter(group__in=[self.record_key(id) for id in ids])

    @cached_property
    def membership(self) -> Membership | None:
        """The table of its members at this level; None where the adapter maps none."""
        members = self.mapping.get("members")
        return members.membership if isinstance(members, Members) else None
