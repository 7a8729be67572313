"""Authentication settings › SCIM provisioning: how the connection stands, and the switch.

The box (GET) links to the form (`edit/`). Ticking and saving answers with the token, in that one response; unticking
and saving asks once (`disable/`). The same form says which identity provider it is; that leaves the token as it is. How
a token gives way to another is in `rotation`. A form that was made from what has passed since changes nothing. Where
the product has tenants there is a list first, and the same pages for each connection at `<pk>/…`.
"""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import router, transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_variables

from .. import locations
from ..models import Connection
from ..operations import connections
from ..operations.connections import ConnectionMovedError
from ..operations.status import standing
from .banner import Banner
from .connection_list import ConnectionList
from .connection_pages import of_one_connection
from .event_pages import EventPages
from .forms import ProvisioningForm, VersionForm
from .glance import Glance
from .providers import provider_of
from .rotation import RotationPages


class SettingsPages(RotationPages, EventPages, ConnectionList):
    """All pages, in a product's own frame: `include(pages.urls)` mounts those of an instance."""

    def get_urls(self) -> list[URLPattern]:
        return [
            self.page("", self.index_view, "index"),
            self.page("add/", self.new_view, "add"),
            self.page("events/", self.events_view, "events"),
            self.page("edit/", self.edit_view, "edit"),
            self.page("disable/", self.disable_view, "disable"),
            self.page("rotate/", self.rotate_view, "rotate"),
            self.page("end-previous/", self.end_previous_view, "end-previous"),
            self.page("glance/", self.glance_view, "glance"),
            self.page("<int:pk>/", self.box_view, "box"),
            self.page("<int:pk>/edit/", self.edit_view, "edit"),
            self.page("<int:pk>/disable/", self.disable_view, "disable"),
            self.page("<int:pk>/rotate/", self.rotate_view, "rotate"),
            self.page("<int:pk>/end-previous/", self.end_previous_view, "end-previous"),
            self.page("<int:pk>/glance/", self.glance_view, "glance"),
        ]

    def index_view(self, request: HttpRequest) -> HttpResponseBase:
        """The list of connections, or the only one."""
        connection = self.only_connection(request)
        return self.list_view(request) if connection is None else self._box(request, connection)

    @sensitive_variables("page")
    def box(self, request: HttpRequest) -> SafeString:
        """The box without its frame, for a page of the product's own; empty for whom `allows` does not let in."""
        if not (request.user.is_authenticated and self.allows(request)):
            return SafeString()
        connection = self.only_connection(request)
        page = self.list_page(request) if connection is None else self._render(request, "settings.html", connection)
        page.context_data = {**(page.context_data or {}), "base_template": "scim_provisioning/pages/bare.html"}
        return cast(SafeString, page.rendered_content)

    @of_one_connection
    def box_view(self, request: HttpRequest, connection: Connection) -> HttpResponseBase:
        """How the SCIM provisioning of one tenant stands."""
        return self._box(request, connection)

    @of_one_connection
    def edit_view(self, request: HttpRequest, connection: Connection) -> HttpResponseBase:
        """The form; saving the tick answers with the token."""
        form = ProvisioningForm(request.POST) if request.method == "POST" else ProvisioningForm.showing(connection)
        if not form.is_valid():
            return self._render(request, "edit.html", connection, form=form)
        try:
            return self._save(request, connection.tenant, form)
        except ConnectionMovedError:
            return self._moved(request)

    @of_one_connection
    def disable_view(self, request: HttpRequest, connection: Connection) -> HttpResponseBase:
        """Asks once, then ends the token."""
        if request.method == "POST":
            form = VersionForm(request.POST)
            form.full_clean()
            return self._disable(request, connection.tenant, form.cleaned_data["version"])
        if not connection.enabled:
            return HttpResponseRedirect(self._own_url(request, "box"))
        return self._render(request, "disable.html", connection, form=VersionForm.showing(connection))

    @of_one_connection
    def glance_view(self, request: HttpRequest, connection: Connection) -> HttpResponseBase:
        """The state alone, as JSON, for a page that waits for the first request."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return JsonResponse(Glance(standing(connection)).data())

    def _box(self, request: HttpRequest, connection: Connection) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._render(request, "settings.html", connection)

    @sensitive_variables("token", "banner")
    def _save(self, request: HttpRequest, tenant: str, form: ProvisioningForm) -> HttpResponseBase:
        """What the form says, in one transaction; disabling is only led to."""
        url = locations.provisioning_url(request)  # first: should it fail, there is no token yet that nobody saw
        seen, ticked, token = form.cleaned_data["version"], form.cleaned_data["enabled"], None
        with transaction.atomic(using=router.db_for_write(Connection)):
            connection, changed = connections.describe(tenant, seen=seen, **form.details)
            if changed:
                seen = connections.version(connection)
                labels = [str(form.fields[name].label) for name in changed]
                self.log_change(request, connection, [{"changed": {"fields": labels}}])
            if ticked:
                connection, token = connections.enable(
                    cast(AbstractBaseUser, request.user), tenant, lifetime=form.cleaned_data["lifetime"], seen=seen
                )
            elif connection.enabled and seen != connections.version(connection):
                raise ConnectionMovedError
            if token:
                self.log_change(request, connection, gettext("Enabled SCIM provisioning"))
        if token:
            banner = Banner(url, token, provider_of(connection.provider))
            return self._render(request, "settings.html", connection, banner=banner)
        if changed:
            self.say(request, messages.SUCCESS, gettext("The changes were saved."))
        if connection.enabled and not ticked:
            return HttpResponseRedirect(self._own_url(request, "disable"))
        if changed:
            return HttpResponseRedirect(self._own_url(request, "box"))
        return self._enabled_already(request) if connection.enabled else self._not_enabled(request)

    def _enabled_already(self, request: HttpRequest) -> HttpResponseBase:
        words = gettext(
            "SCIM provisioning is enabled already. Its token was shown when it was made, and is not shown again. "
            "If it is lost, disable SCIM provisioning and enable it again: that makes a new token. "
            "Rotate makes one while the token so far goes on."
        )
        return self._back(request, messages.INFO, words)

    def _disable(self, request: HttpRequest, tenant: str, seen: str) -> HttpResponseBase:
        try:
            with transaction.atomic(using=router.db_for_write(Connection)):
                connection, was_enabled = connections.disable(cast(AbstractBaseUser, request.user), tenant, seen=seen)
                if was_enabled:
                    self.log_change(request, connection, gettext("Disabled SCIM provisioning"))
        except ConnectionMovedError:
            return self._moved(request)
        if was_enabled:
            return self._back(request, messages.SUCCESS, gettext("SCIM provisioning is disabled."))
        return self._not_enabled(request)
