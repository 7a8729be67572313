"""A filter that cannot be honoured is 400 invalidFilter and says what is wrong with it; it never widens the result."""

from __future__ import annotations

import pytest

from tests.factories import UserFactory
from tests.scim import ScimClient

SAYS = [
    ("userName eq 'ada'", "double quotes, not in single quotes (column 13)"),
    ("userName eq ‘ada’", 'straight double quotes (") instead of typographic quotes (column 13)'),
    ("userName eq “ada”", 'straight double quotes (") instead of typographic quotes (column 13)'),
    ('userName eq "ada', "the closing double quote, found the end (column 17)"),
    ("userName eq ada", "a value (text in double quotes"),
    ('userName like "ada"', "(column 10)"),
    ('userName = "ada"', "equality is written `eq` (column 10)"),
    ('userName == "ada"', "equality is written `eq` (column 10)"),
    ('userName regex "ada"', "Expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr), found 'regex'"),
    ("userName", "(column 9)"),
    ("eq", "(column 3)"),
    ('userName eq "a" and', "(column 20)"),
    ('userName eq "a" xor title pr', "Expected `and`, `or` or the end, found 'xor'"),
    ('(userName eq "a"', "(column 17)"),
    ('userName eq "a")', "(column 16)"),
    ("not userName pr", "(column 5)"),
    ('userName eq "a"%20and title pr', "still URL-encoded"),
    ('noSuch eq "x"', "User has no attribute `noSuch`"),
    ('usrName eq "x"', "did you mean `userName`"),
    ('userName.value eq "x"', "User has no attribute `userName.value`"),
    ('name.nick eq "x"', "User has no attribute `name.nick`"),
    ('emails[noSuch eq "x"]', "`emails` has no attribute `noSuch`"),
    ('username__regex eq "x"', "User has no attribute `username__regex`"),
    ('is_superuser eq "true"', "User has no attribute `is_superuser`"),
    ("urn:example:User:userName pr", "no attribute"),
    ('name eq "x"', "complex"),
    ("active gt true", "`gt` does not apply to `active`"),
    ('active co "t"', "`co` does not apply to `active`"),
    ('active eq "maybe"', "compared with true or false"),
    ("userName eq 1", "text in double quotes"),
    ('meta.created gt "yesterday"', "date with its time"),
    ('password eq "x"', "assword"),
    ("password pr", "assword"),
    ('userName eq "a\x00b"', "(column 15)"),
    (r'userName eq "a\u0000b"', "U+0000"),
]


@pytest.mark.threat(12, 13, 20)
@pytest.mark.rfc(
    "7644-3.4.2.2-04", "7644-3.4.2.2-05", "7644-3.4.2.2-11", "7644-3.4.2.2-17", "7644-3.4.2.2-20", "7644-3.4.2.2-23",
    "7644-3.12-14",
)  # fmt: skip
@pytest.mark.parametrize(("filter", "words"), SAYS, ids=[repr(filter) for filter, _ in SAYS])
def test_the_error_says_what_is_wrong(scim: ScimClient, filter: str, words: str) -> None:
    UserFactory()
    answer = scim.get("/Users", filter=filter)
    assert (answer.status, answer.scim_type) == (400, "invalidFilter")
    assert words in answer.detail


@pytest.mark.threat(13)
@pytest.mark.rfc("7644-3.4.2.2-04")
@pytest.mark.parametrize("query", ["filter=", "filter", "filter=%20", "filter=%00", "filter=()", "filter=%22%22"])
def test_a_filter_that_is_empty_is_not_none(scim: ScimClient, query: str) -> None:
    answer = scim.get(f"/Users?{query}")
    assert (answer.status, answer.scim_type) == (400, "invalidFilter")


@pytest.mark.threat(13)
@pytest.mark.parametrize("endpoint", ["/Users", "/Groups"])
def test_a_filter_that_is_there_twice_is_refused(scim: ScimClient, endpoint: str) -> None:
    answer = scim.get(f'{endpoint}?filter=id%20eq%20"1"&filter=id%20pr')
    assert (answer.status, answer.scim_type) == (400, "invalidFilter")
    assert "`and`" in answer.detail


@pytest.mark.threat(17, 18, 19)
@pytest.mark.parametrize(
    "filter",
    [
        "(" * 10_000,
        "(" * 5_000 + "title pr" + ")" * 5_000,
        "(" * 1_500 + "title pr" + ")" * 1_500,
        "not (" * 1_000 + "title pr" + ")" * 1_000,
        " or ".join(["title pr"] * 201),
        " and ".join(['userName eq "a"'] * 5_000),
        'userName eq "' + "\\" * 50_000,
        " " * 100_000,
        'userName eq "' + "x" * 5_000 + '"',
        "title" * 2_000,
    ],
    ids=lambda filter: f"{len(filter)} characters of {filter[:12]!r}",
)
def test_a_filter_beyond_the_limits_is_refused_at_once(scim: ScimClient, filter: str) -> None:
    answer = scim.get("/Users", filter=filter)
    assert (answer.status, answer.scim_type) == (400, "invalidFilter")


def test_a_filter_within_the_limits_works(scim: ScimClient) -> None:
    ada = UserFactory(username="ada@example.com")
    terms = [f'userName eq "u{number}@x"' for number in range(190)]
    assert scim.get("/Users", filter=" or ".join([*terms[:90], 'userName eq "ada@example.com"'])).ids == [str(ada.pk)]
    nested = "(" * 60 + 'userName eq "ada@example.com"' + ")" * 60
    assert scim.get("/Users", filter=nested).ids == [str(ada.pk)]


@pytest.mark.threat(14)
@pytest.mark.parametrize("wild", ["%", "_", "\\", "%25", "*", "ad%", "a_a"])
@pytest.mark.parametrize("operator", ["co", "sw", "ew", "eq"])
def test_what_is_a_wildcard_elsewhere_is_text_here(scim: ScimClient, operator: str, wild: str) -> None:
    UserFactory(username="ada")
    text = wild.replace("\\", "\\\\")
    assert scim.get("/Users", filter=f'userName {operator} "{text}"').json["totalResults"] == 0
