"""docs/conformance.md and docs/security.md tell the state of things, and nothing in them is left without a word."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugins.traceability import ACCOUNTS, REQUIREMENTS, THREATS, Account, notes

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
DOCUMENTS = {REQUIREMENTS: ROOT / "docs" / "conformance.md", THREATS: ROOT / "docs" / "security.md"}

Gaps = dict[str, str]
"""Ids of the rows that are not wholly proven, and the reasons."""

each = pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.marker)


def gaps_in(text: str) -> Gaps:
    listed = text.partition("## Gaps")[2].partition("## All")[0]
    return {row[1]: row[2] for row in re.finditer(r"^\| (C?\d\S*) \|.*(?<!\\)\| ?(.*?) ?\|$", listed, re.MULTILINE)}


def named_in(text: str) -> set[str]:
    return {*re.findall(r"`(tests/\S+::\S+)`", text.partition("## All")[2])}


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[Account, str]:
    """As all the tests have it; this run may be of some of them."""
    folder = tmp_path_factory.mktemp("reports")
    options = [f"--{account.marker}-report={folder / account.marker}" for account in ACCOUNTS]
    subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--collect-only", *options, "tests"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        check=True,
        capture_output=True,
    )
    return {account: (folder / account.marker).read_text("utf-8") for account in ACCOUNTS}


@each
def test_the_document_is_up_to_date(reports: dict[Account, str], account: Account) -> None:
    document, anew = DOCUMENTS[account].read_text("utf-8"), account.head.read_text("utf-8")
    name = DOCUMENTS[account].relative_to(ROOT)
    hint = f"Write it anew: pytest tests --collect-only -q --{account.marker}-report={name}"
    assert gaps_in(document) == gaps_in(reports[account]), hint
    assert document.startswith(anew), hint
    assert named_in(document) - named_in(reports[account]) == set(), hint


def test_what_must_or_should_be_has_a_test_or_a_reason(reports: dict[Account, str]) -> None:
    rows, gaps = REQUIREMENTS.rows(), gaps_in(reports[REQUIREMENTS])
    assert [id for id, reason in gaps.items() if not reason and rows[id]["level"] != "MAY"] == []


def test_no_reason_is_given_for_what_has_a_test(reports: dict[Account, str]) -> None:
    rows, gaps = REQUIREMENTS.rows(), gaps_in(reports[REQUIREMENTS])
    assert notes()["rows"].keys() - gaps.keys() == set()
    assert notes()["topics"].keys() - {rows[id]["topic"] for id in gaps} == set()


def test_every_threat_has_a_test_or_a_word(reports: dict[Account, str]) -> None:
    assert [id for id, reason in gaps_in(reports[THREATS]).items() if not reason] == []
    assert list(THREATS.rows()) == [*map(str, range(1, 69)), *(f"C{number}" for number in range(1, 25))]
