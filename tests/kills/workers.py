"""The product behind one worker process, which is replaced when it dies; what `python -m tests.kills.workers` runs.

The parent holds the socket, so that who comes in between waits. It says the number of each worker, and ends when its
standard input does.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

LOOKS_EVERY = 0.005
"""Seconds after which the death of a worker is noticed at the latest."""


class Workers:
    """The processes, as a test sees them."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port
        self.killed = 0
        self.worker = self._next()

    def kill(self) -> None:
        """Kill the worker in the middle of whatever it does, and wait for the next one."""
        os.kill(self.worker, signal.SIGKILL)
        self.killed += 1
        self.worker = self._next()

    def _next(self) -> int:
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())


@contextmanager
def running(environment: Mapping[str, str]) -> Iterator[Workers]:
    """The product under that environment."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        command = [sys.executable, "-m", __name__, str(listening.fileno())]
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            pass_fds=[listening.fileno()],
            env={**os.environ, **environment, "DJANGO_SETTINGS_MODULE": "example_project.settings"},
        ) as process:
            yield Workers(process, listening.getsockname()[1])


def main(descriptor: int) -> None:
    """Replace each worker that dies."""
    from django.core.wsgi import get_wsgi_application

    listening, product = socket.socket(fileno=descriptor), get_wsgi_application()
    while True:
        worker = os.fork()
        if not worker:
            serve(listening, product)
        print(worker, flush=True)
        while os.waitpid(worker, os.WNOHANG) == (0, 0):
            if select.select([sys.stdin], [], [], LOOKS_EVERY)[0]:
                os.kill(worker, signal.SIGKILL)
                return


def serve(listening: socket.socket, product: object) -> None:
    """Answer one request after the other."""
    from django.core.servers.basehttp import WSGIServer

    from example_project.demo.server import QuietHandler

    server = WSGIServer(("127.0.0.1", 0), QuietHandler, bind_and_activate=False)
    server.socket.close()
    server.socket = listening
    server.server_name, server.server_port = listening.getsockname()
    server.setup_environ()
    server.set_app(product)
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
