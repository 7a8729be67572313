"""What a conversation is made of: steps as data, with placeholders for what is known only when they are played."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import quote, quote_plus

from ..protocol.dialects import PROVIDERS

NOBODY_S = {"address": "Address and token", "generic": "Any client, by the RFC"}
"""What is tried in no provider's name."""

PLACEHOLDER = re.compile(r"\{(\w+)(?:\.(\w+))?\}")


class Phase(StrEnum):
    """The parts of a provider's conversation, in their order; the first is no provider's own."""

    ADDRESS = "Address and token"
    CONNECTION = "Connection test"
    FIRST_SYNC = "First synchronisation"
    DAILY = "Daily changes"
    GROUPS = "Group assignment"
    PUSH = "Group push"
    LEAVER = "Leaver"
    RETURNER = "Returner"
    DELETION = "Deletion"


@dataclass(frozen=True)
class Has:
    """A list is due in which this is."""

    element: Any


@dataclass(frozen=True)
class Lacks:
    """A list is due, or nothing, in which this is not."""

    element: Any


@dataclass(frozen=True)
class Echo:
    """A body that is the resource as it was read, with some changes; of a group also with a member more or less."""

    of: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    joins: str = ""
    leaves: str = ""


@dataclass(frozen=True)
class Step:
    """One request, in the provider's spelling, and what has to come back.

    `path` is readable, not yet encoded. `saves` names the resource of the answer, or the first one of a page: from then
    on `{name}` is its id, `{name.userName}` its user name. `shows` is what must stand at which path of the answer.
    `needs` is the attribute that a host must let clients write, else the step is left out.
    """

    does: str
    method: str
    path: str
    body: Any = None
    status: tuple[int, ...] = (200,)
    saves: str = ""
    shows: Mapping[str, Any] = field(default_factory=dict)
    needs: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Provider:
    """An identity provider: how it spells requests, and what it says in each phase."""

    name: str
    phases: Mapping[Phase, tuple[Step, ...]]
    headers: Mapping[str, str] = field(default_factory=dict)
    writes_plus: bool = False
    """Whether a space in the query is `+`, not `%20`."""

    @property
    def title(self) -> str:
        """What it is called."""
        return {**PROVIDERS, **NOBODY_S}[self.name]


class UnknownError(LookupError):
    """A placeholder stands for what an earlier step did not get."""


class Known:
    """What placeholders stand for: texts by name, resources by the name that a step gave them."""

    def __init__(self, **texts: str) -> None:
        self.texts = texts
        self.resources: dict[str, dict[str, Any]] = {}

    def filled(self, value: Any) -> Any:
        """The value with its placeholders replaced; UnknownError where one stands for nothing."""
        match value:
            case str():
                return PLACEHOLDER.sub(self._text, value)
            case list():
                return [self.filled(one) for one in value]
            case dict():
                return {self.filled(key): self.filled(one) for key, one in value.items()}
            case Has():
                return Has(self.filled(value.element))
            case Lacks():
                return Lacks(self.filled(value.element))
            case Echo():
                return self._echo(value)
        return value

    def _text(self, found: re.Match[str]) -> str:
        name, attribute = found.groups()
        if not attribute and name in self.texts:
            return self.texts[name]
        text = self.resources.get(name, {}).get(attribute or "id")
        if text is None:
            raise UnknownError(found[0])
        return str(text)

    def _echo(self, echo: Echo) -> dict[str, Any]:
        if echo.of not in self.resources:
            raise UnknownError(echo.of)
        body = {**self.resources[echo.of], **self.filled(dict(echo.changes))}
        joins, leaves = self.filled(echo.joins), self.filled(echo.leaves)
        if joins or leaves:
            others = [one for one in body.get("members", []) if one["value"] not in (joins, leaves)]
            body["members"] = [*others, *([{"value": joins}] if joins else [])]
        return body


def encoded(path: str, *, plus: bool = False) -> str:
    """A readable path as it stands in a request."""
    quoted = quote_plus if plus else quote
    place, mark, query = path.partition("?")
    pairs = (pair.partition("=") for pair in query.split("&"))
    return quote(place) + mark + "&".join(f"{name}{equal}{quoted(value, safe='')}" for name, equal, value in pairs)


def value_at(document: Any, path: str) -> Any:
    """What stands at an attribute path; below a list, the list of what stands there. None: nothing."""
    urn, _, names = path.rpartition(":")
    value = document.get(urn) if urn else document
    for name in names.split("."):
        if isinstance(value, list):
            value = [one[name] for one in value if isinstance(one, dict) and name in one]
        else:
            value = value.get(name) if isinstance(value, dict) else None
    return value


def is_as_due(actual: Any, due: Any) -> bool:
    """Whether a value is what has to be shown; nothing, null, an empty text and an empty list are the same."""
    match due:
        case Has():
            return isinstance(actual, list) and due.element in actual
        case Lacks():
            return due.element not in (actual or [])
        case None:
            return actual in (None, "", [])
    return type(actual) is type(due) and bool(actual == due)
