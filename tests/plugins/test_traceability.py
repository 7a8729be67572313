"""The account of proven requirements is itself to be trusted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugins.traceability import REQUIREMENTS, THREATS

pytestmark = pytest.mark.once

BY_TEST = {"id": "1-01", "level": "MUST", "text": "Proven by a test."}
BY_SAME = {"id": "1-02", "level": "MUST", "text": "Says the same.", "same_as": "1-01"}
BY_PERSON = {"id": "1-03", "level": "MUST", "text": "Looked at by a person.", "check": "review"}
NOT_GRAVE = {"id": "1-04", "level": "MAY", "text": "Not proven | a choice."}
GRAVE = {"id": "1-05", "level": "MUST NOT", "text": "Not proven, and grave."}

ROWS = [BY_TEST, BY_SAME, BY_PERSON, NOT_GRAVE, GRAVE]


def gaps(proofs: dict[str, list[str]]) -> list[str]:
    listed = REQUIREMENTS.report(ROWS, proofs, {}).partition("## Gaps")[2].partition("## All")[0]
    return [line.split(" | ")[0].removeprefix("| ") for line in listed.splitlines() if line.startswith("| 1-")]


def test_the_gravest_gaps_come_first() -> None:
    assert gaps({"1-01": ["test_a.py::test_it"]}) == ["1-05", "1-04"]


def test_a_row_that_says_the_same_as_a_gap_is_a_gap() -> None:
    assert gaps({}) == ["1-01", "1-02", "1-05", "1-04"]


def test_the_parameters_of_a_test_count_once() -> None:
    proofs = {"1-01": ["test_a.py::test_it[x]", "test_a.py::test_it[y]"]}
    assert "| `test_a.py::test_it` |" in REQUIREMENTS.report(ROWS, proofs, {})


def test_a_gap_shows_its_reason() -> None:
    report = REQUIREMENTS.report(ROWS, {}, {"1-05": "A | reason."})
    assert "| 1-05 | MUST NOT | Not proven, and grave. | A \\| reason. |" in report


def test_a_row_that_says_the_same_has_the_same_reason() -> None:
    assert "| 1-02 | MUST | Says the same. | A reason. |" in REQUIREMENTS.report(ROWS, {}, {"1-01": "A reason."})


def test_a_bar_in_the_text_does_not_end_the_cell() -> None:
    assert "Not proven \\| a choice." in REQUIREMENTS.report(ROWS, {}, {})


def test_whatever_a_row_refers_to_exists() -> None:
    rows = REQUIREMENTS.rows()
    assert {row["same_as"] for row in rows.values() if "same_as" in row} <= rows.keys()


def test_what_is_proven_in_part_is_a_gap_that_shows_its_test() -> None:
    row = {"id": "1", "threat": "A fault.", "defence": "A wall.", "gap": "One side of it."}
    report = THREATS.report([row], {"1": ["test_a.py::test_it"]}, {"1": "One side of it."})
    assert report.count("| 1 | A fault. | A wall. | One side of it. |") == 1
    assert report.count("| 1 | A fault. | A wall. | `test_a.py::test_it` |") == 1


def test_no_id_is_in_two_accounts() -> None:
    assert not REQUIREMENTS.rows().keys() & THREATS.rows().keys()


@pytest.mark.parametrize(("mark", "id"), [('rfc("1-99")', "1-99"), ("threat(99)", "99")])
def test_an_unknown_id_is_an_error_that_names_it(tmp_path: Path, mark: str, id: str) -> None:
    (tmp_path / "test_it.py").write_text(f"import pytest\n\n@pytest.mark.{mark}\ndef test_it(): ...\n")
    plugin = ["-p", "tests.plugins.traceability", "-p", "no:django", "-p", "no:cacheprovider"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *plugin, "-c", os.devnull, "--rootdir", tmp_path, tmp_path],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert f"has the id '{id}'" in run.stdout
    assert "test_it.py::test_it: nothing in tests/" in run.stdout
