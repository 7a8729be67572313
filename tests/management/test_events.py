"""`manage.py scim events`: what happened in a terminal, as it comes, for machines; and the end of what is old."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
import time_machine
from django.core.management import CommandError

from scim_provisioning.management.scim import events
from scim_provisioning.models import Event
from scim_provisioning.operations import retention
from tests.factories import ProfileFactory, UserFactory
from tests.management.test_connection import run
from tests.scim import ScimClient, user

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def record(resource: str = "7", at: datetime = NOON, **values: Any) -> Event:
    asked = {"operation": "patch", "resource_type": "User", "outcome": 200, "request_id": "r", **values}
    return Event.objects.create(at=at, resource=resource, **asked)


def members(group: str, added: list[str], removed: list[str]) -> dict[str, Any]:
    return {"resource": group, "path": "members", "added": added, "removed": removed}


def lines(*arguments: str) -> list[str]:
    return run("events", *arguments)[0].splitlines()


class TestALine:
    def test_says_what_was_changed(self) -> None:
        maria = UserFactory(username="maria@example.com")
        changes = [{"resource": str(maria.pk), "path": "title", "before": None, "after": "Trainee"}]
        record(str(maria.pk), changes=changes)
        assert lines() == [
            f"2026-03-04 12:00  200  patch User {maria.pk} (maria@example.com)",
            '    title: nothing → "Trainee"',
        ]

    def test_says_who_joined_and_left(self) -> None:
        maria, profile = UserFactory(username="maria@example.com"), ProfileFactory(name="SE")
        group, crowd = f"profile-{profile.pk}", [str(number) for number in range(1000, 1012)]
        record(group, resource_type="Group", changes=[members(group, [str(maria.pk)], crowd)])
        assert lines()[1:] == [
            f"    {group} (SE): added {maria.pk} (maria@example.com)",
            f"    {group} (SE): removed {', '.join(crowd[:10])} and 2 more",
        ]

    def test_says_what_was_sent_back_and_how_often(self) -> None:
        record("", operation="create", outcome=409, scim_type="uniqueness", detail="userName is taken.", count=3)
        assert lines() == ["2026-03-04 12:00  409  create User × 3: uniqueness userName is taken."]

    @pytest.mark.threat(56)
    def test_holds_no_line_breaks_and_no_escapes_of_a_client(self) -> None:
        record(changes=[{"resource": "7", "path": "title", "before": None, "after": "a\n\x1b[31mb\u202e"}])
        assert lines()[1:] == ['    title: nothing → "a\\n\\u001b[31mb\\u202e"']

    def test_is_an_object_for_machines(self, scim: ScimClient) -> None:
        answer = scim.post("/Users", user("maria"))
        (line,) = lines("--json")
        told = json.loads(line)
        assert (told["operation"], told["resource_type"], told["resource"]) == ("create", "User", answer.json["id"])
        assert (told["at"], told["outcome"], told["tenant"]) == ("2026-03-04T12:00:00+00:00", 201, "")
        assert {"resource": told["resource"], "path": "userName", "before": None, "after": "maria@example.com"} in told[
            "changes"
        ]


class TestWhichOnes:
    def ids(self, *arguments: str) -> list[str]:
        return [json.loads(line)["resource"] for line in lines("--json", *arguments)]

    def test_are_the_last_ones_the_oldest_first(self) -> None:
        for number in range(4):
            record(str(number), NOON + number * DAY)
        assert self.ids("--limit", "2") == ["2", "3"]

    def test_can_be_said(self) -> None:
        record("1", NOON - 2 * DAY)
        record("2", outcome=409)
        record("3", operation="delete", request_id="other")
        record("profile-1", resource_type="Group", changes=[members("profile-1", ["9"], [])])
        assert self.ids("--since", "24h") == ["2", "3", "profile-1"]
        assert self.ids("--refused") == ["2"]
        assert self.ids("--operation", "delete") == ["3"]
        assert self.ids("--search", "other") == ["3"]
        assert self.ids("--user", "9") == ["profile-1"]
        assert self.ids("--group", "profile-1") == ["profile-1"]

    def test_can_be_those_of_one_tenant(self, scim: ScimClient, settings: Any) -> None:
        settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "TENANTS": "tests.admin.tenants.tenants"}
        scim.post("/Users", user("maria"))
        run("enable", "--tenant", "acme")
        assert self.ids("--tenant", "acme") == []
        assert len(self.ids()) == 1

    @pytest.mark.parametrize("limit", ["0", "-1", "x", "100001", "１"])
    def test_are_a_sensible_number(self, limit: str) -> None:
        with pytest.raises(CommandError, match="from 1 to 100000"):
            run("events", "--limit", limit)


class TestFollowing:
    def follow(self, *steps: Any) -> list[str]:
        """What is told while this happens between two looks, until Ctrl-C."""
        todo = iter(steps)

        def sleep(seconds: float) -> None:
            step = next(todo, None)
            if step is None:
                raise KeyboardInterrupt
            step()

        with mock.patch.object(events.time, "sleep", sleep):
            told = [json.loads(line) for line in lines("--json", "--follow", "--limit", "2")]
        return [f"{one['resource']} × {one['count']}" for one in told]

    def test_tells_what_comes_once(self) -> None:
        for number in range(3):
            record(str(number))
        told = self.follow(lambda: record("3"), lambda: None, lambda: record("4"), lambda: None)
        assert told == ["1 × 1", "2 × 1", "3 × 1", "4 × 1"]

    def test_tells_what_was_committed_late(self) -> None:
        late = NOON - timedelta(seconds=30)
        assert self.follow(lambda: record("1"), lambda: record("2", late), lambda: None) == ["1 × 1", "2 × 1"]

    def test_tells_a_refusal_again_that_is_counted_up(self) -> None:
        refused = record("1", outcome=409)
        told = self.follow(lambda: Event.objects.filter(pk=refused.pk).update(count=2), lambda: None)
        assert told == ["1 × 1", "1 × 2"]


class TestPruning:
    @pytest.mark.threat(67)
    def test_deletes_what_is_older_and_says_how_much_it_was(self) -> None:
        record("1", NOON - 181 * DAY)
        record("2", NOON - 179 * DAY)
        assert run("events", "--prune", "180d") == ("", "Deleted 1 events.\n")
        assert list(Event.objects.values_list("resource", flat=True)) == ["2"]

    def test_takes_many_statements_for_many_rows(self, monkeypatch: Any, django_assert_num_queries: Any) -> None:
        monkeypatch.setattr(retention, "AT_ONCE", 10)
        for number in range(25):
            record(str(number), NOON - 2 * DAY)
        with django_assert_num_queries(3 * 2 + 1):
            assert retention.prune(NOON - DAY) == 25

    def test_leaves_a_refusal_that_came_again_meanwhile(self) -> None:
        record("1", NOON - 2 * DAY)
        stays = record("2", NOON - 2 * DAY)
        delete = Event.objects.all()._raw_delete.__func__  # type: ignore[attr-defined]

        def come_again(rows: Any, using: str) -> Any:
            Event.objects.filter(pk=stays.pk, count=1).update(at=NOON, count=2)
            return delete(rows, using)

        with mock.patch("django.db.models.query.QuerySet._raw_delete", come_again):
            retention.prune(NOON - DAY)
        assert list(Event.objects.values_list("resource", "count")) == [("2", 2)]

    def test_needs_a_time(self) -> None:
        with pytest.raises(CommandError, match="a while"):
            run("events", "--prune", "0d")
