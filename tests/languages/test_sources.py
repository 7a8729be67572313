"""All that is marked for translation is found, as GNU gettext finds it, and all that people read is marked."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from django.core.management import call_command

from tests.languages import marks, sources
from tests.languages.catalogues import entries

pytestmark = pytest.mark.once

TEMPLATE = """
{% load i18n %}
  <h1>{% translate "Plain" %}</h1>
    <p title="{% translate 'In an attribute' %}">{{ _("A constant") }}{% include "x.html" with a=_("An argument") %}</p>
{# Translators: of a person #}
{% translate "Name" context "a person" as name %}
{% if a %}
      {% blocktranslate trimmed with b=c|default:"x" %}
        Over {{ b }}
        lines, 100 % (of "it's")
      {% endblocktranslate %}
  {% endif %}
{% blocktranslate count n=days context "a lifetime" %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}
{% comment %}{% translate "Commented out" %}{% endcomment %}
"""
MODULE = """
from django.utils.translation import gettext_lazy as _, ngettext, npgettext_lazy, pgettext

def gettext(text): ...

class Form:
    # Translators: it is short
    label = _("Lazy")
    long = _(
        "Over "
        "lines"
    )
def words(n):
    return ngettext("%(n)d user", "%(n)d users", n), npgettext_lazy("a week", "one", "many", "n"), pgettext("a", "b")
"""
FOUND = {
    (None, "Plain"),
    (None, "In an attribute"),
    (None, "A constant"),
    (None, "An argument"),
    ("a person", "Name"),
    (None, 'Over %(b)s lines, 100 %% (of "it\'s")'),
    ("a lifetime", ("%(n)s day", "%(n)s days")),
    (None, "Lazy"),
    (None, "Over lines"),
    (None, ("%(n)d user", "%(n)d users")),
    ("a week", ("one", "many")),
    ("a", "b"),
}


def name_of(path: Path) -> str:
    return path.relative_to(sources.PACKAGE).as_posix()


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "page.html").write_text(TEMPLATE, "utf-8")
    (folder / "forms.py").write_text(MODULE, "utf-8")
    return folder


def test_every_way_to_mark_a_text_is_found(package: Path) -> None:
    texts = sources.texts_of(package)
    assert {(text.context, text.id) for text in entries(texts)} == FOUND
    assert texts.get("Name", "a person").auto_comments == ["Translators: of a person"]  # type: ignore[union-attr]
    assert texts.get("Lazy").locations == [("package/forms.py", None)]  # type: ignore[union-attr]


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="GNU gettext is not installed")
@pytest.mark.parametrize("ours", [True, False])
def test_makemessages_finds_the_same(package: Path, monkeypatch: pytest.MonkeyPatch, ours: bool) -> None:
    if ours:
        shutil.copytree(sources.PACKAGE, package, dirs_exist_ok=True, ignore=shutil.ignore_patterns("locale"))
    (package / "locale").mkdir()
    monkeypatch.chdir(package)
    call_command("makemessages", locale=["fr"], no_location=True, verbosity=0)
    with (package / "locale/fr/LC_MESSAGES/django.po").open("rb") as file:
        theirs = read_po(file)
    assert described(theirs) == described(sources.texts_of(package))


def described(catalogue: Any) -> set[tuple[Any, ...]]:
    return {
        (text.context, text.id, frozenset(text.flags - {"fuzzy"}), tuple(text.auto_comments))
        for text in entries(catalogue)
    }


@pytest.mark.parametrize("template", sources.templates(), ids=name_of)
def test_a_template_has_no_words_of_its_own(template: Path) -> None:
    assert marks.bare_in_template(template.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "bare",
    [
        "<p>Words</p>",
        "<p>{% if a %}Words{% endif %}</p>",
        '<p title="Words"></p>',
        '<input type="submit" value="Words">',
        '<button data-copied="Words"></button>',
        '{{ name|default:"Words" }}',
        '{% include "x.html" with label="Words" %}',
        "{% translate 'Marked' %} words",
    ],
)
def test_words_in_a_template_are_noticed(bare: str) -> None:
    assert len(marks.bare_in_template(bare)) == 1


@pytest.mark.parametrize("module", marks.modules_for_people(), ids=name_of)
def test_a_module_shows_no_words_that_are_not_marked(module: Path) -> None:
    assert marks.bare_in_module(module.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "bare",
    [
        'Field(label="Words")',
        'Field(help_text="Some " "words")',
        'class Meta:\n    verbose_name = "words"',
        'models.CharField("words", max_length=3)',
        'self.message_user(request, "Words", 3)',
        'self.message_user(request, f"Words {x}", 3)',
        'gettext(f"Words {x}")',
        "gettext(words)",
        '_("Words " + x)',
        'label = gettext("Too early")',
        'class Form:\n    label = gettext("Too early")',
        'class A(TextChoices):\n    ONE = "one", "Words"',
        'raise ValidationError("Words")',
    ],
)
def test_words_in_a_module_are_noticed(bare: str) -> None:
    assert len(marks.bare_in_module(bare)) == 1


@pytest.mark.parametrize("script", sorted(sources.PACKAGE.rglob("*.js")), ids=name_of)
def test_a_script_has_no_words_of_its_own(script: Path) -> None:
    assert marks.bare_in_script(script.read_text("utf-8")) == []


def test_words_in_a_script_are_noticed() -> None:
    assert marks.bare_in_script('button.textContent = done ? "Copied" : usual;\nalert(`Words ${x}`);') != []
