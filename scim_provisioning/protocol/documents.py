"""A resource as a flat dict of leaf paths, what a client sees of it, and what has to hold for it.

    {"userName": "bjensen", "name.givenName": "Barbara", "emails": [{"value": "b@x.example", "type": "work"}],
     "urn:…:enterprise:2.0:User:department": "Tours"}

The keys are `Target.key`; what is absent has no key (RFC 7643 §2.5). Only `nested` makes the JSON of the RFC of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .errors import InvalidValue, ScimError
from .parser import parse_attribute_path
from .schemas import ResourceType, Target

Document = dict[str, Any]


class Projection:
    """Which attributes of a resource a client wants to see (RFC 7644 §3.9).

    `leaves` are the keys that are shown, each with the sub-attributes of its elements, or None for all of them. Names
    that no attribute has are passed over, as the RFC's own clients send them.
    """

    def __init__(self, resource_type: ResourceType, included: Iterable[str] = (), excluded: Iterable[str] = ()) -> None:
        self.leaves: dict[str, frozenset[str] | None] = {}
        self._resource_type = resource_type
        self._chosen = bool(list(included))
        wanted = _named(resource_type, included)
        unwanted = _named(resource_type, excluded)
        for target in resource_type.targets():
            for leaf in target.leaves:
                shown = _shown(leaf, wanted, unwanted, only=self._chosen)
                if shown != frozenset():
                    self.leaves[leaf.key] = shown

    def after_writing(self, keys: Iterable[str]) -> None:
        """Show what is returned on request and was just written, unless the client chose (RFC 7643 §7, `request`)."""
        for key in keys if not self._chosen else ():
            if self._resource_type.leaves[key].leaf.returned == "request":
                self.leaves[key] = None

    def shows(self, key: str) -> bool:
        """Whether a leaf, or something of a multi-valued attribute, is shown."""
        return key in self.leaves


def _named(resource_type: ResourceType, names: Iterable[str]) -> list[tuple[str, str | None]]:
    """Key and sub-attribute of what the names stand for; the URN of an extension stands for all its attributes."""
    named: list[tuple[str, str | None]] = []
    for name in names:
        extension = resource_type.extension(name)
        if extension is not None:
            named.extend((f"{extension.id}:{attribute.name}", None) for attribute in extension.attributes)
            continue
        try:
            target = resource_type.resolve(parse_attribute_path(name))
        except ScimError:
            continue
        if target is not None:
            named.append((target.attribute_key, target.sub.name if target.sub else None))
    return named


def _shown(
    leaf: Target, wanted: list[tuple[str, str | None]], unwanted: list[tuple[str, str | None]], *, only: bool
) -> frozenset[str] | None:
    """None: the whole; the empty set: nothing; else the sub-attributes of a multi-valued attribute that are shown."""
    key, returned = leaf.attribute_key, leaf.leaf.returned
    if "never" in (returned, leaf.attribute.returned):
        return frozenset()
    if "always" in (returned, leaf.attribute.returned):
        return None
    many = leaf.attribute.multi_valued and leaf.attribute.is_complex
    subs = frozenset(sub.name for sub in leaf.attribute.sub_attributes) if many else frozenset({_sub(leaf) or ""})
    if only or returned == "request":
        asked = {sub for attribute, sub in wanted if attribute == key}
        shown = subs if None in asked else subs & {sub for sub in asked if sub}
    else:
        shown = subs
    refused = {sub for attribute, sub in unwanted if attribute == key}
    shown = frozenset() if None in refused else shown - {sub for sub in refused if sub}
    return None if shown == subs else shown


def _sub(leaf: Target) -> str | None:
    return leaf.sub.name if leaf.sub else None


def nested(document: Document, resource_type: ResourceType, projection: Projection | None = None) -> dict[str, Any]:
    """The document as JSON has it, `schemas` first (RFC 7643 §3)."""
    schemas = [resource_type.schema.id]
    result: dict[str, Any] = {"schemas": schemas}
    for key, value in document.items():
        target = resource_type.leaves[key]
        place = result
        if target.prefix:
            urn = target.prefix[:-1]
            if urn not in result:
                schemas.append(urn)
            place = result.setdefault(urn, {})
        subs = projection.leaves[key] if projection else None
        if subs is not None and target.sub is None and target.attribute.multi_valued:
            value = [kept for element in value if (kept := {name: element[name] for name in element if name in subs})]
            if not value:
                continue
        if target.sub is None:
            place[target.attribute.name] = value
        else:
            place.setdefault(target.attribute.name, {})[target.sub.name] = value
    return result


def check(resource_type: ResourceType, document: Mapping[str, Any]) -> None:
    """Raise InvalidValue unless what is required is there and at most one element of a list is primary (§2.2, §2.4)."""
    for key, target in resource_type.leaves.items():
        value = document.get(key)
        if value in (None, "", []):
            if _is_due(target, document):
                raise InvalidValue(f"{key} is required.")
        elif isinstance(value, list) and target.attribute.is_complex:
            _check_elements(target, value)


def is_required(leaf: Target) -> bool:
    """Whether a client has to give the leaf a value; `schemas` and what is readOnly are ours to fill in."""
    return _wants_value(leaf) and (leaf.sub is None or leaf.attribute.required)


def _wants_value(leaf: Target) -> bool:
    return leaf.leaf.required and leaf.leaf.mutability != "readOnly" and leaf.key != "schemas"


def _is_due(target: Target, document: Mapping[str, Any]) -> bool:
    """Whether a value has to be there: in an extension, or in a complex attribute, only where there is any of it."""
    if not _wants_value(target):
        return False
    whole = f"{target.attribute_key}." if target.sub and not target.attribute.required else target.prefix
    return not whole or any(key.startswith(whole) for key in document)


def _check_elements(target: Target, elements: list[dict[str, Any]]) -> None:
    if sum(1 for one in elements if one.get("primary")) > 1:
        raise InvalidValue(f"{target.key} has more than one element whose primary is true; there is one at the most.")
    for sub in target.attribute.sub_attributes:
        if sub.required and any(sub.name not in one for one in elements):
            raise InvalidValue(f"{target.key}.{sub.name} is required in each element.")


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What differs between two documents: key to the value before and the value after."""
    keys = dict.fromkeys([*before, *after])
    return {key: (before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key)}
