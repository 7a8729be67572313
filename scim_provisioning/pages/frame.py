"""What surrounds the pages: who may see them, where they are, what they are drawn in, where it is noted who did what.

As it stands this is a product's own frame; the admin has one that differs in a few methods.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.apps import apps
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_deny
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_variables

from ..models import Connection

View = Callable[..., HttpResponseBase]


def is_superuser(request: HttpRequest) -> bool:
    """Whether the request is an active superuser's. Permissions on models give no access here."""
    return request.user.is_active and bool(getattr(request.user, "is_superuser", False))


class Frame:
    """Whoever is let in, by login and `allows`, sees the pages within `base_template`, at the addresses in `urls`."""

    base_template: str
    """A template of the product with the blocks `scim_head` and `scim`, and perhaps `scim_breadcrumbs`."""

    namespace = "provisioning"
    """What the names of the addresses begin with, with the namespaces of the product's own URLs that are around it."""

    def allows(self, request: HttpRequest) -> bool:
        """Whether who has logged in may use the pages; by default, whether it is an active superuser."""
        return is_superuser(request)

    def tenant(self, request: HttpRequest) -> Any:
        """The one tenant whose connection the pages are about; None: all of them, as a list where there are several.

        A product that lets others than its own superusers in says here whose connection is theirs.
        """
        return None

    def get_urls(self) -> list[URLPattern]:
        """The addresses of the pages."""
        raise NotImplementedError

    @property
    def urls(self) -> Any:
        """What the product hands to `include`. Raises ImproperlyConfigured where the frame has no template."""
        if not hasattr(self, "base_template"):
            raise ImproperlyConfigured(f"{type(self).__qualname__} needs a base_template to draw its pages in.")
        return self.get_urls(), self.namespace.rpartition(":")[2]

    def page(self, route: str, view: View, name: str | None = None) -> URLPattern:
        """The page at that address, which is neither kept nor framed nor reached from elsewhere."""
        guarded = self.guard(view)

        @wraps(guarded)
        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            response = guarded(request, *args, **kwargs)
            response.headers.setdefault("Referrer-Policy", "same-origin")
            return response

        return path(route, never_cache(xframe_options_deny(csrf_protect(page))), name=name and self.url_name(name))

    def guard(self, view: View) -> View:
        """The view for those who are let in; others are sent to LOGIN_URL, or refused."""

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not self.allows(request):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    def url_name(self, name: str) -> str:
        """What the address of a page is called within the namespace."""
        return name

    def url(self, name: str, *parts: Any) -> str:
        """The address of a page."""
        return reverse(f"{self.namespace}:{self.url_name(name)}", args=parts)

    def events_url(self, **asked: Any) -> str:
        """The address of the Events that are asked for, in the words of its form."""
        return self.url("events") + (f"?{urlencode(asked)}" if asked else "")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What the frame's template needs, on each page; a product adds to it what its own asks for."""
        return {}

    @sensitive_variables("context")
    def draw(self, request: HttpRequest, template: str, **context: Any) -> TemplateResponse:
        """The page within the frame."""
        opts = Connection._meta
        context = {
            **self.each_context(request),
            "base_template": self.base_template,
            "opts": opts,
            "title": opts.app_config.verbose_name,
            "subtitle": opts.verbose_name,
            "list_url": self.url("index"),
            "events_url": self.events_url(),
            **context,
        }
        return TemplateResponse(request, f"scim_provisioning/pages/{template}", context)

    def redirect(self, request: HttpRequest, level: int, words: str, url: str) -> HttpResponse:
        """To another page, which says the words."""
        self.say(request, level, words)
        return HttpResponseRedirect(url)

    def say(self, request: HttpRequest, level: int, words: str) -> None:
        """Say it on the next page, where the product has messages."""
        messages.add_message(request, level, words, fail_silently=True)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Note in the log of the admin, where there is one, who added a connection."""
        return _log(request, "ADDITION", obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Note in the log of the admin, where there is one, who changed what."""
        return _log(request, "CHANGE", obj, message)


def _log(request: HttpRequest, flag: str, connection: Connection, message: Any) -> None:
    if apps.is_installed("django.contrib.admin"):
        from django.contrib.admin import models  # not before: where it is not installed, this fails

        user_id: Any = request.user.pk
        models.LogEntry.objects.log_actions(user_id, [connection], getattr(models, flag), message)
