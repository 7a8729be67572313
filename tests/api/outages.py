"""A database that goes away in the middle of a request, and stays away until the request is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from django.db import InterfaceError, OperationalError, connection
from django.db.backends.utils import CursorWrapper


class Outage:
    """Begins with the n-th thing that the database is asked for: to carry out a statement, give rows, or commit.

    It is said to be away; one that `is_real` (on PostgreSQL) ends the connection, and whoever uses it finds out.
    """

    def __init__(self, at: int, *, is_real: bool = False) -> None:
        self.left = at
        self.is_real = is_real
        self.has_begun = False
        self.committed = False

    def asked(self, error: type[Exception] = OperationalError) -> None:
        """The database is asked for one thing more."""
        self.left -= 1
        if self.left == 0:
            self.has_begun = True
            if self.is_real and connection.connection is not None:
                end(connection.connection.info.backend_pid)
        if self.has_begun and not self.is_real:
            raise error("the database has gone away")

    def execute(self, execute: Callable[..., Any], *args: Any) -> Any:
        """A statement (as `connection.execute_wrapper` has it)."""
        self.asked(InterfaceError if self.left % 2 else OperationalError)
        return execute(*args)

    @contextmanager
    def over(self) -> Iterator[None]:
        """While the request runs."""
        connect, commit, rows = connection.connect, connection._commit, CursorWrapper.__getattr__

        def connected() -> None:
            if self.has_begun:
                raise OperationalError("the server cannot be reached")
            connect()

        def committed() -> None:
            self.asked()
            commit()
            self.committed = True

        def fetched(cursor: CursorWrapper, name: str) -> Any:
            # With PostgreSQL all rows are there once the statement is.
            if name == "fetchmany" and connection.vendor == "sqlite":
                self.asked()
            return rows(cursor, name)

        with ExitStack() as stack:
            stack.enter_context(connection.execute_wrapper(self.execute))
            stack.enter_context(mock.patch.object(connection, "connect", connected))
            stack.enter_context(mock.patch.object(connection, "_commit", committed))
            stack.enter_context(mock.patch.object(CursorWrapper, "__getattr__", fetched))
            yield
        connection.close_if_unusable_or_obsolete()  # as Django does before the next request


def end(process: int) -> None:
    """Have PostgreSQL end a connection, and wait until it has."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
    finally:
        other.close()
