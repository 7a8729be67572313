"""Brings the texts of the sources into the catalogues: `tox run -e messages`, or `… -- de` to begin a language.

A text that is new, or was changed, has an empty translation at first; what the sources lack is dropped. What is written
depends on nothing but the sources and the translations: there are no dates and no numbers of lines in it.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tests.languages import sources

LOCALE = sources.PACKAGE / "locale"
SOURCE_LANGUAGE = "en"


class Catalogue(Catalog):
    """A catalogue whose header says what programs need, and never changes by itself."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:  # type: ignore[override]
        return [
            ("Project-Id-Version", "scim_provisioning"),
            ("Language", str(self.locale_identifier)),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=UTF-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", f"{self.plural_forms}\n"),
        ]


def main(folder: Path, begun: list[str]) -> None:
    """Update all languages that are there or begun, and say what is left to translate."""
    for language in sorted({*languages(folder), *begun}):
        catalogue = updated(language, read(language, folder), sources.texts())
        write(catalogue, folder)
        left = len(untranslated(catalogue))
        print(f"{language}: {len(catalogue)} texts, " + (f"{left} to translate" if left else "all translated"))


def languages(folder: Path = LOCALE) -> list[str]:
    """Those that have a catalogue."""
    return sorted(path.parent.parent.name for path in folder.glob("*/LC_MESSAGES/django.po"))


def path_of(language: str, folder: Path = LOCALE) -> Path:
    """The `.po` file of a language; the `.mo` file is beside it."""
    return folder / language / "LC_MESSAGES/django.po"


def read(language: str, folder: Path = LOCALE) -> Catalogue:
    """What the catalogue says; nothing, if there is none yet."""
    catalogue = Catalogue(locale=language, header_comment=f"# {language}", fuzzy=False)
    path = path_of(language, folder)
    if path.exists():
        with path.open("rb") as file:
            known = read_po(file, locale=language)
        catalogue.header_comment = known.header_comment
        for message in entries(known):
            catalogue[message.id] = message
        catalogue.obsolete = known.obsolete
    return catalogue


def updated(language: str, known: Catalog, texts: Catalog) -> Catalogue:
    """The texts of the sources, with what is known of their translations."""
    catalogue = Catalogue(locale=language, header_comment=known.header_comment, fuzzy=False)
    for text in entries(texts):
        said = known.get(text.id, text.context)
        if said is None or said.id != text.id:
            said = Message(text.id)
        catalogue.add(
            text.id,
            string=said.string if any(forms(said)) or language != SOURCE_LANGUAGE else text.id,
            context=text.context,
            locations=text.locations,
            auto_comments=text.auto_comments,
            user_comments=said.user_comments,
            flags=text.flags | (said.flags & {"fuzzy"}),
        )
    return catalogue


def write(catalogue: Catalogue, folder: Path = LOCALE) -> None:
    """The catalogue, and what Django reads of it."""
    path = path_of(str(catalogue.locale_identifier), folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, include_lineno=False)
    path.with_suffix(".mo").write_bytes(compiled(catalogue))


def compiled(catalogue: Catalogue) -> bytes:
    """The `.mo` file."""
    file = BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def entries(catalogue: Catalog) -> list[Message]:
    """What the catalogue holds besides its header."""
    return [message for message in catalogue if message.id]


def forms(message: Message) -> list[str]:
    """The translation: one text, or one for each plural form."""
    said: Any = message.string
    return [said] if isinstance(said, str) else list(said)


def untranslated(catalogue: Catalog) -> list[Message]:
    """What is left to do: nothing is said in at least one form, or it is only guessed."""
    return [message for message in entries(catalogue) if message.fuzzy or not all(forms(message))]


if __name__ == "__main__":
    main(LOCALE, sys.argv[1:])
