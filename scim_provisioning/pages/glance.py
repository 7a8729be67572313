"""What the page says at a glance: the state of a connection, as a pill and in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.timesince import timesince
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from ..operations.connections import State
from ..operations.status import Standing

QUIET = timedelta(days=7)
"""Who has not asked for that long is said to be quiet."""


class PageState(StrEnum):
    """How a connection stands, as the page tells it: one of these at a time, each with a look of its own."""

    NEVER_ENABLED = "never-enabled"
    WAITING = "waiting"
    CONNECTED = "connected"
    FAILING = "failing"
    EXPIRED = "expired"
    DISABLED = "disabled"


PILLS: dict[PageState, str | Promise] = {
    PageState.NEVER_ENABLED: _("Never enabled"),
    PageState.WAITING: _("Waiting for the first request"),
    PageState.CONNECTED: pgettext_lazy("provisioning", "Connected"),
    PageState.FAILING: pgettext_lazy("provisioning", "Failing"),
    PageState.EXPIRED: _("Token expired"),
    PageState.DISABLED: pgettext_lazy("provisioning", "Disabled"),
}

SENTENCES: dict[PageState, str | Promise] = {
    PageState.NEVER_ENABLED: _(
        "Let your identity provider create, change and deactivate users here, and decide their access: nobody has to "
        "do it by hand any more, and who leaves loses access at once."
    ),
    PageState.WAITING: _("Your identity provider has not sent a request yet."),
    PageState.CONNECTED: _("Your identity provider is connected."),
    PageState.FAILING: _("Your identity provider reaches this site, but what it tried last was refused."),
    PageState.EXPIRED: _("The token has expired: your identity provider is refused everything."),
    PageState.DISABLED: _(
        "Your identity provider cannot change anything here. Users and their access stay as they are, and somebody who "
        "leaves has to be deactivated by hand."
    ),
}

TWO_TOKENS: dict[tuple[bool, bool], str | Promise] = {
    (False, False): _("Neither was used since the new one was made. Enter the new one in your identity provider."),
    (False, True): _(
        "Your identity provider still uses the previous one. Enter the new one there before the previous one ends."
    ),
    (True, True): _(
        "Both were used since the new one was made. Make sure that your identity provider has the new one everywhere "
        "before the previous one ends."
    ),
    (True, False): _("Your identity provider uses the new one. The previous one is not needed any more."),
}
"""Who uses which of two tokens: whether the new one was seen, and the previous one after the new one was made."""


@dataclass(frozen=True, slots=True)
class Glance:
    """The state of a connection in words, and whether a page that shows it should ask again for what comes next."""

    standing: Standing

    @property
    def state(self) -> PageState:
        """The state, in one word."""
        standing = self.standing
        if standing.has_expired and not standing.two_tokens_until:
            return PageState.EXPIRED
        if standing.is_failing:
            return PageState.FAILING
        return {
            State.NEVER_ENABLED: PageState.NEVER_ENABLED,
            State.DISABLED: PageState.DISABLED,
            State.WAITING: PageState.WAITING,
            State.ENABLED: PageState.CONNECTED,
        }[standing.state]

    @property
    def pill(self) -> str | Promise:
        """The state in a few words."""
        return PILLS[self.state]

    @property
    def sentence(self) -> str | Promise:
        """The state in a sentence."""
        last = self.standing.last_request
        if self.state is PageState.CONNECTED and last and self.standing.at - last > QUIET:
            return gettext(
                "Your identity provider was connected, but has been quiet for %(time)s. Where nothing changes there, "
                "that is how it should be; else look whether it still provisions."
            ) % {"time": timesince(last, self.standing.at, depth=1)}
        return SENTENCES[self.state]

    @property
    def tokens(self) -> str | Promise:
        """Which of two tokens is used; nothing where one is valid at the most."""
        if not self.standing.two_tokens_until:
            return ""
        return TWO_TOKENS[self.standing.token_was_seen, self.standing.previous_is_used]

    @property
    def shows_refusals(self) -> bool:
        """Whether what was refused has to do with the token that there is, and with its identity provider."""
        refused, enabled = self.standing.last_refusal, self.standing.connection.changed_at
        return self.standing.connection.enabled and bool(refused and enabled and refused >= enabled)

    @property
    def is_watched(self) -> bool:
        """Whether the first request with the newest token is still to come."""
        standing = self.standing
        return standing.connection.enabled and not standing.token_was_seen and not standing.has_expired

    @property
    def last_request(self) -> str:
        """When a request came last, and from where."""
        if self.standing.last_request is None:
            return pgettext("a request", "None yet")
        when, address = ago(self.standing.last_request, self.standing.at), self.standing.connection.last_address
        return gettext("%(when)s from %(address)s") % {"when": when, "address": address} if address else when

    def data(self) -> dict[str, Any]:
        """What a page that shows the state puts in place of its words; no token, and nothing of one."""
        words = {"pill": self.pill, "sentence": self.sentence, "tokens": self.tokens, "last-request": self.last_request}
        return {"state": self.state, "watch": self.is_watched, "words": words}


def ago(at: datetime, now: datetime) -> str:
    """How long ago something was, in one unit."""
    if now - at < timedelta(minutes=1):
        return pgettext("a request", "Just now")
    return gettext("%(time)s ago") % {"time": timesince(at, now, depth=1)}
