"""The public address, over HTTP: what stands between a client and the product is tried too, and what is done stays."""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from .answers import Answer

SECONDS = 30
"""How long an answer may take; identity providers wait 30 to 60 seconds."""

MOST = 10 * 1024 * 1024
"""How many bytes of an answer are read."""


class _Stay(HTTPRedirectHandler):
    """Goes nowhere else: a token is for the address that it was given with."""

    def redirect_request(self, *args: Any) -> None:
        return None


class Outside:
    """Carries requests over HTTP; certificates are verified."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self._token = token
        self._opener = build_opener(_Stay, HTTPSHandler(context=ssl.create_default_context()))

    def send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """The answer, or why none came."""
        sent = {"Authorization": f"Bearer {self._token}", "User-Agent": "scim-doctor", **headers}
        if not body:
            sent.pop("Content-Type", None)
        request = Request(f"{self.url}{path}", body or None, sent, method=method)  # noqa: S310 (http and https alone)
        began = time.perf_counter()
        try:
            with self._opener.open(request, timeout=SECONDS) as response:
                return self._answer(response, began)
        except HTTPError as refusal:
            with refusal:
                return self._answer(refusal, began)
        except URLError as error:
            fault = error.reason if isinstance(error.reason, BaseException) else error
        except (OSError, HTTPException, ValueError) as error:
            fault = error
        return Answer(0, seconds=time.perf_counter() - began, fault=fault)

    def _answer(self, response: Any, began: float) -> Answer:
        """What came, with the token taken out: some servers repeat what they were asked."""
        text = response.read(MOST).decode(errors="replace").replace(self._token, "…")
        headers = {name.lower(): value.replace(self._token, "…") for name, value in response.headers.items()}
        return Answer(response.status, headers, text, time.perf_counter() - began)
