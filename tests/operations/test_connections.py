"""Enabling, disabling, and telling whose token a request carries."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db.utils import ConnectionDoesNotExist
from django.utils import timezone

from scim_provisioning import tokens
from scim_provisioning.models import Connection
from scim_provisioning.operations import connections
from scim_provisioning.operations.connections import OVERLAP, ConnectionMovedError, NotEnabledError, State
from tests.factories import SuperuserFactory

pytestmark = pytest.mark.django_db


class Replicas:
    """A router of a product whose reads go to replicas, which may be behind."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return "replica" if model is Connection else None


NOW = timezone.now().replace(microsecond=0)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def enable(**options: Any) -> str:
    _, token = connections.enable(**options)
    assert token is not None
    return token


def rotate(**options: Any) -> str:
    return connections.rotate(**options)[1]


def use(token: str) -> None:
    """What a request with the token does."""
    connection = connections.authenticate(token)
    assert connection is not None
    connections.note_use(connection, "192.0.2.7")


def are_valid(*asked: str) -> list[bool]:
    return [connections.authenticate(token) is not None for token in asked]


class TestATokenThatWasMade:
    @pytest.mark.threat(44)
    def test_is_256_random_bits_behind_a_prefix_that_scanners_know(self) -> None:
        assert re.fullmatch(r"scim_[A-Za-z0-9_-]{43}", tokens.mint())
        assert tokens.mint() != tokens.mint()

    def test_is_kept_as_its_digest_and_its_last_four_characters(self) -> None:
        token = enable()
        row = Connection.objects.values().get()
        assert row["token_digest"] == tokens.digest(token)
        assert row["token_hint"] == token[-4:]
        assert token not in str(row)

    def test_belongs_to_its_connection(self) -> None:
        assert connections.authenticate(enable()) == Connection.objects.get()


class TestEnable:
    def test_notes_who_did_it_and_when(self, clock: Any) -> None:
        by = SuperuserFactory()
        connections.enable(by=by)
        connection = connections.current()
        assert (connection.enabled, connection.changed_by, connection.changed_at) == (True, by, NOW)

    def test_gives_no_second_token_and_keeps_the_first(self) -> None:
        token = enable()
        before = Connection.objects.values().get()
        connection, second = connections.enable(by=SuperuserFactory())
        assert second is None
        assert connection.pk == before["id"]
        assert Connection.objects.values().get() == before
        assert connections.authenticate(token)

    def test_after_disable_makes_a_token_that_nobody_has_used(self) -> None:
        first = enable()
        connections.note_use(connections.current())
        connections.disable()
        second = enable()
        assert second != first
        assert connections.current().last_used_at is None

    def test_keeps_tenants_apart(self) -> None:
        ours, theirs = enable(tenant="ours"), enable(tenant="theirs")
        connections.disable(tenant="theirs")
        found = connections.authenticate(ours)
        assert found is not None
        assert found.tenant == "ours"
        assert connections.authenticate(theirs) is None


class TestDisable:
    def test_wipes_every_trace_of_the_token(self) -> None:
        token = enable()
        in_a_day = timezone.now() + timedelta(days=1)
        Connection.objects.update(
            expires_at=in_a_day, previous_digest=tokens.digest("scim_previous"), previous_until=in_a_day
        )
        assert connections.authenticate("scim_previous")
        _, was_enabled = connections.disable()
        assert was_enabled
        row = Connection.objects.values().get()
        assert row["token_digest"] is row["previous_digest"] is row["previous_until"] is row["expires_at"] is None
        assert row["token_hint"] == ""
        assert connections.authenticate(token) is None
        assert connections.authenticate("scim_previous") is None

    def test_notes_who_did_it_and_when(self, clock: Any) -> None:
        enable()
        clock.shift(SECOND)
        by = SuperuserFactory()
        connections.disable(by=by)
        connection = connections.current()
        assert (connection.enabled, connection.changed_by, connection.changed_at) == (False, by, NOW + SECOND)

    def test_of_what_is_not_enabled_changes_nothing(self) -> None:
        connection, was_enabled = connections.disable(by=SuperuserFactory())
        assert not was_enabled
        assert connection.changed_at is None


class TestATokenWithALifetime:
    def test_ends_when_it_is_over(self, clock: Any) -> None:
        token = enable(lifetime=DAY)
        assert connections.current().expires_at == NOW + DAY
        clock.shift(DAY - SECOND)
        assert are_valid(token) == [True]
        clock.shift(SECOND)
        assert are_valid(token) == [False]

    def test_is_made_where_one_is_asked_for(self) -> None:
        enable()
        assert connections.current().expires_at is None
        rotate(lifetime=DAY)
        assert connections.current().expires_at
        rotate()
        assert connections.current().expires_at is None

    @pytest.mark.parametrize("lifetime", [timedelta(0), -SECOND], ids=str)
    def test_lives_for_a_while(self, lifetime: timedelta) -> None:
        with pytest.raises(ValueError, match="lifetime"):
            connections.enable(lifetime=lifetime)
        assert not connections.current().enabled

    def test_stays_as_it_is_where_provisioning_is_on_already(self) -> None:
        enable()
        connections.enable(lifetime=DAY)
        assert connections.current().expires_at is None


class TestRotate:
    def test_makes_a_new_token_beside_the_one_so_far(self, clock: Any) -> None:
        first = enable()
        second = rotate()
        assert first != second
        assert are_valid(first, second) == [True, True]
        assert connections.current().previous_until == NOW + OVERLAP == NOW + DAY
        assert connections.current().token_hint == second[-4:]

    @pytest.mark.threat(45)
    def test_ends_the_one_so_far_after_the_overlap(self, clock: Any) -> None:
        first = enable()
        second = rotate(overlap=2 * SECOND)
        clock.shift(SECOND)
        assert are_valid(first, second) == [True, True]
        clock.shift(SECOND)
        assert are_valid(first, second) == [False, True]
        assert not connections.overlaps(connections.current())

    @pytest.mark.threat(45)
    def test_without_an_overlap_ends_the_one_so_far_at_once(self) -> None:
        first = enable()
        second = rotate(overlap=timedelta(0))
        assert are_valid(first, second) == [False, True]
        assert connections.current().previous_digest is None

    def test_once_more_ends_the_older_of_two_at_once(self) -> None:
        asked = [enable(), rotate(), rotate()]
        assert are_valid(*asked) == [False, True, True]

    def test_gives_the_one_so_far_no_longer_life_than_it_had(self, clock: Any) -> None:
        first = enable(lifetime=SECOND)
        rotate()
        assert connections.current().previous_until == NOW + SECOND
        clock.shift(SECOND)
        assert are_valid(first) == [False]

    def test_does_not_revive_what_has_expired(self, clock: Any) -> None:
        first = enable(lifetime=SECOND)
        clock.shift(2 * SECOND)
        second = rotate()
        assert are_valid(first, second) == [False, True]
        assert not connections.overlaps(connections.current())

    def test_leaves_who_enabled_it_and_notes_who_made_the_token(self, clock: Any) -> None:
        enabler, rotator = SuperuserFactory.create_batch(2)
        connections.enable(enabler)
        clock.shift(SECOND)
        connections.rotate(rotator)
        connection = connections.current()
        assert (connection.changed_by, connection.changed_at) == (enabler, NOW)
        assert (connection.token_made_by, connection.token_made_at) == (rotator, NOW + SECOND)

    def test_is_refused_where_provisioning_is_off(self) -> None:
        with pytest.raises(NotEnabledError):
            connections.rotate()
        first = enable()
        connections.disable()
        with pytest.raises(NotEnabledError):
            connections.rotate()
        assert are_valid(first) == [False]

    def test_refuses_an_overlap_below_zero(self) -> None:
        first = enable()
        with pytest.raises(ValueError, match="overlap"):
            connections.rotate(overlap=-SECOND)
        assert are_valid(first) == [True]

    def test_is_of_one_tenant(self) -> None:
        ours, theirs = enable(tenant="ours"), enable(tenant="theirs")
        rotate(tenant="ours", overlap=timedelta(0))
        assert are_valid(ours, theirs) == [False, True]

    def test_keeps_neither_token(self) -> None:
        first, second = enable(), rotate()
        row = str(Connection.objects.values().get())
        assert first not in row
        assert second not in row

    def test_is_over_with_provisioning(self) -> None:
        asked = [enable(), rotate()]
        connections.disable()
        assert are_valid(*asked) == [False, False]
        assert connections.current().previous_digest is None


class TestEndPrevious:
    def test_ends_the_overlap_at_once(self) -> None:
        first, second = enable(), rotate()
        connection, was_valid = connections.end_previous()
        assert was_valid
        assert not connections.overlaps(connection)
        assert are_valid(first, second) == [False, True]

    def test_where_nothing_overlaps_changes_nothing(self, clock: Any) -> None:
        enable()
        assert connections.end_previous(seen="new")[1] is False
        rotate(overlap=SECOND)
        clock.shift(SECOND)
        assert connections.end_previous(seen="new")[1] is False


class TestDescribe:
    def test_sets_what_is_given_and_tells_what_was_another(self) -> None:
        connections.describe(name="Staff", provider="okta")
        connection, changed = connections.describe(name="Staff", provider="entra", dialect="strict")
        assert changed == ["provider", "dialect"]
        assert Connection.objects.get() == connection
        assert (connection.name, connection.provider, connection.dialect) == ("Staff", "entra", "strict")

    def test_of_what_is_so_already_writes_nothing(self, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(1):
            assert connections.describe(name="", dialect="automatic")[1] == []
        assert not Connection.objects.exists()

    def test_leaves_the_token_and_who_made_it(self, clock: Any) -> None:
        token = enable()
        clock.shift(SECOND)
        connection, _ = connections.describe(provider="okta")
        assert (connection.changed_at, connections.authenticate(token)) == (NOW, connection)

    def test_is_of_one_tenant(self) -> None:
        connections.describe("acme", provider="okta")
        connections.add("volt")
        assert dict(Connection.objects.values_list("tenant", "provider")) == {"acme": "okta", "volt": ""}

    def test_makes_another_version(self) -> None:
        enable()
        versions = {connections.version(connections.current())}
        for details in ({"name": "okta"}, {"name": "", "provider": "okta"}, {"dialect": "strict"}):
            connections.describe(**details)
            versions.add(connections.version(connections.current()))
        assert len(versions) == 4


class TestADecisionOnWhatHasPassed:
    def test_does_not_describe(self) -> None:
        seen = connections.version(connections.current())
        connections.describe(provider="okta")
        with pytest.raises(ConnectionMovedError):
            connections.describe(seen=seen, provider="entra")
        assert connections.describe(seen=seen, provider="okta")[1] == []

    def test_does_not_enable(self) -> None:
        seen = connections.version(connections.current())
        connections.enable()
        connections.disable()
        with pytest.raises(ConnectionMovedError):
            connections.enable(seen=seen)
        assert not connections.current().enabled

    def test_does_not_disable(self) -> None:
        connections.enable()
        seen = connections.version(connections.current())
        connections.disable()
        token = enable()
        with pytest.raises(ConnectionMovedError):
            connections.disable(seen=seen)
        assert connections.authenticate(token)

    def test_does_not_rotate(self) -> None:
        enable()
        seen = connections.version(connections.current())
        token = rotate(overlap=timedelta(0))
        with pytest.raises(ConnectionMovedError):
            connections.rotate(seen=seen)
        assert are_valid(token) == [True]

    def test_does_not_end_another_overlap(self) -> None:
        enable()
        first = rotate()
        seen = connections.version(connections.current())
        rotate()
        with pytest.raises(ConnectionMovedError):
            connections.end_previous(seen=seen)
        assert are_valid(first) == [True]

    def test_is_no_matter_where_nothing_is_left_to_change(self) -> None:
        enable()
        assert connections.enable(seen="new")[1] is None
        connections.disable()
        assert connections.disable(seen="new")[1] is False

    def test_is_told_from_one_on_what_stands(self) -> None:
        enable(seen=connections.version(connections.current()))
        connections.disable(seen=connections.version(connections.current()))
        assert enable(seen=connections.version(connections.current()))


class TestAuthenticate:
    @pytest.mark.parametrize("token", ["", "scim_", "scim_" + "k" * 43, "ä", "\ud800", "\0", "x" * 100_000])
    def test_knows_no_token_that_it_did_not_make(self, token: str) -> None:
        enable()
        assert connections.authenticate(token) is None

    @pytest.mark.threat(43)
    def test_does_not_take_the_digest_for_the_token(self) -> None:
        assert connections.authenticate(tokens.digest(enable())) is None

    def test_does_not_know_a_connection_that_is_not_enabled(self) -> None:
        token = enable()
        Connection.objects.update(enabled=False)
        assert connections.authenticate(token) is None

    def test_ends_with_the_token(self, clock: Any) -> None:
        token = enable()
        Connection.objects.update(expires_at=NOW + SECOND)
        assert connections.authenticate(token)
        clock.shift(SECOND)
        assert connections.authenticate(token) is None

    def test_of_a_previous_token_ends_with_its_overlap(self, clock: Any) -> None:
        token = enable()
        Connection.objects.update(previous_digest=tokens.digest("scim_previous"), previous_until=NOW + SECOND)
        assert connections.authenticate("scim_previous")
        clock.shift(SECOND)
        assert connections.authenticate("scim_previous") is None
        assert connections.authenticate(token)

    @pytest.mark.threat(46)
    def test_asks_the_database_once_and_each_time(self, django_assert_num_queries: Any) -> None:
        token = enable()
        for _ in range(2):
            with django_assert_num_queries(1) as queries:
                connections.authenticate(token)
            assert token not in str(queries.captured_queries)

    @pytest.mark.threat(46)
    def test_asks_no_replica_which_may_be_behind(self, settings: Any) -> None:
        token = enable()
        settings.DATABASE_ROUTERS = [f"{__name__}.Replicas"]
        with pytest.raises(ConnectionDoesNotExist):
            Connection.objects.first()
        assert connections.authenticate(token)
        connections.disable()
        assert connections.authenticate(token) is None


class TestNoteUse:
    def test_writes_at_most_once_a_minute(self, clock: Any, django_assert_num_queries: Any) -> None:
        enable()
        for seconds, writes in ((0, 1), (59, 0), (1, 1), (60, 1)):
            clock.shift(timedelta(seconds=seconds))
            connection = connections.current()
            with django_assert_num_queries(writes):
                connections.note_use(connection)
        assert connections.current().last_used_at == NOW + timedelta(seconds=120)

    def test_leaves_what_another_worker_noted(self, clock: Any) -> None:
        enable()
        ours = connections.current()
        connections.note_use(connections.current())
        clock.shift(SECOND)
        connections.note_use(ours)
        assert connections.current().last_used_at == NOW

    def test_does_not_count_a_dead_token_as_the_first_request_of_a_new_one(self) -> None:
        found = connections.authenticate(enable())
        assert found is not None
        connections.disable()
        enable()
        connections.note_use(found)
        assert connections.state(connections.current()) is State.WAITING


class TestTheUseOfTwoTokens:
    def test_is_noted_for_each(self, clock: Any) -> None:
        first = enable()
        use(first)
        clock.shift(DAY)
        second = rotate()
        clock.shift(SECOND)
        use(first)
        connection = connections.current()
        assert (connection.last_used_at, connection.previous_used_at) == (None, NOW + DAY + SECOND)
        clock.shift(SECOND)
        use(second)
        connection = connections.current()
        assert connection.last_used_at == connections.last_used(connection) == NOW + DAY + 2 * SECOND
        assert connection.previous_used_at == NOW + DAY + SECOND

    def test_by_the_previous_one_is_written_at_most_once_a_minute(self, clock: Any) -> None:
        first = enable()
        rotate()
        use(first)
        clock.shift(59 * SECOND)
        use(first)
        assert connections.current().previous_used_at == NOW

    def test_goes_to_no_other_token_when_one_is_made_meanwhile(self) -> None:
        first = connections.authenticate(enable())
        assert first is not None
        rotate()
        connections.note_use(first)
        assert connections.current().last_used_at is None

    def test_keeps_a_connection_in_use_until_the_older_one_is_over(self, clock: Any) -> None:
        use(enable())
        rotate()
        states = [connections.state(connections.current())]
        clock.shift(DAY)
        states.append(connections.state(connections.current()))
        assert states == [State.ENABLED, State.WAITING]

    def test_says_where_the_last_request_came_from(self) -> None:
        use(enable())
        assert connections.current().last_address == "192.0.2.7"


def test_the_state_of_a_connection_is_one_word() -> None:
    def state() -> State:
        return connections.state(connections.current())

    states = [state()]
    enable()
    states.append(state())
    connections.note_use(connections.current())
    states.append(state())
    connections.disable()
    states.append(state())
    assert states == [State.NEVER_ENABLED, State.WAITING, State.ENABLED, State.DISABLED]


def test_looking_at_what_never_was_makes_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert not connections.current().enabled
    assert not Connection.objects.exists()
