"""The documents say what is so: code that names its file stands there, and links lead somewhere."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path

import pytest
from django.conf import settings

from scim_provisioning import adapters
from scim_provisioning.adapters import Source
from scim_provisioning.adapters.many import Many
from scim_provisioning.adapters.sources import Complex
from scim_provisioning.pages.providers import PROVIDERS, Provider
from tests.scim import ScimClient

ROOT = Path(settings.BASE_DIR)
DOCUMENTS = sorted((ROOT / "docs").rglob("*.md"))

CODE = re.compile(
    r"^ *<!-- (?P<path>\S+\.(?:py|html)) -->\n *```(?:python|html)\n(?P<code>.*?)^ *```$", re.DOTALL | re.MULTILINE
)
LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")


GUIDES = ROOT / "docs" / "providers"
HEADINGS = (
    "What you need",
    "Connect",
    "Attributes",
    "Groups",
    "See that it works",
    "Timing",
    "Limits",
    "When something fails",
)


def guide(provider: Provider) -> str:
    return (GUIDES / f"{provider.key}.md").read_text("utf-8")


def section(text: str, heading: str) -> str:
    """What stands under the heading, up to the next."""
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


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


def test_each_file_of_the_deployment_is_told_of() -> None:
    files = {path.name for path in (ROOT / "docs" / "deployment").iterdir() if path.is_file()}
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert {file for file in files if f"(deployment/{file})" not in text} == set()


def test_every_source_that_a_host_can_import_is_explained() -> None:
    public = {one: getattr(adapters, one) for one in adapters.__all__}
    sources = {
        one for one, found in public.items() if isinstance(found, type) and issubclass(found, (Source, Many, Complex))
    }
    text = (ROOT / "docs" / "adapters.md").read_text("utf-8")
    assert {one for one in sources - {"Source"} if f"`{one}(" not in text} == set()


class TestTheGuideOf:
    """Each identity provider that the settings page offers has a guide, and all guides are made alike."""

    @pytest.fixture(params=PROVIDERS, ids=lambda provider: provider.key)
    def provider(self, request: pytest.FixtureRequest) -> Provider:
        provider: Provider = request.param
        return provider

    def test_each_is_in_the_overview(self, provider: Provider) -> None:
        assert f"[{provider.key}.md]({provider.key}.md)" in (GUIDES / "README.md").read_text("utf-8")

    def test_each_has_the_same_headings(self, provider: Provider) -> None:
        assert re.findall(r"^#+ .+$", guide(provider), re.MULTILINE)[1:] == [f"## {heading}" for heading in HEADINGS]

    def test_each_names_url_and_token_as_the_settings_page_does(self, provider: Provider) -> None:
        connect = section(guide(provider), "Connect")
        assert {label for label in (provider.url_label, provider.token_label) if f"**{label}**" not in connect} == set()

    def test_each_names_a_group_and_the_answers_that_are_met_most(self, provider: Provider) -> None:
        assert "Transmission line (Read-only)" in section(guide(provider), "Groups")
        failures = section(guide(provider), "When something fails")
        assert {status for status in ("401", "404", "409") if status not in failures} == set()

    def test_each_is_short(self, provider: Provider) -> None:
        assert 60 <= len(guide(provider).splitlines()) <= 120

    def test_nobody_else_has_one(self) -> None:
        keys = {provider.key for provider in PROVIDERS}
        assert {path.stem for path in GUIDES.glob("*.md")} == {"README", *keys}


@pytest.mark.django_db
def test_the_template_for_onelogin_makes_a_user(scim: ScimClient) -> None:
    (template,) = re.findall(
        r"^```json\n(.+?)^```$", (GUIDES / "onelogin.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    made = scim.post("/Users", json.loads(re.sub(r"\{\$\w+\.(\w+)\}", r"\1@example.com", template)))
    assert made.status == 201, made
    assert made.json["userName"] == "scimusername@example.com"
    assert made.json["emails"][0]["value"] == "email@example.com"
