"""The identity providers that the page knows: what each calls the provisioning URL and the token, and what comes next.

A connection keeps the key of its provider, which decides nothing but words. Field names are those of the provider's own
screens; `docs/providers/<key>.md` has the same names, and everything else that its administrator needs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..protocol.dialects import PROVIDERS as NAMES

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Provider:
    """An identity provider's words."""

    key: str
    name: Text
    url_label: Text
    token_label: Text
    steps: tuple[Text, ...]

    @property
    def is_known(self) -> bool:
        """Whether it can be called by its name."""
        return self.key != OTHER.key


OTHER = Provider(
    key="other",
    name=_("Another identity provider"),
    url_label=_("Provisioning URL"),
    token_label=_("Token"),
    steps=(
        _("Enter the provisioning URL where the SCIM 2.0 base address is asked for, and the token as bearer token."),
        _("Match users by userName, and groups by displayName."),
        _("Assign one user and one group first, and look at what arrives."),
    ),
)

PROVIDERS = (
    Provider(
        key="entra",
        name=NAMES["entra"],
        url_label=pgettext_lazy("field in Entra ID", "Tenant URL"),
        token_label=pgettext_lazy("field in Entra ID", "Secret Token"),
        steps=(
            _("Create an enterprise application outside the gallery, and open Provisioning › New configuration."),
            _("Enter Tenant URL and Secret Token, choose Test Connection, then Create."),
            _("In Attribute mapping, let objectId go to externalId, and keep userName as the matching property."),
            _("Assign users and groups, try one with Provision on demand, then Start provisioning."),
        ),
    ),
    Provider(
        key="okta",
        name=NAMES["okta"],
        url_label=pgettext_lazy("field in Okta", "SCIM connector base URL"),
        token_label=pgettext_lazy("field in Okta", "Authorization"),
        steps=(
            _("In a SAML or SWA app integration, open General › App Settings and set Provisioning to SCIM."),
            _(
                "Under Provisioning › Integration, enter SCIM connector base URL, userName as unique identifier field, "
                "HTTP Header as authentication mode and the token as Authorization; then Test Connector Configuration."
            ),
            _("Under Provisioning › To App, enable Create Users, Update User Attributes and Deactivate Users."),
            _("Assign people. Under Push Groups, choose Link Group with a group of this site, not Create Group."),
        ),
    ),
    Provider(
        key="onelogin",
        name=NAMES["onelogin"],
        url_label=pgettext_lazy("field in OneLogin", "SCIM Base URL"),
        token_label=pgettext_lazy("field in OneLogin", "SCIM Bearer Token"),
        steps=(
            _("Add the app SCIM Provisioner with SAML (SCIM v2 Enterprise)."),
            _("Under Configuration, enter SCIM Base URL and SCIM Bearer Token, and set API Status to Enable."),
            _("Under Provisioning, tick Enable provisioning. Under Parameters, include Groups in user provisioning."),
            _("Refresh the entitlements, then give groups by rules or to each user."),
        ),
    ),
    Provider(
        key="jumpcloud",
        name=NAMES["jumpcloud"],
        url_label=pgettext_lazy("field in JumpCloud", "Base URL"),
        token_label=pgettext_lazy("field in JumpCloud", "Token Key"),
        steps=(
            _("Add a custom application that exports users, and open its Identity Management tab."),
            _("Choose SCIM 2.0, and enter Base URL, Token Key and the e-mail address of a test user."),
            _("Leave the management of groups off, unless groups can be created on this site over SCIM."),
            _("Choose Test Connection, Activate and Save, then bind user groups to the application."),
        ),
    ),
    Provider(
        key="ping",
        name=NAMES["ping"],
        url_label=pgettext_lazy("field in PingOne", "SCIM Base URL"),
        token_label=pgettext_lazy("field in PingOne", "OAuth Access Token"),
        steps=(
            _("In PingOne, open Integrations › Provisioning and make a new connection of the kind SCIM Outbound."),
            _(
                "Enter SCIM Base URL, choose OAuth 2 Bearer Token as authentication method, enter OAuth Access Token, "
                "and set Auth Type Header to Bearer."
            ),
            _("In PingFederate, the same fields of the SCIM connector are SCIM URL and Access Token."),
            _("Let it merge the memberships of groups, add a rule with users and groups, and switch both on."),
        ),
    ),
    Provider(
        key="google",
        name=NAMES["google"],
        url_label=pgettext_lazy("field in Google", "Endpoint URL"),
        token_label=pgettext_lazy("field in Google", "Access token"),
        steps=(
            _("Google provisions apps of its own catalogue only: a custom SAML app has no autoprovisioning."),
            _("Where your app is in the catalogue, choose Configure autoprovisioning in it."),
            _("Enter Access token and Endpoint URL, choose the scope, and switch autoprovisioning on."),
            _("Google sends users, no groups: give access to groups on this site."),
        ),
    ),
    Provider(
        key="keycloak",
        name=NAMES["keycloak"],
        url_label=pgettext_lazy("field in Keycloak", "SCIM 2.0 endpoint"),
        token_label=pgettext_lazy("field in Keycloak", "Auth password/token"),
        steps=(
            _("Install an extension that is a SCIM client (keycloak-scim), and add scim to the event listeners."),
            _("Under User federation, add the provider scim."),
            _("Enter SCIM 2.0 endpoint, choose BEARER as auth mode, and enter Auth password/token."),
            _("Never choose DELETE_REMOTE as import action: it deletes the users that Keycloak does not know."),
        ),
    ),
    Provider(
        key="authentik",
        name=NAMES["authentik"],
        url_label=pgettext_lazy("field in authentik", "URL"),
        token_label=pgettext_lazy("field in authentik", "Token"),
        steps=(
            _("Create a SCIM provider, and enter URL and Token."),
            _("Choose a group as filter, so that not all users are sent."),
            _("In the application, add it under Backchannel providers."),
        ),
    ),
    OTHER,
)

_BY_KEY = {provider.key: provider for provider in PROVIDERS}


def provider_of(key: str) -> Provider:
    """The provider with that key; for none, and for one that is not known, the words that fit all."""
    return _BY_KEY.get(key, OTHER)


def choices() -> Iterable[tuple[str, Text]]:
    """What a form offers, beginning with none."""
    yield "", _("Not said")
    for provider in PROVIDERS:
        yield provider.key, provider.name
