"""The Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScimProvisioningConfig(AppConfig):
    """SCIM provisioning; its section in the admin is called *Authentication settings*."""

    name = "scim_provisioning"
    verbose_name = _("Authentication settings")
    default_auto_field = "django.db.models.BigAutoField"
