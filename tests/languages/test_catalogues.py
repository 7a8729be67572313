"""The catalogues are complete: `tox run -e messages` brings in what the sources have, the rest is to be translated."""

from __future__ import annotations

import gettext
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import django
import pytest
from babel.messages.catalog import Catalog, Message

from tests.languages import catalogues, sources
from tests.languages.catalogues import entries, forms

pytestmark = pytest.mark.once

LANGUAGES = catalogues.languages()
NO_BREAK = "\u00a0\u202f"

# What a translation takes over: placeholders of both kinds, tags, addresses.
KEPT = re.compile(r"%\(\w+\)[sd]|%%|\{\w*\}|</?\w+[^>]*>|https?://\S+")

DJANGO = [Path(django.__file__).parent / app / "locale" for app in ("contrib/admin", "contrib/auth", "conf")]


def keys(catalogue: Catalog) -> list[tuple[Any, ...]]:
    return [(text.context, text.id, tuple(text.auto_comments)) for text in entries(catalogue)]


def test_english_and_french_ship() -> None:
    assert {"en", "fr"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
class TestTheCatalogue:
    def test_has_the_texts_of_the_sources_and_no_others(self, language: str) -> None:
        catalogue = catalogues.read(language)
        assert keys(catalogue) == keys(sources.texts()), "To be updated: tox run -e messages"
        assert not catalogue.obsolete

    def test_is_complete(self, language: str) -> None:
        left = [text.id for text in catalogues.untranslated(catalogues.read(language))]
        assert not left, f"To be translated in {catalogues.path_of(language)}"

    def test_takes_placeholders_and_tags_over(self, language: str) -> None:
        for text in entries(catalogues.read(language)):
            ids = [text.id] if isinstance(text.id, str) else text.id
            meant = [Counter(KEPT.findall(words)) for words in ids]
            assert all(Counter(KEPT.findall(words)) in meant for words in forms(text)), text.id

    def test_has_every_plural_form(self, language: str) -> None:
        catalogue = catalogues.read(language)
        for text in entries(catalogue):
            assert len(forms(text)) == (catalogue.num_plurals if text.pluralizable else 1), text.id

    def test_is_what_django_reads(self, language: str) -> None:
        compiled = catalogues.path_of(language).with_suffix(".mo").read_bytes()
        assert compiled == catalogues.compiled(catalogues.read(language)), "To be compiled: tox run -e messages"


def test_an_update_changes_nothing_that_is_up_to_date(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(catalogues.LOCALE, tmp_path, dirs_exist_ok=True)
    catalogues.main(tmp_path, [])
    for path in tmp_path.rglob("django.*"):
        assert path.read_bytes() == (catalogues.LOCALE / path.relative_to(tmp_path)).read_bytes(), path
    assert "fr: " in capsys.readouterr().out


def test_a_language_is_begun_by_its_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    catalogues.main(tmp_path, ["pl"])
    begun = catalogues.read("pl", tmp_path)
    assert keys(begun) == keys(sources.texts())
    assert begun.num_plurals == 3
    assert f"pl: {len(begun)} texts, {len(begun)} to translate" in capsys.readouterr().out


class TestAnUpdate:
    @pytest.fixture
    def texts(self) -> Catalog:
        texts = Catalog()
        texts.add("Save", locations=[("forms.py", None)])
        texts.add(("%(n)s day", "%(n)s days"), context="a lifetime")
        return texts

    def known(self, *messages: Message) -> catalogues.Catalogue:
        catalogue = catalogues.Catalogue(locale="fr", fuzzy=False)
        for message in messages:
            catalogue[message.id] = message
        return catalogue

    def test_keeps_translations_and_what_their_translator_noted(self, texts: Catalog) -> None:
        known = self.known(Message("Save", "Enregistrer", user_comments=["as in Django"], flags={"fuzzy"}))
        save, days = entries(catalogues.updated("fr", known, texts))
        assert (save.string, save.user_comments, save.fuzzy) == ("Enregistrer", ["as in Django"], True)
        assert forms(days) == ["", ""]

    def test_drops_what_the_sources_lack(self, texts: Catalog) -> None:
        known = self.known(Message("Load", "Charger"), Message("Save", "Sauver", context="a goalkeeper"))
        assert keys(catalogues.updated("fr", known, texts)) == keys(texts)

    def test_asks_anew_where_a_plural_was_added(self, texts: Catalog) -> None:
        known = self.known(Message("%(n)s day", "%(n)s jour", context="a lifetime"))
        assert not any(forms(entries(catalogues.updated("fr", known, texts))[1]))

    def test_says_in_english_what_the_sources_say(self, texts: Catalog) -> None:
        save, days = entries(catalogues.updated("en", self.known(Message("Save", "Keep")), texts))
        assert (save.string, days.string) == ("Keep", ("%(n)s day", "%(n)s days"))


class TestFrench:
    @pytest.mark.parametrize(
        "wrong",
        [
            pytest.param(r"['\"]", id="straight quotes"),
            pytest.param(rf"[^\s{NO_BREAK}][:;?!»](?!//)|[ ][:;?!»]", id="no no-break space before"),
            pytest.param(rf"«[^{NO_BREAK}]", id="no no-break space after"),
            pytest.param(r"\.\.\.|\b(tu|ton|ta|tes)\b", id="other"),
        ],
    )
    def test_keeps_the_rules_of_its_typography(self, wrong: str) -> None:
        said = [words for text in entries(catalogues.read("fr")) for words in forms(text)]
        plain = [re.sub(r"<[^>]*>|%\(\w+\)s", "0", words) for words in said]
        assert [words for words in plain if re.search(wrong, words)] == []

    def test_uses_the_words_of_the_admin(self) -> None:
        theirs: dict[Any, str] = {}
        for folder in DJANGO:
            with (folder / "fr/LC_MESSAGES/django.mo").open("rb") as file:
                theirs |= gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
        ours = {text.id: text.string for text in entries(catalogues.read("fr")) if not text.context}
        shared = ours.keys() & theirs.keys()
        assert {"Save", "Home", "name"} <= shared
        assert {text: ours[text] for text in shared} == {text: theirs[text] for text in shared}
