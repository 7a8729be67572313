"""Filters mean to us what they mean to scim2-models, but for what is listed in differences.py.

The lists are exact: a difference that is not listed fails, and so does a listed one that there is no longer.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scim2_models import Path as TheirPath

from scim_provisioning.protocol.binding import bind
from scim_provisioning.protocol.constants import ENTERPRISE_USER, USER
from scim_provisioning.protocol.core_schemas import USER_TYPE
from scim_provisioning.protocol.errors import InvalidFilter
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
from scim_provisioning.protocol.schemas import Target
from tests.plugins.traceability import REQUIREMENTS

from . import oracle
from .differences import GRAMMAR, OF_GRAMMAR, OF_MEANING, REFUSED, Difference
from .strategies import documents, questions

CASES = json.loads((Path(__file__).parent.parent / "rfc" / "filters.json").read_text("utf-8"))

# Few attributes, one of each kind, so that filters and documents speak of the same.
KEPT = ("userName", "active", "meta.created", "profileUrl", "emails", f"{ENTERPRISE_USER}:department")
PERSON = USER_TYPE.only(dict.fromkeys(KEPT, lambda attribute: attribute))

ALIKE = Present(AttributePath("value"))
"""What both find alike, of a User none, of an element those that have a value: it stands in for what differs."""


def our_answer(text: str, document: dict[str, Any]) -> bool | None:
    try:
        return matches(bind(parse_filter(text), USER_TYPE), document)
    except InvalidFilter:
        return REFUSED


def differs(comparison: Comparison, before: str) -> bool:
    """Whether a listed difference concerns the comparison, which has the attribute of its brackets before it."""
    written = before + str(comparison).strip("()")
    return any(re.match(difference.concerns, written) for difference in OF_MEANING)


def comparable(expression: Expression, before: str = "") -> Expression:
    """The filter without the comparisons that are known to differ."""
    match expression:
        case And(left, right) | Or(left, right):
            return type(expression)(comparable(left, before), comparable(right, before))
        case Not(operand):
            return Not(comparable(operand, before))
        case ValuePath(path, condition):
            return ValuePath(path, comparable(condition, f"{path}["))
        case Comparison() if differs(expression, before):
            return ALIKE if before else Present(AttributePath("userName"))
    return expression


def without_nothing(value: Any) -> Any:
    """The document as it is stored: without nulls, empty texts, empty lists and elements that hold nothing else."""
    if isinstance(value, dict):
        inner = {key: without_nothing(one) for key, one in value.items()}
        return {key: one for key, one in inner.items() if one not in (None, "", [], {})}
    if isinstance(value, list):
        return [kept for one in value if (kept := without_nothing(one)) not in (None, "", {})]
    return value


@pytest.mark.rfc("7644-3.4.2.2-06", "7644-3.4.2.2-07", "7644-3.4.2.2-12", "7644-3.4.2.2-15", "7644-3.4.2.2-19")
@pytest.mark.once
@settings(max_examples=500)
@given(questions(PERSON).map(comparable), st.lists(documents(PERSON).map(without_nothing), min_size=6, max_size=6))
def test_a_filter_finds_whom_it_finds_with_scim2_models(asked: Expression, people: list[dict[str, Any]]) -> None:
    for document in people:
        document.setdefault("schemas", [USER])
        ours = our_answer(str(asked), document)
        assert ours is not REFUSED
        assert oracle.answer(str(asked), document) == ours


@pytest.mark.parametrize("listed", OF_MEANING, ids=lambda listed: listed.filter)
class TestListedDifferences:
    def test_it_is_still_there(self, listed: Difference) -> None:
        assert our_answer(listed.filter, listed.document) is listed.ours
        assert oracle.answer(listed.filter, listed.document) is listed.theirs
        assert listed.ours is not listed.theirs

    def test_a_requirement_decides_it(self, listed: Difference) -> None:
        assert listed.requirement in REQUIREMENTS.rows()

    def test_its_pattern_concerns_it(self, listed: Difference) -> None:
        asked = parse_filter(listed.filter)
        assert (comparable(asked) != asked) == (listed.concerns != Difference.concerns)


@pytest.mark.rfc("7644-3.4.2.2-24", "7643-7-08")
def test_case_counts_in_the_same_attributes() -> None:
    leaves = [
        Target(target.prefix, target.attribute, sub)
        for target in USER_TYPE.targets()
        for sub in target.attribute.sub_attributes or (None,)
    ]
    theirs = {leaf.key for leaf in leaves if TheirPath[oracle.PERSON](leaf.key).resolve().case_exact}
    ours = {leaf.key for leaf in leaves if leaf.leaf.case_exact}
    # References are case exact (7643-2.3.7-05); to a password, which we never compare, it makes no difference.
    assert ours - theirs == {"schemas", "meta.location"}
    assert theirs - ours == {"password"}


@pytest.mark.rfc("7644-3.4.2.2-17", "7644-3.4.2.2-18")
def test_the_filters_of_the_corpus_have_the_same_trees_but_for_the_listed() -> None:
    filters = {case["filter"]: case.get("tree") for case in CASES if "filter" in case}
    assert {text for text, tree in filters.items() if oracle.tree(text) != tree} == set(GRAMMAR)


def test_each_difference_of_grammar_is_of_a_kind_that_is_explained() -> None:
    assert set(GRAMMAR.values()) == set(OF_GRAMMAR)
