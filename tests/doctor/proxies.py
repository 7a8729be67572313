"""A proxy before a live server, with a fault."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

Reply = tuple[int, dict[str, str], bytes]
NOT_PASSED_ON = {"connection", "transfer-encoding", "content-length", "date", "server", "keep-alive"}


@dataclass
class Exchange:
    """A request on its way; a fault may change it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Fault = Callable[[Exchange], Reply | None]
"""What a proxy does to a request; its own answer, if it passes nothing on."""


@contextmanager
def proxy(server: str, fault: Fault) -> Iterator[str]:
    """The address of a proxy before the server."""

    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = Exchange(self.command, self.path, dict(self.headers.items()), body)
            status, headers, text = fault(asked) or passed_on(server, asked)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(text))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_address[1]}"
    finally:
        running.shutdown()
        running.server_close()
        thread.join()


def passed_on(server: str, asked: Exchange) -> Reply:
    connection = HTTPConnection(urlsplit(server).netloc, timeout=20)
    try:
        connection.request(asked.method, asked.path, asked.body or None, asked.headers)
        answer = connection.getresponse()
        headers = {name: value for name, value in answer.getheaders() if name.lower() not in NOT_PASSED_ON}
        return answer.status, headers, answer.read()
    finally:
        connection.close()


def nothing(asked: Exchange) -> None:
    """A proxy that is in order."""


def drops_authorization(asked: Exchange) -> None:
    asked.headers.pop("Authorization", None)


def blocks_patch(asked: Exchange) -> Reply | None:
    return (405, {"Content-Type": "text/html"}, b"<h1>405 Not Allowed</h1>") if asked.method == "PATCH" else None


def loses_the_query(asked: Exchange) -> None:
    asked.path = asked.path.partition("?")[0]


def decodes_the_query(asked: Exchange) -> None:
    asked.path = unquote(asked.path).replace(" ", "%20")


def cuts_the_prefix(asked: Exchange) -> None:
    asked.path = asked.path.removeprefix("/scim")


def redirects_to_https(asked: Exchange) -> Reply:
    return 301, {"Location": f"https://{asked.headers['Host']}{asked.path}"}, b""


def shows_a_login(asked: Exchange) -> Reply:
    return 200, {"Content-Type": "text/html"}, b"<!doctype html><title>Sign in to Example</title>"


def forgets_accounts(asked: Exchange) -> Reply | None:
    return (403, {}, b"blocked") if asked.method == "DELETE" and "nobody" not in asked.path else None


def repeats_what_it_was_asked(asked: Exchange) -> Reply:
    said = json.dumps(asked.headers).encode()
    return 302, {"Location": f"/login?token={asked.headers['Authorization'][7:]}"}, said


def says_what_it_was_asked(asked: Exchange) -> Reply:
    return 500, {"Content-Type": "text/plain"}, json.dumps(asked.headers).encode()
