"""The texts of the package that are marked for translation, as `makemessages` finds them, without GNU gettext."""

from __future__ import annotations

import re
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from django.utils.translation.template import TRANSLATOR_COMMENT_MARK, templatize

import scim_provisioning

PACKAGE = Path(scim_provisioning.__file__).parent
ROOT = PACKAGE.parent

# Django's names of the functions, and which of their arguments are the text: its context ("c"), its plural.
KEYWORDS = {
    **dict.fromkeys(["_", "gettext", "gettext_lazy", "gettext_noop"]),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], (1, 2)),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], ((1, "c"), 2)),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], ((1, "c"), 2, 3)),
}


@cache
def texts() -> Catalog:
    """All texts, in the order of the files and of the lines; untranslated."""
    return texts_of(PACKAGE)


def texts_of(package: Path) -> Catalog:
    """The same of any folder; locations are relative to the one above it."""
    found = Catalog()
    for path in sorted([*package.rglob("*.py"), *package.rglob("*.html")]):
        for _, text, comments, context in extract("python", python_of(path), KEYWORDS, [TRANSLATOR_COMMENT_MARK]):
            location = path.relative_to(package.parent).as_posix(), None
            found.add(text, context=context, locations=[location], auto_comments=comments)
    return found


def python_of(path: Path) -> BytesIO:
    """The file as Python, lines in their places: a template becomes calls of gettext among blots."""
    text = path.read_text("utf-8")
    if path.suffix == ".html":
        text = re.sub(r"^[ \t]+", "", templatize(text, origin=str(path)), flags=re.MULTILINE)  # it is no indentation
    return BytesIO(text.encode())


def templates() -> list[Path]:
    """The package's templates."""
    return sorted(PACKAGE.rglob("*.html"))
