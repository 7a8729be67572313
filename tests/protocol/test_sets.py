"""Changes of a set that is never loaded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scim_provisioning.protocol.binding import Bound, bind_condition
from scim_provisioning.protocol.core_schemas import GROUP_TYPE
from scim_provisioning.protocol.evaluation import element_matches
from scim_provisioning.protocol.parser import parse_attribute_path, parse_path
from scim_provisioning.protocol.sets import ALL, Drop, SetChange

MEMBERS = GROUP_TYPE.resolve(parse_attribute_path("members"))


def condition(text: str) -> Bound:
    bound = parse_path(f"members[{text}]").condition
    assert bound is not None
    assert MEMBERS is not None
    return bind_condition(bound, MEMBERS)


def satisfies(bound: Bound, id: str) -> bool:
    """Each member is shown by its own id."""
    return element_matches(bound, {"value": id, "display": id})


ids = st.frozensets(st.sampled_from("abcdef"))
drops: st.SearchStrategy[Drop] = (
    ids | st.just(ALL) | st.sampled_from([condition('display gt "c"'), condition('not (value eq "a")')])
)
steps = st.lists(st.tuples(drops, ids), max_size=8)


@given(ids, steps)
def test_folding_leads_to_what_the_steps_lead_to(
    members: frozenset[str], steps: list[tuple[Drop, frozenset[str]]]
) -> None:
    folded, expected = SetChange(), members
    for drop, add in steps:
        folded = folded.then(drop, add)
        expected = SetChange().then(drop, add).changed(expected, satisfies)
    assert folded.changed(members, satisfies) == expected


@given(st.lists(st.tuples(ids | st.just(ALL), ids), min_size=1, max_size=8))
def test_where_the_ids_are_known_there_is_one_step_at_the_most(steps: list[tuple[Drop, frozenset[str]]]) -> None:
    folded = SetChange()
    for drop, add in steps:
        folded = folded.then(drop, add)
    assert len(folded.steps) <= 1


def test_no_change_is_the_set_as_it_is() -> None:
    assert SetChange().then() == SetChange()
    assert SetChange().changed(frozenset("ab"), satisfies) == frozenset("ab")


def test_a_filter_sees_who_was_added_before_it_and_not_who_was_added_after() -> None:
    change = SetChange().then(add=frozenset("xy")).then(drop=condition('display eq "x"')).then(add=frozenset("x"))
    assert change.changed(frozenset("x"), satisfies) == frozenset("xy")
    without = SetChange().then(add=frozenset("xy")).then(drop=condition('display eq "x"'))
    assert without.changed(frozenset("x"), satisfies) == frozenset("y")
