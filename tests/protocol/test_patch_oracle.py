"""PATCH does to a User what it does with scim2-models, where both accept it, but for what is listed here.

The list is exact: a difference that is not listed fails, and so does a listed one that there is no longer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scim2_models import PatchOp
from scim2_models.exceptions import SCIMException

from scim_provisioning.protocol.changes import Reader
from scim_provisioning.protocol.constants import ENTERPRISE_USER, PATCH_OP
from scim_provisioning.protocol.core_schemas import USER_TYPE
from scim_provisioning.protocol.dialects import Leniency
from scim_provisioning.protocol.documents import nested
from scim_provisioning.protocol.errors import ScimError
from scim_provisioning.protocol.patch import apply
from tests.plugins.traceability import REQUIREMENTS

from .oracle import PERSON

Json = dict[str, Any]
REFUSED: Final = None

A, B = {"value": "a@x.example"}, {"value": "b@x.example", "type": "work"}


@dataclass(frozen=True)
class Difference:
    """An operation on the e-mail addresses after which they differ; `concerns` says which others differ likewise."""

    name: str
    emails: list[Json]
    operation: Json
    ours: list[Json]
    theirs: list[Json]
    requirement: str
    because: str
    concerns: Callable[[Json, Json], bool]


def sent(operation: Json) -> list[Json]:
    """The addresses that an operation sets or adds as a whole."""
    value = operation.get("value")
    if operation.get("path") is None:
        value = value.get("emails")
    return value if isinstance(value, list) else []


def has_twins(document: Json, operation: Json) -> bool:
    there = document.get("emails", []) if operation["op"] == "add" else []
    values = [one["value"] for one in (*there, *sent(operation)) if "value" in one]
    return bool(sent(operation)) and len(values) > len(set(values))


DIFFERENCES: Final = (
    Difference(
        "twins",
        [],
        {"op": "replace", "path": "emails", "value": [A, A]},
        ours=[A],
        theirs=[A, A],
        requirement="7643-2.4-07",
        because="The same value is not there twice (RFC 7643 §2.4); one more that says the same is the same.",
        concerns=has_twins,
    ),
    Difference(
        "an element as a whole",
        [B],
        {"op": "replace", "path": 'emails[type eq "work"]', "value": A},
        ours=[A],
        theirs=[{**B, **A}],
        requirement="7644-3.5.2.3-06",
        because="The elements that match are replaced, not merged (RFC 7644 §3.5.2.3).",
        concerns=lambda document, operation: operation["op"] == "replace" and str(operation.get("path")).endswith("]"),
    ),
    Difference(
        "a part of no element",
        [],
        {"op": "add", "path": "emails.type", "value": "work"},
        ours=[{"type": "work"}],
        theirs=[],
        requirement="7644-3.5.2.1-06",
        because="What is not there is added (RFC 7644 §3.5.2.1).",
        concerns=lambda document, operation: operation.get("path") == "emails.type" and not document.get("emails"),
    ),
)

words = st.sampled_from(["A", "B"])
parts: dict[str, Any] = {
    "type": st.sampled_from(["work", "home"]),
    "primary": st.just(False),
    "display": words,
}
addresses = st.sampled_from(["a@x.example", "b@x.example", "c@x.example"])
elements = st.lists(st.fixed_dictionaries({"value": addresses}, optional=parts), min_size=1, max_size=3)
names = st.fixed_dictionaries({}, optional={"givenName": words, "familyName": words})
works = st.fixed_dictionaries({}, optional={"department": words, "costCenter": words})
documents = st.fixed_dictionaries(
    {"userName": words},
    optional={
        "title": words,
        "name.givenName": words,
        "name.familyName": words,
        "emails": st.lists(
            st.fixed_dictionaries({"value": addresses}, optional=parts),
            min_size=1,
            max_size=3,
            unique_by=lambda one: one["value"],
        ),
        f"{ENTERPRISE_USER}:department": words,
    },
)
filtered = st.sampled_from(['emails[type eq "work"]', 'emails[value eq "a@x.example"]', 'emails[display sw "A"]'])


def operations_at(paths: st.SearchStrategy[str], values: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    changed = st.fixed_dictionaries({"op": st.sampled_from(["add", "replace"]), "path": paths, "value": values})
    return changed | st.fixed_dictionaries({"op": st.just("remove"), "path": paths})


operations = st.one_of(
    operations_at(st.sampled_from(["userName", "title", "name.givenName", f"{ENTERPRISE_USER}:department"]), words),
    operations_at(st.just("name"), names),
    operations_at(st.just(ENTERPRISE_USER), works),
    operations_at(st.just("emails"), elements),
    operations_at(filtered, st.fixed_dictionaries({"value": addresses}, optional=parts)),
    operations_at(filtered.map("{}.type".format) | st.just("emails.type"), parts["type"]),
    operations_at(filtered.map("{}.primary".format), st.just(True)),
    st.fixed_dictionaries(
        {
            "op": st.sampled_from(["add", "replace"]),
            "value": st.fixed_dictionaries(
                {}, optional={"title": words, "emails": elements, "name": names, ENTERPRISE_USER: works}
            ),
        }
    ),
)


def our_answer(document: Json, operation: Json) -> Json | None:
    leniency = Leniency(strict=True)
    try:
        changes = Reader(USER_TYPE, leniency).patch({"schemas": [PATCH_OP], "Operations": [operation]})
        return without_schemas(nested(apply(document, changes, USER_TYPE, leniency), USER_TYPE))
    except ScimError:
        return REFUSED


def their_answer(document: Json, operation: Json) -> Json | None:
    try:
        person = PERSON.model_validate(nested(document, USER_TYPE))
        PatchOp[PERSON].model_validate({"schemas": [PATCH_OP], "Operations": [operation]}).patch(person)
        return without_schemas(person.model_dump(mode="json"))
    except (SCIMException, ValidationError):
        return REFUSED


def without_schemas(document: Json) -> Json:
    return {name: value for name, value in document.items() if name != "schemas"}


@pytest.mark.rfc("7644-3.5.2.1-03", "7644-3.5.2.1-05", "7644-3.5.2.2-04", "7644-3.5.2.3-02", "7644-3.5.2.3-05")
@settings(max_examples=500)
@given(documents, operations)
@example({"userName": "A", "emails": [B]}, {"op": "replace", "path": 'emails[type eq "work"].primary', "value": True})
def test_an_operation_does_what_it_does_with_scim2_models(document: Json, operation: Json) -> None:
    if any(difference.concerns(document, operation) for difference in DIFFERENCES):
        return
    ours, theirs = our_answer(document, operation), their_answer(document, operation)
    assert REFUSED in (ours, theirs) or ours == theirs


@pytest.mark.parametrize("listed", DIFFERENCES, ids=lambda listed: listed.name)
class TestListedDifferences:
    def test_it_is_still_there(self, listed: Difference) -> None:
        document = {"userName": "A", **({"emails": listed.emails} if listed.emails else {})}
        assert listed.concerns(document, listed.operation)
        ours, theirs = our_answer(document, listed.operation), their_answer(document, listed.operation)
        assert ours is not REFUSED
        assert theirs is not REFUSED
        assert (ours.get("emails", []), theirs.get("emails", [])) == (listed.ours, listed.theirs)
        assert listed.ours != listed.theirs

    def test_a_requirement_decides_it(self, listed: Difference) -> None:
        assert listed.requirement in REQUIREMENTS.rows()
