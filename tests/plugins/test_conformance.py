"""docs/conformance.md tells the state of things, and nothing that is asked of us is left without a word."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugins.traceability import notes, requirements

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "conformance.md"

Gaps = dict[str, str]
"""Ids of the rows without a test, and the reasons."""


def gaps_in(text: str) -> Gaps:
    listed = text.partition("## Gaps")[2].partition("## All")[0]
    return {row[1]: row[2] for row in re.finditer(r"^\| (\d\S+) \|.*(?<!\\)\| ?(.*?) ?\|$", listed, re.MULTILINE)}


@pytest.fixture(scope="module")
def gaps(tmp_path_factory: pytest.TempPathFactory) -> Gaps:
    """As all the tests have it; this run may be of some of them."""
    target = tmp_path_factory.mktemp("rfc") / "report.md"
    subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--collect-only", f"--rfc-report={target}", "tests"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        check=True,
        capture_output=True,
    )
    return gaps_in(target.read_text("utf-8"))


def test_the_document_is_up_to_date(gaps: Gaps) -> None:
    assert gaps_in(DOCUMENT.read_text("utf-8")) == gaps, (
        "Write it anew: pytest tests --collect-only -q --rfc-report=docs/conformance.md"
    )


def test_what_must_or_should_be_has_a_test_or_a_reason(gaps: Gaps) -> None:
    assert [id for id, reason in gaps.items() if not reason and requirements()[id]["level"] != "MAY"] == []


def test_no_reason_is_given_for_what_has_a_test(gaps: Gaps) -> None:
    assert notes()["rows"].keys() - gaps.keys() == set()
    assert notes()["topics"].keys() - {requirements()[id]["topic"] for id in gaps} == set()
