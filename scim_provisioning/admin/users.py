"""The host's own admin of its users, with what provisioning means to each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..models import Connection, UserRecord
from ..operations import naming
from ..operations.managed import Managed, managed
from ..pages.frame import is_superuser
from ..pages.providers import provider_of
from .settings_page import SettingsPage

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class ProvisionedUserAdmin(_ModelAdmin):
    """Any ModelAdmin of the user model with provisioning in it: `class EmployeeAdmin(ProvisionedUserAdmin, UserAdmin)`.

    The page of a user who came over SCIM begins with who manages the account and since when, and marks the fields that
    provisioning overwrites. The list of users leads superusers to the settings page, and each user to their events;
    `managed_by` is for its `list_display`.
    """

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """The form as it is drawn, so that whatever makes its fields and fieldsets may be the host's."""
        found = managed(obj) if obj is not None else None
        if found is not None:
            marked = _mark(context["adminform"].form, found)
            tables = [
                capfirst(inline.opts.verbose_name_plural)
                for inline in context["inline_admin_formsets"]
                if inline.opts.model in found.overwritten.tables
            ]
            url = None if context["is_popup"] else _settings_url(self.admin_site, request, found.connection)
            words = {"managed": found, "name": _name(found.connection), "marked": marked, "tables": tables}
            words |= {"url": url, "events_url": url and _events_url(self.admin_site, request, obj)}
            box = render_to_string("scim_provisioning/admin/managed.html", words)
            fieldset = _("SCIM provisioning"), {"fields": (), "description": box}
            context["adminform"].fieldsets = [fieldset, *context["adminform"].fieldsets]
        response = super().render_change_form(request, context, add, change, form_url, obj)
        return (
            response if obj is None else _with_tool(response, "user.html", _events_url(self.admin_site, request, obj))
        )

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The host's list with a link among its tools."""
        response = super().changelist_view(request, extra_context)
        if "cl" not in (getattr(response, "context_data", None) or ()):
            return response
        return _with_tool(response, "users.html", _settings_url(self.admin_site, request))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The rows of the page with what `managed_by` shows, where the list has it: one query more."""
        changelist = super().get_changelist_instance(request)
        if "managed_by" in changelist.list_display:
            records = UserRecord.objects.select_related("connection").defer("attributes")
            prefetch_related_objects(list(changelist.result_list), Prefetch("scim_record", records))
        return changelist

    @admin.display(description=_("managed by"))
    def managed_by(self, user: Any) -> str | None:
        """Whose identity provider manages the account, while its provisioning is enabled."""
        record = getattr(user, "scim_record", None)
        if record is None or record.connection is None or not record.connection.enabled:
            return None
        return _name(record.connection)


def _mark(form: Any, found: Managed) -> bool:
    """Say of fields that can be edited that they are overwritten, before what their help texts say so far.

    Tells whether there are any. Help texts are HTML to the admin, and are read out with the field.
    """
    names = found.overwritten.fields & form.fields.keys()
    mark = format_html("<strong>{}</strong> ", gettext("Overwritten by provisioning."))
    for name in names:
        form.fields[name].help_text = form[name].help_text = mark + (form.fields[name].help_text or "")
    return bool(names)


def _settings_url(site: admin.AdminSite, request: HttpRequest, connection: Connection | None = None) -> str | None:
    """The settings page of a connection on this admin site; None for who has no access, and where there is none."""
    page = _settings_page(site, request)
    if page is None:
        return None
    return page.url("box", connection.pk) if connection and connection.tenant else page.url("index")


def _events_url(site: admin.AdminSite, request: HttpRequest, user: Any) -> str | None:
    """All that was done to the user over SCIM, likewise."""
    page = _settings_page(site, request)
    return page.events_url(user=naming.user_id(user)) if page else None


def _settings_page(site: admin.AdminSite, request: HttpRequest) -> SettingsPage | None:
    page = site.get_model_admin(Connection) if site.is_registered(Connection) else None
    return page if isinstance(page, SettingsPage) and is_superuser(request) else None


def _with_tool(response: HttpResponse, template: str, url: str | None) -> HttpResponse:
    """The host's page, whichever template draws it, with a link among its tools."""
    if url and isinstance(response, TemplateResponse):
        drawn_by = response.resolve_template(response.template_name)
        response.context_data = {**(response.context_data or {}), "scim_drawn_by": drawn_by, "scim_url": url}
        response.template_name = f"scim_provisioning/admin/{template}"
    return response


def _name(connection: Connection | None) -> str:
    """What people call the connection: by its identity provider and its own name, as far as they were said."""
    if connection is None:
        return gettext("SCIM provisioning")
    provider = provider_of(connection.provider)
    if not provider.is_known:
        return str(connection)
    return f"{provider.name} ({connection.name})" if connection.name else str(provider.name)
