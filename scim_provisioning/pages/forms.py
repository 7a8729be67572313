"""The forms of the settings page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Connection
from ..operations import connections
from . import providers


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
        return any(name in self.errors for name in connections.DETAILS)


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
