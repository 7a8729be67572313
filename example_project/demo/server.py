"""The product's web server during the demo: real HTTP, on this machine only, in threads of this process."""

import errno
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management import CommandError
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler, get_internal_wsgi_application

HOST = "127.0.0.1"
PORTS_TO_TRY = 100


class Server(ThreadedWSGIServer):
    """Django's development server."""

    def __init__(self, port: int) -> None:
        # Elsewhere than on POSIX, "reuse" would mean to share a port that another program listens on.
        super().__init__((HOST, port), QuietHandler, allow_reuse_address=os.name == "posix")
        self.set_app(StaticFilesHandler(get_internal_wsgi_application()))

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.server_port}"


class QuietHandler(WSGIRequestHandler):
    """Keeps the list of requests out of the demo's own account of them."""

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def serving(port: int) -> Iterator[Server]:
    """Answer requests on the port, or on the next one that is free, while the context lasts."""
    # An answer like 404 is part of the demo. A fault of the product (5xx) still prints its traceback.
    logging.getLogger("django.request").setLevel(logging.ERROR)
    with _on_free_port(port) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


def _on_free_port(wanted: int) -> Server:
    for port in range(wanted, min(wanted + PORTS_TO_TRY, 65536)):
        try:
            return Server(port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise CommandError(f"Cannot listen on port {port}: {error.strerror}.") from error
    raise CommandError(f"No port is free from {wanted} on.")
