"""What an identity provider was refused is recorded: in its words, in the right number, and in few rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
import time_machine
from django.db import OperationalError, connection, transaction

from scim_provisioning.models import Event
from scim_provisioning.operations import connections, refusals
from scim_provisioning.operations.refusals import DISTINCT, Refusal
from scim_provisioning.protocol.errors import (
    Conflict,
    Forbidden,
    InvalidFilter,
    NotFound,
    PreconditionFailed,
    ScimError,
    Unavailable,
    Uniqueness,
)
from tests.races import at_once

from .provider import Provider

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def note(idp: Provider, error: ScimError | None = None, **options: str) -> None:
    asked = {"operation": "patch", "resource_type": "User", "resource": "7", **options}
    refusals.note(Refusal(idp.caller(), error=error or Uniqueness("userName is taken."), **asked))


def counts() -> list[int]:
    return list(Event.objects.order_by("pk").values_list("count", flat=True))


class TestARefusal:
    def test_is_recorded_with_what_the_identity_provider_got_back(self, idp: Provider, clock: Any) -> None:
        note(idp)
        event = Event.objects.get()
        assert (event.operation, event.resource_type, event.resource) == ("patch", "User", "7")
        assert (event.outcome, event.scim_type, event.detail) == (409, "uniqueness", "userName is taken.")
        assert (event.connection, event.request_id, event.address) == (idp.connection, "request-1", "192.0.2.7")
        assert (event.at, event.count, event.changes) == (NOON, 1, [])

    def test_that_comes_again_within_the_hour_counts_up_its_row(self, idp: Provider, clock: Any) -> None:
        note(idp)
        clock.shift(59 * MINUTE)
        note(idp, Uniqueness("userName is taken once more."))
        event = Event.objects.get()
        assert (event.at, event.count, event.detail) == (NOON + 59 * MINUTE, 2, "userName is taken once more.")

    def test_of_the_next_hour_is_another_row(self, idp: Provider, clock: Any) -> None:
        note(idp)
        clock.shift(60 * MINUTE)
        note(idp)
        assert counts() == [1, 1]

    def test_of_something_else_is_another_row(self, idp: Provider, clock: Any) -> None:
        note(idp)
        note(idp, operation="delete")
        note(idp, resource_type="Group")
        note(idp, resource="8")
        note(idp, Conflict("The product holds data."))
        note(idp, Forbidden("The account is a superuser's."))
        assert counts() == [1] * 6

    def test_of_another_connection_is_another_row(self, idp: Provider, clock: Any) -> None:
        other, _ = connections.enable(tenant="other")
        note(idp)
        note(Provider(other))
        assert counts() == [1, 1]

    @pytest.mark.threat(20, 21)
    @pytest.mark.parametrize("text", ["\0", "\ud800", "é" * 1000, "'; --"], ids=ascii)
    def test_may_name_anything(self, idp: Provider, text: str) -> None:
        note(idp, NotFound(f"There is no {text}"), resource=text)
        note(idp, NotFound(f"There is no {text}"), resource=text)
        assert counts() == [2]


class TestWhatCounts:
    @pytest.mark.parametrize(
        ("operation", "error"),
        [
            ("read", NotFound("There is none.")),
            ("read", Forbidden("Not yours.")),
            ("delete", NotFound("It is gone.")),
            ("replace", PreconditionFailed("It has changed.")),
            ("create", Unavailable("The database is busy.")),
        ],
    )
    def test_are_no_answers_that_the_client_can_go_on_with(
        self, idp: Provider, operation: str, error: ScimError
    ) -> None:
        note(idp, error, operation=operation)
        assert counts() == []

    @pytest.mark.parametrize(
        ("operation", "error"),
        [
            ("read", InvalidFilter("`userNam` is unknown.")),
            ("read", ScimError("A fault of ours.")),
            ("patch", NotFound("There is none.")),
            ("delete", Forbidden("The account is a superuser's.")),
            ("bulk", InvalidFilter("Not a bulk request.")),
        ],
    )
    def test_are_writes_that_fail_and_reads_that_are_not_understood(
        self, idp: Provider, operation: str, error: ScimError
    ) -> None:
        note(idp, error, operation=operation)
        assert counts() == [1]


class TestAFlood:
    @pytest.mark.threat(67)
    @pytest.mark.once
    def test_of_thousands_leaves_few_rows_and_the_right_number(self, idp: Provider, clock: Any) -> None:
        for number in range(10_000):
            note(idp, resource=str(number % 1_000))
        assert len(counts()) == DISTINCT + 1
        assert sum(counts()) == 10_000

    def test_leaves_few_rows_and_the_words_of_the_last(self, idp: Provider, clock: Any) -> None:
        for number in range(DISTINCT + 20):
            note(idp, Uniqueness(f"The name {number} is taken."), resource=str(number))
        assert counts() == [*[1] * DISTINCT, 20]
        event = Event.objects.latest("pk")
        assert event.resource == str(DISTINCT + 19)
        assert event.detail.startswith("Many requests were refused in this hour")
        assert event.detail.endswith(f"The name {DISTINCT + 19} is taken.")

    def test_is_told_apart_again_in_the_next_hour(self, idp: Provider, clock: Any) -> None:
        for number in range(DISTINCT + 2):
            note(idp, resource=str(number))
        clock.shift(60 * MINUTE)
        note(idp, resource="0")
        assert counts()[-2:] == [2, 1]

    def test_costs_the_same_however_long_it_lasts(
        self, idp: Provider, clock: Any, django_assert_num_queries: Any
    ) -> None:
        for number in range(DISTINCT + 1):
            note(idp, resource=str(number))
        for number in (DISTINCT + 1, DISTINCT + 2):
            with django_assert_num_queries(5):  # savepoint, this one, how many there are, the one for the others
                note(idp, resource=str(number))


class TestAHostsTransaction:
    def test_that_goes_on_keeps_the_refusal(self, idp: Provider) -> None:
        with transaction.atomic():
            note(idp)
        assert counts() == [1]

    def test_that_is_broken_is_left_alone(self, idp: Provider) -> None:
        with transaction.atomic():
            transaction.set_rollback(True)
            note(idp)
        assert counts() == []

    def test_that_is_rolled_back_takes_the_refusal_along(self, idp: Provider) -> None:
        with transaction.atomic():
            note(idp)
            transaction.set_rollback(True)
        assert counts() == []


def test_a_refusal_that_cannot_be_recorded_is_logged(idp: Provider, caplog: pytest.LogCaptureFixture) -> None:
    with mock.patch("scim_provisioning.operations.refusals._count", side_effect=OperationalError("locked")):
        note(idp)
    (record,) = [record for record in caplog.records if record.error]
    assert record.message.startswith("A refused request was not recorded: django.db.utils.OperationalError")
    assert counts() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes one at a time")
def test_no_count_is_lost_when_refusals_meet(idp: Provider) -> None:
    def noting(*resources: str) -> Callable[[], None]:
        def run() -> None:
            for resource in resources:
                note(idp, resource=resource)

        return run

    with mock.patch.object(refusals, "DISTINCT", 3):
        at_once(*[noting(*(str(number % 5) for number in range(20)))] * 5)
    assert sum(counts()) == 100
    assert len(counts()) <= 5
