"""Text to expressions: one method for each rule of the grammar (RFC 7644 §3.4.2.2, figure 1; §3.5.2, figure 7).

Tokens are asked for where they may stand, so no word is reserved: `not pr` and `eq eq "eq"` are filters. What is
accepted beyond the ABNF: more than one space, spaces at the edges of a filter, of a group and of brackets, no space
before a string, the name `$ref`. What is refused although the ABNF has it: a value path inside a value path (errata
4690 and 7322).

Length, depth and the number of terms are limited while parsing, so that no client can spend our time or our stack.
"""

from __future__ import annotations

import json
import re
from typing import Final, NoReturn

from .errors import InvalidFilter, InvalidPath
from .expressions import (
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

MAX_LENGTH: Final = 4_096
MAX_DEPTH: Final = 64
MAX_TERMS: Final = 200


def parse_filter(text: str, *, length: int = MAX_LENGTH, depth: int = MAX_DEPTH, terms: int = MAX_TERMS) -> Expression:
    """The expression that a `filter` parameter holds (RFC 7644 §3.4.2.2); raises InvalidFilter."""
    return _Parser(text, InvalidFilter, length=length, depth=depth, terms=terms).whole_filter()


def parse_path(text: str, *, length: int = MAX_LENGTH, depth: int = MAX_DEPTH, terms: int = MAX_TERMS) -> PatchPath:
    """The target of a PATCH operation (RFC 7644 §3.5.2); raises InvalidPath, or InvalidFilter inside the brackets."""
    return _Parser(text, InvalidPath, length=length, depth=depth, terms=terms).whole_path()


def parse_attribute_path(text: str, *, length: int = MAX_LENGTH) -> AttributePath:
    """A name as in `attributes`, `sortBy` and dotted or qualified keys (RFC 7644 §3.10); raises InvalidPath."""
    return _Parser(text, InvalidPath, length=length).whole_attribute_path()


# Lookaheads keep a longer word whole: `prand` is no `pr`, `eqq` no `eq`, `truer` no `true`.
_SPACES = re.compile(r" +")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#@!$&*+;=%-]*:")  # greedy: up to the last colon
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*|\$[rR][eE][fF](?![A-Za-z0-9_-])")
_DOT = re.compile(r"\.")
_NOT = re.compile(r"not *(?=\()", re.IGNORECASE)
_AND = re.compile(r" +and(?= |\Z)", re.IGNORECASE)
_OR = re.compile(r" +or(?= |\Z)", re.IGNORECASE)
_EQUAL_BEHIND = re.compile(rf"\.(?:{_NAME.pattern}) +(?=eq[ \"])", re.IGNORECASE)
_PRESENT = re.compile(r"pr(?=[ )\]]|\Z)", re.IGNORECASE)
_OPERATOR = re.compile(r"(?:eq|ne|co|sw|ew|gt|ge|lt|le)(?![A-Za-z])", re.IGNORECASE)
_LITERAL = re.compile(r"(?:true|false|null)(?![A-Za-z0-9_-])")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_NUMBER_END = re.compile(r"(?=[ )\]]|\Z)")
_QUOTE = re.compile(r'"')
_CHARACTERS = re.compile(
    r"""(?: [^"\\\x00-\x1f\ud800-\udfff]++
          | \\["\\/bfnrt]
          | \\u(?![dD][89a-fA-F])[0-9a-fA-F]{4}
          | \\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}  # a pair; a lone surrogate is no character
          | \\(?:u[0-9a-fA-F]{0,3})?\Z  # the text ends too early, and the missing quote tells
        )*""",
    re.VERBOSE,
)

_LITERALS: Final[dict[str, Literal]] = {"true": True, "false": False, "null": None}

# What people write instead, by what stands where something else was expected.
_MISTAKES: Final = tuple(
    (re.compile(pattern), hint)
    for pattern, hint in (
        (r"'", "text stands in double quotes, not in single quotes"),
        (r"[“”„‟«»‘’‚‛′″]", 'use straight double quotes (") instead of typographic quotes'),
        (r"==?", "equality is written `eq`"),
        (r"!=|<>", "inequality is written `ne`"),
        (r"!", "negation is written `not (…)`"),
        (r">=", "write `ge`"),
        (r"<=", "write `le`"),
        (r">", "write `gt`"),
        (r"<", "write `lt`"),
        (r"&", "write `and`"),
        (r"\|", "write `or`"),
        (r"\+(?![0-9])|%20", "the text is still URL-encoded"),
        (r"(?i:true|false|null)(?![A-Za-z0-9_-])", "true, false and null are written in lower case"),
        (r"(?i:and|or)\b", "there is a space before and after `and` and `or`"),
        (r"\\u[dD][89a-fA-F]|[\ud800-\udfff]", "a surrogate is no character on its own"),
        (r"[\t\r\n\f\v\xa0\u2000-\u200b\u202f\u3000]", r"only spaces separate words; in text write \t, \n, \uXXXX"),
        (r"\[", "`[` stands directly behind the name of an attribute, and not inside other brackets"),
        (r"(?<=\])\.", "what is to be compared stands inside the brackets"),
    )
)

_A_NAME: Final = "the name of an attribute"
_AN_OPERATOR: Final = "an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr)"
_A_VALUE: Final = "a value (text in double quotes, a number, true, false or null)"


class _Parser:
    """A position in a text, and how much of the limits is used."""

    def __init__(
        self,
        text: str,
        error: type[InvalidFilter | InvalidPath],
        *,
        length: int,
        depth: int = MAX_DEPTH,
        terms: int = MAX_TERMS,
    ) -> None:
        self.text = text
        self.position = 0
        self.error = error
        self.in_brackets = False
        self.depth, self.max_depth = 0, depth
        self.terms, self.max_terms = 0, terms
        if len(text) > length:
            self.position = length
            self.refuse(f"The text is longer than {length:,} characters")

    # The grammar, rule by rule

    def whole_filter(self) -> Expression:
        """`FILTER`, and nothing behind it."""
        expression = self.filter()
        self.take(_SPACES)
        self.end("`and`, `or` or the end")
        return expression

    def whole_path(self) -> PatchPath:
        """`PATH = attrPath / valuePath [subAttr]`."""
        path, condition, sub = self.attribute_path(), None, None
        if self.ahead("["):
            condition, sub = self.brackets(), self.sub_attribute()
        self.end("the end of the path")
        return PatchPath(path, condition, sub)

    def whole_attribute_path(self) -> AttributePath:
        """`attrPath`, and nothing behind it."""
        path = self.attribute_path()
        self.end("the end of the name")
        return path

    def filter(self) -> Expression:
        """`FILTER = attrExp / logExp / valuePath / *1"not" "(" FILTER ")"`.

        `logExp = FILTER SP ("and" / "or") SP FILTER`: here the part with `or`, which joins what `and` has joined.
        """
        left = self.conjunction()
        while self.take(_OR):
            left = Or(left, self.conjunction())
        return left

    def conjunction(self) -> Expression:
        """`logExp = FILTER SP ("and" / "or") SP FILTER`: the part with `and`, which binds tighter."""
        left = self.operand()
        while self.take(_AND):
            left = And(left, self.operand())
        return left

    def operand(self) -> Expression:
        """`attrExp / valuePath / *1"not" "(" FILTER ")"`: FILTER without logExp."""
        self.take(_SPACES)
        if self.take(_NOT):
            return Not(self.group())
        return self.group() if self.ahead("(") else self.attribute_expression()

    def group(self) -> Expression:
        """`"(" FILTER ")"`, or valFilter in brackets."""
        self.enter()
        expression = self.filter()
        self.leave(")")
        return expression

    def attribute_expression(self) -> Expression:
        """`attrExp = (attrPath SP "pr") / (attrPath SP compareOp SP compValue)`.

        `valuePath = attrPath "[" valFilter "]"` is told apart here, since it begins alike.
        """
        self.count_term()
        path = self.attribute_path()
        if self.ahead("[") and not self.in_brackets:
            return ValuePath(path, self.brackets(), self.equal_behind())
        self.need(_SPACES, f"a space and {_AN_OPERATOR}")
        if self.take(_PRESENT):
            return Present(path)
        return self.comparison(path)

    def comparison(self, path: AttributePath) -> Comparison:
        """`compareOp SP compValue`; before a string the space may be missing, as in an example of the RFC."""
        operator = self.need(_OPERATOR, _AN_OPERATOR).lower()
        if not self.ahead('"'):
            self.need(_SPACES, f"a space and {_A_VALUE}")
        return Comparison(path, operator, self.value())

    def equal_behind(self) -> Comparison | None:
        """`emails[type eq "work"].value eq "x"`: outside the grammar, but what identity providers look people up by."""
        sub = self.take(_EQUAL_BEHIND)
        if sub is None:
            return None
        self.count_term()
        return self.comparison(AttributePath(sub.strip(" .")))

    def brackets(self) -> Expression:
        """`"[" valFilter "]"` of valuePath, where `valFilter = attrExp / logExp / *1"not" "(" valFilter ")"`."""
        outside, self.error, self.in_brackets = self.error, InvalidFilter, True
        self.enter()
        condition = self.filter()
        self.leave("]")
        self.error, self.in_brackets = outside, False
        return condition

    def attribute_path(self) -> AttributePath:
        """`attrPath = [URI ":"] ATTRNAME *1subAttr`."""
        uri = self.take(_URI)
        name = self.need(_NAME, _A_NAME)
        return AttributePath(name, self.sub_attribute(), uri[:-1] if uri else None)

    def sub_attribute(self) -> str | None:
        """`subAttr = "." ATTRNAME`."""
        return self.need(_NAME, "the name of a sub-attribute") if self.take(_DOT) else None

    def value(self) -> Literal:
        """`compValue = false / null / true / number / string` (RFC 7159)."""
        if self.take(_QUOTE):
            return self.string()
        if literal := self.take(_LITERAL):
            return _LITERALS[literal]
        number = self.need(_NUMBER, _A_VALUE)
        self.need(_NUMBER_END, "the end of the number (text and dates stand in double quotes)")
        return Number(number)

    def string(self) -> str:
        """`string = quotation-mark *char quotation-mark` (RFC 7159 §7), from behind the first mark."""
        characters = self.take(_CHARACTERS) or ""
        if self.ahead("\\"):
            self.fail(r"one of the escapes \" \\ \/ \b \f \n \r \t \uXXXX")
        self.need(_QUOTE, "a character or the closing double quote")
        decoded: str = json.loads(f'"{characters}"')
        return decoded

    # Tokens and limits

    def ahead(self, character: str) -> bool:
        return self.text.startswith(character, self.position)

    def take(self, token: re.Pattern[str]) -> str | None:
        """The token, if it stands here."""
        found = token.match(self.text, self.position)
        if found is None:
            return None
        self.position = found.end()
        return found[0]

    def need(self, token: re.Pattern[str], expected: str) -> str:
        """The token, which has to stand here."""
        found = self.take(token)
        if found is None:
            self.fail(expected)
        return found

    def end(self, expected: str) -> None:
        if self.position < len(self.text):
            self.fail(expected)

    def enter(self) -> None:
        """Past an opening parenthesis or bracket."""
        self.depth += 1
        if self.depth > self.max_depth:
            self.refuse(f"Parentheses and brackets are nested deeper than {self.max_depth:,} levels")
        self.position += 1

    def leave(self, bracket: str) -> None:
        """Past the closing one."""
        self.take(_SPACES)
        if not self.ahead(bracket):
            self.fail(f"`and`, `or` or `{bracket}`")
        self.position += 1
        self.depth -= 1

    def count_term(self) -> None:
        self.terms += 1
        if self.terms > self.max_terms:
            self.refuse(f"There are more than {self.max_terms:,} comparisons")

    # Errors

    def fail(self, expected: str) -> NoReturn:
        """Say what was expected here, what stands here, and which mistake it looks like."""
        rest = self.text[self.position : self.position + 24]
        found = repr(rest.split(" ")[0] or rest) if rest else "the end"
        hint = next((f"; {hint}" for mistake, hint in _MISTAKES if mistake.match(self.text, self.position)), "")
        self.refuse(f"Expected {expected}, found {found}{hint}")

    def refuse(self, detail: str) -> NoReturn:
        raise self.error(detail, self.position)
