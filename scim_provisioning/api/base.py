"""What all endpoints have in common. Every policy is pinned: a host's REST_FRAMEWORK settings change nothing here."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from functools import cached_property
from ipaddress import ip_address
from typing import Any, ClassVar, cast
from urllib.parse import unquote_to_bytes

from django.conf import settings as django_settings
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.utils import translation
from rest_framework.exceptions import AuthenticationFailed, MethodNotAllowed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ..locations import provisioning_url
from ..models import Connection, Event
from ..operations import connections, log, refusals
from ..operations.caller import Caller
from ..operations.refusals import Refusal
from ..protocol.documents import Projection
from ..protocol.errors import BadRequest, InvalidValue, NotFound, ScimError, TooManyRequests
from ..protocol.schemas import ResourceType
from . import throttling
from .authentication import BearerAuthentication, HasConnection
from .content import Negotiation, ScimParser, ScimRenderer
from .exceptions import handle

PARAMETERS = {
    name.lower(): name
    for name in ("attributes", "excludedAttributes", "filter", "sortBy", "sortOrder", "startIndex", "count", "cursor")
}
REQUEST_ID = re.compile(r"[A-Za-z0-9._\-]{1,64}")


class ScimView(APIView):
    """An endpoint: a token is asked for before anything else, answers are SCIM, in one fixed language, never cached."""

    authentication_classes = (BearerAuthentication,)
    permission_classes = (HasConnection,)
    throttle_classes = ()
    parser_classes = (ScimParser,)
    renderer_classes = (ScimRenderer,)
    content_negotiation_class = Negotiation
    metadata_class = None
    versioning_class = None
    schema = None
    format_kwarg = None
    resource_type: ClassVar[str] = ""
    """The name of the type of resource that the endpoint is for, if it is one."""

    http_method_names = ["get", "head", "post", "put", "patch", "delete"]

    # Without ATOMIC_REQUESTS: each operation has its own transaction, which a handled error must not commit. Said here,
    # from where each kind of view takes it over: those of view sets have an `as_view` of their own.
    @transaction.non_atomic_requests
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        sent = request.headers.get("X-Request-Id", "")
        self.connection: Connection | None = None
        self.request_id = sent if REQUEST_ID.fullmatch(sent) else uuid.uuid4().hex
        with translation.override(django_settings.LANGUAGE_CODE):
            response = self._rendered(super().dispatch(request, *args, **kwargs))
        response.headers["X-Request-Id"] = self.request_id
        response.headers["Cache-Control"] = "no-store, private"
        response.headers["Content-Language"] = django_settings.LANGUAGE_CODE  # else the client's, by LocaleMiddleware
        if response.status_code >= 400:
            # We have logged it: Django's line would hold the path, and its record the filter.
            response._has_been_logged = True  # type: ignore[attr-defined]
        return response

    def _rendered(self, response: HttpResponseBase) -> HttpResponseBase:
        """The answer with its body; what cannot be written as JSON, such as a NaN of the product's, is a fault."""
        if isinstance(response, Response):
            try:
                response.render()
            except Exception as error:
                response = self.finalize_response(self.request, self.handle_exception(error))
                response.render()
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authentication first: who has no token learns nothing of methods, formats or addresses."""
        try:
            self.perform_authentication(request)
        except AuthenticationFailed:
            throttling.count_failure(self.address)
            raise
        self.check_permissions(request)
        self.connection = cast(Connection, request.auth)
        connections.note_use(self.connection, self.address)
        throttling.count_request(self.connection)
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)

    @property
    def default_response_headers(self) -> dict[str, str]:
        """None: the methods of an address are told where one is refused, to whoever has a token."""
        return {}

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        allowed = ", ".join(self.allowed_methods)
        raise MethodNotAllowed(request.method or "", f"{request.method} is not possible here, only {allowed}.")

    def get_exception_handler(self) -> Callable[..., Response]:
        return handle

    @cached_property
    def address(self) -> str | None:
        """Where the request came from; None where the server says nothing, or something that is no IP address."""
        try:
            return str(ip_address(self.request.META.get("REMOTE_ADDR", "").partition("%")[0]))
        except ValueError:
            return None

    @cached_property
    def caller(self) -> Caller:
        """On whose behalf the request runs."""
        request = self.request
        connection = cast(Connection, request.auth)
        return Caller(
            connection,
            provisioning_url(request._request),
            self.request_id,
            self.address,
            if_match=request.headers.get("If-Match"),
            if_none_match=request.headers.get("If-None-Match"),
        )

    @property
    def operation(self) -> str:
        """What the request asks for, as its Event calls it."""
        return refusals.OPERATIONS.get(self.request.method or "", Event.Operation.READ)

    @property
    def trace(self) -> dict[str, Any]:
        """As `Caller.trace`, also of a request that has no caller yet."""
        return {"request_id": self.request_id, "connection": self.connection, "address": self.address}

    def note_refusal(self, error: ScimError) -> None:
        """Log what was refused, and record it for its connection; a request without a valid token belongs to none."""
        if self.connection is None:
            log.refused(error, self.operation, self.resource_type, **self.trace)
        else:
            caller = vars(self).get("caller") or Caller(self.connection, "", self.request_id, self.address)
            resource = "" if isinstance(error, TooManyRequests) else self.kwargs.get("id", "")
            refusals.note(Refusal(caller, self.operation, self.resource_type, resource, error))

    @cached_property
    def parameters(self) -> QueryDict:
        """The query string as UTF-8, whatever charset a header declares; BadRequest where it is none.

        The protocol's own names count in any case of letters: `Filter=…` passed over would widen the result.
        """
        query = self.request.META.get("QUERY_STRING", "")
        try:
            unquote_to_bytes(query).decode()
        except UnicodeDecodeError:
            raise BadRequest("The query string is not UTF-8.") from None
        sent = QueryDict(query, encoding="utf-8")
        known = QueryDict(mutable=True)
        for name, values in sent.lists():
            canonical = PARAMETERS.get(name.lower(), name)
            known.setlist(canonical, [*known.getlist(canonical), *values])
        return known

    def projection(self, resource_type: ResourceType) -> Projection:
        """What of a resource the client wants to see (RFC 7644 §3.9)."""
        included, excluded = self._names("attributes"), self._names("excludedAttributes")
        if included and excluded:
            raise InvalidValue("`attributes` and `excludedAttributes` exclude each other: send one of them.")
        return Projection(resource_type, included, excluded)

    def _names(self, parameter: str) -> list[str]:
        listed = ",".join(self.parameters.getlist(parameter))
        if "\x00" in listed:
            raise InvalidValue(f"`{parameter}` holds U+0000.")
        return [name for part in listed.split(",") if (name := part.strip())]


class Unknown(ScimView):
    """Any address below the mount point that is none of ours."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound("There is no such endpoint. /ResourceTypes lists those that there are.")
