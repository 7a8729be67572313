"""What an identity provider was refused, in the words of somebody who does not know SCIM, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..models import Event
from .glance import ago

Text = str | Promise
Kind = Event.Operation

ASKED: dict[tuple[str, str], Text] = {
    (Kind.CREATE, "User"): _("Create a user"),
    (Kind.REPLACE, "User"): _("Change a user"),
    (Kind.PATCH, "User"): _("Change a user"),
    (Kind.DELETE, "User"): _("Delete a user"),
    (Kind.READ, "User"): _("Look for users"),
    (Kind.CREATE, "Group"): _("Create a group"),
    (Kind.REPLACE, "Group"): _("Change a group or its members"),
    (Kind.PATCH, "Group"): _("Change a group or its members"),
    (Kind.DELETE, "Group"): _("Delete a group"),
    (Kind.READ, "Group"): _("Look for groups"),
    (Kind.BULK, ""): _("Do many things at once"),
}
"""What was asked for, by operation and resource type."""

_MAPPING = _(
    "Look at the attribute mapping in your identity provider, for the attribute that is named: leave it out, or send "
    "what is accepted."
)
_CLIENT = _(
    "Your identity provider asks in a way that this site does not understand. Look whether it is set to SCIM 2.0, and "
    "whether this site is told which identity provider it is."
)
_PASSES = _("Your identity provider tries again by itself. If it goes on, tell the people who run this site.")

ADVICE: dict[tuple[int, str], Text] = {
    (400, "invalidFilter"): _(
        "Your identity provider looks users or groups up by something that cannot be searched here. Let it match users "
        "by userName, and groups by displayName."
    ),
    (400, "invalidPath"): _MAPPING,
    (400, "invalidValue"): _MAPPING,
    (400, "mutability"): _(
        "The attribute that is named cannot be changed. Take it out of the attribute mapping in your identity provider."
    ),
    (400, "noTarget"): _(
        "Your identity provider changes a value that is not there. Let it provision this user or group anew."
    ),
    (400, "tooMany"): _("Let your identity provider ask for less at once, or narrow down what it looks for."),
    (400, ""): _CLIENT,
    (403, ""): _(
        "This site protects what should be changed, or manages it itself. Change it here, or leave it out in your "
        "identity provider: unassign the account, or link the group that exists."
    ),
    (404, ""): _(
        "Your identity provider means a user or group that is not here any more. Let it provision the user anew, or "
        "link the group again."
    ),
    (405, ""): _CLIENT,
    (409, "uniqueness"): _(
        "The name is taken. Let your identity provider match the account or group that is there, instead of making "
        "another: users by userName, groups by displayName. Where it is somebody else's, rename one of the two."
    ),
    (409, ""): _PASSES,
    (413, ""): _(
        "Let your identity provider send less at once. The people who run this site can raise the limit that is named."
    ),
    (415, ""): _CLIENT,
    (429, ""): _("Your identity provider asks very often, and goes on by itself after a while."),
    (501, ""): _("This site does not offer that. Switch it off in your identity provider, if it lets you choose."),
}
"""What to do, by the status and scimType of the answer; "" is for every scimType that has no row of its own."""

FAULT = _("That is a fault of this site. Tell the people who run it, with the number of the request.")
"""What to do about an answer without a row."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal as the page shows it."""

    event: Event
    now: datetime

    @property
    def asked(self) -> Text:
        """What the identity provider tried."""
        return ASKED.get((self.event.operation, self.event.resource_type), _("Ask for something"))

    @property
    def ago(self) -> str:
        """How long ago that was."""
        return ago(self.event.at, self.now)

    @property
    def answer(self) -> str:
        """The status of the answer, and its scimType."""
        return " ".join(filter(None, (str(self.event.outcome), self.event.scim_type)))

    @property
    def advice(self) -> Text:
        """What to do."""
        status = self.event.outcome
        return ADVICE.get((status, self.event.scim_type)) or ADVICE.get((status, "")) or FAULT

    @property
    def is_fault(self) -> bool:
        """Whether this site is to blame, so that its people need the number of the request."""
        return self.advice is FAULT
