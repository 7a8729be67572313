"""Pages of our own, drawn as the admin's."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from ..operations.connections import State
from .permissions import SuperuserAdmin, View

STATE_LABELS: dict[State, str | Promise] = {
    State.NEVER_ENABLED: _("Never enabled"),
    State.DISABLED: _("Disabled"),
    State.WAITING: _("Waiting for the first request"),
    State.ENABLED: _("Enabled"),
}


class OwnPages(SuperuserAdmin):
    """Pages that take the place of Django's list, add, change, delete and history pages of a model."""

    def page(self, route: str, view: View, name: str | None = None) -> URLPattern:
        """The page at that address, for superusers only."""
        return path(route, self.superuser_view(view), name=name and self._url_name(name))

    def url(self, name: str, *parts: Any) -> str:
        """The address of a page on this admin site."""
        return reverse(f"admin:{self._url_name(name)}", args=parts, current_app=self.admin_site.name)

    @sensitive_variables("context")
    def draw(self, request: HttpRequest, template: str, **context: Any) -> TemplateResponse:
        """The page, with what the admin's templates need."""
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": self.opts.app_config.verbose_name,
            "subtitle": self.opts.verbose_name,
            "list_url": self.url("changelist"),
            **context,
        }
        return TemplateResponse(request, f"scim_provisioning/admin/{template}", context)

    def redirect(self, request: HttpRequest, level: int, words: str, url: str) -> HttpResponse:
        """To another page, which says the words."""
        self.message_user(request, words, level)
        return HttpResponseRedirect(url)

    def _url_name(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"
