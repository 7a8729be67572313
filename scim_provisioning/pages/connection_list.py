"""Where the product has tenants: the list of their connections, and the form that adds one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.db import router, transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from ..models import Connection
from ..operations import connections
from ..operations.status import standings
from .forms import TenantForm
from .frame import Frame
from .glance import Glance


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list."""

    glance: Glance
    tenant: str
    url: str

    @property
    def connection(self) -> Connection:
        """The connection that the line is about."""
        return self.glance.standing.connection

    @property
    def last_request(self) -> datetime | None:
        """When a request last came, with whichever token."""
        return self.glance.standing.last_request


class ConnectionList(Frame):
    """The list and the form. The connections' own pages are at `<pk>/…`."""

    def list_view(self, request: HttpRequest) -> HttpResponseBase:
        """All connections, by the names of their tenants."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self.list_page(request)

    def list_page(self, request: HttpRequest) -> TemplateResponse:
        """The list."""
        names = connections.tenants()
        rows = [
            Row(Glance(found), tenant_name(found.connection, names), self.url("box", found.connection.pk))
            for found in standings(connections.all_of_them())
        ]
        rows.sort(key=lambda row: row.tenant.casefold())
        return self.draw(
            request,
            "list.html",
            rows=rows,
            named=any(row.connection.name for row in rows),
            add_url=self.url("add") if names.keys() - {row.connection.tenant for row in rows} else None,
        )

    def new_view(self, request: HttpRequest) -> HttpResponseBase:
        """The tenant whose connection is to be added; its form with the check box comes next."""
        names = connections.tenants()
        if not names or self.tenant(request) is not None:
            return HttpResponseRedirect(self.url("index"))
        if request.method == "POST":
            form = TenantForm(request.POST, tenants=names)
            if form.is_valid():
                return self._add(request, form.cleaned_data["tenant"])
        else:
            form = TenantForm(tenants=names)
        form.offer_but(set(connections.all_of_them().values_list("tenant", flat=True)))
        return self.draw(request, "add.html", form=form)

    def _add(self, request: HttpRequest, tenant: str) -> HttpResponseBase:
        with transaction.atomic(using=router.db_for_write(Connection)):
            connection, made = connections.add(tenant)
            if made:
                self.log_addition(request, connection, gettext("Added"))
        if made:
            return HttpResponseRedirect(self.url("edit", connection.pk))
        words = gettext("Nothing was changed: this tenant has a connection already.")
        return self.redirect(request, messages.INFO, words, self.url("box", connection.pk))


def tenant_name(connection: Connection, names: dict[str, str]) -> str:
    """What the product calls the tenant; the bare value where it does not know it any more."""
    return names.get(connection.tenant) or connection.tenant or gettext("Whole site")
