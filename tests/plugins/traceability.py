"""The accounts of what tests prove, each with a marker and a report.

    @pytest.mark.rfc("7644-3.4.2.2-18")   --rfc-report=FILE      tests/rfc/requirements.json: what the RFCs ask of us
    @pytest.mark.threat(28, "C9")         --threat-report=FILE   tests/threats.json: what can go wrong, and the defence

A test, class or module names the rows that it proves. An id that no row has is an error at collection, so that no
account can rot. A row whose `check` says who else sees to it needs no test. tests/rfc/notes.json says why a row, or
every row of a topic, has no test; a threat's own `gap` says what is not proven, also where a test proves the rest.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
NOTES = TESTS / "rfc" / "notes.json"
LEVELS = ("MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY")

Row = Mapping[str, str]
Proofs = Mapping[str, list[str]]
"""The tests of each row, by its id."""


@dataclass(frozen=True, eq=False)
class Account:
    """Rows of one kind, the marker by which tests name them, and the report on them."""

    marker: str
    file: Path
    head: Path
    """Markdown that begins the report."""
    noun: str
    columns: Mapping[str, str]
    """The report's headings, and which member of a row stands below each."""

    @property
    def option(self) -> str:
        return f"{self.marker}_report"

    @property
    def place(self) -> str:
        return self.file.relative_to(TESTS.parent).as_posix()

    @cache  # noqa: B019 (there are two accounts, for the whole run)
    def rows(self) -> dict[str, Row]:
        return {row["id"]: row for row in json.loads(self.file.read_text("utf-8"))}

    def ids_of(self, item: pytest.Item) -> set[str]:
        return {str(id) for marker in item.iter_markers(self.marker) for id in marker.args}

    def proofs(self, items: Iterable[pytest.Item]) -> Proofs:
        proofs = defaultdict(list)
        for item in items:
            for id in self.ids_of(item):
                proofs[id].append(item.nodeid)
        return proofs

    def report(self, rows: Iterable[Row], proofs: Proofs, reasons: Mapping[str, str]) -> str:
        """Write the account as Markdown: the gaps, the gravest first, then every row with its tests."""
        rows = list(rows)
        gaps = sorted((row for row in rows if is_gap(row, proofs)), key=rank)
        return "\n".join(
            [
                f"{len(rows)} {self.noun}, {len(gaps)} gaps.",
                *("", "## Gaps", ""),
                *self._table("why", {row["id"]: cell(reason(row, reasons)) for row in gaps}, gaps),
                *("", "## All", ""),
                *self._table("proven by", {row["id"]: proof(row, proofs) for row in rows}, rows),
                "",
            ]
        )

    def _table(self, last: str, cells: Mapping[str, str], rows: Iterable[Row]) -> Iterable[str]:
        yield f"| {' | '.join(['id', *self.columns, last])} |"
        yield "|---" * (len(self.columns) + 2) + "|"
        for row in rows:
            yield f"| {' | '.join([row['id'], *(cell(row[key]) for key in self.columns.values()), cells[row['id']]])} |"


REQUIREMENTS = Account(
    "rfc",
    TESTS / "rfc" / "requirements.json",
    TESTS / "rfc" / "head.md",
    "requirements",
    {"level": "level", "requirement": "text"},
)
THREATS = Account(
    "threat",
    TESTS / "threats.json",
    TESTS / "threats.md",
    "threats and pitfalls",
    {"what can go wrong": "threat", "what is done about it": "defence"},
)
ACCOUNTS = (REQUIREMENTS, THREATS)


def pytest_addoption(parser: pytest.Parser) -> None:
    # To be written with "=": pytest looks for its configuration before it knows the option, and would look beside FILE.
    for account in ACCOUNTS:
        name = f"--{account.marker}-report"
        parser.addoption(name, metavar="FILE", type=Path, help=f"write which test proves what of {account.place}")


def pytest_configure(config: pytest.Config) -> None:
    for account in ACCOUNTS:
        config.addinivalue_line("markers", f"{account.marker}(*ids): the rows of {account.place} that this test proves")


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Make an unknown id an error of the file it stands in: such errors also reach the controller of pytest-xdist."""
    outcome = yield
    unknown = [
        f"{node.nodeid}: nothing in {account.place} has the id {id!r}"
        for node in outcome.result or ()
        if isinstance(node, pytest.Item)
        for account in ACCOUNTS
        for id in account.ids_of(node)
        if id not in account.rows()
    ]
    if unknown:
        outcome.outcome, outcome.result, outcome.longrepr = "failed", [], "\n".join(unknown)
    return outcome


@pytest.hookimpl(tryfirst=True)  # before -k and -m deselect: the account is of all that was collected
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # Under pytest-xdist every worker collects and the controller does not: the first worker writes for all.
    if getattr(config, "workerinput", {"workerid": "gw0"})["workerid"] != "gw0":
        return
    for account in ACCOUNTS:
        if target := config.getoption(account.option):
            target.parent.mkdir(parents=True, exist_ok=True)
            report = account.report(account.rows().values(), account.proofs(items), reasons())
            target.write_text(f"{account.head.read_text('utf-8')}\n{report}", "utf-8")


@cache
def notes() -> dict[str, dict[str, str]]:
    """Why there is no test: `topics`, for all rows of a topic, and `rows`, for one row each."""
    read: dict[str, dict[str, str]] = json.loads(NOTES.read_text("utf-8"))
    return read


def reasons() -> dict[str, str]:
    """Why a row may be without a test, by its id; no two accounts have an id in common."""
    topics = notes()["topics"]
    of_topics = {id: topics[row["topic"]] for id, row in REQUIREMENTS.rows().items() if row["topic"] in topics}
    of_threats = {id: row["gap"] for id, row in THREATS.rows().items() if "gap" in row}
    return of_topics | notes()["rows"] | of_threats


def rank(row: Row) -> int:
    return LEVELS.index(row["level"]) if "level" in row else 0


def is_gap(row: Row, proofs: Proofs) -> bool:
    is_proven = proofs.get(row["id"]) or proofs.get(row.get("same_as", "")) or "check" in row
    return not is_proven or "gap" in row


def reason(row: Row, reasons: Mapping[str, str]) -> str:
    return reasons.get(row["id"]) or reasons.get(row.get("same_as", ""), "")


def proof(row: Row, proofs: Proofs) -> str:
    if tests := proofs.get(row["id"]):
        # One line for all parameters of a test.
        lines = dict.fromkeys(f"`{test.partition('[')[0]}`" for test in tests)
        return "<br>".join([*lines, *([row["check"]] if "check" in row else [])])
    if "same_as" in row:
        return f"as {row['same_as']}"
    return row.get("check", "")


def cell(text: str) -> str:
    return text.replace("|", "\\|")
