"""A SCIM client for the tests, over Django's test client: what an identity provider sends, and what it sees."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.test import Client

from scim_provisioning.models import Connection

BASE: Final = "/scim/v2"
MEDIA_TYPE: Final = "application/scim+json"

CORE_USER: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
CORE_GROUP: Final = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE_USER: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH_OP: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
LIST_RESPONSE: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR: Final = "urn:ietf:params:scim:api:messages:2.0:Error"

Headers = Mapping[str, str | None]


class Answer:
    """What the service provider said; `json` is None where there is no body."""

    def __init__(self, response: HttpResponseBase) -> None:
        self.response: Any = response
        self.status: int = response.status_code
        self.headers = response.headers
        self.body: bytes = response.getvalue()
        is_json = "json" in self.headers.get("Content-Type", "")
        self.json: Any = json.loads(self.body) if self.body and is_json else None
        self._check_form()

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

    def _check_form(self) -> None:
        """Whatever was asked: SCIM in a body, an Error document (RFC 7644 §3.12) for an error, nothing cached."""
        assert self.status != 500, self
        assert self.headers["Cache-Control"] == "no-store, private", self.headers
        assert self.headers["X-Request-Id"], self.headers
        if self.body:
            assert self.headers["Content-Type"] == MEDIA_TYPE, self.headers
        if self.status == 204:
            assert not self.body, self
        if self.is_error and self.body:  # the answer to HEAD has none
            assert self.json["schemas"] == [ERROR], self
            assert self.json["status"] == str(self.status), self
            assert self.json["detail"], self


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
        return Answer(self.django.generic(method, f"{BASE}{path}", data, content_type, headers=kept))


def patch_op(*operations: Any) -> dict[str, Any]:
    """The body of a PATCH."""
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


def user(name: str, **attributes: Any) -> dict[str, Any]:
    """The body of a POST that makes the user `<name>@example.com`."""
    address = f"{name}@example.com"
    return {
        "schemas": [CORE_USER],
        "userName": address,
        "name": {"givenName": name.capitalize(), "familyName": "Example"},
        "emails": [{"value": address, "type": "work", "primary": True}],
        "active": True,
        **attributes,
    }
