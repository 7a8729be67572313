"""Somebody else has what a request needs: it is tried again where that helps, else the client is asked to wait."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg.errors
import pytest
from django.db import OperationalError, connection

from scim_provisioning.models import Event
from scim_provisioning.operations import locks
from tests.factories import UserFactory
from tests.scim import Answer, ScimClient, user

from .unchanged import nothing_changes

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.once_per_database,
    pytest.mark.threat(61, "C10", "C11"),
]

only_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="on SQLite one at a time writes")
only_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="rows are locked on PostgreSQL")


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "PAUSES", (0.0,) * len(locks.PAUSES))


class BrokenOff:
    """PostgreSQL breaks off as many transactions, each when the Event is to be written."""

    def __init__(self, state: str, times: float) -> None:
        self.state = state
        self.left = times
        self.times = 0

    def __call__(self, execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        if not sql.startswith('INSERT INTO "scim_provisioning_event"') or self.left <= 0:
            return execute(sql, *args)
        self.left -= 1
        self.times += 1
        raise OperationalError("broken off") from psycopg.errors.lookup(self.state)()


def asks_to_wait(answer: Answer) -> bool:
    return (answer.status, answer.headers.get("Retry-After")) == (503, "30")


@pytest.mark.parametrize("state", ["40P01", "40001"], ids=["deadlock", "serialization failure"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_what_was_broken_off_is_done_once_by_a_second_attempt(scim: ScimClient, method: str, state: str) -> None:
    answer, broken = asked(scim, method, state, times=1)
    assert answer.status in (200, 201, 204)
    assert broken.times == 1
    assert Event.objects.count() == 1


@pytest.mark.parametrize("state", ["40P01", "40001"], ids=["deadlock", "serialization failure"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_what_is_broken_off_again_and_again_is_given_up(scim: ScimClient, method: str, state: str) -> None:
    answer, broken = asked(scim, method, state, times=float("inf"))
    assert asks_to_wait(answer)
    assert broken.times == 1 + len(locks.PAUSES)


@pytest.mark.parametrize("state", ["55P03", "57014"], ids=["lock_timeout", "statement_timeout"])
def test_who_waited_in_vain_does_not_wait_anew(scim: ScimClient, state: str) -> None:
    answer, broken = asked(scim, "PATCH", state, times=float("inf"))
    assert asks_to_wait(answer)
    assert broken.times == 1


def asked(scim: ScimClient, method: str, state: str, times: float) -> tuple[Answer, BrokenOff]:
    """What a write is answered, which leaves no trace if it is refused."""
    row, broken = UserFactory(), BrokenOff(state, times)
    title = {"op": "replace", "path": "title", "value": "New"}
    with connection.execute_wrapper(broken):
        if times > 1:
            with nothing_changes():
                return send(scim, method, row, title), broken
        return send(scim, method, row, title), broken


def send(scim: ScimClient, method: str, row: Any, title: dict[str, Any]) -> Answer:
    if method == "POST":
        return scim.post("/Users", user("ada"))
    path = f"/Users/{row.pk}"
    if method == "PATCH":
        return scim.patch(path, title)
    return scim.delete(path) if method == "DELETE" else scim.put(path, user("ada"))


@only_postgresql
def test_a_row_that_somebody_holds_for_too_long_is_not_waited_for(scim: ScimClient) -> None:
    row, other = UserFactory(), connection.copy()
    path, title = f"/Users/{row.pk}", {"op": "replace", "path": "title", "value": "New"}
    with connection.cursor() as cursor, closing(other):
        other.set_autocommit(False)
        with other.cursor() as holder:
            holder.execute("SELECT * FROM accounts_user FOR UPDATE")
        cursor.execute("SET lock_timeout = '50ms'")
        try:
            with nothing_changes():
                assert asks_to_wait(scim.patch(path, title))
            other.rollback()
            assert scim.patch(path, title).status == 200
        finally:
            cursor.execute("RESET lock_timeout")


@only_sqlite
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_while_another_process_writes_to_the_file_the_client_is_asked_to_wait(
    scim: ScimClient, tmp_path: Path, method: str
) -> None:
    row, title = UserFactory(), {"op": "replace", "path": "title", "value": "New"}
    file = tmp_path / "busy.sqlite3"
    with in_file(file), closing(sqlite3.connect(file, isolation_level=None)) as other:
        assert scim.get("/Users").status == 200
        other.execute("BEGIN IMMEDIATE")
        with nothing_changes():
            assert asks_to_wait(send(scim, method, row, title))
            assert scim.get("/Users").status == 200
        other.execute("ROLLBACK")
        assert send(scim, method, row, title).status in (200, 201, 204)


@contextmanager
def in_file(path: Path) -> Iterator[None]:
    """The database of the test in a file, whose lock is waited for no longer than a moment."""
    memory = connection.connection
    with closing(sqlite3.connect(path)) as file:
        memory.backup(file)
    parameters = {**connection.get_connection_params(), "database": path, "uri": False, "timeout": 0.05}
    connection.connection = connection.get_new_connection(parameters)
    connection.connection.isolation_level = None
    try:
        yield
    finally:
        connection.connection.close()
        connection.connection = memory
