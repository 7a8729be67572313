"""Every refusal is a SCIM error document (RFC 7644 §3.12), whoever raised it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404
from rest_framework import exceptions as drf
from rest_framework.response import Response

from ..operations import log
from ..protocol.errors import BadRequest, Forbidden, NotFound, ScimError, TooManyRequests, Unavailable

RETRY_AFTER = "30"
"""Seconds after which a client may try again while the database is away."""


LOST_OR_READ_ONLY = (None, "25006")
"""Internal errors that pass: the driver's own, when a pooler cuts a connection off, and those of a replica."""


class Internal(ScimError):
    """A fault of ours."""

    status = 500


class _Other(ScimError):
    """An HTTP status that the protocol has no class for (405, 406, 415 …)."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status  # type: ignore[misc]


def handle(error: Exception, context: Mapping[str, Any]) -> Response:
    """The answer to an exception in a view."""
    headers: dict[str, str] = {}
    if isinstance(error, drf.APIException):
        if challenge := getattr(error, "auth_header", None):
            code = ', error="invalid_token"' if error.get_codes() == "invalid_token" else ""
            headers["WWW-Authenticate"] = f"{challenge}{code}"
        if isinstance(error, drf.MethodNotAllowed):
            headers["Allow"] = ", ".join(context["view"].allowed_methods)
    scim = refusal(error, context)
    context["view"].note_refusal(scim)
    if isinstance(scim, Unavailable):
        headers["Retry-After"] = RETRY_AFTER
    if isinstance(scim, TooManyRequests):
        headers["Retry-After"] = str(scim.wait)
    return Response(scim.document(), status=scim.status, headers=headers)


def refusal(error: Exception, context: Mapping[str, Any]) -> ScimError:
    """What a client is told of an exception; of a fault of ours, the operator is told too."""
    scim = _translated(error)
    if scim is not error:
        scim.__cause__ = error
    if isinstance(scim, Internal):
        view = context["view"]
        log.failed(error, view.operation, view.resource_type, **view.trace)
        got_request_exception.send(sender=type(view), request=context["request"]._request)
    return scim


def _translated(error: Exception) -> ScimError:
    match error:
        case ScimError():
            return error
        case drf.UnsupportedMediaType():
            return _Other(415, "A body is JSON in UTF-8 without compression: `Content-Type: application/scim+json`.")
        case drf.APIException():
            return _Other(error.status_code, str(error.detail))
        case Http404():
            return NotFound("There is nothing at this address.")
        case PermissionDenied():
            return Forbidden("The product does not permit this.")
        case SuspiciousOperation():
            return BadRequest("The request is malformed.")
        case OperationalError() | InterfaceError():
            return _unavailable()
        case InternalError() if getattr(error.__cause__, "sqlstate", None) in LOST_OR_READ_ONLY:
            return _unavailable()
    return Internal("The service provider failed. Give its operator the value of X-Request-Id.")


def _unavailable() -> Unavailable:
    return Unavailable("The database cannot be reached or is busy. Send the request again later.")
