"""Values of attributes as people read them, whatever a client has put into them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import pgettext

LONG: Final = 120
"""Texts of more characters are folded."""

DATE_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class Value:
    """A value, as text of one line or several; nothing for one that is absent."""

    text: str

    @classmethod
    def of(cls, value: Any) -> Value:
        """What the Event keeps of a value."""
        return cls("\n".join(filter(None, map(_line, value))) if isinstance(value, list) else _line(value))

    @property
    def is_long(self) -> bool:
        """Whether it takes so much room that its beginning must do at first."""
        return len(self.text) > LONG or self.text.count("\n") > 3

    @property
    def beginning(self) -> str:
        """Its beginning, on one line."""
        return " ".join(self.text[: LONG // 2].split()) + "…"


@dataclass(frozen=True, slots=True)
class ChangedValue:
    """One attribute of a resource, before and after."""

    path: str
    before: Value
    after: Value
    is_secret: bool

    @classmethod
    def of(cls, change: dict[str, Any]) -> ChangedValue:
        """What the Event keeps of a change; of what is never returned, that it changed and no more."""
        before, after = change["before"], change["after"]
        return cls(change["path"], Value.of(before), Value.of(after), before is None and after is None)

    @property
    def name(self) -> str:
        """The path, without the URN of its schema."""
        return self.path.rpartition(":")[2]


def _line(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return pgettext("a value", "yes") if value else pgettext("a value", "no")
        case dict():
            return _of_complex(value)
        case list():
            return ", ".join(map(_line, value))
        case str() if DATE_TIME.fullmatch(value):
            return _moment(value)
    return str(value)


def _moment(text: str) -> str:
    """A date and time by the clock of the project; the text itself where it only looks like one."""
    try:
        at = parse_datetime(text)
        return formats.date_format(timezone.localtime(at), "DATETIME_FORMAT") if at else text
    except (ValueError, OverflowError):
        return text


def _of_complex(value: dict[str, Any]) -> str:
    """A complex value: `maria@example.com (work, primary)`."""
    main = next((key for key in ("value", "display") if value.get(key)), None)
    rest = [_part(key, part) for key, part in value.items() if key != main and part not in (None, "", False, [], {})]
    if main is None:
        return ", ".join(rest)
    return f"{_line(value[main])} ({', '.join(rest)})" if rest else _line(value[main])


def _part(key: str, value: Any) -> str:
    if value is True:
        return key
    return _line(value) if key == "type" else f"{key}: {_line(value)}"
