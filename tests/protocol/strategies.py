"""Expressions for property tests: any that the grammar has, and such as a resource type can be asked."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from scim_provisioning.protocol.binding import OPERATORS
from scim_provisioning.protocol.expressions import (
    And,
    AttributePath,
    Comparison,
    Expression,
    Literal,
    Not,
    Number,
    Or,
    PatchPath,
    Present,
    ValuePath,
)
from scim_provisioning.protocol.schemas import Attribute, ResourceType, Target

ANY_OPERATOR = ("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le")

names = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,8}", fullmatch=True) | st.sampled_from(
    ["$ref", "not", "and", "pr", "eq"]
)
urns = st.from_regex(r"urn(:[a-z][a-zA-Z0-9.-]{0,6}){1,4}", fullmatch=True)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
numbers = st.from_regex(r"-?(0|[1-9][0-9]{0,5})(\.[0-9]{1,3})?([eE][+-]?[0-9]{1,2})?", fullmatch=True).map(Number)
literals: SearchStrategy[Literal] = st.none() | st.booleans() | texts | numbers

paths = st.builds(AttributePath, names, st.none() | names, st.none() | urns)


def _joined(operands: SearchStrategy[Expression]) -> SearchStrategy[Expression]:
    return st.builds(Not, operands) | st.builds(And, operands, operands) | st.builds(Or, operands, operands)


terms: SearchStrategy[Expression] = st.builds(Present, paths) | st.builds(
    Comparison, paths, st.sampled_from(ANY_OPERATOR), literals
)
conditions = st.recursive(terms, _joined, max_leaves=8)
expressions = st.recursive(terms | st.builds(ValuePath, paths, conditions), _joined, max_leaves=12)
patch_paths = st.builds(PatchPath, paths) | st.builds(PatchPath, paths, conditions, st.none() | names)

_WORDS = (
    "a",
    "pr",
    "eq",
    "and",
    "or",
    "not",
    "(",
    ")",
    "[",
    "]",
    '"',
    "\\",
    ".",
    ":",
    "urn:x:y",
    "1",
    "-1e",
    "true",
    "'",
)
scribbles = (
    st.text()
    | st.text(alphabet='aeqprno()[]".\\ud8:1- ')
    | st.lists(st.sampled_from(_WORDS), max_size=20).map(" ".join)
)
"""Texts that are no filters, or nearly."""

# Few words, so that filters and documents meet.
WORDS = ("a", "A", "b", "ab", "Ab", "", "ä", "Ä", "%", "_")
INSTANTS = ("2011-05-13T04:42:34Z", "2011-05-13T06:42:34+02:00", "2012-01-01T00:00:00.5Z")

_VALUES: dict[str, SearchStrategy[bool | str | Number]] = {
    "boolean": st.booleans(),
    "dateTime": st.sampled_from(INSTANTS),
    "integer": st.sampled_from([Number("0"), Number("-1"), Number("7")]),
    "decimal": st.sampled_from([Number("0"), Number("0.1"), Number("1e1")]),
}


def values(attribute: Attribute) -> SearchStrategy[bool | str | Number]:
    """Literals that fit the attribute."""
    return _VALUES.get(attribute.type, st.sampled_from(WORDS))


def questions(resource_type: ResourceType) -> SearchStrategy[Expression]:
    """Filters that the resource type can answer."""
    targets = [target for target in resource_type.targets() if target.attribute.returned != "never"]
    several = [target for target in targets if target.attribute.multi_valued and target.attribute.is_complex]
    asked: list[SearchStrategy[Expression]] = [_asked(leaf) for target in targets for leaf in _leaves(target)]
    asked += [st.just(Present(_path(target))) for target in targets]
    asked += [
        st.builds(
            ValuePath,
            st.just(_path(target)),
            st.recursive(
                st.one_of([_asked(leaf, inside=True) for leaf in _leaves(target)]),
                _joined,
                max_leaves=3,
            ),
        )
        for target in several
    ]
    return st.recursive(st.one_of(asked), _joined, max_leaves=6)


def documents(resource_type: ResourceType) -> SearchStrategy[dict[str, object]]:
    """Flat documents, many of whose attributes are absent in one way or another."""
    return st.fixed_dictionaries(
        {},
        optional={
            leaf.key: _stored(leaf)
            for target in resource_type.targets()
            for leaf in target.leaves
            if leaf.leaf.returned != "never"
        },
    )


def _leaves(target: Target) -> list[Target]:
    subs = [Target(target.prefix, target.attribute, sub) for sub in target.attribute.sub_attributes]
    return subs or [target]


def _path(target: Target, inside: bool = False) -> AttributePath:
    if inside:
        return AttributePath(target.leaf.name)
    return AttributePath(target.attribute.name, target.sub and target.sub.name, target.prefix.removesuffix(":") or None)


def _asked(leaf: Target, inside: bool = False) -> SearchStrategy[Expression]:
    path = st.just(_path(leaf, inside))
    operators = st.sampled_from(sorted(OPERATORS[leaf.leaf.type] | {"ne"}))
    return st.one_of(
        st.builds(Comparison, path, operators, values(leaf.leaf)),
        st.builds(Comparison, path, st.sampled_from(["eq", "ne"]), st.none()),
        st.builds(Present, path),
    )


def _stored(leaf: Target) -> SearchStrategy[object]:
    if not leaf.attribute.multi_valued:
        return st.none() | _one_stored(leaf.leaf)
    if not leaf.attribute.is_complex:
        return st.lists(_one_stored(leaf.attribute), max_size=3)
    element = st.fixed_dictionaries({}, optional={sub.name: _one_stored(sub) for sub in leaf.attribute.sub_attributes})
    return st.lists(element, max_size=3)


def _one_stored(attribute: Attribute) -> SearchStrategy[object]:
    return values(attribute).map(lambda value: float(value.text) if isinstance(value, Number) else value)
