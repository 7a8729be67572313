"""Where scim2-models and we differ on filters, and which requirement of tests/rfc/requirements.json decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from scim_provisioning.protocol.constants import USER

REFUSED: Final = None


@dataclass(frozen=True)
class Difference:
    """A filter and a User on which we differ: whether it is found, or that the filter is refused.

    `concerns` is a pattern for the comparisons that differ likewise, as they are written, with the attribute of the
    brackets before them: `emails[type eq "work"`. Nothing, where neither filters nor documents of that kind are
    generated.
    """

    filter: str
    document: dict[str, Any]
    ours: bool | None
    theirs: bool | None
    requirement: str
    because: str
    concerns: str = "(?!)"


OF_MEANING: Final = (
    Difference(
        "emails.type eq null",
        {"emails": [{"value": "a"}, {"value": "b", "type": "work"}]},
        ours=False,
        theirs=True,
        requirement="7643-2.5-01",
        because="Null is the state of what has no value at all: `eq null` is `not (… pr)`, and here is a value.",
        concerns=r"(\w+\.\S+|schemas) (eq|ne) null",
    ),
    Difference(
        "emails[primary eq false]",
        {"emails": [{"value": "a"}]},
        ours=True,
        theirs=False,
        requirement="7643-2.4-03",
        because="A missing primary counts as false.",
        concerns=r"\S+primary (eq|ne) false",
    ),
    Difference(
        f'schemas eq "{USER.upper()}"',
        {"schemas": [USER]},
        ours=False,
        theirs=True,
        requirement="7643-2.3.7-05",
        because="References are compared case-exactly.",
        concerns=r"(schemas|meta\.location) ",
    ),
    Difference(
        'emails.value ne "nobody"',
        {},
        ours=True,
        theirs=REFUSED,
        requirement="7643-4.1.2-01",
        because="The form of an address is a SHOULD: what is no address equals none, and `ne` is true.",
        concerns=r'((emails|photos|x509Certificates)[.[]value|profileUrl) (eq|ne|gt|ge|lt|le) "',
    ),
    # What is empty: never stored, so in none of the generated documents.
    Difference(
        'title eq ""',
        {"title": ""},
        ours=False,
        theirs=True,
        requirement="7644-3.4.2.2-09",
        because="Only what is not empty is present, and what is not present equals nothing.",
    ),
    Difference(
        "title ne null",
        {"title": ""},
        ours=False,
        theirs=True,
        requirement="7644-3.4.2.2-09",
        because="Only what is not empty is present.",
    ),
    Difference(
        "emails eq null",
        {"emails": []},
        ours=True,
        theirs=False,
        requirement="7643-2.5-01",
        because="Unassigned, null and [] are one and the same state.",
    ),
    Difference(
        'emails[not (type eq "work")]',
        {"emails": [{}]},
        ours=False,
        theirs=True,
        requirement="7644-3.4.2.2-09",
        because="A complex value is present where it has a part that is not empty.",
    ),
    # What the generated filters do not ask.
    Difference(
        'userName eq "e\u0301"',
        {"userName": "\u00e9"},
        ours=False,
        theirs=True,
        requirement="7644-5-01",
        because="User names are prepared before they are compared: when they are stored and looked up, not here.",
    ),
    Difference(
        "active eq 1",
        {"active": True},
        ours=REFUSED,
        theirs=True,
        requirement="7643-2.3-02",
        because="A boolean is written as true or false.",
    ),
    Difference(
        "title gt null",
        {},
        ours=REFUSED,
        theirs=False,
        requirement="7644-3.4.2.2-10",
        because="Strings are ordered by their characters, and null has none.",
    ),
    Difference(
        'meta.created co "2011"',
        {"meta.created": "2011-05-13T04:42:34Z"},
        ours=REFUSED,
        theirs=False,
        requirement="7644-3.4.2.2-08",
        because="Substrings are those of strings.",
    ),
    Difference(
        'name eq "x"',
        {},
        ours=REFUSED,
        theirs=False,
        requirement="7644-3.4.2.2-20",
        because="Of a complex attribute a sub-attribute is named.",
    ),
    Difference(
        'manager eq "x"',
        {},
        ours=False,
        theirs=REFUSED,
        requirement="7644-3.4.2.2-20",
        because="As above, but Entra ID looks for `manager` and means its `value`.",
    ),
    Difference(
        'name[givenName eq "x"]',
        {"name.givenName": "x"},
        ours=True,
        theirs=REFUSED,
        requirement="7644-3.4.2.2-16",
        because="Brackets hold a filter on sub-attributes; that there are several values is not asked for.",
    ),
    Difference(
        "emails[nosuch pr]",
        {},
        ours=REFUSED,
        theirs=False,
        requirement="7644-3.4.2.2-16",
        because="Brackets hold a valid filter, whatever the document.",
    ),
    Difference(
        "password pr",
        {},
        ours=REFUSED,
        theirs=False,
        requirement="7643-7-15",
        because="What is in no answer is told by no search.",
    ),
)

OF_GRAMMAR: Final = {
    "not": "Attributes are called as the ABNF says, `not` among them: no word is reserved.",
    "dollar": "RFC 7644 has no `$` in a name; `$ref` is the one exception that RFC 7643 itself makes.",
    "uri": "attrPath begins with a URI, of which a URN is one kind.",
    "number": "A number stays as it was written, so that it is compared exactly.",
    "literal": "JSON's literals are lower-case (RFC 7159 §3).",
    "sub-attribute": "attrPath before the brackets may have a sub-attribute; that none has parts is found out later.",
    "behind brackets": "Nothing stands behind brackets; we take an equality, as identity providers send it, no more.",
    "space": "Words are separated by SP, and before a bracket there is none.",
    "depth": "Parentheses are nested to a stated limit (7644-3.4.2.2-13); they count none that lead nowhere.",
}
"""Kinds of difference between the two grammars: RFC 7644 §3.4.2.2, figure 1 (7644-3.4.2.2-17), decides."""

GRAMMAR: Final = {
    "not pr": "not",
    'not eq "x"': "not",
    "a$b pr": "dollar",
    "http://example.com/scim/ext:badge eq 1": "uri",
    "a eq -0": "number",
    "a eq 1e3": "number",
    "a eq 1E3": "number",
    "a eq 1e+3": "number",
    "a eq 1.5e-3": "number",
    "a eq 1e308": "number",
    "a eq True": "literal",
    "a eq FALSE": "literal",
    "a eq NULL": "literal",
    'emails.value[type eq "work"]': "sub-attribute",
    'emails[type eq "work"].value co "x"': "behind brackets",
    'emails[type eq "work"].value pr': "behind brackets",
    'emails [type eq "work"]': "space",
    'emails[type eq "work"]and title pr': "space",
    'a\teq "x"': "space",
    'a eq\n"x"': "space",
    "a pr and(b pr)": "space",
    "(a pr)and (b pr)": "space",
    "(a pr)or(b pr)": "space",
    'a eq "x"and b pr': "space",
    "(" * 2000 + "a pr" + ")" * 2000: "depth",
}
"""The filters of tests/rfc/filters.json that we read differently, each with its kind."""
