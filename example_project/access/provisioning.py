"""The settings pages of SCIM provisioning, in the frame of the product."""

from scim_provisioning.pages import SettingsPages


class ProvisioningPages(SettingsPages):
    """The pages at /settings/provisioning/, for superusers."""

    base_template = "access/provisioning.html"


pages = ProvisioningPages()
