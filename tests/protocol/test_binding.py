"""What filters mean for a resource type, and which are refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scim_provisioning.protocol import binding
from scim_provisioning.protocol.binding import Bound, bind, bind_condition
from scim_provisioning.protocol.constants import ENTERPRISE_USER, GROUP
from scim_provisioning.protocol.core_schemas import COMMON, GROUP_TYPE, USER_TYPE
from scim_provisioning.protocol.datetimes import parse_datetime
from scim_provisioning.protocol.dialects import Leniency
from scim_provisioning.protocol.errors import InvalidFilter
from scim_provisioning.protocol.expressions import And, Not, Or
from scim_provisioning.protocol.parser import parse_attribute_path, parse_filter, parse_path
from scim_provisioning.protocol.schemas import Attribute, ResourceType, Schema, Target

CASES = json.loads((Path(__file__).parent.parent / "rfc" / "filters.json").read_text("utf-8"))

THING = ResourceType(
    "Thing",
    "/Things",
    "",
    Schema(
        "urn:example:Thing",
        "Thing",
        "",
        (
            Attribute("count", "integer"),
            Attribute("size", "decimal"),
            Attribute("tags", multi_valued=True),
            Attribute("key", "binary", case_exact=True),
            Attribute("safe", "complex", sub_attributes=(Attribute("code", returned="never"), Attribute("door"))),
            Attribute("bare", "complex"),
        ),
    ),
    common=COMMON,
)


def bound(text: str, resource_type: ResourceType = USER_TYPE, *, strict: bool = False) -> Bound:
    return bind(parse_filter(text), resource_type, Leniency(strict=strict))


def target(name: str, resource_type: ResourceType = USER_TYPE) -> Target:
    found = resource_type.resolve(parse_attribute_path(name))
    assert found is not None
    return found


def of(name: str, operator: str, value: binding.Value = None, resource_type: ResourceType = USER_TYPE) -> Bound:
    """One test of an attribute."""
    return binding.Test(target(name, resource_type), operator, value)


def any_of(name: str, condition: Bound | None = None, resource_type: ResourceType = USER_TYPE) -> Bound:
    return binding.Any(target(name, resource_type), condition)


def refused(text: str, resource_type: ResourceType = USER_TYPE, *, strict: bool = False) -> str:
    """What the client is told."""
    with pytest.raises(InvalidFilter) as caught:
        bound(text, resource_type, strict=strict)
    return caught.value.detail


class TestCorpus:
    """Names like `a` stand for any name in the corpus, so only those cases are bound whose names User has."""

    REFUSED = [case for case in CASES if case.get("error") == "invalidFilter"]

    @pytest.mark.rfc("7644-3.4.2.2-11", "7644-3.4.2.2-20", "7643-2.3.5-01")
    @pytest.mark.parametrize("case", REFUSED, ids=[f"{n}: {one['why']}" for n, one in enumerate(REFUSED)])
    def test_what_is_grammatical_but_makes_no_sense_is_refused(self, case: dict[str, Any]) -> None:
        with pytest.raises(InvalidFilter):
            if "filter" in case:
                bind(parse_filter(case["filter"]), USER_TYPE)
            else:
                path = parse_path(case["path"])
                assert path.condition is not None
                bind_condition(path.condition, target(str(path.path)))

    @pytest.mark.parametrize(
        "text",
        [
            case["filter"]
            for case in CASES
            if case["why"].startswith("example of") and case["valid"] and "filter" in case
        ],
    )
    def test_the_examples_of_the_rfc_are_bound(self, text: str) -> None:
        bound(text)


class TestNames:
    @pytest.mark.rfc("7643-2.1-03", "7644-3.4.2.2-03", "7644-3.4.2.2-26")
    def test_names_in_any_case_and_with_their_urn_mean_the_same(self) -> None:
        for name in ("userName", "USERNAME", "urn:ietf:params:scim:schemas:core:2.0:user:username"):
            assert bound(f'{name} eq "x"') == of("userName", "eq", "x")

    @pytest.mark.threat(13)
    def test_an_unknown_attribute_is_refused_with_names_like_it(self) -> None:
        assert refused("usrName pr").startswith("User has no attribute `usrName`; did you mean `userName`")
        assert "`name.givenName`" in refused("givenName pr")
        assert f"`{ENTERPRISE_USER}:department`" in refused("departement pr")
        assert refused("nosuch pr") == "User has no attribute `nosuch`"

    def test_the_attribute_of_another_type_is_unknown(self) -> None:
        refused("members pr")
        refused(f'{GROUP}:displayName eq "x"')

    def test_a_long_unknown_name_is_cut_in_the_answer(self) -> None:
        assert len(refused("a" * 4_000 + " pr")) < 200

    @pytest.mark.threat(11)
    @pytest.mark.rfc("7643-4.1.1-15", "7643-4.1.1-16")
    @pytest.mark.parametrize(
        "text", ["password pr", 'password sw "s"', 'not (password eq "secret")', "password eq null"]
    )
    def test_a_password_cannot_be_searched_for(self, text: str) -> None:
        assert refused(text) == "`password` is never returned, so nothing can be searched for by it"

    def test_what_is_never_returned_is_not_suggested(self) -> None:
        assert refused("passwords pr") == "User has no attribute `passwords`"

    def test_a_sub_attribute_that_is_never_returned_counts_for_nothing(self) -> None:
        refused("safe.code pr", THING)
        assert bound("safe pr", THING) == of("safe.door", "pr", None, THING)


class TestOneMeaning:
    @pytest.mark.rfc("7644-3.4.2.2-07")
    def test_ne_is_not_eq(self) -> None:
        assert bound('title ne "x"') == bound('not (title eq "x")') == Not(of("title", "eq", "x"))

    @pytest.mark.rfc("7644-3.4.2.2-07")
    def test_ne_on_several_values_says_that_none_is_equal(self) -> None:
        assert bound('emails.type ne "work"') == Not(any_of("emails", of("emails.type", "eq", "work")))

    @pytest.mark.rfc("7644-3.4.2.2-16")
    def test_ne_in_brackets_is_about_one_element(self) -> None:
        assert bound('emails[type ne "work"]') == any_of("emails", Not(of("emails.type", "eq", "work")))

    @pytest.mark.rfc("7643-2.5-01")
    def test_eq_null_is_not_pr(self) -> None:
        assert bound("title eq null") == Not(of("title", "pr"))
        assert bound("title ne null") == of("title", "pr")
        assert bound("emails eq null") == Not(any_of("emails"))

    def test_not_not_vanishes(self) -> None:
        assert bound("not (not (title pr))") == of("title", "pr")

    def test_not_stands_before_single_tests_only(self) -> None:
        title, nick = of("title", "pr"), of("nickName", "pr")
        assert bound("not (title pr or nickName pr)") == And(Not(title), Not(nick))
        assert bound("not (title pr and not (nickName pr))") == Or(Not(title), nick)

    @pytest.mark.rfc("7644-3.4.2.2-19")
    def test_a_comparison_on_several_values_is_a_value_path(self) -> None:
        assert bound('emails.type eq "work"') == bound('emails[type eq "work"]')
        assert bound("emails.type pr") == any_of("emails", of("emails.type", "pr"))

    @pytest.mark.rfc("7644-3.4.2.2-20")
    def test_a_multi_valued_attribute_stands_for_its_value(self) -> None:
        assert bound('emails co "@x"') == bound('emails.value co "@x"')
        assert bound('members eq "1"', GROUP_TYPE) == bound('members[value eq "1"]', GROUP_TYPE)

    def test_a_multi_valued_attribute_without_parts_is_its_elements(self) -> None:
        expected = any_of("tags", of("tags", "sw", "a", THING), THING)
        assert bound('tags sw "a"', THING) == expected

    @pytest.mark.rfc("7644-3.4.2.2-09")
    def test_a_complex_attribute_is_present_in_its_parts(self) -> None:
        manager = f"{ENTERPRISE_USER}:manager"
        value, ref, name = (of(f"{manager}.{sub}", "pr") for sub in ("value", "$ref", "displayName"))
        assert bound(f"{manager} pr") == Or(Or(value, ref), name)
        assert bound("bare pr", THING) == of("bare", "pr", None, THING)

    def test_brackets_behind_a_single_value_name_its_parts(self) -> None:
        expected = And(of("name.givenName", "eq", "x"), of("name.familyName", "pr"))
        assert bound('name[givenName eq "x" and familyName pr]') == expected

    @pytest.mark.rfc("7643-2.4-03")
    def test_primary_eq_false_includes_what_has_no_primary(self) -> None:
        assert bound("emails[primary eq false]") == any_of("emails", Not(of("emails.primary", "eq", True)))
        assert bound("emails[primary ne false]") == bound("emails[primary eq true]")
        assert bound("active eq false") == of("active", "eq", False)

    def test_a_condition_can_be_bound_on_its_own(self) -> None:
        path = parse_path('emails[type eq "work"].value')
        assert path.condition is not None
        assert bind_condition(path.condition, target("emails")) == of("emails.type", "eq", "work")


class TestBrackets:
    @pytest.mark.rfc("7644-3.4.2.2-16")
    @pytest.mark.parametrize(
        "text", ["emails[nosuch pr]", "emails[value.x pr]", "emails[urn:x:y:value pr]", "emails[emails.value pr]"]
    )
    def test_only_sub_attributes_stand_in_brackets(self, text: str) -> None:
        assert refused(text).startswith("`emails` has no attribute")

    def test_a_sub_attribute_like_the_unknown_one_is_suggested(self) -> None:
        assert refused("emails[vlue pr]") == "`emails` has no attribute `vlue`; did you mean `value`?"

    @pytest.mark.parametrize("text", ["userName[value pr]", "emails.value[type pr]", "schemas[value pr]"])
    def test_what_has_no_parts_takes_no_brackets(self, text: str) -> None:
        assert "has no sub-attributes" in refused(text)


class TestTypes:
    @pytest.mark.rfc("7644-3.4.2.2-11")
    @pytest.mark.parametrize("operator", ["gt", "ge", "lt", "le"])
    @pytest.mark.parametrize(
        "comparison", ["active {} true", 'x509Certificates {} "AA=="', 'emails[primary {} "true"]']
    )
    def test_booleans_and_binaries_have_no_order(self, operator: str, comparison: str) -> None:
        assert refused(comparison.format(operator)).startswith(f"`{operator}` does not apply to `")

    @pytest.mark.parametrize("operator", ["co", "sw", "ew"])
    @pytest.mark.parametrize(
        "comparison", ["active {} true", 'key {} "AA"', 'meta.created {} "2011"', "count {} 1", "size {} 1"]
    )
    def test_only_text_has_parts(self, operator: str, comparison: str) -> None:
        resource_type = USER_TYPE if comparison.startswith("active") else THING
        assert refused(comparison.format(operator), resource_type).startswith(f"`{operator}` does not apply to `")

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("count eq -7", -7),
            ("size gt 1.50", Decimal("1.5")),
            ("size le 1e3", Decimal(1000)),
            ('key eq "AA=="', "AA=="),
            ('meta.created lt "2011-05-13T06:42:34+02:00"', datetime(2011, 5, 13, 4, 42, 34, tzinfo=UTC)),
            ('meta.location ew "/1"', "/1"),
        ],
    )
    def test_a_literal_becomes_a_value_of_the_type(self, text: str, value: binding.Value) -> None:
        name, operator, _ = text.split()
        assert bound(text, THING) == of(name, operator, value, THING)

    @pytest.mark.parametrize(
        ("text", "due"),
        [
            ("userName eq 5", "text in double quotes"),
            ("userName eq true", "text in double quotes"),
            ("userName co null", "text in double quotes"),
            ("profileUrl eq 5", "a URI in double quotes"),
            ("x509Certificates.value eq 5", "base64 text in double quotes"),
            ("active eq 1", "true or false"),
            ('active eq "yes"', "true or false"),
            ('meta.created ge "2011-05-13"', "a date with its time"),
            ("meta.created ge 5", "a date with its time"),
        ],
    )
    def test_a_literal_of_another_type_is_refused(self, text: str, due: str) -> None:
        assert f"it is compared with {due}" in refused(text)

    def test_nul_is_grammatical_but_refused(self) -> None:
        assert refused(r'userName eq "a\u0000b"').startswith("U+0000 stands in no value")
        assert refused(r'emails[value co "\u0000"]').startswith("U+0000 stands in no value")

    @pytest.mark.rfc("7643-2.3.4-01")
    @pytest.mark.parametrize("literal", ["1.0", "1e3", '"1"', "true", "12345678901234567890"])
    def test_an_integer_has_no_fraction_no_exponent_and_fits_a_database(self, literal: str) -> None:
        assert "a whole number of at most 18 digits" in refused(f"count eq {literal}", THING)

    @pytest.mark.parametrize("literal", ["1e9999", "1e-99999999999", '"1"', "false"])
    def test_a_decimal_is_a_number_within_reason(self, literal: str) -> None:
        assert "it is compared with a number" in refused(f"size eq {literal}", THING)

    @pytest.mark.rfc("7643-2.3-02")
    def test_the_text_of_a_boolean_is_taken_unless_strict(self) -> None:
        assert bound('roles[primary eq "True"]') == bound("roles[primary eq true]")
        assert bound('active eq "FALSE"') == bound("active eq false")
        assert "true or false" in refused('active eq "True"', strict=True)
        assert "true or false" in refused('roles[primary eq "True"]', strict=True)

    @pytest.mark.rfc("7644-3.4.2.2-20")
    @pytest.mark.parametrize("text", ['name eq "x"', 'addresses co "x"', 'meta sw "x"'])
    def test_a_complex_attribute_is_compared_by_a_part(self, text: str) -> None:
        assert "is complex; compare one of its sub-attributes: `" in refused(text)

    def test_a_complex_attribute_with_a_value_is_compared_by_it_unless_strict(self) -> None:
        assert bound('manager eq "1"') == bound('manager.value eq "1"')
        assert "is complex" in refused('manager eq "1"', strict=True)

    def test_an_equality_behind_the_brackets_is_part_of_the_condition_unless_strict(self) -> None:
        assert bound('emails[type eq "work"].value eq "x"') == bound('emails[type eq "work" and value eq "x"]')
        assert "inside them" in refused('emails[type eq "work"].value eq "x"', strict=True)


class TestDateTimes:
    @pytest.mark.rfc("7643-2.3.5-01")
    @pytest.mark.parametrize(
        ("text", "instant"),
        [
            ("2011-05-13T04:42:34Z", datetime(2011, 5, 13, 4, 42, 34, tzinfo=UTC)),
            ("2011-05-13T04:42:34", datetime(2011, 5, 13, 4, 42, 34, tzinfo=UTC)),
            ("2011-05-13T01:12:34-03:30", datetime(2011, 5, 13, 4, 42, 34, tzinfo=UTC)),
            ("2011-05-13T04:42:34.5Z", datetime(2011, 5, 13, 4, 42, 34, 500_000, tzinfo=UTC)),
            ("2011-05-13T04:42:34.1234567Z", datetime(2011, 5, 13, 4, 42, 34, 123_456, tzinfo=UTC)),
        ],
    )
    def test_a_date_with_a_time_is_an_instant(self, text: str, instant: datetime) -> None:
        assert parse_datetime(text) == instant

    @pytest.mark.rfc("7643-2.3.5-01")
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "yesterday",
            "2011-05-13",
            "04:42:34Z",
            "2011-05-13 04:42:34Z",
            "20110513T044234Z",
            "2011-W19-5T04:42:34Z",
            "2011-05-13T04:42Z",
            "2011-02-30T00:00:00Z",
            "2011-05-13T25:00:00Z",
            "2011-05-13T04:42:34+25:00",
            "0001-01-01T00:00:00+14:00",
            "2011-05-13T04:42:34Z\n",
            "２０１１-05-13T04:42:34Z",
        ],
    )
    def test_anything_else_is_none(self, text: str) -> None:
        assert parse_datetime(text) is None
