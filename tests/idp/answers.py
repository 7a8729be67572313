"""What every answer keeps to, whatever a scenario says of it: the form that identity providers have been built for."""

from __future__ import annotations

import re
from typing import Any

from tests.scim import Answer

UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def check_form(request: dict[str, Any], answer: Answer) -> None:
    """Raise AssertionError for an answer of another form."""
    assert answer.status != 304, answer
    if answer.is_error:
        assert (answer.status == 409) is (answer.scim_type == "uniqueness"), answer
        return
    if request["method"] == "PATCH":
        _check_patched(request["path"], answer)
    if answer.json is not None:
        _check_list(answer.json)
        _check_dates(answer.json)


def _check_patched(path: str, answer: Answer) -> None:
    """A group may be too large to be shown; a user is shown."""
    shown = path.startswith("/Users/") or "ttributes=" in path
    assert answer.status == (200 if shown else 204), answer
    assert not shown or {"schemas", "id"} <= answer.json.keys(), answer


def _check_list(document: dict[str, Any]) -> None:
    """A list is there also where nothing was found, and its numbers are numbers."""
    if "totalResults" in document:
        assert isinstance(document["Resources"], list), document
        assert all(type(document[name]) is int for name in ("totalResults", "itemsPerPage", "startIndex")), document


def _check_dates(document: dict[str, Any]) -> None:
    for resource in [document, *document.get("Resources", [])]:
        meta = resource.get("meta", {})
        assert all(UTC.fullmatch(meta[name]) for name in ("created", "lastModified") if name in meta), meta
