"""The differential test of filters: the database selects whom the evaluation in memory selects."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scim_provisioning.adapters.filtering import condition
from scim_provisioning.adapters.registry import Directory
from scim_provisioning.protocol import versions
from scim_provisioning.protocol.binding import OPERATORS, bind
from scim_provisioning.protocol.evaluation import matches
from scim_provisioning.protocol.expressions import (
    And,
    AttributePath,
    Comparison,
    Expression,
    Not,
    Or,
    Present,
    ValuePath,
)
from scim_provisioning.protocol.parser import parse_filter
from scim_provisioning.protocol.schemas import Attribute, ResourceType, Target

from .directories import TYPES, WORDS, company, documents

pytestmark = pytest.mark.django_db

TEXTS = [
    *WORDS,
    *filter(None, TYPES),
    "",
    "a p",
    "a q (Read-only)",
    "moved@x.example",
    "@X",
    "p",
    "(",
    "User",
    "direct",
]
MOMENTS = ["2000-01-01T00:00:00Z", "2090-01-01T00:00:00+02:00"]


def values(attribute: Attribute, ids: list[str]) -> st.SearchStrategy[object]:
    """What an attribute of that type can be compared with."""
    if attribute.type == "boolean":
        return st.sampled_from([True, False, None])
    if attribute.type == "dateTime":
        return st.sampled_from([*MOMENTS, None])
    return st.sampled_from([*TEXTS, *ids])


def questions(target: Target, path: AttributePath, ids: list[str]) -> st.SearchStrategy[Expression]:
    """Every operator on one attribute."""
    present: st.SearchStrategy[Expression] = st.just(Present(path))
    if target.leaf.is_complex:
        return present
    operators = st.sampled_from(sorted(OPERATORS[target.leaf.type] | {"ne"}))
    compared = st.builds(Comparison, st.just(path), operators, values(target.leaf, ids))
    usable = compared.filter(lambda one: one.value is not None or one.operator in ("eq", "ne"))
    return present | usable


def filters(resource_type: ResourceType, ids: list[str]) -> st.SearchStrategy[Expression]:
    """Filters over everything that the resource type has."""
    simple: list[st.SearchStrategy[Expression]] = []
    for target in resource_type.targets():
        urn = target.prefix[:-1] or None
        path = AttributePath(target.attribute.name, None, urn)
        simple.append(questions(target, path, ids))
        inner = []
        for sub in target.attribute.sub_attributes:
            named = Target(target.prefix, target.attribute, sub)
            if named.key == versions.KEY:
                continue  # nothing is found by it, as tests/api says
            simple.append(questions(named, AttributePath(target.attribute.name, sub.name, urn), ids))
            inner.append(questions(named, AttributePath(sub.name), ids))
        if inner and target.attribute.multi_valued:
            simple.append(st.builds(ValuePath, st.just(path), combined(st.one_of(inner))))
    return combined(st.one_of(simple))


def combined(leaves: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """The leaves, and `and`, `or` and `not` of them."""
    return st.recursive(
        leaves,
        lambda inner: st.builds(And, inner, inner) | st.builds(Or, inner, inner) | st.builds(Not, inner),
        max_leaves=5,
    )


def found(directory: Directory, kind: str, expression: Expression) -> list[tuple[str, object]]:
    """Whom the database selects, by collection and key."""
    bound = bind(expression, directory.resource_type(kind))
    return [
        (str(collection.identifier.text("*")), key)
        for collection in directory.collections(kind)
        for key in collection.queryset()
        .filter(condition(bound, collection))
        .order_by("pk")
        .values_list("pk", flat=True)
    ]


def check_agreement(kind: str, examples: int) -> None:
    """Compare the database and the oracle on generated filters over one company."""
    directory = company(seed=7, users=60)
    known = {
        (str(collection.identifier.text("*")), key): document
        for collection in directory.collections(kind)
        for key, document in documents(collection).items()
    }
    ids = [str(document["id"]) for document in known.values()][:5]
    resource_type = directory.resource_type(kind)

    @settings(max_examples=examples)
    @given(filters(resource_type, ids))
    def agree(expression: Expression) -> None:
        bound = bind(parse_filter(str(expression)), resource_type)
        expected = [key for key, document in known.items() if matches(bound, document)]
        assert found(directory, kind, expression) == expected

    agree()


@pytest.mark.threat(13)
@pytest.mark.rfc("7644-3.4.2.2-01")
@pytest.mark.once_per_database
def test_the_database_selects_the_users_whom_the_evaluation_selects() -> None:
    check_agreement("User", 500)


@pytest.mark.once_per_database
def test_the_database_selects_the_groups_which_the_evaluation_selects() -> None:
    check_agreement("Group", 300)
