"""What a host subclasses: where the attributes of its users and groups are stored, and what may be done to them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import Group
from django.core.exceptions import FieldDoesNotExist
from django.db.models import QuerySet

from ..models import Connection
from ..protocol.core_schemas import GROUP_TYPE, USER_TYPE
from ..protocol.schemas import ResourceType, Schema, Target
from .columns import Column
from .faults import UnknownColumn, UnknownPath
from .lists import SingleValue, StoredList
from .many import Many, Schemas
from .records import FullName, Record, RecordOfGroup, Stored
from .references import Groups, Members
from .sources import Complex, Constant, Identifier, Source, Suffixed

Attributes = dict[str, Source | Many]
"""Sources by the keys of documents."""

Declared = Mapping[str, Source | Many | Complex]
"""The same as a host writes it: a complex attribute may be declared as a whole."""


class ResourceAdapter:
    """A kind of the host's objects as SCIM resources.

    `attributes` says where each attribute is stored, by its path; `extensions` are schemas of the host's own;
    `lookup_field` is what the SCIM id is made of. A method never receives a request; `self.connection` tells whose
    identity provider is at work.
    """

    model: ClassVar[Any] = None
    attributes: ClassVar[Declared] = {}
    extensions: ClassVar[tuple[Schema, ...]] = ()
    lookup_field: ClassVar[str] = "pk"
    core: ClassVar[ResourceType]

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def get_queryset(self) -> QuerySet[Any]:
        """The rows that the connection sees; override it to scope by `self.connection.tenant`."""
        queryset: QuerySet[Any] = self.get_model()._base_manager.all()
        return queryset

    def new(self) -> Any:
        """An unsaved instance for POST, with what the host wants in every new row."""
        return self.get_model()()

    def save(self, instance: Any, update_fields: list[str] | None) -> None:
        """Write the instance; `update_fields` is None for a new one, else the columns that changed."""
        instance.save(force_insert=update_fields is None, update_fields=update_fields)

    def delete(self, instance: Any) -> None:
        """Delete the row; called only where the adapter's or the site's policy says that rows are deleted."""
        instance.delete()

    def clean(self, instance: Any) -> None:
        """Called before a row is written; raise a ValidationError to refuse (400 invalidValue with its messages).

        Not for a mere deactivation: a value that is wrong by now must not keep somebody in who has left.
        """

    def protects(self, instance: Any, what: str) -> bool:
        """Whether `instance` is out of reach for identity providers; `what` is "account" or "membership"."""
        return False

    @classmethod
    def get_model(cls) -> Any:
        """The host's model."""
        return cls.model

    @classmethod
    def is_scoped(cls) -> bool:
        """Whether the connection sees a part of the rows only."""
        return cls.get_queryset is not ResourceAdapter.get_queryset

    @classmethod
    def identifier(cls, level: str | None) -> Identifier:
        """What the SCIM id is made of."""
        return Identifier(cls._key_field())

    @classmethod
    @cache
    def bound(cls, level: str | None) -> Attributes:
        """The sources by the keys of documents, each bound to the model and to its attribute, common ones included."""
        identifier = cls.identifier(level)
        declared = in_parts({**cls.common(identifier), **cls.kept(), **cls.attributes})
        bound: Attributes = {"schemas": Schemas(), "id": identifier, "meta.resourceType": Constant(cls.core.name)}
        return bound | {key: cls.placed(key, source) for key, source in declared.items()}

    @classmethod
    def placed(cls, key: str, source: Source | Many) -> Source | Many:
        """The source bound to the model and to the attribute at that path; a Fault where one of them is not there."""
        leaves = cls.get_core().leaves
        if key not in leaves:
            raise UnknownPath(cls, key, leaves)
        placed = copy(source)
        try:
            placed.bind(cls.get_model(), leaves[key])
        except FieldDoesNotExist as error:
            raise UnknownColumn(cls, key, cls.get_model(), error) from error
        return placed

    @classmethod
    def common(cls, identifier: Identifier) -> Attributes:
        """Where externalId and the times are stored, unless the host's attributes say so."""
        raise NotImplementedError

    @classmethod
    def kept(cls) -> Attributes:
        """What of the host's own extensions is kept by us, unless its attributes say where it is stored."""
        return {}

    @classmethod
    @cache
    def get_core(cls) -> ResourceType:
        """The resource type with all schemas, whether their attributes are mapped or not."""
        return replace(cls.core, extensions=(*cls.core.extensions, *cls.extensions))

    @classmethod
    @cache
    def get_resource_type(cls) -> ResourceType:
        """What a client can ask for: the attributes that are mapped, no more."""
        return cls.get_core().only({key: source.describe for key, source in cls.bound(None).items()})

    @classmethod
    def _key_field(cls) -> Any:
        meta = cls.get_model()._meta
        return meta.pk if cls.lookup_field == "pk" else meta.get_field(cls.lookup_field)


def in_parts(declared: Declared) -> Attributes:
    """Leaf by leaf; what is declared as a whole takes the place of parts that stood there before."""
    parts: Attributes = {}
    for key, source in declared.items():
        if isinstance(source, Complex):
            parts = {leaf: kept for leaf, kept in parts.items() if not leaf.startswith(f"{key}.")}
            parts |= {f"{key}.{name}": part for name, part in source.parts().items()}
        else:
            parts[key] = source
    return parts


def normalised(text: str) -> str:
    """Text as Django normalises user names (NFKC), near enough to the preparation that RFC 7644 §5 asks for."""
    return unicodedata.normalize("NFKC", text)


def stored(leaves: Iterable[Target], *, but: frozenset[str] = frozenset()) -> Attributes:
    """Every attribute that a client may write, kept by us; but for some."""
    return {
        target.key: StoredList() if target.attribute.multi_valued else Stored()
        for target in leaves
        if "readOnly" not in (target.leaf.mutability, target.attribute.mutability) and target.key not in but
    }


class UserAdapter(ResourceAdapter):
    """Any AbstractUser as a SCIM User; what it has no column for is stored by us."""

    core = USER_TYPE
    attributes: ClassVar[Declared] = {
        **stored(USER_TYPE.leaves.values(), but=frozenset({"schemas", "externalId", "password"})),
        "userName": Column("username", prepare=normalised),
        "name.formatted": FullName(),
        "name.givenName": Column("first_name"),
        "name.familyName": Column("last_name"),
        "displayName": FullName(drops=False),
        "emails": SingleValue("email", type="work"),
        "active": Column("is_active"),
        "groups": Groups(),
    }
    revives: ClassVar[bool] = True
    """Whether POST of a deleted user's userName brings the account back, as new."""

    @classmethod
    def get_model(cls) -> Any:
        return cls.model or get_user_model()

    @classmethod
    def kept(cls) -> Attributes:
        own = {f"{extension.id}:" for extension in cls.extensions}
        return stored(leaf for leaf in cls.get_core().leaves.values() if leaf.prefix in own)

    @classmethod
    def common(cls, identifier: Identifier) -> Attributes:
        return {
            "externalId": Record("external_id", writable=True),
            "meta.created": Record("created"),
            "meta.lastModified": Record("last_modified"),
        }

    def new(self) -> Any:
        """A user without a usable password: the identity provider signs people in."""
        user = super().new()
        if isinstance(user, AbstractBaseUser):
            user.set_unusable_password()
        return user

    def protects(self, instance: Any, what: str) -> bool:
        """The accounts of superusers and staff are out of reach; their memberships are not."""
        return what == "account" and bool(
            getattr(instance, "is_superuser", False) or getattr(instance, "is_staff", False)
        )


class GroupAdapter(ResourceAdapter):
    """One kind of the host's objects as SCIM Groups: each row is one Group, or one for each of its levels.

    `kind` begins the ids; `levels` maps the values of the level's column to what stands behind the display name, the
    lower level first.
    """

    core = GROUP_TYPE
    kind: ClassVar[str] = "group"
    levels: ClassVar[dict[str, str]] = {}
    can_create: ClassVar[bool] = False
    can_rename: ClassVar[bool] = False
    can_delete: ClassVar[bool] = False

    @classmethod
    def identifier(cls, level: str | None) -> Identifier:
        return Identifier(cls._key_field(), f"{cls.kind}-", f"-{level}" if level else "")

    @classmethod
    def common(cls, identifier: Identifier) -> Attributes:
        return {
            "externalId": RecordOfGroup("external_id", identifier, writable=True),
            "meta.created": RecordOfGroup("created", identifier),
            "meta.lastModified": RecordOfGroup("last_modified", identifier),
        }

    @classmethod
    @cache
    def bound(cls, level: str | None) -> Attributes:
        bound = {**super().bound(level)}
        name = bound.get("displayName")
        if level and isinstance(name, Source):
            bound["displayName"] = Suffixed(name, f" ({cls.levels[level]})")
        members = bound.get("members")
        if isinstance(members, Members):
            members.bind_level(cls.kind, tuple(cls.levels), level)
        return bound


class AuthGroupAdapter(GroupAdapter):
    """Django's own groups as SCIM Groups."""

    model = Group
    attributes: ClassVar[Declared] = {"displayName": Column("name"), "members": Members("user_set")}
