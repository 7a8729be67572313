"""The programs of the system that a deployment needs, run in the foreground and ended by their ids."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

PACKAGES = {"nginx": "nginx-light", "pgbouncer": "pgbouncer", "openssl": "openssl"}
"""The programs, and Debian's packages that have them."""

PATIENCE = 20.0
"""Seconds that anything has to come about in."""


def program(name: str) -> str | None:
    """Where the program is; Debian keeps servers where only root looks."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def missing() -> list[str]:
    """Debian's packages of the programs that are not there."""
    return [package for name, package in PACKAGES.items() if not program(name)]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def until(is_so: Callable[[], object], what: str) -> None:
    """Wait for it."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, f"Waited {PATIENCE:.0f} s in vain: {what}"
        time.sleep(0.02)


def listens(address: int | Path) -> bool:
    """Whether somebody listens at that port, or socket."""
    family = socket.AF_UNIX if isinstance(address, Path) else socket.AF_INET
    with socket.socket(family) as client:
        return client.connect_ex(str(address) if isinstance(address, Path) else ("127.0.0.1", address)) == 0


class Server:
    """A program that runs until it is stopped; what it says is kept in a file."""

    def __init__(self, command: list[str], address: int | Path, log: Path, env: dict[str, str]) -> None:
        with log.open("ab") as said:
            self.process = subprocess.Popen(command, stdout=said, stderr=said, env=env)
        until(lambda: self.process.poll() is not None or listens(address), f"{command[0]} does not listen")
        assert self.process.poll() is None, f"{' '.join(command)} ended:\n{log.read_text()}"

    def stop(self) -> None:
        """The end of it, and of the processes that it has started itself."""
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
