"""docs/filters.md says what is so: every line of its examples is asked for, over HTTP, and every table of letters."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from scim_provisioning.protocol import parser
from scim_provisioning.protocol.binding import OPERATORS
from tests.factories import ProjectFactory
from tests.scim import CORE_USER, ENTERPRISE_USER, ScimClient

pytestmark = pytest.mark.once_per_database

FILTERS = (Path(settings.BASE_DIR) / "docs" / "filters.md").read_text("utf-8")
BLOCK = re.compile(r"^```(?P<info>[^\n]+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
LETTERS = re.compile(r"^\| `(?P<stored>.+?)` \| (?P<sqlite>.+?) \| (?P<postgresql>.+?) \|$", re.MULTILINE)


def lines(info: str) -> list[str]:
    """The lines of the blocks that are marked so."""
    blocks = [match["text"] for match in BLOCK.finditer(FILTERS) if match["info"] == info]
    return [line for block in blocks for line in block.splitlines()]


def examples(info: str) -> list[Any]:
    """Filter and what comes of it, each under its text."""
    pairs = [re.split(r" +→ ", line) for line in lines(info)]
    return [pytest.param(filter, outcome, id=filter) for filter, outcome in pairs]


def names(outcome: str) -> list[str]:
    return [] if outcome == "nobody" else outcome.split(", ")


@pytest.fixture
def people(scim: ScimClient) -> dict[str, str]:
    """The users of the page, their ids by the names that it calls them."""
    (users,) = (json.loads(match["text"]) for match in BLOCK.finditer(FILTERS) if match["info"] == "json")
    ids = {}
    for user in users:
        made = scim.post("/Users", {"schemas": [CORE_USER, ENTERPRISE_USER], **user})
        assert made.status == 201, made
        ids[user["userName"].partition("@")[0]] = made.json["id"]
    return ids


@pytest.mark.parametrize(("filter", "outcome"), examples("scim-filter"))
def test_it_says_whom_a_filter_finds(scim: ScimClient, people: dict[str, str], filter: str, outcome: str) -> None:
    answer = scim.get("/Users", filter=filter)
    if outcome.startswith("400 "):
        assert (answer.status, answer.scim_type) == (400, "invalidFilter")
        assert outcome.removeprefix("400 ") in answer.detail
    else:
        assert answer.status == 200, answer
        assert sorted(answer.ids) == sorted(people[name] for name in names(outcome))


@pytest.mark.parametrize(("filter", "outcome"), examples("scim-filter groups"))
def test_it_says_which_groups_a_filter_finds(
    scim: ScimClient, people: dict[str, str], filter: str, outcome: str
) -> None:
    project = ProjectFactory(name="Transmission line")
    member = {"op": "add", "path": "members", "value": [{"value": people["bjensen"]}]}
    assert scim.patch(f"/Groups/project-{project.pk}-full", member).status == 204
    answer = scim.get("/Groups", filter=filter)
    assert [group["displayName"] for group in answer.json["Resources"]] == names(outcome)


@pytest.mark.parametrize("row", list(LETTERS.finditer(FILTERS)), ids=lambda row: row["stored"])
def test_it_says_by_which_letters_a_name_is_found(scim: ScimClient, row: re.Match[str]) -> None:
    id = scim.post("/Users", {"schemas": [CORE_USER], "userName": row["stored"]}).json["id"]
    on_either = set(re.findall("`(.+?)`", row["sqlite"] + row["postgresql"]))
    here = {text for text in on_either if scim.get("/Users", filter=f'userName eq "{text}"').ids == [id]}
    assert here == set(re.findall("`(.+?)`", row[connection.vendor]))


def test_it_names_each_operator_and_each_type() -> None:
    operators = {"ne", "pr"}.union(*OPERATORS.values())
    assert {name for name in operators if f"`{name}`" in FILTERS} == operators
    assert {type for type in OPERATORS if re.search(rf"\b{type}\b", FILTERS)} == set(OPERATORS)


@pytest.mark.parametrize("limit", [parser.MAX_LENGTH, parser.MAX_DEPTH, parser.MAX_TERMS])
def test_it_names_each_limit(limit: int) -> None:
    (sentence,) = re.findall(r"^Refused as well: .+?\n\n", FILTERS, re.DOTALL | re.MULTILINE)
    assert re.search(rf"\b{limit:,}\b", sentence)


@pytest.mark.parametrize("page", sorted((Path(settings.BASE_DIR) / "docs").glob("*.md")), ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!#|https?:)([^)#]+)", page.read_text("utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []
