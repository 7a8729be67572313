"""Who sends too much waits for the end of the minute; a synchronisation never does, nor for what others send."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any
from unittest import mock

import pytest
import time_machine
from django.core.cache.backends.locmem import LocMemCache
from django.test import override_settings

from scim_provisioning.api import throttling
from scim_provisioning.conf import settings as own
from scim_provisioning.models import Event
from scim_provisioning.operations import connections
from tests.scim import ScimClient, user

pytestmark = pytest.mark.django_db

BEGIN = datetime(2030, 1, 1, 12, 0, 0, tzinfo=UTC)
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(BEGIN, tick=False) as clock:
        yield clock


@pytest.fixture
def three(settings: Any) -> None:
    """Three of each are a lot."""
    limits = {"MAX_REQUESTS_PER_MINUTE": 3, "MAX_FAILURES_PER_MINUTE": 3}
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, **limits}


def statuses(client: ScimClient, number: int) -> list[int]:
    return [client.get("/ResourceTypes").status for _ in range(number)]


class DeadCache(LocMemCache):
    asked = 0

    def incr(self, *args: Any, **kwargs: Any) -> int:
        DeadCache.asked += 1
        raise ConnectionError("redis://secret@cache")


class ForgetfulCache(LocMemCache):
    """Each key is gone before it can be counted up, and somebody else is always first to add it."""

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return False


def with_cache(backend: type) -> Any:
    return override_settings(CACHES={"default": {"BACKEND": f"{__name__}.{backend.__name__}"}})


@pytest.mark.threat(60)
@pytest.mark.once
def test_fifty_requests_a_second_for_ten_seconds_pass(scim: ScimClient, clock: Any) -> None:
    for _ in range(10):
        assert statuses(scim, 50) == [200] * 50
        clock.shift(timedelta(seconds=1))


def test_the_default_lets_through_four_times_what_entra_id_asks_for() -> None:
    assert own.MAX_REQUESTS_PER_MINUTE == 4 * 25 * 60


@pytest.mark.threat(60)
def test_beyond_the_limit_it_is_429_until_the_minute_ends(scim: ScimClient, three: None, clock: Any) -> None:
    clock.shift(timedelta(seconds=20.5))
    assert statuses(scim, 5) == [200, 200, 200, 429, 429]
    answer = scim.post("/Users", user("ada"))
    assert (answer.status, answer.headers["Retry-After"]) == (429, "40")
    assert "more than 3 requests a minute" in answer.detail
    clock.shift(timedelta(seconds=39.4))
    assert scim.get("/Users").headers["Retry-After"] == "1"
    clock.shift(timedelta(seconds=0.1))
    assert statuses(scim, 4) == [200, 200, 200, 429]
    assert scim.get("/nowhere").headers["Retry-After"] == "60"


def test_one_connection_is_not_slowed_by_another(three: None, clock: Any) -> None:
    clients = [ScimClient(connections.enable(tenant=tenant)[1]) for tenant in ("a", "b")]
    assert [statuses(client, 4) for client in clients] == [[200, 200, 200, 429]] * 2


@pytest.mark.threat(60)
def test_failures_are_counted_by_address(three: None, clock: Any) -> None:
    for address in ("192.0.2.7", "192.0.2.8", "2001:db8::7", "unix:"):
        impostor = ScimClient("scim_wrong")
        impostor.django.defaults["REMOTE_ADDR"] = address
        assert statuses(impostor, 5) == [401, 401, 401, 429, 429]
        answer = impostor.get("/Users")
        assert (answer.headers["Retry-After"], "WWW-Authenticate" in answer.headers) == ("60", False)
    impostor.django.defaults["REMOTE_ADDR"] = "2001:db8::ffff:8"
    assert impostor.get("/Users").status == 429


@pytest.mark.threat(60)
def test_a_good_token_is_not_slowed_by_bad_ones_of_the_same_address(scim: ScimClient, three: None, clock: Any) -> None:
    assert statuses(ScimClient("scim_wrong"), 5)[-1] == 429
    assert statuses(scim, 3) == [200, 200, 200]
    assert ScimClient(None).get("/Users").status == 429


def test_a_bulk_request_is_one(scim: ScimClient, three: None, clock: Any) -> None:
    made = [{"method": "POST", "path": "/Users", "bulkId": str(n), "data": user(f"ada{n}")} for n in range(10)]
    assert scim.post("/Bulk", {"schemas": [BULK], "Operations": made}).status == 200
    assert statuses(scim, 3) == [200, 200, 429]


def test_none_is_no_limit(scim: ScimClient, settings: Any) -> None:
    none = {"MAX_REQUESTS_PER_MINUTE": None, "MAX_FAILURES_PER_MINUTE": None}
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, **none}
    with mock.patch.object(throttling, "counter") as counter:
        assert statuses(scim, 2) == [200, 200]
        assert statuses(ScimClient(None), 2) == [401, 401]
    counter.up.assert_not_called()


def test_the_first_429_of_a_minute_is_recorded_for_a_connection_and_none_without(
    scim: ScimClient, three: None, clock: Any
) -> None:
    for _ in range(2):
        statuses(scim, 6)
        statuses(ScimClient(None), 6)
        clock.shift(timedelta(minutes=1))
    event = Event.objects.get()
    assert (event.outcome, event.operation, event.resource, event.count) == (429, "read", "", 2)
    assert event.connection == scim.connection


@pytest.mark.threat("C12")
def test_a_cache_that_is_away_refuses_nobody_and_is_told_of_once_a_minute(
    scim: ScimClient, three: None, clock: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with with_cache(DeadCache):
        for minute in (1, 2):
            assert statuses(scim, 5) == [200] * 5
            assert statuses(ScimClient(None), 5) == [401] * 5
            assert DeadCache.asked == minute
            clock.shift(timedelta(minutes=1))
    told = [record for record in caplog.records if "cannot be used" in record.message]
    assert [(record.levelname, record.error) for record in told] == [("WARNING", "ConnectionError")] * 2
    assert "secret" not in caplog.text
    assert statuses(scim, 4) == [200, 200, 200, 429]


def test_a_cache_that_keeps_nothing_refuses_nobody(scim: ScimClient, three: None) -> None:
    with with_cache(ForgetfulCache):
        assert statuses(scim, 5) == [200] * 5
    with override_settings(CACHES={"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}):
        assert statuses(scim, 5) == [200] * 5


def test_what_comes_at_once_is_counted_each_time() -> None:
    counter, barrier, counted = throttling.Counter(), Barrier(8), []

    def count() -> None:
        barrier.wait()
        counted.extend(counter.up("x", 0.0) for _ in range(50))

    threads = [Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counted) == [*range(1, 401)]


@pytest.mark.threat("C20")
def test_a_request_costs_one_question_to_the_cache_and_its_key_holds_nothing_of_the_client(scim: ScimClient) -> None:
    scim.get("/Users")
    with mock.patch.object(LocMemCache, "incr", autospec=True, return_value=1) as incr:
        scim.get("/Users", headers={"X-Forwarded-For": "zqx"})
        ScimClient("scim_zqx").get("/Users/zqx")
    keys = [call.args[1] for call in incr.call_args_list]
    assert scim.connection is not None
    assert [key.rpartition(":")[0] for key in keys] == [
        f"scim_provisioning:requests:{scim.connection.pk}",
        "scim_provisioning:failures:127.0.0.1",
    ]
