"""What comes in and goes out: JSON in UTF-8, as `application/scim+json` (RFC 7644 §3.1, §8.1)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import IO, Any

from django.utils.http import parse_header_parameters
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from ..conf import settings
from ..protocol.bodies import parse_json
from ..protocol.constants import MEDIA_TYPE
from ..protocol.errors import InvalidSyntax, TooLarge

ACCEPTED = (MEDIA_TYPE, "application/json")


class ScimParser(BaseParser):
    """Reads a JSON body; the limit on its size holds before anything is read."""

    media_type = MEDIA_TYPE

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        limit = settings.MAX_BODY_BYTES
        request = (parser_context or {})["request"]
        if int(request.META["CONTENT_LENGTH"]) > limit or len(body := stream.read(limit + 1)) > limit:
            raise TooLarge(f"A body may have {limit} bytes.")
        return parse_json(body)


class ScimRenderer(BaseRenderer):
    """Writes JSON."""

    media_type = MEDIA_TYPE
    format = "json"
    charset = None
    render_style = "binary"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return b"" if data is None else json.dumps(data, separators=(",", ":"), allow_nan=False).encode()


class Negotiation(BaseContentNegotiation):
    """One parser and one renderer; whoever accepts JSON, in either of its names, is served."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        """The parser, where the body is JSON in UTF-8; None is answered with 415."""
        name, parameters = parse_header_parameters(request.META.get("CONTENT_TYPE", ""))
        is_utf8 = parameters.get("charset", "").lower() in ("", "utf-8", "utf8")
        is_plain = request.META.get("HTTP_CONTENT_ENCODING", "identity").lower() == "identity"
        return next(iter(parsers)) if name in (*ACCEPTED, "") and is_utf8 and is_plain else None

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        accept = request.META.get("HTTP_ACCEPT", "").lower()
        wanted = [part.split(";")[0].strip() for part in accept.split(",") if part.strip()]
        if wanted and not {*wanted} & {*ACCEPTED, "application/*", "*/*"}:
            raise NotAcceptable(f"Answers are {MEDIA_TYPE}; name it in `Accept`.")
        return next(iter(renderers)), MEDIA_TYPE


def sent(request: Request) -> Any:
    """The body of a request that has to have one."""
    if request.META.get("CONTENT_LENGTH") in (None, "", "0"):
        raise InvalidSyntax(
            "The body is empty: JSON is due. A body sent with Transfer-Encoding: chunked does not arrive; "
            "send its Content-Length, or let the proxy buffer it."
        )
    return request.data
