"""How a connection stands, and what goes on over it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from scim_provisioning.models import Connection
from scim_provisioning.operations import connections, refusals
from scim_provisioning.operations.connections import State
from scim_provisioning.operations.refusals import Refusal
from scim_provisioning.operations.status import FAILURE_IS_OVER, REFUSALS_SHOWN, Status, status
from scim_provisioning.protocol.errors import Uniqueness
from tests.factories import ProfileFactory, SuperuserFactory, UserFactory
from tests.scim import user

from .provider import Provider, member_ids

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def idp(clock: Any) -> Provider:
    """An identity provider with an enabled connection."""
    return Provider(connections.enable()[0])


def now() -> Status:
    return status(connections.current())


def refuse(idp: Provider, resource: str = "7") -> None:
    refusals.note(Refusal(idp.caller(), "patch", "User", resource, Uniqueness("userName is taken.")))


def use() -> None:
    connections.note_use(connections.current(), "192.0.2.7")


def carry(token: str) -> None:
    """What a request with the token does."""
    connection = connections.authenticate(token)
    assert connection is not None
    connections.note_use(connection)


class TestTheState:
    def test_of_what_never_was(self) -> None:
        found = now()
        assert (found.state, found.last_request, found.users, found.refusals) == (State.NEVER_ENABLED, None, 0, [])
        assert not Connection.objects.exists()

    def test_of_what_is_disabled_says_since_when_and_by_whom(self, idp: Provider, clock: Any) -> None:
        use()
        clock.shift(HOUR)
        by = SuperuserFactory()
        connections.disable(by)
        found = now()
        assert (found.state, found.connection.changed_at, found.connection.changed_by) == (
            State.DISABLED,
            NOON + HOUR,
            by,
        )
        assert found.last_request == NOON

    def test_goes_from_waiting_to_connected(self, idp: Provider) -> None:
        assert (now().state, now().token_was_seen) == (State.WAITING, False)
        use()
        found = now()
        assert (found.state, found.token_was_seen, found.last_request) == (State.ENABLED, True, NOON)
        assert found.connection.last_address == "192.0.2.7"


class TestTheToken:
    def test_is_said_to_expire_thirty_days_ahead(self, clock: Any) -> None:
        connections.enable(lifetime=31 * DAY)
        seen = []
        for shift in (timedelta(0), DAY, 29 * DAY, DAY):
            clock.shift(shift)
            seen.append((now().expires_soon, now().has_expired))
        assert seen == [(False, False), (True, False), (True, False), (False, True)]

    def test_that_does_not_expire_is_not_said_to(self, idp: Provider) -> None:
        assert not now().expires_soon
        assert not now().has_expired

    def test_is_one_of_two_until_the_overlap_is_over(self, idp: Provider, clock: Any) -> None:
        assert now().two_tokens_until is None
        connections.rotate()
        assert now().two_tokens_until == NOON + DAY
        clock.shift(DAY)
        assert now().two_tokens_until is None

    def test_is_not_seen_while_the_identity_provider_still_uses_the_old_one(self, clock: Any) -> None:
        old = str(connections.enable()[1])
        carry(old)
        clock.shift(HOUR)
        new = connections.rotate()[1]
        assert (now().token_was_seen, now().previous_is_used) == (False, False)
        clock.shift(HOUR)
        carry(old)
        assert (now().token_was_seen, now().previous_is_used) == (False, True)
        carry(new)
        assert (now().token_was_seen, now().previous_is_used) == (True, True)

    def test_before_it_is_needed_until_the_new_one_alone_is_used(self, clock: Any) -> None:
        old = str(connections.enable()[1])
        assert not now().previous_is_needed
        new = connections.rotate()[1]
        assert now().previous_is_needed
        carry(new)
        assert not now().previous_is_needed
        clock.shift(HOUR)
        carry(old)
        assert now().previous_is_needed
        clock.shift(DAY)
        assert not now().previous_is_needed


class TestWhatIsManaged:
    def test_is_what_the_connection_made_or_took_over(self, idp: Provider) -> None:
        ada, bob = (idp.post(user(name))["id"] for name in ("ada", "bob"))
        idp.delete(bob)
        row, profile = UserFactory(), ProfileFactory()
        idp.replace(row.pk, "title", "New")
        UserFactory()
        idp.of("Group").patch(
            f"profile-{profile.pk}", {"op": "add", "path": "members", "value": [{"value": ada}, *member_ids(row)]}
        )
        assert (now().users, now().groups) == (2, 1)

    def test_is_not_what_another_connection_manages(self, idp: Provider) -> None:
        connections.enable(tenant="other")
        Provider(connections.current("other")).post(user("ada"))
        refuse(Provider(connections.current("other")))
        assert (now().users, now().changes_today, now().errors_today, now().refusals) == (0, 0, 0, [])

    def test_is_not_what_a_connection_managed_that_is_gone(self, idp: Provider) -> None:
        idp.post(user("ada"))
        refuse(idp)
        Connection.objects.all().delete()
        found = now()
        assert (found.users, found.changes_today, found.errors_today, found.errors_last_hour) == (0, 0, 0, 0)
        assert (found.last_change, found.refusals) == (None, [])


class TestToday:
    def test_counts_changes_and_refusals_since_midnight(self, idp: Provider, clock: Any, settings: Any) -> None:
        settings.TIME_ZONE = "America/New_York"  # five hours behind: today began at 05:00
        for at in (4, 6, 10):
            clock.move_to(NOON.replace(hour=at))
            idp.post(user(f"ada{at}"))
            refuse(idp)
            refuse(idp)
        assert (now().changes_today, now().errors_today) == (2, 4)
        clock.move_to(NOON + DAY)
        assert (now().changes_today, now().errors_today) == (0, 0)

    def test_has_a_last_hour_also_after_midnight(self, idp: Provider, clock: Any, settings: Any) -> None:
        settings.TIME_ZONE = "UTC"
        clock.move_to(NOON.replace(hour=23, minute=50))
        refuse(idp)
        clock.shift(timedelta(minutes=30))
        assert (now().errors_today, now().errors_last_hour) == (0, 1)


class TestTheLastRefusals:
    def test_are_a_few_in_words_the_newest_first(self, idp: Provider, clock: Any) -> None:
        for number in range(REFUSALS_SHOWN + 2):
            refuse(idp, str(number))
            clock.shift(timedelta(seconds=1))
        refuse(idp, "0")
        found = now().refusals
        assert [one.resource for one in found] == ["0", "6", "5", "4", "3"]
        assert (found[0].count, found[0].detail) == (2, "userName is taken.")


class TestAConnectionThatFails:
    def test_is_one_whose_last_request_of_note_was_refused(self, idp: Provider, clock: Any) -> None:
        use()
        assert not now().is_failing
        refuse(idp)
        assert now().is_failing

    def test_is_well_again_with_the_next_change(self, idp: Provider, clock: Any) -> None:
        use()
        refuse(idp)
        clock.shift(timedelta(seconds=1))
        idp.post(user("ada"))
        assert not now().is_failing

    def test_is_well_again_when_requests_go_on_for_a_day(self, idp: Provider, clock: Any) -> None:
        use()
        refuse(idp)
        clock.shift(FAILURE_IS_OVER)
        use()
        assert now().is_failing
        clock.shift(timedelta(minutes=2))
        use()
        assert not now().is_failing

    def test_goes_on_failing_while_nothing_comes(self, idp: Provider, clock: Any) -> None:
        use()
        refuse(idp)
        clock.shift(10 * DAY)
        assert now().is_failing

    def test_begins_anew_when_it_is_enabled_again(self, idp: Provider, clock: Any) -> None:
        refuse(idp)
        clock.shift(HOUR)
        connections.disable()
        assert not now().is_failing
        connections.enable()
        use()
        assert not now().is_failing


@pytest.mark.parametrize("size", [1, 50])
def test_it_costs_the_same_whatever_goes_on(idp: Provider, django_assert_num_queries: Any, size: int) -> None:
    for number in range(size):
        idp.post(user(f"ada{number}"))
        refuse(idp, str(number))
    connection = connections.current()
    with django_assert_num_queries(5):
        found = status(connection)
    assert (found.users, found.errors_today) == (size, size)


def test_each_question_is_answered_by_an_index(idp: Provider) -> None:
    idp.post(user("ada"))
    refuse(idp)
    connection = connections.current()
    with CaptureQueriesContext(database) as asked:
        status(connection)
        refuse(idp)
    questions = [sql for query in asked if (sql := query["sql"]).startswith(("SELECT", "UPDATE"))]
    assert len(questions) == 6
    for sql in questions:
        plan = plan_of(sql)
        assert "INDEX" in plan.upper(), plan
        assert "SEQ SCAN" not in plan.upper(), plan


def plan_of(sql: str) -> str:
    """How the database would answer, among many rows."""
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if database.vendor == 'sqlite' else ''}{sql}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())
