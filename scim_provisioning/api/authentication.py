"""Bearer tokens (RFC 6750), in the Authorization header and nowhere else."""

from __future__ import annotations

import re

from django.contrib.auth.models import AnonymousUser
from django.views.decorators.debug import sensitive_variables
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from ..models import Connection
from ..operations import connections

CREDENTIALS = re.compile(r"bearer +([A-Za-z0-9\-._~+/]+=*)", re.IGNORECASE)
CHALLENGE = 'Bearer realm="SCIM"'

HOW = "Send `Authorization: Bearer <token>` with the token that was shown when SCIM provisioning was enabled."
DROPPED = (
    "If it was sent, it was dropped on its way, by the web server or a proxy. Apache with mod_wsgi does so unless its "
    "configuration says `WSGIPassAuthorization On`; a proxy or gateway has to be told to forward the header."
)


class BearerAuthentication(BaseAuthentication):
    """Whose token the request carries. Unknown, expired and disabled are not told apart."""

    @sensitive_variables("header", "credentials")
    def authenticate(self, request: Request) -> tuple[AnonymousUser, Connection]:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        credentials = CREDENTIALS.fullmatch(header.strip(" "))
        if credentials is None:
            if not header:
                raise AuthenticationFailed(f"The header `Authorization` did not arrive. {HOW} {DROPPED}")
            raise AuthenticationFailed(f"The header `Authorization` arrived, but holds no bearer token. {HOW}")
        connection = connections.authenticate(credentials[1])
        if connection is None:
            raise AuthenticationFailed(
                "The token is not valid: it is unknown, has expired or was disabled.", "invalid_token"
            )
        return AnonymousUser(), connection

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE


class HasConnection(BasePermission):
    """Whoever has an enabled connection may use all of its endpoints."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, Connection)
