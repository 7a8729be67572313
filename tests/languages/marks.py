"""Finds words that people would read and nobody could translate: those that are not marked, as far as that is seen."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from django.template.base import Lexer, Token, TokenType

from tests.languages.sources import KEYWORDS, PACKAGE

WORDS = re.compile(r"[^\W\d_]{2}")

# Attributes that are read out or shown. What a script shows comes from attributes data-…, of which these are words.
READ = {"alt", "aria-description", "aria-label", "label", "placeholder", "title"}
QUOTED = r"""("[^"]*"|'[^']*')"""
SHOWN_ARGUMENT = re.compile(rf"(?:\|(?:default|default_if_none|yesno|add|pluralize):|\b(?:label|text|title)=){QUOTED}")

NAMES = {"description", "empty_label", "help_text", "label", "short_description", "verbose_name", "verbose_name_plural"}
SHOWING = {"log_addition", "log_change", "message_user", "ValidationError"}
CHOICES = {"IntegerChoices", "TextChoices"}


def bare_in_template(source: str) -> list[str]:
    """What the template shows beside its variables and its marked texts."""
    tokens = list(_not_marked(Lexer(source).tokenize()))
    shown = words_on("".join(token.contents for token in tokens if token.token_type is TokenType.TEXT))
    tags = [token.contents for token in tokens if token.token_type in (TokenType.BLOCK, TokenType.VAR)]
    arguments = [words for tag in tags for words in SHOWN_ARGUMENT.findall(tag)]
    return [words for words in [*shown, *arguments] if WORDS.search(words)]


def _not_marked(tokens: list[Token]) -> Iterator[Token]:
    until = ""
    for token in tokens:
        name = token.contents.partition(" ")[0] if token.token_type is TokenType.BLOCK else ""
        if until:
            until = "" if name == until else until
        elif name in ("blocktranslate", "comment") or token.contents == "block bodyclass":
            until = f"end{name}"
        else:
            yield token


def words_on(page: str) -> list[str]:
    """What people read on the page, or are read out, or will be shown by a script."""
    finder = _Finder()
    finder.feed(page)
    finder.close()
    return [" ".join(words.split()) for words in finder.found]


class _Finder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = dict(attrs).get("type")
        for name, value in attrs:
            is_button = name == "value" and kind in ("submit", "button")
            # An identifier has no capital letter, words begin with one.
            is_for_a_script = name.startswith("data-") and (value or "")[:1].isupper()
            if name in READ or is_button or is_for_a_script:
                self.found.append(value or "")

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def modules_for_people() -> list[Path]:
    """The modules that draw pages, and what they show of models."""
    rooms = [PACKAGE / room for room in ("admin", "pages")]
    return [PACKAGE / "apps.py", PACKAGE / "models.py", *sorted(path for room in rooms for path in room.rglob("*.py"))]


def bare_in_module(source: str) -> list[str]:
    """The lines of the module that show words which are not marked, or not in a way that can be translated."""
    tree = ast.parse(source)
    found = {node.lineno for node in ast.walk(tree) if _is_bare(node)} | set(_too_early(tree))
    return [source.splitlines()[line - 1].strip() for line in sorted(found)]


def _is_bare(node: ast.AST) -> bool:
    match node:
        case ast.keyword(arg=name, value=value):
            return name in NAMES and _are_words(value)
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name in NAMES and _are_words(value)
        case ast.ClassDef(bases=[ast.Name(id=base) | ast.Attribute(attr=base), *_]) if base in CHOICES:
            pairs = [part.value for part in node.body if isinstance(part, ast.Assign)]
            return any(isinstance(pair, ast.Tuple) and _are_words(pair.elts[-1]) for pair in pairs)
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args):
            if name in KEYWORDS:
                return not all(isinstance(arg, ast.Constant) for arg in args[: _texts_of(name)])
            is_named_field = ast.unparse(node.func).startswith("models.") and any(map(_are_words, args[:1]))
            return is_named_field or (name in SHOWING and any(map(_are_words, args)))
    return False


def _texts_of(function: str) -> int:
    """How many of the arguments are texts; the number that a plural depends on comes after them."""
    return len(KEYWORDS[function] or (1,))


def _are_words(node: ast.AST) -> bool:
    match node:
        case ast.Constant(value=str(text)):
            return bool(WORDS.search(text))
        case ast.JoinedStr() | ast.BinOp(left=ast.Constant(value=str())):
            return True
    return False


def _too_early(node: ast.AST) -> Iterator[int]:
    """Calls at import time, when nobody's language is known, of what answers at once."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.FunctionDef() | ast.Lambda():
                continue
            case ast.Call(func=ast.Name(id=name)) if name in KEYWORDS and not (name == "_" or name.endswith("_lazy")):
                yield child.lineno
        yield from _too_early(child)


def bare_in_script(source: str) -> list[str]:
    """The lines of the script that show words, which a script should find in the page."""
    shows = re.compile(r"""(?:textContent|innerText|\.title|\.value|ariaLabel)\s*=[^=].*["'`]\w|(?:alert|confirm)\(""")
    return [line.strip() for line in source.splitlines() if shows.search(line)]
