"""Requests that meet: real threads, each with a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, connections

from scim_provisioning.protocol.errors import ScimError


def at_once(*requests: Callable[[], Any]) -> list[Any]:
    """What becomes of the requests when they begin together: their answers, or the errors that refuse them."""
    start = threading.Barrier(len(requests), timeout=10)

    def run(request: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return request()
        except ScimError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(run, requests))


def somebody_waits() -> bool:
    """Whether another connection comes to wait for a lock, within some seconds."""
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.01)")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            row = cursor.fetchone()
        if row and row[0]:
            return True
    return False
