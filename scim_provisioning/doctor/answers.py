"""What came of a request, whoever carried it: also nothing at all, and what no service provider in SCIM would say."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any, Protocol

TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
SHOWN = 200
"""How many characters of an answer are shown."""


@dataclass(frozen=True)
class Answer:
    """An answer; status 0 where none came. `fault` is why, or what the product raised.

    The names of headers are in lower case. `refused` is what the database said to the last statement that it refused.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    seconds: float = 0
    queries: int | None = None
    fault: BaseException | None = None
    refused: str = ""

    @cached_property
    def json(self) -> Any:
        """The body; None where it is no JSON object."""
        try:
            found = json.loads(self.text)
        except ValueError:
            return None
        return found if isinstance(found, dict) else None

    @property
    def is_scim(self) -> bool:
        """Whether it came from the endpoints, as far as can be told."""
        return self.status == HTTPStatus.NO_CONTENT or bool(self.json and isinstance(self.json.get("schemas"), list))

    @property
    def detail(self) -> str:
        """What a SCIM error says to a human."""
        return str(self.json.get("detail", "")) if self.is_scim and self.json else ""

    @property
    def scim_type(self) -> str:
        """The kind of a SCIM error."""
        return str(self.json.get("scimType", "")) if self.is_scim and self.json else ""

    def __str__(self) -> str:
        """In a line: the status, and the detail, the title of a page or the body."""
        if not self.status:
            return f"no answer: {self.fault}"
        phrase = HTTPStatus(self.status).phrase if self.status in {*HTTPStatus} else ""
        page = TITLE.search(self.text)
        said = self.detail or (html.unescape(page[1]) if page else self.text)
        place = f"to {self.headers['location']}" if "location" in self.headers and 300 <= self.status < 400 else said
        return shortened(f"{self.status} {phrase} {place}".strip())


class Carrier(Protocol):
    """Carries requests to the service provider; `url` is the provisioning URL."""

    url: str

    def send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """The answer to one request; the path is below the provisioning URL and encoded."""


def shortened(text: str, width: int = SHOWN) -> str:
    """The text in one line, cut where it is too long."""
    line = " ".join(text.split())
    return line if len(line) <= width else f"{line[: width - 1]}…"
