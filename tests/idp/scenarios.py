"""The scenarios as data: read from the files, with their placeholders filled in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

FOLDER = Path(__file__).parent / "scenarios"
RECORDED = sorted(FOLDER.glob("*.json"))
FILES = [*RECORDED, *sorted(FOLDER.glob("further/*.json"))]

PLACEHOLDER = re.compile(r"\{(?:(?P<run>run)|(?P<ref>[ug]\d+)(?:\.(?P<name>\w+))?)\}")


@dataclass(frozen=True)
class Scenario:
    """One scenario of one identity provider."""

    provider: str
    name: str
    needs: frozenset[str]
    given: Mapping[str, Any]
    steps: list[dict[str, Any]]

    def __str__(self) -> str:
        return f"{self.provider}: {self.name}"

    @property
    def patches(self) -> bool:
        """Whether there is a PATCH in it."""
        return any(step["request"]["method"] == "PATCH" for step in self.steps)


def load(files: Iterable[Path] = FILES) -> list[Scenario]:
    """Every scenario of the files."""
    read = [json.loads(file.read_text("utf-8")) for file in files]
    return [
        Scenario(file["idp"], one["name"], frozenset(one.get("needs", ())), one.get("given", {}), one["steps"])
        for file in read
        for one in file["scenarios"]
    ]


def filled(value: Any, run: str, known: Mapping[str, Mapping[str, Any]]) -> Any:
    """The value with its placeholders replaced; `known` are the resources by the names that the scenario gave them."""

    def replaced(match: re.Match[str]) -> str:
        return run if match["run"] else str(known[match["ref"]][match["name"] or "id"])

    match value:
        case str():
            return PLACEHOLDER.sub(replaced, value)
        case list():
            return [filled(each, run, known) for each in value]
        case dict():
            return {filled(key, run, known): filled(each, run, known) for key, each in value.items()}
    return value


def encoded(path: str, encoding: str = "percent") -> str:
    """A readable path as it stands in a request; `plus` writes a space in the query as `+`."""
    quoted = quote_plus if encoding == "plus" else quote
    path, mark, query = path.partition("?")
    pairs = (pair.partition("=") for pair in query.split("&"))
    return (
        quote(path, safe="/:")
        + mark
        + "&".join(f"{name}{equal}{quoted(value, safe='')}" for name, equal, value in pairs)
    )
