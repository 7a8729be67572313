"""The account of proven requirements: `@pytest.mark.rfc("7644-3.4.2.2-18")` and `--rfc-report=FILE`.

tests/rfc/requirements.json has one row for each thing that the RFCs ask of a service provider. A test, class or module
names the rows it proves. An id that no row has is an error at collection, so that the account cannot rot.
tests/rfc/notes.json says why a row, or every row of a topic, has no test.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Generator, Iterable, Mapping
from functools import cache
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "rfc"
REQUIREMENTS = FOLDER / "requirements.json"
NOTES = FOLDER / "notes.json"
HEAD = FOLDER / "head.md"
LEVELS = ("MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY")

Row = Mapping[str, str]


def pytest_addoption(parser: pytest.Parser) -> None:
    # To be written with "=": pytest looks for its configuration before it knows the option, and would look beside FILE.
    parser.addoption("--rfc-report", metavar="FILE", type=Path, help="write what is proven by which test, and the gaps")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "rfc(*ids): the rows of tests/rfc/requirements.json that this test proves")


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Make an unknown id an error of the file it stands in: such errors also reach the controller of pytest-xdist."""
    outcome = yield
    unknown = [
        f"{node.nodeid}: no requirement has the id {id!r} (see tests/rfc/{REQUIREMENTS.name})"
        for node in outcome.result or ()
        if isinstance(node, pytest.Item)
        for id in ids_of(node)
        if id not in requirements()
    ]
    if unknown:
        outcome.outcome, outcome.result, outcome.longrepr = "failed", [], "\n".join(unknown)
    return outcome


@pytest.hookimpl(tryfirst=True)  # before -k and -m deselect: the account is of all that was collected
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # Under pytest-xdist every worker collects and the controller does not: the first worker writes for all.
    is_writer = getattr(config, "workerinput", {"workerid": "gw0"})["workerid"] == "gw0"
    if not is_writer or not (target := config.option.rfc_report):
        return
    proofs: dict[str, list[str]] = defaultdict(list)
    for item in items:
        for id in ids_of(item):
            proofs[id].append(item.nodeid)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(f"{HEAD.read_text('utf-8')}\n{report(requirements().values(), proofs, reasons())}", "utf-8")


@cache
def requirements() -> dict[str, Row]:
    return {row["id"]: row for row in json.loads(REQUIREMENTS.read_text("utf-8"))}


@cache
def notes() -> dict[str, dict[str, str]]:
    """Why there is no test: `topics`, for all rows of a topic, and `rows`, for one row each."""
    read: dict[str, dict[str, str]] = json.loads(NOTES.read_text("utf-8"))
    return read


def reasons() -> dict[str, str]:
    """Why a row may be without a test, by its id."""
    topics = notes()["topics"]
    of_topics = {id: topics[row["topic"]] for id, row in requirements().items() if row["topic"] in topics}
    return of_topics | notes()["rows"]


def ids_of(item: pytest.Item) -> set[str]:
    return {id for marker in item.iter_markers("rfc") for id in marker.args}


def report(rows: Iterable[Row], proofs: Mapping[str, list[str]], reasons: Mapping[str, str]) -> str:
    """Write the account as Markdown: the gaps, the gravest first, then every requirement with its tests."""
    rows = list(rows)
    gaps = sorted((row for row in rows if is_gap(row, proofs)), key=lambda row: LEVELS.index(row["level"]))
    lines = [
        f"{len(rows)} requirements, {len(gaps)} without a test.",
        "",
        "## Gaps",
        "",
        "| id | level | requirement | why |",
        "|---|---|---|---|",
        *(f"| {row['id']} | {row['level']} | {cell(row['text'])} | {cell(reason(row, reasons))} |" for row in gaps),
        "",
        "## All",
        "",
        "| id | level | requirement | proven by |",
        "|---|---|---|---|",
        *(f"| {row['id']} | {row['level']} | {cell(row['text'])} | {proof(row, proofs)} |" for row in rows),
    ]
    return "\n".join(lines) + "\n"


def is_gap(row: Row, proofs: Mapping[str, list[str]]) -> bool:
    return not (proofs.get(row["id"]) or proofs.get(row.get("same_as", "")) or "check" in row)


def reason(row: Row, reasons: Mapping[str, str]) -> str:
    return reasons.get(row["id"]) or reasons.get(row.get("same_as", ""), "")


def proof(row: Row, proofs: Mapping[str, list[str]]) -> str:
    if tests := proofs.get(row["id"]):
        # One line for all parameters of a test.
        return "<br>".join(dict.fromkeys(f"`{test.partition('[')[0]}`" for test in tests))
    if "same_as" in row:
        return f"as {row['same_as']}"
    return row.get("check", "")


def cell(text: str) -> str:
    return text.replace("|", "\\|")
