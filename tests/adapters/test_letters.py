"""Letters beyond ASCII in filters: what the databases fold alike, and what only one of them does.

Case is folded by the database. SQLite's `lower()` knows ASCII; PostgreSQL's knows what the database's locale knows,
one letter for one letter, so that nothing makes two letters of `ß`. User names are normalised (NFKC) when they are
stored and when they are looked up, as Django's own forms do; other texts stay as they were sent.
"""

from __future__ import annotations

import pytest
from django.db import connection

from tests.scim import CORE_USER, ScimClient

on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="what SQLite does")
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="what PostgreSQL does")

COMPOSED, COMBINING = "J\u00e4ger", "Ja\u0308ger"
DIAERESIS = "\u0308"
LIGATURE = "\ufb01sher"


def given(scim: ScimClient, *names: str) -> None:
    """Users with these names, each also as a title and as an externalId."""
    for name in names:
        answer = scim.post("/Users", {"schemas": [CORE_USER], "userName": name, "title": name, "externalId": name})
        assert answer.status == 201, answer


def found(scim: ScimClient, filter: str) -> list[str]:
    """The externalIds of whom the filter finds: the names as they were sent."""
    answer = scim.get("/Users", filter=filter, attributes="externalId")
    assert answer.status == 200, answer
    return sorted(resource["externalId"] for resource in answer.json["Resources"])


def finds(scim: ScimClient, attribute: str, text: str) -> list[str]:
    """Whom `eq` finds, given that `co` finds the same."""
    equal = found(scim, f'{attribute} eq "{text}"')
    assert found(scim, f'{attribute} co "{text}"') == equal
    return equal


both = pytest.mark.parametrize("attribute", ["userName", "title"])


@both
@pytest.mark.rfc("7644-3.4.2.2-24")
def test_letters_of_ascii_are_found_in_any_case(scim: ScimClient, attribute: str) -> None:
    given(scim, "Jager")
    assert finds(scim, attribute, "jAGER") == ["Jager"]


@pytest.mark.rfc("7644-3.4.2.2-24")
def test_where_case_counts_no_letter_is_folded(scim: ScimClient) -> None:
    given(scim, COMPOSED)
    assert finds(scim, "externalId", COMPOSED) == [COMPOSED]
    assert finds(scim, "externalId", COMPOSED.upper()) == []
    assert finds(scim, "externalId", COMBINING) == []


class TestUmlauts:
    @pytest.mark.threat("C4")
    @on_sqlite
    @both
    def test_sqlite_finds_them_in_their_own_case_only(self, scim: ScimClient, attribute: str) -> None:
        given(scim, "JÄGER", "jäger")
        assert finds(scim, attribute, "Jäger") == ["jäger"]
        assert finds(scim, attribute, "jÄger") == ["JÄGER"]

    @pytest.mark.threat("C4")
    @on_postgresql
    @both
    def test_postgresql_finds_them_in_any_case(self, scim: ScimClient, attribute: str) -> None:
        given(scim, "JÄGER")
        assert finds(scim, attribute, "jäger") == ["JÄGER"]

    @on_sqlite
    def test_on_sqlite_names_that_differ_in_their_case_are_two(self, scim: ScimClient) -> None:
        given(scim, "JÄGER", "JäGER")
        assert len(found(scim, "userName pr")) == 2

    @pytest.mark.threat(27)
    @on_postgresql
    def test_on_postgresql_names_that_differ_in_their_case_are_one(self, scim: ScimClient) -> None:
        given(scim, "JÄGER")
        again = scim.post("/Users", {"schemas": [CORE_USER], "userName": "JäGER"})
        assert (again.status, again.scim_type) == (409, "uniqueness")


class TestCombiningMarks:
    @pytest.mark.threat(27, "C5")
    @pytest.mark.rfc("7644-5-01")
    @pytest.mark.parametrize("sent", [COMPOSED, COMBINING], ids=["composed", "combining"])
    @pytest.mark.parametrize("asked", [COMPOSED, COMBINING], ids=["composed", "combining"])
    def test_a_user_name_is_found_by_either_form_of_a_letter(self, scim: ScimClient, sent: str, asked: str) -> None:
        given(scim, sent)
        assert finds(scim, "userName", asked) == [sent]

    def test_any_other_text_is_found_by_the_form_that_was_sent(self, scim: ScimClient) -> None:
        given(scim, COMBINING)
        assert finds(scim, "title", COMBINING) == [COMBINING]
        assert finds(scim, "title", COMPOSED) == []

    def test_a_user_name_has_no_mark_that_its_letter_has_taken_up(self, scim: ScimClient) -> None:
        given(scim, COMBINING)
        assert found(scim, f'userName co "{DIAERESIS}"') == []
        assert found(scim, f'title co "{DIAERESIS}"') == [COMBINING]


class TestLigatures:
    @pytest.mark.threat(27, "C5")
    @pytest.mark.rfc("7644-5-01")
    @pytest.mark.parametrize("asked", [LIGATURE, "fisher", "FISHER"], ids=["ligature", "letters", "capitals"])
    def test_a_user_name_is_found_by_the_letters_of_a_ligature(self, scim: ScimClient, asked: str) -> None:
        given(scim, LIGATURE)
        assert finds(scim, "userName", asked) == [LIGATURE]

    def test_any_other_text_is_found_by_the_ligature(self, scim: ScimClient) -> None:
        given(scim, LIGATURE)
        assert finds(scim, "title", LIGATURE) == [LIGATURE]
        assert finds(scim, "title", "fisher") == []


class TestSharpS:
    @both
    def test_it_is_not_two_letters(self, scim: ScimClient, attribute: str) -> None:
        given(scim, "Strauß", "STRAUSS")
        assert finds(scim, attribute, "strauß") == ["Strauß"]
        assert finds(scim, attribute, "strauss") == ["STRAUSS"]

    @on_sqlite
    @both
    def test_on_sqlite_its_capital_is_another_letter(self, scim: ScimClient, attribute: str) -> None:
        given(scim, "Strauß")
        assert finds(scim, attribute, "STRAUẞ") == []

    @on_postgresql
    @both
    def test_on_postgresql_its_capital_is_the_same_letter(self, scim: ScimClient, attribute: str) -> None:
        given(scim, "Strauß")
        assert finds(scim, attribute, "STRAUẞ") == ["Strauß"]


class TestDottedAndDotlessI:
    @on_sqlite
    @both
    def test_on_sqlite_a_capital_with_a_dot_is_another_letter(self, scim: ScimClient, attribute: str) -> None:
        given(scim, "İnci", "inci")
        assert finds(scim, attribute, "İNCI") == ["İnci"]
        assert finds(scim, attribute, "INCI") == ["inci"]

    @on_postgresql
    @both
    def test_on_postgresql_a_capital_with_a_dot_is_an_i(self, scim: ScimClient, attribute: str) -> None:
        given(scim, "İnci")
        assert finds(scim, attribute, "inci") == ["İnci"]
        assert finds(scim, attribute, "İNCI") == ["İnci"]

    @both
    def test_a_small_one_without_a_dot_is_another_letter(self, scim: ScimClient, attribute: str) -> None:
        given(scim, "ıtır", "itir")
        assert finds(scim, attribute, "ıtır") == ["ıtır"]
        assert finds(scim, attribute, "ITIR") == ["itir"]
