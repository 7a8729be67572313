"""Who may use our part of the admin: superusers, and nobody else."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse_lazy

from ..pages.frame import View, is_superuser

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class SuperuserAdmin(_ModelAdmin):
    """A part of the admin that staff who are not superusers neither see nor reach.

    Nothing is added or deleted by hand, so nobody is offered that.
    """

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def superuser_view(self, view: View) -> View:
        """The view as a page of the admin site: login, CSRF check, never cached, and 403 unless for a superuser.

        `AdminSite.admin_view` lets all staff in, and only the stock views of ModelAdmin ask has_*_permission.
        """

        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not is_superuser(request):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        @wraps(view)
        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return self.admin_site.admin_view(checked)(request, *args, **kwargs)

        # Where LoginRequiredMiddleware sends those who are not logged in.
        page.login_url = reverse_lazy("admin:login", current_app=self.admin_site.name)  # type: ignore[attr-defined]
        return page
