"""The settings pages in the frame of the Django admin, in the place of its usual pages of a model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.utils import quote
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import URLPattern, reverse

from ..adapters.registry import user_adapter
from ..models import Connection
from ..operations import naming
from ..pages import SettingsPages
from ..pages.connection_pages import of_one_connection
from ..pages.frame import View
from .permissions import SuperuserAdmin


class SettingsPage(SettingsPages, SuperuserAdmin):
    """The pages in the place of Django's list, add, change, delete and history pages of Connection."""

    base_template = "scim_provisioning/admin/frame.html"

    def get_urls(self) -> list[URLPattern]:
        return [
            *super().get_urls(),
            self.page("<int:pk>/change/", self.usual_view, "change"),  # the admin's recent actions link here
            self.page("<path:rest>/", self.other_view),
        ]

    @property
    def urls(self) -> list[URLPattern]:
        """The addresses within the admin site's own namespace."""
        return self.get_urls()

    def guard(self, view: View) -> View:
        return self.superuser_view(view)

    def url_name(self, name: str) -> str:
        """The names that the admin looks for."""
        return f"{self.opts.app_label}_{self.opts.model_name}_{'changelist' if name == 'index' else name}"

    def url(self, name: str, *parts: Any) -> str:
        """The address of a page on this admin site."""
        return reverse(f"admin:{self.url_name(name)}", args=parts, current_app=self.admin_site.name)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        request.current_app = self.admin_site.name
        return self.admin_site.each_context(request)

    def account_urls(self, request: HttpRequest, ids: Iterable[str]) -> dict[str, str]:
        """Where users are edited on this admin site, if they are."""
        model, site = user_adapter().get_model(), self.admin_site
        if not site.is_registered(model) or not site.get_model_admin(model).has_view_or_change_permission(request):
            return {}
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
        keys = naming.user_keys(ids).items()
        return {id: reverse(name, args=[quote(key)], current_app=site.name) for id, key in keys}

    @of_one_connection
    def usual_view(self, request: HttpRequest, connection: Connection) -> HttpResponseBase:
        """The admin's usual page of one connection."""
        return HttpResponseRedirect(self._own_url(request, "box"))

    def other_view(self, request: HttpRequest, **parts: str) -> HttpResponseBase:
        """The admin's usual pages of a model, which this one has not got."""
        return HttpResponseRedirect(self.url("index"))
