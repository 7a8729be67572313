"""What an attribute, a schema and a resource type are (RFC 7643 §2, §6, §7). The schemas are data elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from .expressions import AttributePath


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute or sub-attribute, with the characteristics of RFC 7643 §2.2 and their defaults."""

    name: str
    type: str = "string"
    multi_valued: bool = False
    description: str = ""
    required: bool = False
    case_exact: bool = False
    mutability: str = "readWrite"
    returned: str = "default"
    uniqueness: str = "none"
    canonical_values: tuple[str, ...] = ()
    reference_types: tuple[str, ...] = ()
    sub_attributes: tuple[Attribute, ...] = ()

    def sub(self, name: str) -> Attribute | None:
        """The sub-attribute of that name, in any case of letters."""
        return _named(self.sub_attributes, name)

    @property
    def is_complex(self) -> bool:
        return self.type == "complex"

    def document(self) -> dict[str, Any]:
        """The attribute as /Schemas describes it (RFC 7643 §7); what does not apply to its type is left out."""
        document: dict[str, Any] = {
            "name": self.name,
            "type": self.type,
            "multiValued": self.multi_valued,
            "description": self.description,
            "required": self.required,
            "mutability": self.mutability,
            "returned": self.returned,
        }
        if self.type in ("string", "reference", "binary"):
            document["caseExact"] = self.case_exact
        if self.type not in ("complex", "boolean", "dateTime", "binary"):
            document["uniqueness"] = self.uniqueness
        if self.canonical_values:
            document["canonicalValues"] = list(self.canonical_values)
        if self.reference_types:
            document["referenceTypes"] = list(self.reference_types)
        if self.sub_attributes:
            document["subAttributes"] = [sub.document() for sub in self.sub_attributes]
        return document


Describe = Callable[[Attribute], Attribute]
"""What a service provider makes of an attribute's characteristics."""


@dataclass(frozen=True, slots=True)
class Schema:
    """A named set of attributes (RFC 7643 §7)."""

    id: str
    name: str
    description: str
    attributes: tuple[Attribute, ...]

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of that name, in any case of letters."""
        return _named(self.attributes, name)

    def only(self, leaves: Mapping[str, Describe], prefix: str = "") -> Schema:
        """The part of the schema whose leaves stand in `leaves` (`name.givenName`, `emails`), as they describe it."""
        kept = []
        for attribute in self.attributes:
            key = prefix + attribute.name
            subs = tuple(
                leaves[leaf](sub) for sub in attribute.sub_attributes if (leaf := f"{key}.{sub.name}") in leaves
            )
            if key in leaves:
                kept.append(leaves[key](attribute))
            elif subs:
                kept.append(replace(attribute, sub_attributes=subs))
        return replace(self, attributes=tuple(kept))


@dataclass(frozen=True, slots=True)
class Target:
    """What an attribute path names in a resource type: an attribute of a schema and perhaps a sub-attribute of it.

    `key` is the path in the schema's own spelling, with the URN before an extension's attributes: `userName`,
    `name.givenName`, `emails.value`, `urn:…:User:department`. It is how documents and mappings name their leaves.
    """

    prefix: str
    attribute: Attribute
    sub: Attribute | None = None

    @property
    def attribute_key(self) -> str:
        return self.prefix + self.attribute.name

    @property
    def key(self) -> str:
        return f"{self.attribute_key}.{self.sub.name}" if self.sub else self.attribute_key

    @property
    def leaf(self) -> Attribute:
        """The attribute whose type and characteristics a value has to fit."""
        return self.sub or self.attribute

    @property
    def is_immutable(self) -> bool:
        """Whether a value, once it is there, stays."""
        return "immutable" in (self.leaf.mutability, self.attribute.mutability)

    @property
    def leaves(self) -> tuple[Target, ...]:
        """The single-valued complex attribute in its parts, anything else as it is: what documents hold a value for."""
        if self.sub or not self.attribute.is_complex or self.attribute.multi_valued:
            return (self,)
        return tuple(Target(self.prefix, self.attribute, sub) for sub in self.attribute.sub_attributes)


@dataclass(frozen=True)
class ResourceType:
    """A kind of resource: its endpoint, its schema and the schemas that extend it (RFC 7643 §6).

    `further` are the schemas of other kinds, where a search goes over several.
    """

    name: str
    endpoint: str
    description: str
    schema: Schema
    extensions: tuple[Schema, ...] = ()
    common: tuple[Attribute, ...] = field(default=(), repr=False)
    further: tuple[Schema, ...] = ()

    def only(self, leaves: Mapping[str, Describe]) -> ResourceType:
        """The resource type with the attributes whose leaves stand in `leaves`, each as its function describes it.

        An extension without any is left out.
        """
        extensions = (extension.only(leaves, f"{extension.id}:") for extension in self.extensions)
        return replace(
            self, schema=self.schema.only(leaves), extensions=tuple(one for one in extensions if one.attributes)
        )

    def resolve(self, path: AttributePath) -> Target | None:
        """What `path` names, without regard to case (RFC 7644 §3.10); None where there is no such attribute.

        The name of an extension's attribute needs its URN, unless the core schema has no attribute of that name
        and exactly one extension has.
        """
        found = [
            Target(prefix, attribute)
            for urn, prefix, attributes in self._schemas
            if path.urn is None or urn.lower() == path.urn.lower()
            if (attribute := _named(attributes, path.name)) is not None
        ]
        core = [target for target in found if not target.prefix]
        found = core[:1] or found
        if len(found) != 1 or path.sub is None:
            return found[0] if len(found) == 1 else None
        sub = found[0].attribute.sub(path.sub)
        return replace(found[0], sub=sub) if sub else None

    def extension(self, urn: str) -> Schema | None:
        """The extension of that URN, in any case of letters."""
        return next((extension for extension in self.extensions if extension.id.lower() == urn.lower()), None)

    def targets(self) -> Iterator[Target]:
        """Every attribute, common ones first, without sub-attributes."""
        for _, prefix, attributes in self._schemas:
            for attribute in attributes:
                yield Target(prefix, attribute)

    @cached_property
    def leaves(self) -> dict[str, Target]:
        """Key to target of everything that a document can hold a value for."""
        return {leaf.key: leaf for target in self.targets() for leaf in target.leaves}

    @cached_property
    def _schemas(self) -> tuple[tuple[str, str, tuple[Attribute, ...]], ...]:
        """URN, prefix of keys, attributes."""
        core = (self.schema.id, "", (*self.common, *self.schema.attributes))
        further = ((one.id, "", one.attributes) for one in self.further)
        return (core, *further, *((one.id, f"{one.id}:", one.attributes) for one in self.extensions))


def _named(attributes: tuple[Attribute, ...], name: str) -> Attribute | None:
    folded = name.lower()
    return next((attribute for attribute in attributes if attribute.name.lower() == folded), None)
