"""Documents that a client may send, drawn from the schema that the adapters make: every attribute, by its type."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from scim_provisioning.protocol.documents import nested
from scim_provisioning.protocol.schemas import Attribute, ResourceType, Target
from tests.protocol.strategies import WORDS

Flat = dict[str, Any]

OURS = ("id", "schemas", "meta.", "groups")
"""What begins so is the service provider's to say."""

NAMES = ("ada", "Ada", "ADA", "bo", "Bo", "cy", "ﬁ", "fi", "o'neill", "a_b", "a%b", "ü", "x" * 100)

texts = st.sampled_from([word for word in WORDS if word]) | st.text(
    # Without capitals, which Python and the databases do not fold alike: tests/adapters/test_letters.py has those.
    st.characters(exclude_categories=("Cs", "Lu", "Lt"), exclude_characters="\x00"),
    min_size=1,
    max_size=12,
)
user_names = st.sampled_from(NAMES).map(lambda name: f"{name}@example.com")

_VALUES: Mapping[str, SearchStrategy[Any]] = {
    "boolean": st.booleans(),
    "binary": st.binary(min_size=1, max_size=9).map(lambda value: base64.b64encode(value).decode()),
    "reference": st.sampled_from(["https://example.com/a", "https://example.com/ä?b=c#d", "urn:x:y"]),
}


def written(resource_type: ResourceType) -> dict[str, Target]:
    """The leaves that a client writes."""
    return {
        key: leaf
        for key, leaf in resource_type.leaves.items()
        if not key.startswith(OURS) and "readOnly" not in (leaf.leaf.mutability, leaf.attribute.mutability)
    }


def value(leaf: Target) -> SearchStrategy[Any]:
    """What the leaf can hold."""
    if leaf.key == "userName":
        return user_names
    if leaf.sub is None and leaf.attribute.multi_valued:
        return elements(leaf.attribute)
    return _one(leaf.leaf)


def elements(attribute: Attribute) -> SearchStrategy[list[Any]]:
    """A list of different elements, of which one at the most is primary."""
    subs = {sub.name: _one(sub) for sub in attribute.sub_attributes if sub.mutability != "readOnly"}
    if attribute.name == "emails":
        subs["value"] = user_names
    required = {"value": subs.pop("value")} if "value" in subs else {}
    one = st.fixed_dictionaries(required, optional=subs).filter(bool)
    return st.lists(one, min_size=1, max_size=3, unique_by=lambda one: one.get("value", str(one))).map(_one_primary)


def documents(resource_type: ResourceType) -> SearchStrategy[Flat]:
    """Flat documents with a userName, and with some of the other attributes."""
    leaves = written(resource_type)
    optional = {key: value(leaf) for key, leaf in leaves.items() if key != "userName"}
    some = st.lists(st.sampled_from(sorted(optional)), unique=True, max_size=8)
    return st.tuples(
        user_names, some.flatmap(lambda keys: st.fixed_dictionaries({key: optional[key] for key in keys}))
    ).map(lambda drawn: {"userName": drawn[0], **drawn[1]})


def flat(document: Mapping[str, Any], resource_type: ResourceType) -> Flat:
    """The leaves of a document as an answer has it."""
    found: Flat = {}
    for key, leaf in resource_type.leaves.items():
        place = document.get(leaf.prefix[:-1], {}) if leaf.prefix else document
        there = place.get(leaf.attribute.name)
        there = there.get(leaf.sub.name) if leaf.sub and there else there
        if there is not None:
            found[key] = there
    return found


def body(document: Flat, resource_type: ResourceType) -> dict[str, Any]:
    """The document as a client sends it."""
    return nested(document, resource_type)


def _one(attribute: Attribute) -> SearchStrategy[Any]:
    if attribute.canonical_values:
        return st.sampled_from([*attribute.canonical_values, "Special"])
    return _VALUES.get(attribute.type, texts)


def _one_primary(elements: list[Any]) -> list[Any]:
    primary = [one for one in elements if one.get("primary")]
    return [{**one, "primary": False} if one in primary[1:] else one for one in elements]
