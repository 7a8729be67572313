"""Sources of users alone: the manager, and the password."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import TYPE_CHECKING, Any

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Case, Expression, Model, Q, TextField, When
from django.db.models.constants import LOOKUP_SEP

from ..protocol.errors import InvalidValue
from ..protocol.schemas import Attribute, Target
from .lookups import Operand
from .sources import Complex, Source

if TYPE_CHECKING:
    from .collections import Collection


class Manager(Complex):
    """A foreign key to another user, as the enterprise User's `manager` (RFC 7643 §4.3).

    The client sends the manager's id; the address and the name are shown beside it. A manager whom the connection does
    not see, or who was deleted, is not shown.
    """

    def __init__(self, relation: str) -> None:
        self.relation = relation

    def parts(self) -> Mapping[str, Source]:
        return {name: OfManager(self.relation, name) for name in ("value", "$ref", "displayName")}


class OfManager(Source):
    """One sub-attribute of the manager: something that a user elsewhere is shown with."""

    users: Collection | None = None
    """As the connection sees them; none while nobody asks."""

    def __init__(self, relation: str, part: str) -> None:
        self.relation = relation
        self.part = part
        self.writable = part == "value"

    def __str__(self) -> str:
        return f"Manager {self.relation}"

    def bind(self, model: type[Model], target: Target) -> None:
        super().bind(model, target)
        self.field: Any = model._meta.get_field(self.relation)
        if self.field.related_model is not model:
            raise FieldDoesNotExist(f"{model.__name__}.{self.relation} is no foreign key to {model.__name__}")

    def within(self, collection: Collection) -> OfManager:
        there = copy(self)
        there.users = collection
        return there

    @property
    def seen(self) -> Collection:
        """The users among whom the manager is looked for."""
        if self.users is None:
            raise TypeError("The manager is looked for within a collection of users")
        return self.users

    @property
    def shown(self) -> Source:
        """Where the manager, as a user, has it."""
        elsewhere = {"value": self.seen.identifier, "$ref": self.seen.location}
        return elsewhere.get(self.part) or self.seen.single("displayName")

    def columns(self, prefix: str = "") -> tuple[str | Expression, ...]:
        return (prefix + self.relation,) if self.users is None else (self.expression(prefix),)  # type: ignore[return-value]

    def values(self, instance: Model) -> tuple[Any, ...]:
        key = getattr(instance, self.field.attname)
        if key is None:
            return (None,)
        shown = self.seen.queryset().filter(pk=key).values_list(self.shown.expression(), flat=True)
        return (shown.first(),)

    def expression(self, prefix: str = "") -> Operand:
        hop = prefix + self.relation + LOOKUP_SEP
        return Case(When(self._is_seen(hop), then=self.shown.expression(hop)), output_field=TextField())

    def condition(self, attribute: Attribute, operator: str, value: Any, prefix: str = "") -> Q:
        hop = prefix + self.relation + LOOKUP_SEP
        return self._is_seen(hop) & self.shown.condition(attribute, operator, value, hop)

    def write(self, instance: Model, value: Any) -> None:
        manager = None if value is None else self.seen.find(value).first()
        if value is not None and manager is None:
            raise InvalidValue(f"{self.target.key}: no user has the id {value!r}.")
        if manager is None and not self.field.null:
            raise InvalidValue(f"{self.target.key} must have a value; it cannot be removed.")
        setattr(instance, self.relation, manager)

    def _is_seen(self, hop: str) -> Q:
        return Q(**{f"{hop}pk__isnull": False}) & self.seen.among(hop)


class Password(Source):
    """The account's password: written, never shown, and not filtered by (RFC 7643 §4.1.1).

    The site's password validators are asked. Where it is mapped, /ServiceProviderConfig says changePassword.
    """

    filterable = False

    def columns(self, prefix: str = "") -> tuple[str | Expression, ...]:
        """None: a page of users reads no hashes."""
        return ()

    def read(self, *values: Any) -> Any:
        return values[0] if values else None

    def values(self, instance: Model) -> tuple[Any, ...]:
        """The hash, by which a change shows."""
        return (getattr(instance, "password", None),)

    def fills(self) -> list[Any]:
        return [self.model._meta.get_field("password")]

    def write(self, instance: Any, value: Any) -> None:
        if value is None:
            if instance.has_usable_password():
                instance.set_unusable_password()
        elif not check_password(value, instance.password):
            try:
                validate_password(value, instance)
            except ValidationError as error:
                raise InvalidValue(f"{self.target.key}: {' '.join(error.messages)}") from None
            instance.set_password(value)
