"""Requests that meet: real threads, each with a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from example_project.access.models import Profile
from example_project.accounts.models import User
from scim_provisioning.models import Event, UserRecord
from scim_provisioning.operations import connections, locks
from scim_provisioning.operations.connections import ConnectionMovedError
from scim_provisioning.protocol.errors import InvalidValue, NotFound, Uniqueness
from tests.factories import ProfileFactory, UserFactory
from tests.races import at_once, somebody_waits
from tests.scim import user

from .provider import Provider, member_ids

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="rows are locked on PostgreSQL"),
]

ROUNDS = 5


def kinds(outcomes: list[Any]) -> list[str]:
    return sorted(type(outcome).__name__ for outcome in outcomes)


def add(idp: Provider, profile: Profile, *users: User) -> Callable[[], Any]:
    operation = {"op": "add", "path": "members", "value": member_ids(*users)}
    return partial(idp.of("Group").patch, f"profile-{profile.pk}", operation)


def remove(idp: Provider, profile: Profile, *users: User) -> Callable[[], Any]:
    operation = {"op": "remove", "path": "members", "value": member_ids(*users)}
    return partial(idp.of("Group").patch, f"profile-{profile.pk}", operation)


@pytest.mark.threat(27, 28)
@pytest.mark.rfc("7643-4.1.1-02", "7644-3.3-07")
def test_of_many_who_make_one_account_one_does(idp: Provider) -> None:
    for number in range(ROUNDS):
        names = [f"ada{number}@example.com", f"ADA{number}@example.com"] * 3
        outcomes = at_once(*(partial(idp.post, user("ada", userName=name)) for name in names))
        assert kinds(outcomes) == ["Uniqueness"] * 5 + ["dict"]
    assert User.objects.count() == Event.objects.count() == ROUNDS


@pytest.mark.threat(29)
def test_of_two_who_take_one_name_one_gets_it(idp: Provider) -> None:
    for number in range(ROUNDS):
        users = UserFactory.create_batch(2)
        name = f"new{number}@example.com"
        outcomes = at_once(*(partial(idp.replace, row.pk, "userName", name) for row in users))
        assert kinds(outcomes) == ["Uniqueness", "dict"]
        assert User.objects.filter(username=name).count() == 1


def test_of_many_who_bring_back_one_account_one_does(idp: Provider) -> None:
    for number in range(ROUNDS):
        id = idp.post(user(f"ada{number}"))["id"]
        idp.delete(id)
        outcomes = at_once(*[partial(idp.post, user(f"ada{number}"))] * 4)
        assert [outcome["id"] for outcome in outcomes if isinstance(outcome, dict)] == [id]
        assert all(isinstance(outcome, (dict, Uniqueness)) for outcome in outcomes), outcomes
        record = UserRecord.objects.get(user=id)
        assert record.deprovisioned_at is None


@pytest.mark.threat(32, 33)
@pytest.mark.rfc("7644-3.6-02", "7644-3.6-03")
def test_a_deleted_user_is_in_no_group_and_not_brought_back_by_who_came_too_late(idp: Provider) -> None:
    profile = ProfileFactory()
    for _ in range(2 * ROUNDS):
        row = UserFactory()
        deleted, added, patched = at_once(
            partial(idp.delete, row.pk), add(idp, profile, row), partial(idp.replace, row.pk, "title", "New")
        )
        assert deleted is None
        assert isinstance(added, (dict, InvalidValue))
        assert isinstance(patched, (dict, NotFound))
        row.refresh_from_db()
        assert not row.is_active
        assert not profile.users.filter(pk=row.pk).exists()


@pytest.mark.threat(32, "C3")
def test_a_row_that_was_deleted_is_not_saved_anew(idp: Provider, settings: Any) -> None:
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "DELETE_USERS": True}
    for _ in range(2 * ROUNDS):
        row = UserFactory()
        deleted, patched = at_once(partial(idp.delete, row.pk), partial(idp.replace, row.pk, "title", "New"))
        assert deleted is None
        assert isinstance(patched, (dict, NotFound))
        assert not User.objects.exists()


@pytest.mark.threat(30)
def test_no_member_is_lost_whoever_else_comes_or_goes(idp: Provider) -> None:
    stay, go, come = UserFactory.create_batch(4), UserFactory.create_batch(4), UserFactory.create_batch(4)
    profile = ProfileFactory(users=[*stay, *go])
    requests = [*(add(idp, profile, row) for row in come), *(remove(idp, profile, row) for row in go)]
    outcomes = at_once(*requests)
    assert kinds(outcomes) == ["dict"] * 8
    assert set(profile.users.all()) == {*stay, *come}
    changes = [change for event in Event.objects.all() for change in event.changes]
    assert len(changes) == 8
    assert all(len(change["added"]) + len(change["removed"]) == 1 for change in changes)


@pytest.mark.threat(31)
def test_the_same_member_is_added_once_however_many_add_them(idp: Provider) -> None:
    profile, ada = ProfileFactory(), UserFactory()
    outcomes = at_once(*[add(idp, profile, ada)] * 6)
    assert kinds(outcomes) == ["dict"] * 6
    assert list(profile.users.all()) == [ada]
    assert Event.objects.count() == 1


def test_the_first_writes_to_an_account_make_one_record(idp: Provider) -> None:
    row = UserFactory()
    outcomes = at_once(*(partial(idp.replace, row.pk, path, "x") for path in ("title", "nickName", "externalId")))
    assert kinds(outcomes) == ["dict"] * 3
    document = idp.get(row.pk)
    assert document is not None
    assert (document["title"], document["nickName"], document["externalId"]) == ("x", "x", "x")
    assert Event.objects.filter(adopted=True).count() == 1


@pytest.mark.threat("C10")
def test_a_deadlock_is_ended_by_the_database_and_the_loser_tried_again() -> None:
    """Two transactions lock two rows in opposite orders; what is meant to be tried again succeeds."""
    first, second = UserFactory.create_batch(2)
    both_locked = threading.Barrier(2)
    attempts: list[Any] = []

    def locking(one: User, other: User) -> None:
        attempts.append(one)
        with locks.writing(User):
            locks.lock(User, [one.pk])
            if len(attempts) <= 2:  # who is tried again is alone
                both_locked.wait(timeout=10)
            locks.lock(User, [other.pk])

    outcomes = at_once(
        partial(locks.retrying, partial(locking, first, second), User),
        partial(locks.retrying, partial(locking, second, first), User),
    )
    assert outcomes == [None, None]
    assert len(attempts) > 2


@pytest.mark.threat("C10")
@pytest.mark.once_per_database
def test_requests_that_cross_lock_in_one_order(idp: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is tried again here, so that a deadlock would come through."""
    monkeypatch.setattr(locks, "PAUSES", ())
    for _ in range(ROUNDS):
        one, other = ProfileFactory.create_batch(2)
        users = UserFactory.create_batch(4)
        switched_off = partial(idp.patch, users[0].pk, {"op": "replace", "path": "active", "value": False})
        outcomes = at_once(
            add(idp, one, *users[:3]),
            add(idp, one, *users[2::-1]),
            add(idp, other, *users[::-1]),
            add(idp, other, *users),
            remove(idp, one, *users[::-1]),
            switched_off,
            partial(idp.delete, users[1].pk),
        )
        assert {*kinds(outcomes)} <= {"dict", "NoneType", "InvalidValue"}
        assert not one.users.filter(pk=users[1].pk).exists()
        assert not other.users.filter(pk=users[1].pk).exists()


def test_who_waits_for_a_row_sees_what_was_done_to_it_meanwhile(idp: Provider) -> None:
    row = UserFactory(job_title="Old")
    locked, waited = threading.Event(), []

    def hold() -> None:
        with transaction.atomic():
            locks.lock(User, [row.pk])
            locked.set()
            waited.append(somebody_waits())
            User.objects.filter(pk=row.pk).update(job_title="New")

    def echo() -> Any:
        assert locked.wait(10)
        return idp.replace(row.pk, "title", "New")

    _, document = at_once(hold, echo)
    assert waited == [True]
    assert document["title"] == "New"
    assert not Event.objects.exists()  # for the one who waited, it was no change


def test_an_operational_error_that_is_no_deadlock_comes_through() -> None:
    def broken() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 1")
            try:
                cursor.execute("SELECT pg_sleep(1)")
            finally:
                cursor.execute("RESET statement_timeout")

    with pytest.raises(OperationalError):
        locks.retrying(broken, User)


@pytest.mark.threat(50)
def test_of_two_who_rotate_what_both_saw_one_does() -> None:
    for _ in range(ROUNDS):
        connections.disable()
        connection, first = connections.enable()
        seen = connections.version(connection)
        outcomes = at_once(*[partial(rotated, seen)] * 2)
        (token,) = (outcome for outcome in outcomes if outcome is not None)
        assert connections.authenticate(token)
        assert connections.authenticate(str(first))


def rotated(seen: str) -> str | None:
    """The new token; None where somebody else made one."""
    try:
        return connections.rotate(seen=seen)[1]
    except ConnectionMovedError:
        return None
