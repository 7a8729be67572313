"""What is shown once, in the response to the request that made a token."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .providers import OTHER, Provider


@dataclass(frozen=True, slots=True)
class CopyField:
    """A value to be copied from the page; its repr, which error reports print, leaves the value out."""

    name: str
    label: str | Promise
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Banner:
    """The provisioning URL and the new token, as the provider calls them, and a command that shows that they work."""

    url: str
    token: str = field(repr=False)
    provider: Provider = OTHER

    @property
    def fields(self) -> tuple[CopyField, ...]:
        """What the banner offers for copying, in its order."""
        return (
            CopyField("url", self.provider.url_label, self.url),
            CopyField("token", self.provider.token_label, self.token),
        )

    @property
    def trial(self) -> CopyField:
        """A command line that lists one user."""
        command = f'curl -H "Authorization: Bearer {self.token}" "{self.url}/Users?count=1"'
        return CopyField("trial", _("Try it in a terminal: this lists one user"), command)
