"""What has happened is found by what somebody remembers of it, page by page, at a cost that does not grow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection as database

from scim_provisioning.models import Connection, Event
from scim_provisioning.operations import history
from scim_provisioning.operations.history import Position, Wanted
from tests.factories import ProfileFactory, ProjectFactory, UserFactory
from tests.scim import user

from .provider import Provider

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def event(number: int = 0, **values: Any) -> Event:
    asked = {"operation": "patch", "resource_type": "User", "resource": str(number), "outcome": 200, **values}
    return Event(at=NOON + number * SECOND, request_id=f"request-{number}", **asked)


def members(group: str, *added: str, removed: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"resource": group, "path": "members", "added": list(added), "removed": list(removed)}


def found(**wanted: Any) -> list[str]:
    """The resources of the Events that are found, the newest first."""
    return [found.resource for found in history.page(Wanted(**wanted)).events]


class TestPages:
    @pytest.fixture(autouse=True)
    def _seven(self) -> None:
        # Of pairs at the same moment, the key decides.
        Event.objects.bulk_create(event(number // 2 * 2, resource=str(number)) for number in range(7))

    def page(self, **place: Position | None) -> tuple[list[str], history.Page]:
        page = history.page(Wanted(), size=3, **place)
        return [event.resource for event in page.events], page

    def test_lead_from_the_newest_to_the_oldest_and_back(self) -> None:
        ids, first = self.page()
        assert (ids, first.newer) == (["6", "5", "4"], None)
        ids, second = self.page(older_than=first.older)
        assert ids == ["3", "2", "1"]
        ids, third = self.page(older_than=second.older)
        assert (ids, third.older) == (["0"], None)
        ids, back = self.page(newer_than=third.newer)
        assert ids == ["3", "2", "1"]
        ids, start = self.page(newer_than=back.newer)
        assert (ids, start.newer) == (["6", "5", "4"], None)

    def test_stay_where_they_are_while_events_come(self) -> None:
        _, first = self.page()
        event(99).save()
        ids, _ = self.page(older_than=first.older)
        assert ids == ["3", "2", "1"]

    def test_end_with_nothing(self) -> None:
        ids, page = self.page(older_than=Position(NOON - SECOND, 0))
        assert (ids, page.newer, page.older) == ([], None, None)

    def test_have_an_address_that_reads_back(self) -> None:
        position = Position.of(Event.objects.latest("pk"))
        assert Position.parse(str(position)) == position

    @pytest.mark.parametrize("text", ["", "~", "7", "2026-03-04T12:00:00+00:00", "2026-03-04~7", "x~7", "~7"])
    def test_have_no_other_address(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"."):
            Position.parse(text)


class TestWhatIsFound:
    def test_by_time(self) -> None:
        Event.objects.bulk_create(event(number) for number in range(4))
        assert found(since=NOON + SECOND, until=NOON + 3 * SECOND) == ["2", "1"]

    def test_by_operation(self) -> None:
        Event.objects.bulk_create([event(1, operation="create"), event(2)])
        assert found(operation="create") == ["1"]

    def test_by_outcome(self) -> None:
        Event.objects.bulk_create([event(1, outcome=204), event(2, outcome=409)])
        assert found(refused=True) == ["2"]
        assert found(refused=False) == ["1"]

    def test_by_connection(self) -> None:
        mine, other = Connection.objects.create(tenant="a"), Connection.objects.create(tenant="b")
        Event.objects.bulk_create([event(1, connection=mine), event(2, connection=other), event(3)])
        assert found(connection=mine) == ["1"]

    def test_by_user_in_what_was_done_to_them_and_where_they_joined_and_left(self) -> None:
        Event.objects.bulk_create(
            [
                event(1),
                event(2, resource_type="Group", resource="profile-2", changes=[members("profile-2", "1", "5")]),
                event(3, resource_type="Group", resource="profile-3", changes=[members("profile-3", removed=("1",))]),
                event(4, resource_type="Group", resource="1", changes=[members("1", "11")]),
                event(5, changes=[{"resource": "5", "path": "title", "before": "1", "after": None}]),
            ]
        )
        assert found(user="1") == ["profile-3", "profile-2", "1"]

    def test_by_group_in_what_was_done_to_it_and_to_its_members(self) -> None:
        Event.objects.bulk_create(
            [
                event(1, resource_type="Group", resource="profile-1"),
                event(2, operation="delete", changes=[members("profile-1", removed=("2",))]),
                event(3, operation="delete", changes=[members("profile-11", removed=("3",))]),
            ]
        )
        assert found(group="profile-1") == ["2", "profile-1"]

    @pytest.mark.parametrize("id", ["'", '"', "\\", "%", "é", "a b", "$.x", "\U0001f600"])
    def test_by_ids_of_any_characters(self, id: str) -> None:
        event(1, resource_type="Group", resource="g", changes=[members("g", id)]).save()
        assert found(user=id) == ["g"]
        assert found(user=id + id) == []

    def test_by_the_request_that_an_identity_provider_names(self) -> None:
        Event.objects.bulk_create([event(1), event(2)])
        assert found(search="request-2") == ["2"]

    def test_by_a_part_of_the_name_of_a_user_or_of_a_group(self) -> None:
        maria, profile = UserFactory(username="maria@example.com"), ProfileFactory(name="Marine")
        other = UserFactory(username="john@example.com")
        Event.objects.bulk_create(
            [
                event(resource=str(maria.pk)),
                event(resource_type="Group", resource=f"profile-{profile.pk}"),
                event(resource=str(other.pk)),
            ]
        )
        assert found(search="MARI") == [f"profile-{profile.pk}", str(maria.pk)]

    def test_by_the_name_of_who_is_gone(self, idp: Provider) -> None:
        id = idp.post(user("maria"))["id"]
        UserFactory._meta.model.objects.get(pk=id).delete()
        assert found(search="maria@example.com") == [id]

    def test_by_several_things_at_once(self) -> None:
        Event.objects.bulk_create([event(1, outcome=409), event(2, outcome=409), event(2)])
        assert found(user="2", refused=True) == ["2"]


def test_the_page_names_who_and_what_its_events_speak_of() -> None:
    maria, profile, project = UserFactory(), ProfileFactory(), ProjectFactory()
    group = f"project-{project.pk}-full"
    event(resource=str(maria.pk), changes=[members(group, removed=(str(maria.pk),))]).save()
    event(
        resource_type="Group", resource=f"profile-{profile.pk}", changes=[members(f"profile-{profile.pk}", "0")]
    ).save()
    assert history.page(Wanted()).names == {
        ("User", str(maria.pk)): maria.username,
        ("Group", group): f"{project.name} (Full access)",
        ("Group", f"profile-{profile.pk}"): profile.name,
    }


@pytest.mark.parametrize("size", [10, 1_000])
def test_a_page_costs_a_query_for_its_events_and_one_for_each_kind_of_name(
    django_assert_num_queries: Any, size: int
) -> None:
    Event.objects.bulk_create(
        event(number, resource_type="Group", resource="profile-1", changes=[members("project-1-full", "1")])
        for number in range(size)
    )
    with django_assert_num_queries(4):
        history.page(Wanted(connection=None, user="1"), older_than=Position(NOON + size * SECOND, 0))


QUESTIONS = {
    "everything": (Wanted(), "scim_provisioning_event_at_"),
    "a time": (Wanted(until=NOON + 500 * SECOND), "scim_provisioning_event_at_"),
    "a user": (Wanted(user="7"), "scim_event_changes"),
    "a group": (Wanted(group="profile-7"), "scim_event_changes"),
    "a rare operation": (Wanted(operation="delete"), "scim_event_operation"),
    "what was refused": (Wanted(refused=True), "scim_event_all_refused"),
    "a request": (Wanted(search="request-77"), "scim_event_request"),
}


def insert_events(number: int) -> None:
    """Every 500th was refused, every 1000th is a deletion; of 5,000 users and 1,000 groups."""
    with database.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO scim_provisioning_event (at, operation, resource_type, resource, request_id, outcome,
                scim_type, detail, tolerances, adopted, changes, count)
            SELECT %s::timestamptz + n * interval '1 second', CASE WHEN n %% 1000 = 0 THEN 'delete' ELSE 'patch' END,
                'Group', 'profile-' || (n %% 1000), 'request-' || n, CASE WHEN n %% 500 = 0 THEN 409 ELSE 200 END,
                '', '', '[]', false, jsonb_build_array(jsonb_build_object('resource', 'profile-' || (n %% 1000),
                'path', 'members', 'added', jsonb_build_array((n %% 5000)::text), 'removed', jsonb_build_array())), 1
            FROM generate_series(1, %s) AS n
            """,
            [NOON, number],
        )
        cursor.execute("ANALYZE scim_provisioning_event")


@pytest.mark.once_per_database
@pytest.mark.skipif(database.vendor != "postgresql", reason="SQLite has not got all these indexes")
def test_of_100_000_events_each_question_is_answered_by_an_index_however_deep_the_page() -> None:
    insert_events(100_000)
    middle = Position(NOON + 50_000 * SECOND, 50_000)
    for what, (wanted, index) in QUESTIONS.items():
        for place in (wanted.condition(), wanted.condition() & middle.older()):
            plan = Event.objects.filter(place).order_by("-at", "-pk")[:51].explain()
            assert index in plan, what
            assert "Seq Scan" not in plan, what
