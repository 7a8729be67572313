"""A token gives way to another: the rotation (`rotate/`), and the early end of the previous token (`end-previous/`).

Nobody loses access by accident: the token so far goes on unless somebody says otherwise, and to end one that may still
be needed is asked about first.
"""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import router, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_variables

from .. import locations
from ..models import Connection
from ..operations import connections
from ..operations.connections import ConnectionMovedError, NotEnabledError
from ..operations.status import status
from .banner import Banner
from .connection_pages import ConnectionPages, of_one_connection
from .forms import EndPreviousForm, RotationForm
from .providers import provider_of


class RotationPages(ConnectionPages):
    """The pages about the tokens of a connection that is enabled."""

    @of_one_connection
    def rotate_view(self, request: HttpRequest, connection: Connection) -> HttpResponseBase:
        """Says what happens to which token; the answer to the form shows the new one."""
        form = RotationForm(request.POST) if request.method == "POST" else RotationForm.showing(connection)
        if form.is_valid():
            return self._rotate(request, connection.tenant, form)
        if not connection.enabled:
            return self._not_enabled(request)
        return self._render(request, "rotate.html", connection, form=form)

    @of_one_connection
    def end_previous_view(self, request: HttpRequest, connection: Connection) -> HttpResponseBase:
        """Ends the previous token; where somebody may need it, not before that was said."""
        if not connections.overlaps(connection):
            return self._no_previous(request)
        if request.method != "POST":
            form = EndPreviousForm.showing(connection)
            return self._render(request, "end_previous.html", connection, form=form)
        form = EndPreviousForm(request.POST)
        form.full_clean()
        if status(connection).previous_is_needed and not form.cleaned_data["told"]:
            return HttpResponseRedirect(self._own_url(request, "end-previous"))
        return self._end_previous(request, connection.tenant, form.cleaned_data["version"])

    @sensitive_variables("token", "banner")
    def _rotate(self, request: HttpRequest, tenant: str, form: RotationForm) -> HttpResponseBase:
        url = locations.provisioning_url(request)  # first: should it fail, there is no token yet that nobody saw
        by, asked = cast(AbstractBaseUser, request.user), form.cleaned_data
        try:
            with transaction.atomic(using=router.db_for_write(Connection)):
                connection, token = connections.rotate(
                    by, tenant, overlap=asked["overlap"], lifetime=asked["lifetime"], seen=asked["version"]
                )
                self.log_change(request, connection, gettext("Rotated the token"))
        except NotEnabledError:
            return self._not_enabled(request)
        except ConnectionMovedError:
            return self._no_third(request)
        banner = Banner(url, token, provider_of(connection.provider))
        return self._render(request, "settings.html", connection, banner=banner, rotated=True)

    def _end_previous(self, request: HttpRequest, tenant: str, seen: str) -> HttpResponseBase:
        try:
            with transaction.atomic(using=router.db_for_write(Connection)):
                connection, was_valid = connections.end_previous(tenant, seen=seen)
                if was_valid:
                    self.log_change(request, connection, gettext("Ended the previous token"))
        except ConnectionMovedError:
            return self._moved(request)
        if was_valid:
            return self._back(request, messages.SUCCESS, gettext("The previous token is no longer valid."))
        return self._no_previous(request)

    def _no_third(self, request: HttpRequest) -> HttpResponse:
        """The form was sent twice, or somebody else came first."""
        words = gettext(
            "Nothing was changed: these settings are no longer what they were when you opened the form, or it was sent "
            "twice. A token that was made meanwhile was shown to whoever made it, and is not shown again."
        )
        return self._back(request, messages.WARNING, words)

    def _no_previous(self, request: HttpRequest) -> HttpResponse:
        words = gettext("Nothing was changed: there is no previous token that is valid.")
        return self._back(request, messages.INFO, words)
