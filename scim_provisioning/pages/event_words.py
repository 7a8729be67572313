"""An Event in words: what was done or refused, what changed, and who joined and left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ..models import Event
from ..operations.naming import NAME, NAMED_AT_MOST, Resource
from ..operations.refusals import REFUSED
from ..protocol.dialects import TOLERANCES
from .event_values import ChangedValue
from .refused import Refused

Kind = Event.Operation

DONE: dict[tuple[str, str], str | Promise] = {
    (Kind.CREATE, "User"): _("Created user {name}"),
    (Kind.REPLACE, "User"): _("Changed user {name}"),
    (Kind.PATCH, "User"): _("Changed user {name}"),
    (Kind.DELETE, "User"): _("Deleted user {name}"),
    (Kind.CREATE, "Group"): _("Created group {name}"),
    (Kind.REPLACE, "Group"): _("Changed group {name}"),
    (Kind.PATCH, "Group"): _("Changed group {name}"),
    (Kind.DELETE, "Group"): _("Deleted group {name}"),
}
"""What was done, by operation and resource type, where the changes do not say it better."""


@dataclass(frozen=True)
class Words:
    """How users and groups are called, and the address of all events of each."""

    names: dict[Resource, str]
    address: Callable[[str, str], str]

    def link(self, kind: str, id: str, name: str = "") -> SafeString:
        """The name, as it is now, else as it is given, else the id; it leads to all events of the user or group.

        Names are kept apart from the words around them, which a right-to-left name would turn round.
        """
        shown = self.names.get((kind, id)) or name or id
        return format_html('<a href="{}"><bdi>{}</bdi></a>', self.address(kind, id), shown)


@dataclass(frozen=True)
class MembersMoved:
    """Who joined a group, and who left it; or which group the user whom the Event is about joined or left."""

    group: SafeString | None
    """None where the sentence names it, or it is what was joined or left."""
    joined: list[SafeString]
    left: list[SafeString]
    joined_more: int = 0
    left_more: int = 0


@dataclass(frozen=True)
class Told:
    """An Event as the page tells it."""

    event: Event
    words: Words
    connection: str = ""
    """What the connection is called, where there are several."""
    account_url: str | None = None
    """The page on which the user is edited, for who may."""

    @property
    def is_refused(self) -> bool:
        """Whether the identity provider got an error back."""
        return self.event.outcome >= REFUSED

    @property
    def refused(self) -> Refused:
        """What was tried, what was sent back, and what to do about it."""
        return Refused(self.event, self.event.at)

    @property
    def sentence(self) -> SafeString:
        """What was done, or tried, and with whom."""
        event = self.event
        name = self.words.link(event.resource_type, event.resource, self._name_then())
        if not self.is_refused:
            return format_html(self._done(), name=name, number=localize(self._joined or self._left))
        if event.resource:
            return format_html(gettext("{asked}: {name}"), asked=self.refused.asked, name=name)
        return format_html("{}", self.refused.asked)

    @cached_property
    def values(self) -> list[ChangedValue]:
        """The attributes that changed."""
        return [ChangedValue.of(change) for change in self.event.changes if change["path"] != "members"]

    @property
    def is_new(self) -> bool:
        """Whether nothing was before, so that only what is now has to be told."""
        return self.event.operation == Kind.CREATE

    @property
    def moved(self) -> list[MembersMoved]:
        """Who joined and left which group."""
        return [self._moved(change) for change in self._sets]

    @property
    def tolerances(self) -> list[tuple[str, SafeString]]:
        """What was forgiven to the identity provider, and the words of the table for it."""
        return [(name, _reason(name)) for name in self.event.tolerances]

    @cached_property
    def _sets(self) -> list[dict[str, Any]]:
        return [change for change in self.event.changes if change["path"] == "members"]

    @property
    def _joined(self) -> int:
        return sum(len(change["added"]) for change in self._sets)

    @property
    def _left(self) -> int:
        return sum(len(change["removed"]) for change in self._sets)

    def _done(self) -> str:
        """The sentence for what was done, with a place for the name."""
        event, joined, left = self.event, self._joined, self._left
        active = self._change_of("active")
        only_members = bool(self._sets) and not self.values
        match event.operation, event.resource_type:
            case (Kind.PATCH | Kind.REPLACE, "User"):
                if active.get("after") is False:
                    return gettext("Deactivated user {name}")
                if active.get("before") is False:
                    return gettext("Reactivated user {name}")
                if only_members:
                    return gettext("Changed the groups of user {name}")
            case (Kind.PATCH | Kind.REPLACE, "Group") if only_members:
                if joined and left:
                    return gettext("Changed the members of {name}")
                if joined:
                    return ngettext("Added {number} member to {name}", "Added {number} members to {name}", joined)
                return ngettext("Removed {number} member from {name}", "Removed {number} members from {name}", left)
        return str(DONE.get((event.operation, event.resource_type), _("Changed {name}")))

    def _name_then(self) -> str:
        """What the resource was called, if the Event says it: who is deleted has no other name."""
        path = NAME.get(self.event.resource_type)
        found = self._change_of(path) if path else {}
        return str(found.get("after") or found.get("before") or "")

    def _change_of(self, path: str) -> dict[str, Any]:
        return next((change for change in self.event.changes if change["path"] == path), {})

    def _moved(self, change: dict[str, Any]) -> MembersMoved:
        joined, left, group = change["added"], change["removed"], self.words.link("Group", change["resource"])
        if self.event.resource_type == "User" and {*joined, *left} == {self.event.resource}:
            return MembersMoved(None, joined=[group] if joined else [], left=[group] if left else [])
        return MembersMoved(
            group=None if change["resource"] == self.event.resource else group,
            joined=[self.words.link("User", id) for id in joined[:NAMED_AT_MOST]],
            left=[self.words.link("User", id) for id in left[:NAMED_AT_MOST]],
            joined_more=max(0, len(joined) - NAMED_AT_MOST),
            left_more=max(0, len(left) - NAMED_AT_MOST),
        )


def _reason(name: str) -> SafeString:
    """What was sent instead; what is between backticks is code."""
    parts = TOLERANCES[name].reason.split("`") if name in TOLERANCES else []
    words = (format_html("<code>{}</code>", part) if number % 2 else part for number, part in enumerate(parts))
    return format_html_join("", "{}", ((word,) for word in words))
