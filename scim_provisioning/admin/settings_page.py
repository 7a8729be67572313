"""Authentication settings › SCIM provisioning: how the connection stands, and the switch.

The box (GET) links to the form (`edit/`). Ticking and saving answers with the token, in that one response; unticking
and saving asks once (`disable/`). A form that was made from what has passed since changes nothing.
"""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import router, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from .. import locations
from ..models import Connection
from ..operations import connections
from ..operations.connections import ConnectionMovedError, State
from .banner import Banner
from .forms import ProvisioningForm, VersionForm
from .permissions import SuperuserAdmin

STATE_LABELS: dict[State, str | Promise] = {
    State.NEVER_ENABLED: _("Never enabled"),
    State.DISABLED: _("Disabled"),
    State.WAITING: _("Waiting for the first request"),
    State.ENABLED: _("Enabled"),
}


class SettingsPage(SuperuserAdmin):
    """One page in the place of Django's list, add, change, delete and history pages of Connection."""

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Any, name: str | None = None) -> URLPattern:
            return path(route, self.superuser_view(view), name=name and self._url_name(name))

        return [
            page("", self.box_view, "changelist"),
            page("edit/", self.edit_view, "edit"),
            page("disable/", self.disable_view, "disable"),
            page("<path:object_id>/change/", self.other_view, "change"),  # the admin's recent actions link here
            page("<path:rest>/", self.other_view),
        ]

    def box_view(self, request: HttpRequest) -> HttpResponseBase:
        """How SCIM provisioning stands."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._render(request, "settings.html", connections.current())

    def edit_view(self, request: HttpRequest) -> HttpResponseBase:
        """The check box; saving the tick answers with the token."""
        connection = connections.current()
        if request.method != "POST":
            return self._render(request, "edit.html", connection, form=ProvisioningForm.showing(connection))
        form = ProvisioningForm(request.POST)
        form.full_clean()
        seen = form.cleaned_data["version"]
        if form.cleaned_data["enabled"]:
            return self._enable(request, seen)
        if not connection.enabled:
            return self._back(request, messages.INFO, gettext("Nothing was changed: SCIM provisioning is not enabled."))
        if seen != connections.version(connection):
            return self._moved(request)
        return HttpResponseRedirect(self._url("disable"))

    def disable_view(self, request: HttpRequest) -> HttpResponseBase:
        """Asks once, then ends the token."""
        connection = connections.current()
        if request.method == "POST":
            form = VersionForm(request.POST)
            form.full_clean()
            return self._disable(request, form.cleaned_data["version"])
        if not connection.enabled:
            return HttpResponseRedirect(self._url("changelist"))
        return self._render(request, "disable.html", connection, form=VersionForm.showing(connection))

    def other_view(self, request: HttpRequest, **parts: str) -> HttpResponseBase:
        """The admin's usual pages of a model, which this one has not got."""
        return HttpResponseRedirect(self._url("changelist"))

    @sensitive_variables("token", "banner")
    def _enable(self, request: HttpRequest, seen: str) -> HttpResponseBase:
        url = locations.provisioning_url(request)  # first: should it fail, there is no token yet that nobody saw
        try:
            with transaction.atomic(using=router.db_for_write(Connection)):
                connection, token = connections.enable(by=cast(AbstractBaseUser, request.user), seen=seen)
                if token:
                    self.log_change(request, connection, gettext("Enabled SCIM provisioning"))
        except ConnectionMovedError:
            return self._moved(request)
        if token is None:
            words = gettext(
                "SCIM provisioning is enabled already. Its token was shown when it was made, and is not shown again. "
                "If it is lost, disable SCIM provisioning and enable it again: that makes a new token."
            )
            return self._back(request, messages.INFO, words)
        banner = Banner(url, token)
        return self._render(request, "settings.html", connection, banner=banner)

    def _disable(self, request: HttpRequest, seen: str) -> HttpResponseBase:
        try:
            with transaction.atomic(using=router.db_for_write(Connection)):
                connection, was_enabled = connections.disable(by=cast(AbstractBaseUser, request.user), seen=seen)
                if was_enabled:
                    self.log_change(request, connection, gettext("Disabled SCIM provisioning"))
        except ConnectionMovedError:
            return self._moved(request)
        if was_enabled:
            return self._back(request, messages.SUCCESS, gettext("SCIM provisioning is disabled."))
        return self._back(request, messages.INFO, gettext("Nothing was changed: SCIM provisioning is not enabled."))

    def _moved(self, request: HttpRequest) -> HttpResponse:
        words = gettext(
            "Nothing was changed: SCIM provisioning was enabled or disabled after you opened the form. "
            "This is how it stands now."
        )
        return self._back(request, messages.WARNING, words)

    def _back(self, request: HttpRequest, level: int, words: str) -> HttpResponse:
        self.message_user(request, words, level)
        return HttpResponseRedirect(self._url("changelist"))

    @sensitive_variables("context")
    def _render(self, request: HttpRequest, template: str, connection: Connection, **context: Any) -> TemplateResponse:
        request.current_app = self.admin_site.name
        url = locations.provisioning_url(request)
        state = connections.state(connection)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": self.opts.app_config.verbose_name,
            "subtitle": self.opts.verbose_name,
            "connection": connection,
            "state": state,
            "state_label": STATE_LABELS[state],
            "url": url,
            "url_is_unprotected": locations.is_unprotected(url),
            **context,
        }
        return TemplateResponse(request, f"scim_provisioning/admin/{template}", context)

    def _url_name(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def _url(self, name: str) -> str:
        return reverse(f"admin:{self._url_name(name)}", current_app=self.admin_site.name)
