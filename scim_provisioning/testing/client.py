"""A SCIM client over Django's test client: what an identity provider sends, and what it sees."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from ..models import Connection
from ..protocol.constants import ERROR, MEDIA_TYPE, PATCH_OP

Headers = Mapping[str, str | None]


class Answer:
    """What the service provider said; `json` is None where there is no body.

    AssertionError for what is no answer in SCIM, whatever was asked.
    """

    def __init__(self, response: HttpResponseBase) -> None:
        self.response: Any = response
        self.status: int = response.status_code
        self.headers = response.headers
        self.body: bytes = response.getvalue()
        is_json = "json" in self.headers.get("Content-Type", "")
        self.json: Any = json.loads(self.body) if self.body and is_json else None
        for fault, is_so in self._faults().items():
            if is_so:
                raise AssertionError(f"The answer {fault}: {self!r}, {dict(self.headers)}")

    def __repr__(self) -> str:
        return f"<{self.status} {self.body.decode()[:2000]}>"

    @property
    def scim_type(self) -> str | None:
        """The kind of an error, where it has one."""
        return self.json.get("scimType") if self.is_error else None

    @property
    def detail(self) -> str:
        """What an error says to a human."""
        return str(self.json["detail"])

    @property
    def is_error(self) -> bool:
        """Whether the request was refused."""
        return self.status >= 400

    @property
    def ids(self) -> list[str]:
        """The ids on a page of resources, in their order."""
        return [resource["id"] for resource in self.json["Resources"]]

    def _faults(self) -> dict[str, bool]:
        """SCIM in a body, an Error document (RFC 7644 §3.12) for an error, nothing cached."""
        headers = self.headers
        error = self.json if self.is_error and isinstance(self.json, dict) else {}
        told = self.is_error and bool(self.body)  # the answer to HEAD has no body
        return {
            "is an error of the server": self.status == 500,
            "sends the client elsewhere, as some middleware wants it": 300 <= self.status < 400 and self.status != 304,
            "may be cached": headers.get("Cache-Control") != "no-store, private",
            "has no X-Request-Id": not headers.get("X-Request-Id"),
            f"is not {MEDIA_TYPE}": bool(self.body) and headers.get("Content-Type") != MEDIA_TYPE,
            "has a body where there is none": self.status == 204 and bool(self.body),
            "is an error and no Error": told and error.get("schemas") != [ERROR],
            "has another status in its body": told and error.get("status") != str(self.status),
            "does not say what is wrong": told and not error.get("detail"),
        }


class ScimClient:
    """Sends requests with the bearer token of a connection.

    A path is below the mount point, as it stands in a URL; keywords become its query: `get("/Users", count=1)`.
    """

    def __init__(self, token: str | None, connection: Connection | None = None, **headers: str) -> None:
        self.token = token
        self.connection = connection
        self.headers: dict[str, str] = {"Accept": MEDIA_TYPE, **headers}
        self.django = Client()

    def get(self, path: str, /, *, headers: Headers | None = None, **query: object) -> Answer:
        """Read a resource, or a page of them."""
        return self.request("GET", path, headers=headers, **query)

    def post(self, path: str, body: Any = None, /, *, headers: Headers | None = None, **query: object) -> Answer:
        """Create a resource."""
        return self.request("POST", path, body, headers=headers, **query)

    def put(self, path: str, body: Any = None, /, *, headers: Headers | None = None, **query: object) -> Answer:
        """Replace a resource."""
        return self.request("PUT", path, body, headers=headers, **query)

    def patch(self, path: str, /, *operations: Any, headers: Headers | None = None, **query: object) -> Answer:
        """Change a resource by operations."""
        return self.request("PATCH", path, patch_op(*operations), headers=headers, **query)

    def delete(self, path: str, /, *, headers: Headers | None = None) -> Answer:
        """Delete a resource."""
        return self.request("DELETE", path, headers=headers)

    def request(
        self, method: str, path: str, body: Any = None, /, *, headers: Headers | None = None, **query: object
    ) -> Answer:
        """Send any request; bytes are sent as they are, anything else as JSON. A header that is None is taken away."""
        if query:
            path = f"{path}?{urlencode(query)}"
        sent: dict[str, str | None] = {**self.headers}
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        if data:
            sent["Content-Type"] = MEDIA_TYPE
        sent |= headers or {}
        kept = {name: value for name, value in sent.items() if value is not None}
        content_type = sent.get("Content-Type") or ""
        secure = bool(settings.SECURE_SSL_REDIRECT)
        url = f"{reverse('scim_provisioning:root').rstrip('/')}{path}"
        return Answer(self.django.generic(method, url, data, content_type, secure=secure, headers=kept))


def patch_op(*operations: Any) -> dict[str, Any]:
    """The body of a PATCH."""
    return {"schemas": [PATCH_OP], "Operations": list(operations)}
