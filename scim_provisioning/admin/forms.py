"""The forms of the settings page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Connection
from ..operations import connections


class VersionForm(forms.Form):
    """Carries what its page was made from, so that a form left open for long decides nothing about what came since."""

    # Not required: a form without a version is one that has seen nothing, and is treated as such.
    version = forms.CharField(widget=forms.HiddenInput, required=False)

    @classmethod
    def showing(cls, connection: Connection) -> VersionForm:
        """The form for the connection as it stands."""
        return cls(initial={"version": connections.version(connection)})


class ProvisioningForm(VersionForm):
    """The check box."""

    enabled = forms.BooleanField(label=_("Enable SCIM provisioning"), required=False)

    @classmethod
    def showing(cls, connection: Connection) -> ProvisioningForm:
        """The form for the connection as it stands, saying what the next Save would do."""
        form = cls(initial={"version": connections.version(connection), "enabled": connection.enabled})
        form.fields["enabled"].help_text = (
            _("Without the tick, Save asks once more and then ends the token of your identity provider.")
            if connection.enabled
            else _("With the tick, Save makes a token for your identity provider and shows it once.")
        )
        return form


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
