"""Weak entity tags (RFC 7644 §3.14): of what a resource holds, and of who is in it.

    W/"<own>"             of the resource's own attributes
    W/"<own>.<members>"   with the members, in an answer that shows them

A client that never read the members claims nothing about them, so a condition compares the parts that it names.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from .errors import InvalidSyntax

KEY: Final = "meta.version"
"""Where a document has its version. It is worked out of the whole resource, so nothing is found or sorted by it."""

LENGTH: Final = 16
"""Hexadecimal digits of a part: 64 bits tell a resource's versions apart."""

_TAG = re.compile(r'(?:W/)?"([^"]*)"')
_TAGS = re.compile(rf" *{_TAG.pattern} *(?:, *{_TAG.pattern} *)*")


@dataclass(frozen=True, slots=True)
class Version:
    """What a resource is at, in one or two parts."""

    own: str
    members: str | None = None

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Version:
        """The version of a resource whose own attributes are these, as a flat document."""
        return cls(_digest(json.dumps(document, sort_keys=True)))

    def with_members(self, ids: Iterable[str]) -> Version:
        """The same with the members, by their ids in a fixed order."""
        return replace(self, members=_digest("\n".join(ids)))

    @property
    def tag(self) -> str:
        """The entity tag."""
        return f'W/"{self.own}"' if self.members is None else f'W/"{self.own}.{self.members}"'


def names(condition: str, version: Version, whole: Callable[[], Version]) -> bool:
    """Whether a condition (the value of If-Match or If-None-Match) names the present version; `*` names any.

    Tags are compared weakly, as the examples of RFC 7644 need it. `whole` gives the version with its members; it is
    called only if a tag names them and `version` does not. InvalidSyntax where the condition is none.
    """
    if condition.strip(" ") == "*":
        return True
    if not _TAGS.fullmatch(condition):
        raise InvalidSyntax('A condition is `*` or a list of entity tags such as W/"0a1b2c".')
    for own, _, members in (found[1].partition(".") for found in _TAG.finditer(condition)):
        if own == version.own and (not members or members == (version if version.members else whole()).members):
            return True
    return False


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]
