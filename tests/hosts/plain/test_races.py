"""Requests that meet where no constraint keeps names apart that differ in their case."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections

from tests.scim import CORE_USER, ScimClient

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="writers take turns on SQLite"),
]


@pytest.mark.threat(28)
def test_of_many_who_make_one_account_one_does(scim: ScimClient) -> None:
    names = ["ann@example.com", "ANN@example.com", "Ann@example.com", "ann@EXAMPLE.com"]
    start = threading.Barrier(len(names), timeout=10)

    def post(name: str) -> int:
        try:
            start.wait()
            return ScimClient(scim.token).post("/Users", {"schemas": [CORE_USER], "userName": name}).status
        finally:
            connections.close_all()

    for _ in range(5):
        with ThreadPoolExecutor(len(names)) as pool:
            assert sorted(pool.map(post, names)) == [201, 409, 409, 409]
        assert User.objects.count() == 1
        User.objects.all().delete()
