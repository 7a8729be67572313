"""An identity provider that asks again until it has an answer, as they all do."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from tests.scim import BASE, MEDIA_TYPE, patch_op

BATCH = 20
"""How many members a PATCH adds or removes."""


class Client:
    """Sends one request after the other; `before` is called with each."""

    def __init__(self, port: int, token: str, before: Callable[[], None]) -> None:
        self.port = port
        self.token = token
        self.before = before
        self.again = 0

    def send(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """The answer, after as many attempts as it takes."""
        while True:
            self.before()
            try:
                status, answer = self._once(method, path, body)
            except (OSError, http.client.HTTPException):
                self.again += 1
                continue
            assert status < 500, (status, answer)
            return status, answer

    def _once(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            headers = {"Authorization": f"Bearer {self.token}", "Content-Type": MEDIA_TYPE}
            connection.request(method, f"{BASE}{path}", body and json.dumps(body), headers)
            response = connection.getresponse()
            if response.status != 204 and "Content-Length" not in response.headers:
                raise http.client.HTTPException("The answer ends within its headers.")
            text = response.read()
            return response.status, json.loads(text) if text else None
        finally:
            connection.close()

    def ensure(self, user: dict[str, Any]) -> str:
        """The id of the account, made, or linked where an attempt whose answer was lost has made it."""
        status, answer = self.send("POST", "/Users", user)
        if status == 409:
            query = urlencode({"filter": f'userName eq "{user["userName"]}"'})
            (found,) = self.send("GET", f"/Users?{query}")[1]["Resources"]
            status, answer = self.send("PUT", f"/Users/{found['id']}", user)
        assert status in (200, 201), (status, answer)
        return str(answer["id"])

    def put(self, id: str, user: dict[str, Any]) -> None:
        """The account as the document has it."""
        status, answer = self.send("PUT", f"/Users/{id}", user)
        assert status == 200, answer

    def deactivate(self, id: str) -> None:
        """The account switched off."""
        body = patch_op({"op": "replace", "path": "active", "value": False})
        assert self.send("PATCH", f"/Users/{id}", body)[0] == 200

    def delete(self, id: str) -> None:
        """The account gone; it may be so already."""
        assert self.send("DELETE", f"/Users/{id}")[0] in (204, 404)

    def members(self, op: str, group: str, ids: list[str]) -> None:
        """Members added or removed."""
        for first in range(0, len(ids), BATCH):
            value = [{"value": id} for id in ids[first : first + BATCH]]
            body = patch_op({"op": op, "path": "members", "value": value})
            assert self.send("PATCH", f"/Groups/{group}", body)[0] == 204
