"""What the pages about one connection have in common: which one it is, what they are drawn with, where they lead."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_variables

from .. import locations
from ..conf import settings
from ..models import Connection
from ..operations import connections
from ..operations.status import status
from .connection_list import tenant_name
from .forms import VersionForm
from .frame import Frame
from .glance import Glance
from .providers import provider_of
from .refused import Refused


def of_one_connection(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Finds the connection that the address means; where it means none, the page leads to those that there are.

    The only connection has no number in its address, one of several has.
    """

    @wraps(view)
    def page(self: ConnectionPages, request: HttpRequest, pk: int | None = None) -> HttpResponseBase:
        found = self.only_connection(request)
        if pk is not None:
            found = connections.all_of_them().filter(pk=pk).first() if found is None else None
            request._scim_number = pk  # type: ignore[attr-defined]
        return HttpResponseRedirect(self.url("index")) if found is None else view(self, request, found)

    return page


class ConnectionPages(Frame):
    """Pages about one connection, at `…/` or `<pk>/…`."""

    def only_connection(self, request: HttpRequest) -> Connection | None:
        """The connection, where the pages are about one. Raises PermissionDenied for a tenant that there is not."""
        tenant = self.tenant(request)
        if tenant is None:
            return None if connections.are_several() else connections.current()
        if str(tenant) not in connections.tenants():
            raise PermissionDenied
        return connections.current(str(tenant))

    def _moved(self, request: HttpRequest) -> HttpResponse:
        words = gettext(
            "Nothing was changed: somebody changed these settings after you opened the form. "
            "This is how they stand now."
        )
        return self._back(request, messages.WARNING, words)

    def _not_enabled(self, request: HttpRequest) -> HttpResponse:
        return self._back(request, messages.INFO, gettext("Nothing was changed: SCIM provisioning is not enabled."))

    def _back(self, request: HttpRequest, level: int, words: str) -> HttpResponse:
        return self.redirect(request, level, words, self._own_url(request, "box"))

    @sensitive_variables("context")
    def _render(self, request: HttpRequest, template: str, connection: Connection, **context: Any) -> TemplateResponse:
        url = locations.provisioning_url(request)
        found, number = status(connection), _number(request)
        of_this = {"connection": number} if number else {}
        glance = Glance(found)
        return self.draw(
            request,
            template,
            connection=connection,
            tenant=tenant_name(connection, connections.tenants()) if number else None,
            status=found,
            glance=glance,
            refusals=[Refused(event, found.at) for event in found.refusals] if glance.shows_refusals else [],
            provider=provider_of(connection.provider),
            documentation_url=settings.DOCUMENTATION_URI,
            url=url,
            url_is_unprotected=locations.is_unprotected(url),
            box_url=self._own_url(request, "box"),
            events_url=self.events_url(**of_this),
            refused_url=self.events_url(**of_this, outcome="refused"),
            glance_url=self._own_url(request, "glance"),
            edit_url=self._own_url(request, "edit"),
            rotate_url=self._own_url(request, "rotate"),
            end_previous_url=self._own_url(request, "end-previous"),
            version_form=VersionForm.showing(connection),
            **context,
        )

    def _own_url(self, request: HttpRequest, name: str) -> str:
        """Another page about the same connection."""
        number = _number(request)
        if number is None:
            return self.url("index" if name == "box" else name)
        return self.url(name, number)


def _number(request: HttpRequest) -> int | None:
    """Which of several connections the page is about, by its address; None for the only one."""
    # Not as the URL has it: the box may stand on another page, whose URL has a pk of its own.
    number: int | None = getattr(request, "_scim_number", None)
    return number
