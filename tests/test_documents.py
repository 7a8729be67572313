"""The documents say what is so: code that names its file stands there, and links lead somewhere."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
from django.conf import settings

from scim_provisioning import adapters
from scim_provisioning.adapters import Source
from scim_provisioning.adapters.many import Many
from scim_provisioning.adapters.sources import Complex

ROOT = Path(settings.BASE_DIR)
DOCUMENTS = sorted((ROOT / "docs").rglob("*.md"))

CODE = re.compile(r"^ *<!-- (?P<path>\S+\.py) -->\n *```python\n(?P<code>.*?)^ *```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")


def name(document: Path) -> str:
    return document.relative_to(ROOT).as_posix()


def anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


BLOCKS = [
    pytest.param(match["path"], textwrap.dedent(match["code"]), id=f"{name(document)}:{match['path']}:{number}")
    for document in DOCUMENTS
    for number, match in enumerate(CODE.finditer(document.read_text("utf-8")))
]


@pytest.mark.parametrize(("path", "code"), BLOCKS)
def test_code_stands_in_the_file_that_it_names(path: str, code: str) -> None:
    assert code in (ROOT / path).read_text("utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_links_lead_somewhere(document: Path) -> None:
    text = document.read_text("utf-8")
    for target in LINK.findall(text):
        path, _, anchor = target.partition("#")
        if path.startswith("http"):
            continue
        place = (document.parent / path).resolve() if path else document
        assert place.exists(), target
        assert not anchor or anchor in anchors(place), target


def test_every_source_that_a_host_can_import_is_explained() -> None:
    public = {one: getattr(adapters, one) for one in adapters.__all__}
    sources = {
        one for one, found in public.items() if isinstance(found, type) and issubclass(found, (Source, Many, Complex))
    }
    text = (ROOT / "docs" / "adapters.md").read_text("utf-8")
    assert {one for one in sources - {"Source"} if f"`{one}(" not in text} == set()
