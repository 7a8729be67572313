"""What a product may put into MIDDLEWARE."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from .operations.sessions import follow


class NoteSessions(MiddlewareMixin):
    """Lets deactivation reach sessions whose key was changed since the login, or that nobody noted at all.

    It belongs below AuthenticationMiddleware, and asks the database only when a key is new to it.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Note the session that the answer leaves behind."""
        follow(request)
        return response
