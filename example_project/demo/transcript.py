"""Requests and answers as text, and the place of that text in a document."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_plus

TOLD = ("totalResults", "id", "name", "userName", "displayName", "title", "active", "scimType", "detail")
"""What is told of an answer; a client reads more of it."""

PLACE = re.compile(r"(?<=<!-- transcript -->\n).*?(?=<!-- end of transcript -->)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer; bodies are parsed, and None where there is none."""

    method: str
    target: str
    sent: Any
    status: int
    answer: Any

    def lines(self) -> Iterator[str]:
        """The request as it went over the wire, readable, and what matters of the answer."""
        yield _joined(self.method, unquote_plus(self.target), _sent(self.sent))
        yield _joined("→", f"{self.status} {HTTPStatus(self.status).phrase}", _gist(self.answer))


def embedded(document: str, transcript: str) -> str:
    """Return the document with the transcript between its two marks."""
    text = f"```text\n{transcript.strip()}\n```\n"
    document, places = PLACE.subn(lambda _: text, document)
    if places != 1:
        raise ValueError("it needs the lines <!-- transcript --> and <!-- end of transcript -->, once each")
    return document


def _joined(*parts: str) -> str:
    return " ".join(filter(None, parts))


def _sent(body: Any) -> str:
    return "" if body is None else _json({key: value for key, value in body.items() if key != "schemas"})


def _gist(body: Any) -> str:
    return "" if body is None else _json(_told(body))


def _told(body: dict[str, Any]) -> dict[str, Any]:
    """The telling part of a resource, a list or an error; of a configuration, what is supported."""
    told = {key: body[key] for key in TOLD if isinstance(body.get(key), str | int)}
    told |= {key: value["supported"] for key, value in body.items() if isinstance(value, dict) and "supported" in value}
    if resources := body.get("Resources"):
        told["Resources"] = [_told(resource) for resource in resources]
    if "name" in told:
        del told["id"]  # of resource types the same, of schemas a URN
    return told


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
