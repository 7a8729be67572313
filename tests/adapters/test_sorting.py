"""Sorted pages, one after the other, are the whole list in the order of RFC 7644 §3.4.2.3, by any attribute."""

from __future__ import annotations

from typing import Any

import pytest

from scim_provisioning.adapters.registry import Directory
from scim_provisioning.operations.search import Sort, page
from scim_provisioning.protocol import versions
from scim_provisioning.protocol.documents import Document, Projection
from scim_provisioning.protocol.schemas import Target

from .directories import company, documents

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.rfc("7644-3.4.2.3-02", "7644-3.4.2.3-03", "7644-3.4.2.3-05", "7644-3.4.2.3-07", "7644-3.4.2.4-09"),
]


def sortable(directory: Directory, kind: str) -> list[Target]:
    """Every attribute and sub-attribute with simple values."""
    resource_type = directory.resource_type(kind)
    every = [target for target in resource_type.targets() if not target.attribute.is_complex]
    for target in resource_type.targets():
        every += [Target(target.prefix, target.attribute, sub) for sub in target.attribute.sub_attributes]
    return [target for target in every if target.key != versions.KEY]


def value(document: Document, target: Target) -> Any:
    """What a resource is sorted by: of a list, what the primary element says, or else the first."""
    if not target.attribute.multi_valued:
        found = document.get(target.key)
    else:
        elements = document.get(target.attribute_key) or [{}]
        primary = (one for one in elements if isinstance(one, dict) and one.get("primary"))
        first = next(primary, elements[0])
        found = first.get(target.sub.name) if target.sub else first
    if isinstance(found, bool):
        return int(found)
    return found if found is None or target.leaf.case_exact else found.lower()


def walked(directory: Directory, kind: str, sort: Sort) -> list[str]:
    """The ids on all pages of seven."""
    everything = Projection(directory.resource_type(kind), ["id"])
    found = [(collection, collection.queryset()) for collection in directory.collections(kind)]
    ids: list[str] = []
    while (part := page(found, everything, start=len(ids) + 1, count=7, sort=sort)).documents:
        ids += [document["id"] for document in part.documents]
    assert part.total == len(ids)
    return ids


@pytest.mark.parametrize("descending", [False, True], ids=["ascending", "descending"])
@pytest.mark.parametrize("kind", ["User", "Group"])
def test_pages_come_in_the_order_of_the_attribute(kind: str, descending: bool) -> None:
    directory = company(seed=11, users=30)
    every = [one for collection in directory.collections(kind) for one in documents(collection).values()]
    for target in sortable(directory, kind):

        def key(document: Document, target: Target = target) -> Any:
            return value(document, target)

        ids = walked(directory, kind, Sort(target, descending))
        by_id = {document["id"]: document for document in every}
        assert sorted(ids) == sorted(by_id)
        keys = [key(by_id[id]) for id in ids]
        present = [one for one in keys if one not in (None, "")]
        assert present == sorted(present, reverse=descending), target.key
        absent = keys[: -len(present) or None] if descending else keys[len(present) :]
        assert all(one in (None, "") for one in absent), target.key
