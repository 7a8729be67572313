"""The forms of the settings page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Connection
from ..operations import connections
from . import providers


def _hours(text: str) -> timedelta:
    return timedelta(hours=int(text))


def _days(text: str) -> timedelta:
    return timedelta(days=int(text))


class LifetimeField(forms.TypedChoiceField):
    """How long a token lives that is about to be made; None: without an end, which is also what is not said."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Token lifetime"),
            choices=[
                ("", _("No end")),
                ("90", _("90 days")),
                ("180", _("180 days")),
                ("365", _("1 year")),
                ("730", _("2 years")),
            ],
            coerce=_days,
            empty_value=None,
            required=False,
            help_text=_(
                "Counts from the moment the token is made. After that your identity provider is refused, so the token "
                "has to be rotated before; this page warns of it 30 days ahead."
            ),
        )


class VersionForm(forms.Form):
    """Carries what its page was made from, so that a form left open for long decides nothing about what came since."""

    # Not required: a form without a version is one that has seen nothing, and is treated as such.
    version = forms.CharField(widget=forms.HiddenInput, required=False)

    @classmethod
    def showing(cls, connection: Connection) -> VersionForm:
        """The form for the connection as it stands."""
        return cls(initial={"version": connections.version(connection)})


class ProvisioningForm(VersionForm):
    """The check box, and behind "More" what describes the connection."""

    enabled = forms.BooleanField(label=_("Enable SCIM provisioning"), required=False)
    provider = forms.ChoiceField(
        label=_("Identity provider"),
        choices=providers.choices,
        required=False,
        help_text=_("Names the fields on this page as your identity provider does. It can be changed at any time."),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=Connection._meta.get_field("name").max_length,
        required=False,
        help_text=_("Tells this connection from others, in lists and in the log of the admin."),
    )
    dialect = forms.TypedChoiceField(
        label=_("Dialect"),
        choices=Connection.Dialect.choices,
        empty_value=Connection.Dialect.AUTOMATIC.value,
        widget=forms.RadioSelect,
        required=False,
    )
    lifetime = LifetimeField()

    @classmethod
    def showing(cls, connection: Connection) -> ProvisioningForm:
        """The form for the connection as it stands."""
        details = {name: getattr(connection, name) for name in connections.DETAILS}
        return cls(initial={"version": connections.version(connection), "enabled": connection.enabled, **details})

    @property
    def details(self) -> dict[str, str]:
        """What was sent of that; a form that was opened before an upgrade of the app sends less, and changes less."""
        return {name: self.cleaned_data[name] for name in connections.DETAILS if self.add_prefix(name) in self.data}

    @property
    def texts(self) -> list[forms.BoundField]:
        """The fields behind "More" that look alike."""
        return [self["provider"], self["name"]]

    @property
    def has_wrong_details(self) -> bool:
        """Whether something behind "More" has to be corrected."""
        return any(name in self.errors for name in (*connections.DETAILS, "lifetime"))


class RotationForm(VersionForm):
    """How long the token so far goes on, and how long the new one lives."""

    # Not required: where the token so far is over, it is not asked for; and what is not said takes nobody's access.
    overlap = forms.TypedChoiceField(
        label=_("The token so far"),
        choices=[
            ("1", _("goes on for 1 hour")),
            ("24", _("goes on for 24 hours")),
            ("168", _("goes on for 7 days")),
            ("0", _("stops at once, as it should if others may know it")),
        ],
        initial="24",
        coerce=_hours,
        empty_value=connections.OVERLAP,  # type: ignore[arg-type]
        widget=forms.RadioSelect,
        required=False,
    )
    lifetime = LifetimeField()

    @classmethod
    def showing(cls, connection: Connection) -> RotationForm:
        """The form for the connection as it stands; it offers the new token the lifetime that the one so far had."""
        made, ends = connection.token_made_at, connection.expires_at
        lifetime = str((ends - made).days) if made and ends else ""
        return cls(initial={"version": connections.version(connection), "lifetime": lifetime})


class EndPreviousForm(VersionForm):
    """Whether somebody who ends an overlap was told what that may stop."""

    told = forms.BooleanField(widget=forms.HiddenInput, required=False)

    @classmethod
    def showing(cls, connection: Connection) -> EndPreviousForm:
        """The form for the connection as it stands."""
        return cls(initial={"version": connections.version(connection), "told": True})


class TenantForm(forms.Form):
    """The tenant that gets a connection."""

    tenant = forms.ChoiceField(label=_("Tenant"))

    def __init__(self, *args: Any, tenants: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tenants = tenants
        self._field.choices = list(tenants.items())

    def offer_but(self, taken: set[str]) -> None:
        """Leave out the tenants who have a connection; chosen in another window, they are no mistake."""
        self._field.widget.choices = [choice for choice in self.tenants.items() if choice[0] not in taken]

    @property
    def _field(self) -> forms.ChoiceField:
        field: forms.ChoiceField = self.fields["tenant"]  # type: ignore[assignment]
        return field
