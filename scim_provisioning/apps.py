"""The Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class ScimProvisioningConfig(AppConfig):
    """SCIM provisioning; its section in the admin is called *Authentication settings*."""

    name = "scim_provisioning"
    verbose_name = _("Authentication settings")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks and what listens to logins, whose sessions deactivation ends, and to requests."""
        from django.contrib.auth.signals import user_logged_in, user_logged_out
        from django.core.signals import request_started

        from .api.beginnings import spare_django
        from .checks import check_configuration, check_database, check_deployment
        from .operations.sessions import forget_logout, note_login

        checks.register(check_configuration)
        checks.register(check_deployment, checks.Tags.security, deploy=True)
        checks.register(check_database, checks.Tags.database)
        user_logged_in.connect(note_login, dispatch_uid="scim_provisioning.note_login")
        request_started.connect(spare_django, dispatch_uid="scim_provisioning.spare_django")
        user_logged_out.connect(forget_logout, dispatch_uid="scim_provisioning.forget_logout")
