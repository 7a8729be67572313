"""Filters and paths against the grammar: the corpus of cases, properties, and the words of the errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from scim_provisioning.protocol.errors import InvalidFilter, InvalidPath
from scim_provisioning.protocol.expressions import (
    And,
    AttributePath,
    Comparison,
    Expression,
    Not,
    Number,
    Or,
    PatchPath,
    Present,
    ValuePath,
)
from scim_provisioning.protocol.parser import MAX_DEPTH, MAX_TERMS, parse_attribute_path, parse_filter, parse_path

from .strategies import expressions, patch_paths, paths, scribbles

CASES = json.loads((Path(__file__).parent.parent / "rfc" / "filters.json").read_text("utf-8"))

A, B, C = (Present(AttributePath(name)) for name in "abc")


def of(key: str, valid: bool) -> pytest.MarkDecorator:
    """The cases of the corpus, each under its text."""
    cases = [case for case in CASES if key in case and case["valid"] is valid]
    return pytest.mark.parametrize("case", cases, ids=[f"{n}: {case[key]:.60}" for n, case in enumerate(cases)])


class TestCorpus:
    @pytest.mark.rfc("7644-3.4.2.2-05", "7644-3.4.2.2-17", "7644-3.4.2.2-26", "7644-3.10-01")
    @of("filter", valid=True)
    def test_a_valid_filter_means_its_tree(self, case: dict[str, Any]) -> None:
        expression = parse_filter(case["filter"])
        assert str(expression) == case["tree"]
        assert parse_filter(case["tree"]) == expression

    @pytest.mark.rfc("7644-3.4.2.2-04", "7644-3.4.2.2-17")
    @of("filter", valid=False)
    def test_an_invalid_filter_is_refused_where_it_goes_wrong(self, case: dict[str, Any]) -> None:
        with pytest.raises(InvalidFilter) as caught:
            parse_filter(case["filter"])
        assert case["at"] in (caught.value.position, None)

    @pytest.mark.rfc("7644-3.5.2-06", "7644-3.10-01")
    @of("path", valid=True)
    def test_a_valid_path_means_its_tree(self, case: dict[str, Any]) -> None:
        path = parse_path(case["path"])
        assert str(path) == case["tree"]
        assert parse_path(case["tree"]) == path

    @pytest.mark.rfc("7644-3.5.2-06", "7644-3.5.2-07")
    @of("path", valid=False)
    def test_an_invalid_path_is_refused_where_it_goes_wrong(self, case: dict[str, Any]) -> None:
        with pytest.raises((InvalidFilter, InvalidPath)) as caught:
            parse_path(case["path"])
        assert (caught.value.scim_type, caught.value.position) == (case["scimType"], case["at"])


class TestGrammar:
    @pytest.mark.rfc("7644-3.4.2.2-18")
    def test_and_binds_tighter_than_or(self) -> None:
        assert parse_filter("a pr or b pr and c pr") == Or(A, And(B, C))
        assert parse_filter("a pr and b pr or c pr") == Or(And(A, B), C)

    @pytest.mark.rfc("7644-3.4.2.2-18")
    def test_not_binds_tighter_than_and(self) -> None:
        assert parse_filter("not (a pr) and b pr") == And(Not(A), B)

    @pytest.mark.rfc("7644-3.4.2.2-13", "7644-3.4.2.2-18")
    def test_parentheses_come_first(self) -> None:
        assert parse_filter("(a pr or b pr) and c pr") == And(Or(A, B), C)

    @pytest.mark.rfc("7644-3.4.2.2-03")
    def test_operators_are_lower_case_afterwards_and_names_stay(self) -> None:
        expected = Comparison(AttributePath("UserName"), "eq", "John")
        assert parse_filter('UserName EQ "John"') == expected

    @pytest.mark.rfc("7644-3.4.2.2-26")
    def test_the_last_colon_separates_the_urn_from_the_name(self) -> None:
        urn = "urn:ietf:params:scim:schemas:core:2.0:User"
        assert parse_filter(f"{urn}:name.familyName pr") == Present(AttributePath("name", "familyName", urn))

    @pytest.mark.rfc("7644-3.4.2.2-14", "7644-3.4.2.2-16")
    def test_brackets_hold_a_filter_of_their_own(self) -> None:
        condition = Or(Comparison(AttributePath("type"), "eq", "work"), Present(AttributePath("value")))
        expected = ValuePath(AttributePath("emails"), condition)
        assert parse_filter('emails[type eq "work" or value pr]') == expected

    @pytest.mark.parametrize("text", ['emails[type eq "work"].value eq "x"', 'emails[type eq "work"].value EQ"x"'])
    def test_an_equality_may_stand_behind_the_brackets(self, text: str) -> None:
        condition = Comparison(AttributePath("type"), "eq", "work")
        expected = ValuePath(AttributePath("emails"), condition, Comparison(AttributePath("value"), "eq", "x"))
        assert parse_filter(text) == expected
        assert parse_filter(f"title pr and {text}") == And(Present(AttributePath("title")), expected)
        assert parse_filter(str(expected)) == expected

    def test_a_path_can_end_with_a_sub_attribute_behind_the_brackets(self) -> None:
        condition = Comparison(AttributePath("primary"), "eq", True)
        assert parse_path("emails[primary eq true].value") == PatchPath(AttributePath("emails"), condition, "value")

    @pytest.mark.parametrize(
        ("text", "value"), [("1e3", Number("1e3")), ("null", None), ("false", False), ('"1"', "1")]
    )
    def test_a_literal_keeps_its_type(self, text: str, value: object) -> None:
        assert parse_filter(f"a eq {text}") == Comparison(AttributePath("a"), "eq", value)  # type: ignore[arg-type]

    def test_names_are_parsed_alone(self) -> None:
        assert parse_attribute_path("name.givenName") == AttributePath("name", "givenName")
        urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
        assert parse_attribute_path(f"{urn}:department") == AttributePath("department", None, urn)

    @pytest.mark.parametrize("text", ["", " a", "a ", "a.b.c", "a[b pr]", "a,b", "urn:x:"])
    def test_what_is_no_name_is_no_attribute_path(self, text: str) -> None:
        with pytest.raises(InvalidPath):
            parse_attribute_path(text)


class TestProperties:
    @given(expressions)
    def test_the_text_of_an_expression_parses_to_the_expression(self, expression: Expression) -> None:
        assert parse_filter(str(expression)) == expression

    @given(patch_paths)
    def test_the_text_of_a_path_parses_to_the_path(self, path: PatchPath) -> None:
        assert parse_path(str(path)) == path

    @given(paths)
    def test_the_text_of_a_name_parses_to_the_name(self, path: AttributePath) -> None:
        assert parse_attribute_path(str(path)) == path

    @given(scribbles)
    def test_any_text_is_a_filter_or_refused_at_a_position(self, text: str) -> None:
        for parse in (parse_filter, parse_path, parse_attribute_path):
            try:
                parse(text)
            except (InvalidFilter, InvalidPath) as error:
                assert error.position is not None
                assert 0 <= error.position <= len(text)
                error.detail.encode()


class TestLimits:
    @pytest.mark.threat(17)
    def test_depth_is_limited(self) -> None:
        assert parse_filter("(" * MAX_DEPTH + "a pr" + ")" * MAX_DEPTH) == A
        with pytest.raises(InvalidFilter, match=r"deeper than 64 levels \(column 65\)"):
            parse_filter("(" * (MAX_DEPTH + 1) + "a pr" + ")" * (MAX_DEPTH + 1))

    def test_depth_counts_inside_brackets(self) -> None:
        with pytest.raises(InvalidFilter, match="deeper than 2 levels"):
            parse_path("a[(b pr and (c pr))]", depth=2)

    @pytest.mark.threat(18)
    def test_terms_are_limited(self) -> None:
        parse_filter(" or ".join(["a pr"] * MAX_TERMS))
        with pytest.raises(InvalidFilter, match="more than 200 comparisons"):
            parse_filter(" or ".join(["a pr"] * (MAX_TERMS + 1)))

    def test_length_is_limited(self) -> None:
        with pytest.raises(InvalidFilter, match="longer than 20 characters") as caught:
            parse_filter("a" * 21, length=20)
        assert caught.value.position == 20
        with pytest.raises(InvalidPath, match="longer than 4,096 characters"):
            parse_path("a" * 4_097)

    @pytest.mark.rfc("7644-3.4.2.2-13")
    def test_the_widest_filter_within_the_limits_can_be_printed_and_compared(self) -> None:
        opened = "not (" * MAX_DEPTH + "a pr" + " or a pr)" * MAX_DEPTH
        wide = parse_filter(opened + " and a pr" * (MAX_TERMS - MAX_DEPTH - 1))
        assert str(wide).count("(a pr)") == MAX_TERMS
        assert hash(wide) == hash(parse_filter(opened + " and a pr" * (MAX_TERMS - MAX_DEPTH - 1)))

    @pytest.mark.parametrize("text", ["a:", "a", 'a eq "', "\\", " ", "1", "a.", '"', "not "])
    def test_time_grows_no_faster_than_the_text(self, text: str) -> None:
        with pytest.raises(InvalidFilter):
            parse_filter(text * 100_000, length=1_000_000)


class TestCharacters:
    @pytest.mark.threat(21)
    @pytest.mark.parametrize("escape", [r"\ud800", r"\udc00", r"\ud800\ud800", r"\ud83dx", r"\uDE00\uD83D"])
    def test_a_lone_surrogate_is_refused_as_an_escape(self, escape: str) -> None:
        with pytest.raises(InvalidFilter, match="a surrogate is no character on its own"):
            parse_filter(f'a eq "{escape}"')

    @pytest.mark.threat(21)
    def test_a_lone_surrogate_is_refused_as_it_is(self) -> None:
        with pytest.raises(InvalidFilter, match="a surrogate is no character on its own") as caught:
            parse_filter('a eq "x\ud83d"')
        assert caught.value.position == 7

    @pytest.mark.threat(20)
    def test_nul_is_refused_as_it_is(self) -> None:
        with pytest.raises(InvalidFilter):
            parse_filter('a eq "\0"')


class TestErrors:
    @pytest.mark.rfc("7644-3.4.2.2-23")
    def test_an_unknown_operator_is_named(self) -> None:
        with pytest.raises(InvalidFilter) as caught:
            parse_filter('userName regex "x"')
        assert caught.value.detail == (
            "Expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr), found 'regex' (column 10)"
        )

    @pytest.mark.parametrize(
        ("text", "hint"),
        [
            ("a eq 'x'", "not in single quotes"),
            ("a eq “x”", "use straight double quotes"),
            ("a eq ‘x’", "use straight double quotes"),
            ("a eq x", "text in double quotes"),
            ('a = "x"', "equality is written `eq`"),
            ('a == "x"', "equality is written `eq`"),
            ('a != "x"', "inequality is written `ne`"),
            ("a > 1", "write `gt`"),
            ("a >= 1", "write `ge`"),
            ("a < 1", "write `lt`"),
            ("a <= 1", "write `le`"),
            ("a pr && b pr", "write `and`"),
            ("a pr || b pr", "write `or`"),
            ("!(a pr)", r"negation is written `not \(…\)`"),
            ("a eq True", "written in lower case"),
            ("a eq FALSE", "written in lower case"),
            ("a eq Null", "written in lower case"),
            ("a pr and(b pr)", "a space before and after"),
            ("(a pr)or (b pr)", "a space before and after"),
            ("a eq1", "a space and a value"),
            ("a+eq+1", "still URL-encoded"),
            ("a%20eq%201", "still URL-encoded"),
            ("a\teq 1", "only spaces separate words"),
            ("a gt 2011-05-13", "text and dates stand in double quotes"),
            ('a eq "x', "the closing double quote, found the end"),
            (r'a eq "\x"', "one of the escapes"),
            ("emails [a pr]", "directly behind the name"),
            ('emails[type eq "work"].value pr', "stands inside the brackets"),
        ],
    )
    def test_a_usual_mistake_is_named(self, text: str, hint: str) -> None:
        with pytest.raises(InvalidFilter, match=hint):
            parse_filter(text)
