"""docs/tolerances.md is the table of tolerances, and beside it what the RFCs allow."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

from scim_provisioning.protocol.dialects import PROVIDERS, TOLERANCES
from tests.protocol.test_dialects import CONFORMANT

PAGE = (Path(settings.BASE_DIR) / "docs" / "tolerances.md").read_text("utf-8")
ROW = re.compile(r"^\| (?!what \||name \||-)(.*) \|$", re.MULTILINE)

FORGIVEN, ALLOWED = (ROW.findall(part.replace("|---", "")) for part in PAGE.split("## What needs none"))


def test_the_page_shows_the_table_as_it_is() -> None:
    def providers(names: tuple[str, ...]) -> str:
        return ", ".join(PROVIDERS[name] for name in names) or "others"

    rows = [f"`{name}` | {one.reason} | {one.rfc} | {providers(one.needed_by)}" for name, one in TOLERANCES.items()]
    assert rows == FORGIVEN


def test_the_page_lists_what_needs_no_tolerance() -> None:
    assert [row.split(" | ")[0] for row in ALLOWED] == list(CONFORMANT)
