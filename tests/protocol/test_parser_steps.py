"""Parsing costs no more than in proportion to the length of a text: tokens are counted, time is not measured.

The parser asks for tokens. If it never asks again for what lies behind it, and only a few times at one place, the
number of questions is at most a multiple of the number of characters, whatever the text.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from itertools import pairwise
from re import Pattern

import pytest
from hypothesis import given

from scim_provisioning.protocol.errors import InvalidFilter
from scim_provisioning.protocol.expressions import Expression
from scim_provisioning.protocol.parser import MAX_DEPTH, MAX_LENGTH, MAX_TERMS, _Parser

from .strategies import expressions, scribbles

QUESTIONS_AT_ONE_PLACE = 6

HOSTILE = {
    "nested parentheses": "(" * MAX_DEPTH + "a pr" + ")" * MAX_DEPTH,
    "parentheses that are never closed": "(" * MAX_LENGTH,
    "nested negations": "not (" * MAX_DEPTH + "a pr" + ")" * MAX_DEPTH,
    "negations of nothing": "not " * (MAX_LENGTH // 4),
    "nested disjunctions in conjunctions": "(a pr and (b pr or " * (MAX_DEPTH // 2) + "c pr" + "))" * (MAX_DEPTH // 2),
    "as many terms as are allowed": " or ".join(["a pr"] * MAX_TERMS),
    "more terms than are allowed": " or ".join(["a pr"] * (MAX_TERMS + 1)),
    "as many value paths as are allowed": " and ".join(['e[t eq "w"]'] * (MAX_TERMS // 2)),
    "equalities behind brackets": " and ".join(['e[t eq "w"].v eq "x"'] * (MAX_TERMS // 3)),
    "escaped backslashes": 'a eq "' + r"\\" * 2_000 + '"',
    "backslashes that never end": 'a eq "' + "\\" * 4_000,
    "escaped quotes": 'a eq "' + r"\"" * 2_000 + '"',
    "surrogates": 'a eq "' + r"\ud83d\ude00" * 300 + r"\ud83d" * 50,
    "a text that never ends": 'a eq "' + "x" * 4_000,
    "blanks": " " * MAX_LENGTH,
    "blanks between words": "a" + " " * 2_000 + "pr" + " " * 2_000,
    "blanks around each and": (" " * 20 + "and" + " " * 10).join(["a pr"] * 100),
    "a long name": "a" * MAX_LENGTH,
    "a long name with an operator": "a" * 4_000 + " pr",
    "a long URN": "urn" + ":a" * 2_000 + " pr",
    "colons": "a" + ":" * 4_000,
    "dots": "a" + ".a" * 2_000,
    "digits": "a eq " + "1" * 4_000,
    "digits that end in a word": "a eq " + "1" * 4_000 + "x",
}


class Observed(_Parser):
    """Remembers where tokens were asked for."""

    def __init__(self, text: str) -> None:
        self.asked_at: list[int] = []
        super().__init__(text, InvalidFilter, length=MAX_LENGTH)

    def take(self, token: Pattern[str]) -> str | None:
        self.asked_at.append(self.position)
        return super().take(token)

    def ahead(self, character: str) -> bool:
        self.asked_at.append(self.position)
        return super().ahead(character)


def asked_at(text: str) -> list[int]:
    """The places at which the parser asked for tokens, in its order, whether the text is a filter or not."""
    parser = Observed(text)
    with suppress(InvalidFilter):
        parser.whole_filter()
    return parser.asked_at


def check_proportion(text: str) -> None:
    places = asked_at(text)
    assert all(earlier <= later for earlier, later in pairwise(places))
    assert max(Counter(places).values()) <= QUESTIONS_AT_ONE_PLACE


@pytest.mark.rfc("7644-3.4.2.2-13")
@pytest.mark.parametrize("family", HOSTILE)
def test_what_is_meant_to_be_costly_is_not(family: str) -> None:
    assert len(HOSTILE[family]) <= MAX_LENGTH
    check_proportion(HOSTILE[family])


@pytest.mark.threat(19)
@given(scribbles)
def test_no_text_is_costly(text: str) -> None:
    check_proportion(text[:MAX_LENGTH])


@given(expressions)
def test_no_filter_is_costly(expression: Expression) -> None:
    check_proportion(str(expression)[:MAX_LENGTH])


@pytest.mark.parametrize("count", [1, 10, MAX_TERMS])
def test_each_term_costs_the_same(count: int) -> None:
    one, two = (len(asked_at(" or ".join(["a pr"] * times))) for times in (1, 2))
    assert len(asked_at(" or ".join(["a pr"] * count))) == one + (count - 1) * (two - one)


def test_each_level_costs_the_same() -> None:
    none, one, most = (len(asked_at("(" * depth + "a pr" + ")" * depth)) for depth in (0, 1, MAX_DEPTH))
    assert most == none + MAX_DEPTH * (one - none)


@pytest.mark.threat(19)
def test_a_text_is_one_token_however_long() -> None:
    assert len(asked_at('a eq "x"')) == len(asked_at('a eq "' + r"\\" * 2_000 + '"'))
