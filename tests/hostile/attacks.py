"""A request that somebody would send who means harm: data, which knows nothing of how it is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

SEARCH: Final = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


@dataclass(frozen=True, eq=False)
class Attack:
    """One request; bytes are sent as they are, any other body as JSON.

    `{user}`, `{group}`, `{number}` and `{other}` stand for ids of the canaries, `{token}` for a good token.
    """

    method: str
    path: str
    body: Any = None
    headers: Mapping[str, str | None] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    harmless: bool = False
    """Whether it may be answered as a good request, as long as nothing happens to the canaries."""

    def __str__(self) -> str:
        query = f"?{dict(self.query)!r}" if self.query else ""
        return f"{self.method} {self.path}{query} {dict(self.headers)} {self.body!r}"[:300]


def filled(value: Any, names: Mapping[str, str]) -> Any:
    """The value with the placeholders filled in, wherever text stands in it."""
    match value:
        case str():
            for name, text in names.items():
                value = value.replace(f"{{{name}}}", text)
            return value
        case bytes():
            for name, text in names.items():
                value = value.replace(f"{{{name}}}".encode(), text.encode())
            return value
        case list():
            return [filled(one, names) for one in value]
        case dict() | Mapping():
            return {filled(key, names): filled(one, names) for key, one in value.items()}
    return value


def address(attack: Attack, names: Mapping[str, str]) -> str:
    """The path with its query, as it stands in a request."""
    path = filled(attack.path, names)
    query = "&".join(f"{name}={quote(value)}" for name, value in attack.query.items())
    return f"{path}?{query}" if query else path
