"""The begin of a request, before Django makes one of it: what Django would fail at is taken out of its way."""

from __future__ import annotations

import codecs
from collections.abc import MutableMapping
from typing import Any

from django.http import QueryDict
from django.utils.http import parse_header_parameters

OPAQUE = "application/octet-stream"


def spare_django(
    environ: MutableMapping[str, Any] | None = None, scope: MutableMapping[str, Any] | None = None, **_: Any
) -> None:
    """A receiver of `request_started`: a Content-Type that Django cannot begin with is one of unknown content.

    Django takes the charset from it, and reads the query string in that charset, before any middleware or view: in
    `rot13`, `idna` or `undefined` that ends in the server's own 500. No request that works is changed.
    """
    if environ is not None:
        if _fails(environ.get("CONTENT_TYPE", ""), environ.get("QUERY_STRING", "").encode("latin-1", "replace")):
            environ["CONTENT_TYPE"] = OPAQUE
    elif scope is not None:
        query = scope.get("query_string", b"")
        scope["headers"] = [
            (name, OPAQUE.encode())
            if name == b"content-type" and _fails(value.decode("latin-1"), query)
            else (name, value)
            for name, value in scope.get("headers", ())
        ]


def _fails(content_type: str, query: bytes) -> bool:
    """Whether Django raises an error when it does the same."""
    try:
        charset = parse_header_parameters(content_type)[1].get("charset")
        if charset is not None and _is_known(charset):
            QueryDict(query, encoding=charset)
    except Exception:  # each codec has its own
        return True
    return False


def _is_known(charset: str) -> bool:
    """Whether Python has a codec of that name; another name Django passes over."""
    try:
        codecs.lookup(charset)
    except LookupError:
        return False
    return True
