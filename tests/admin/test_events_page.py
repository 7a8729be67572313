"""The page of the Events: what it finds, in which words, for whom, and at what cost."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from example_project.accounts.models import User
from example_project.scim import EmployeeAdapter
from scim_provisioning.models import Connection, Event
from scim_provisioning.operations import connections
from scim_provisioning.operations.history import PAGE_SIZE, Position
from tests.factories import ProfileFactory, ProjectFactory, UserFactory
from tests.operations.provider import Provider
from tests.operations.test_history import insert_events
from tests.scim import user

pytestmark = pytest.mark.django_db

LIST = reverse("admin:scim_provisioning_connection_changelist")
URL = reverse("admin:scim_provisioning_connection_events")
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class EventsPage:
    """The page, as a superuser reads it."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def open(self, query: str = "", **asked: Any) -> Any:
        response = self.client.get(f"{URL}?{query or urlencode(asked)}")
        assert response.status_code == 200
        return response

    def words(self, query: str = "", **asked: Any) -> str:
        return words(self.open(query, **asked))

    def found(self, query: str = "", **asked: Any) -> list[str]:
        """The ids of the requests on the page."""
        return re.findall(r'<code class="scim-whole">([^<]*)</code>', self.open(query, **asked).text)


def words(response: Any) -> str:
    """What can be read on the page, in one line."""
    inner = response.text.split('<div class="scim', 1)[1]
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", inner)).split())


@pytest.fixture
def events_page(superuser: Any) -> EventsPage:
    client = Client()
    client.force_login(superuser)
    return EventsPage(client)


@pytest.fixture
def idp(db: None) -> Provider:
    return Provider(connections.enable()[0])


def event(number: int = 0, **values: Any) -> Event:
    asked = {"operation": "patch", "resource_type": "User", "resource": str(number), "outcome": 200, **values}
    return Event(**{"at": NOON + number * SECOND, "request_id": f"request-{number}", **asked})


def value(path: str, before: Any, after: Any) -> dict[str, Any]:
    return {"resource": "1", "path": path, "before": before, "after": after}


def members(group: str, added: list[str], removed: list[str]) -> dict[str, Any]:
    return {"resource": group, "path": "members", "added": added, "removed": removed}


class TestWhoMaySeeIt:
    def test_staff_who_are_no_superusers_may_not(self, client: Client) -> None:
        client.force_login(UserFactory(is_staff=True))
        assert client.get(URL).status_code == 403

    def test_who_has_not_logged_in_is_led_to_the_login(self, client: Client) -> None:
        assert client.get(URL + "?user=1")["Location"] == reverse("admin:login") + f"?next={URL}%3Fuser%3D1"

    def test_it_is_read_only_and_kept_nowhere(self, events_page: EventsPage) -> None:
        assert events_page.client.post(URL).status_code == 405
        response = events_page.open()
        assert "no-store" in response["Cache-Control"]
        assert response["Referrer-Policy"] == "same-origin"


class TestFilters:
    @pytest.fixture(autouse=True)
    def _four(self) -> None:
        Event.objects.bulk_create(
            [
                event(1, operation="create"),
                event(2, resource="7"),
                event(3, outcome=409),
                event(4, resource_type="Group", resource="profile-1", changes=[members("profile-1", ["7"], [])]),
            ]
        )

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", [4, 3, 2, 1]),
            ("search=&outcome=&period=&since=", [4, 3, 2, 1]),
            ("operation=create", [1]),
            ("outcome=refused", [3]),
            ("outcome=changed", [4, 2, 1]),
            ("user=7", [4, 2]),
            ("group=profile-1", [4]),
            ("search=request-3", [3]),
            ("user=7&operation=patch&outcome=changed&since=2026-03-04&until=2026-03-04", [4, 2]),
            ("since=2026-03-05", []),
            ("until=2026-03-03", []),
            ("period=month", []),
        ],
    )
    def test_stand_in_the_address(self, events_page: EventsPage, query: str, found: list[int]) -> None:
        assert events_page.found(query) == [f"request-{number}" for number in found]

    @pytest.mark.parametrize(
        ("query", "complaint"),
        [
            ("operation=update", "Select a valid choice"),
            ("outcome=maybe", "Select a valid choice"),
            ("period=century", "Select a valid choice"),
            ("since=yesterday", "Enter a valid date"),
            ("since=0001-01-01", "greater than or equal to"),
            ("until=9999-12-31", "less than or equal to"),
            ("since=2026-03-05&until=2026-03-04", "This day is before the first one."),
            ("older=junk", "does not say where the page begins"),
            ("older=2026-03-04T12:00:00~1", "does not say where the page begins"),
            ("older=0001-01-01T00:00:00%2B00:00~1", "does not say where the page begins"),
            (f"newer=2026-03-04T12:00:00%2B00:00~{'1' * 5000}", "does not say where the page begins"),
            ("older={0}&newer={0}".format("2026-03-04T12:00:00%2B00:00~1"), "does not say where the page begins"),
            ("search=a%00b", "Null characters are not allowed"),
            ("user=" + "1" * 256, "at most 255 characters"),
            ("usr=7", "something that this page does not know"),
            ("connection=1", "something that this page does not know"),
        ],
    )
    def test_that_cannot_be_understood_find_nothing(self, events_page: EventsPage, query: str, complaint: str) -> None:
        text = events_page.words(query)
        assert "No events are shown, because the filters cannot be understood." in text
        assert complaint in text
        assert events_page.found(query) == []

    @pytest.mark.parametrize(
        "query", [f"older=2026-03-04T12:00:00%2B00:00~{10**30}", "user=%FF", "group=%00x", "search=%25_%27%22%5C"]
    )
    def test_that_only_look_strange_do_no_harm(self, events_page: EventsPage, query: str) -> None:
        assert events_page.found(query) == []

    def test_of_a_user_or_group_say_whose_events_these_are(self, events_page: EventsPage) -> None:
        maria = UserFactory(username="maria@example.com")
        response = events_page.open(user=maria.pk, outcome="refused")
        assert "All about the user maria@example.com" in words(response)
        assert f'href="{reverse("admin:accounts_user_change", args=[maria.pk])}"' in response.text
        assert 'href="?outcome=refused"' in response.text
        assert f'<input type="hidden" name="user" value="{maria.pk}"' in response.text

    def test_that_find_nothing_can_be_cleared(self, events_page: EventsPage) -> None:
        response = events_page.open(search="nobody")
        assert "No event is like that. Clear the filters" in words(response)
        assert f'<a href="{URL}">' in response.text

    def test_are_not_needed_where_nothing_has_happened(self, events_page: EventsPage) -> None:
        Event.objects.all().delete()
        assert "Nothing has happened yet." in events_page.words()


class TestPages:
    def test_lead_on_and_back_and_keep_the_filters(self, events_page: EventsPage) -> None:
        Event.objects.bulk_create(event(number, outcome=409) for number in range(PAGE_SIZE + 2))
        Event.objects.bulk_create(event(number) for number in range(PAGE_SIZE))
        first = events_page.open(outcome="refused")
        assert 'rel="prev"' not in first.text
        second = events_page.open(link(first, "next"))
        assert 'rel="next"' not in second.text
        assert words(second).count("Refused 1") == 0
        assert len(re.findall('class="scim-refused"', first.text)) == PAGE_SIZE
        assert len(re.findall('class="scim-refused"', second.text)) == 2
        assert words(events_page.open(link(second, "prev"))) == words(first)

    def test_end_somewhere(self, events_page: EventsPage) -> None:
        event(1).save()
        assert "There is nothing more on this side." in events_page.words(older=Position(NOON, 1))


def link(response: Any, rel: str) -> str:
    """The query of the link to the page beside."""
    (query,) = re.findall(rf'<a rel="{rel}" href="\?([^"]*)"', response.text)
    return html.unescape(query)


class TestWords:
    def test_of_what_an_identity_provider_does(self, events_page: EventsPage, idp: Provider) -> None:
        profile = ProfileFactory(name="SE - Data Entry")
        id = idp.post(user("maria"))["id"]
        group = f"profile-{profile.pk}"
        idp.of("Group").patch(group, {"op": "add", "path": "members", "value": [{"value": id}]})
        idp.replace(id, "active", False)
        idp.patch(id, {"op": "Replace", "path": "active", "value": True})
        idp.replace(id, "name.givenName", "Mary")
        idp.of("Group").patch(group, {"op": "remove", "path": "members"})
        idp.delete(id)
        text = events_page.words()
        told = [
            "Deleted user maria@example.com",
            "Removed 1 member from SE - Data Entry",
            "Changed user maria@example.com",
            "Reactivated user maria@example.com",
            "Deactivated user maria@example.com",
            "Added 1 member to SE - Data Entry",
            "Created user maria@example.com",
        ]
        assert sorted(told, key=text.index) == told
        assert "name.givenName Maria → is now Mary" in text
        assert "op-case The operation is capitalised: Replace ." in text

    def test_of_who_is_gone_are_those_of_the_time(self, events_page: EventsPage, idp: Provider) -> None:
        id = idp.post(user("maria"))["id"]
        User.objects.filter(pk=id).delete()
        assert "Created user maria@example.com" in events_page.words(search="maria@example.com")

    def test_of_groups_that_a_user_left(self, events_page: EventsPage) -> None:
        profile = ProfileFactory(name="Field crew")
        event(1, operation="delete", changes=[members(f"profile-{profile.pk}", [], ["1"])]).save()
        assert "Left Field crew" in events_page.words()

    def test_name_ten_of_many_members(self, events_page: EventsPage) -> None:
        project = ProjectFactory(name="Transmission line")
        group = f"project-{project.pk}-full"
        ids = [str(number) for number in range(5000, 6000)]
        event(1, resource_type="Group", resource=group, changes=[members(group, ids, ["7"])]).save()
        text = events_page.words()
        assert "Changed the members of Transmission line (Full access)" in text
        assert "5009 and 990 more" in text
        assert "5010" not in text

    def test_of_what_was_refused_say_what_was_sent_back_and_what_to_do(self, events_page: EventsPage) -> None:
        said = {"outcome": 409, "scim_type": "uniqueness", "detail": "userName is taken.", "count": 12}
        event(1, operation="create", resource="", **said).save()
        text = events_page.words()
        assert "Create a user Refused 12 times Answer userName is taken. 409 uniqueness What to do The name is" in text

    @pytest.mark.parametrize(
        ("before", "after", "text"),
        [
            (True, False, "yes → is now no"),
            (None, "Grid", "nothing → is now Grid"),
            ("", [], "nothing → is now nothing"),
            (3, 0, "3 → is now 0"),
            ("x", "2026-03-04T12:00:00Z", "x → is now March 4, 2026, noon"),
            ("x", "2026-13-44T12:00:00Z", "x → is now 2026-13-44T12:00:00Z"),
            ("x", "0001-01-01T00:00:00+14:00", "x → is now 0001-01-01T00:00:00+14:00"),
            (
                "x",
                [{"value": "m@example.com", "type": "work", "primary": True}, {"value": "x", "primary": False}],
                "x → is now m@example.com (work, primary) x",
            ),
            ("x", {"formatted": "", "lines": ["a", "b"]}, "x → is now lines: a, b"),
        ],
    )
    def test_of_values(self, events_page: EventsPage, before: Any, after: Any, text: str) -> None:
        event(1, changes=[value("title", before, after)]).save()
        assert f"title {text}" in events_page.words()

    def test_of_a_secret_say_that_it_changed(self, events_page: EventsPage) -> None:
        event(1, changes=[value("password", None, None)]).save()
        assert "password changed" in events_page.words()

    def test_of_long_values_are_folded(self, events_page: EventsPage) -> None:
        event(1, changes=[value("title", "x", "word " * 100)]).save()
        assert '<details class="scim-long">' in events_page.open().text

    def test_are_escaped_and_kept_apart(self, events_page: EventsPage) -> None:
        evil = "<script>alert(1)</script>\u202e\n'\""
        maria = UserFactory(username="<b>\u202e")
        event(1, resource=str(maria.pk), changes=[value(evil, evil, evil)], tolerances=["gone"]).save()
        event(2, resource=evil, outcome=404, detail=evil, scim_type="<i>").save()
        text = events_page.open(user="<u>").text + events_page.open(search=evil).text + events_page.open().text
        for tag in ("<script>alert", "<b>\u202e", "<i>", "<u>"):
            assert tag not in text
        assert "<bdi>&lt;b&gt;\u202e</bdi>" in text

    def test_of_what_no_words_are_made_for(self, events_page: EventsPage) -> None:
        event(1, operation="bulk", resource_type="Robot", changes=[value("a:b:c", 1, 2)]).save()
        assert "Changed 1 c 1 → is now 2" in events_page.words()


class TestLinks:
    def test_lead_from_each_user_to_their_events(self, events_page: EventsPage, idp: Provider) -> None:
        id = idp.post(user("maria"))["id"]
        for who in (id, str(UserFactory().pk)):
            page = events_page.client.get(reverse("admin:accounts_user_change", args=[who])).text
            assert f'href="{URL}?user={who}"' in page

    def test_lead_from_the_settings_page_to_all_events_and_to_what_was_refused(self, events_page: EventsPage) -> None:
        assert URL not in events_page.client.get(LIST).text
        connection, _ = connections.enable()
        connections.note_use(connection)
        event(1, connection=connection, outcome=409, at=timezone.now()).save()
        page = events_page.client.get(LIST).text
        assert f'<a href="{URL}">Events</a>' in page
        assert f'<a href="{URL}?outcome=refused">All refused requests</a>' in page

    def test_are_not_for_who_may_not_follow_them(self, client: Client, idp: Provider) -> None:
        staff = UserFactory(is_staff=True)
        staff.user_permissions.set(Permission.objects.filter(codename="view_user"))
        client.force_login(staff)
        page = client.get(reverse("admin:accounts_user_change", args=[idp.post(user("maria"))["id"]]))
        assert page.status_code == 200
        assert "/events/" not in page.text

    def test_lead_to_accounts_where_the_site_has_them(self, events_page: EventsPage, monkeypatch: Any) -> None:
        maria = UserFactory()
        event(1, resource=str(maria.pk)).save()
        account = reverse("admin:accounts_user_change", args=[maria.pk])
        assert f'href="{account}"' in events_page.open().text
        monkeypatch.setattr(admin.site._registry[User], "has_view_or_change_permission", lambda request: False)
        assert f'href="{account}"' not in events_page.open().text
        monkeypatch.delitem(admin.site._registry, User)
        assert f'href="{account}"' not in events_page.open().text


class TestTenants:
    @pytest.fixture(autouse=True)
    def _two(self, settings: Any) -> None:
        settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "TENANTS": "tests.admin.tenants.tenants"}
        self.acme, self.volt = (Connection.objects.create(tenant=tenant) for tenant in ("acme", "volt"))
        Event.objects.bulk_create([event(1, connection=self.acme), event(2, connection=self.volt), event(3)])

    def test_are_told_apart(self, events_page: EventsPage) -> None:
        assert events_page.found() == ["request-3", "request-2", "request-1"]
        assert events_page.found(connection=self.volt.pk) == ["request-2"]
        assert f'<a href="{URL}">Events</a>' in events_page.client.get(LIST).text
        box = reverse("admin:scim_provisioning_connection_box", args=[self.volt.pk])
        Connection.objects.update(changed_at=NOON)
        assert f'<a href="{URL}?connection={self.volt.pk}">Events</a>' in events_page.client.get(box).text
        assert "Volt & <Sons> Details" in events_page.words()

    @pytest.mark.parametrize("pk", [0, "x", "", 10**30])
    def test_that_there_are_not_find_nothing(self, events_page: EventsPage, pk: Any) -> None:
        assert events_page.found(connection=pk) == (["request-3", "request-2", "request-1"] if pk == "" else [])


class DepartmentAdapter(EmployeeAdapter):
    """Tenants are departments."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(department=self.connection.tenant)


@pytest.mark.urls("tests.admin.test_own_frame")
class TestTheEventsOfOneCustomer:
    URL = "/mine/events/"

    @pytest.fixture(autouse=True)
    def _departments(self, settings: Any) -> None:
        product = {"TENANTS": "tests.admin.tenants.tenants", "USER_ADAPTER": f"{__name__}.DepartmentAdapter"}
        settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, **product}

    @pytest.fixture
    def chief(self, client: Client) -> Client:
        client.force_login(UserFactory(username="chief@example.com", job_title="acme"))
        return client

    def test_are_all_that_its_administrator_sees(self, chief: Client) -> None:
        acme, volt = (Connection.objects.create(tenant=tenant) for tenant in ("acme", "volt"))
        anna = UserFactory(username="anna@acme.example", department="acme")
        vera = UserFactory(username="vera@volt.example", department="volt")
        Event.objects.bulk_create(
            [
                event(1, connection=acme, resource=str(anna.pk)),
                event(2, connection=volt, resource=str(vera.pk)),
                event(3, resource=str(vera.pk)),
                event(4, connection=acme, resource=str(vera.pk), outcome=404),  # an id that was guessed
            ]
        )
        text = chief.get(self.URL).text
        assert re.findall("request-.", text) == ["request-4", "request-1"]
        assert "anna@acme.example" in text
        assert "vera" not in text
        assert "Connection" not in text
        assert "vera@volt" not in chief.get(f"{self.URL}?user={vera.pk}").text
        assert "request-" not in chief.get(f"{self.URL}?search=vera").text
        assert "request-" not in chief.get(f"{self.URL}?connection={volt.pk}").text

    def test_are_none_before_there_is_a_connection(self, chief: Client) -> None:
        Event.objects.bulk_create([event(1), event(2, connection=Connection.objects.create(tenant="volt"))])
        text = chief.get(self.URL).text
        assert "Nothing has happened yet." in text
        assert "request-" not in text

    def test_are_refused_to_others(self, client: Client) -> None:
        client.force_login(UserFactory(username="chief@example.com", job_title="gone"))
        assert client.get(self.URL).status_code == 403
        client.force_login(UserFactory())
        assert client.get(self.URL).status_code == 403


@pytest.mark.parametrize("size", [5, PAGE_SIZE])
def test_a_page_costs_the_same_whatever_is_on_it(events_page: EventsPage, size: int) -> None:
    users = [str(user.pk) for user in UserFactory.create_batch(3)]
    profiles = [f"profile-{profile.pk}" for profile in ProfileFactory.create_batch(3)]
    Event.objects.bulk_create(
        event(number, changes=[members(profiles[number % 3], users * size, [])]) for number in range(size)
    )
    with CaptureQueriesContext(database) as queries:
        assert len(events_page.found(user=users[0])) == size
    # The session and its user, whether there are several connections, the Events, and two kinds of names.
    assert len(queries) == 6, queries.captured_queries


QUESTIONS = [
    {},
    {"user": "7"},
    {"group": "profile-7"},
    {"operation": "delete"},
    {"outcome": "refused"},
    {"outcome": "refused", "connection": "{connection}"},
    {"connection": "{connection}"},
    {"connection": "{connection}", "operation": "delete"},
    {"search": "request-77"},
    {"search": "user7@example.com"},
    {"since": "2026-03-04", "until": "2026-03-04"},
    {"user": "7", "outcome": "changed", "since": "2026-03-04"},
]


@pytest.mark.once_per_database
@pytest.mark.skipif(database.vendor != "postgresql", reason="SQLite has not got all these indexes")
def test_of_100_000_events_no_page_reads_or_counts_all(events_page: EventsPage) -> None:
    connection = Connection.objects.create(tenant="acme")
    Connection.objects.create(tenant="volt")
    insert_events(100_000)
    Event.objects.update(connection=connection)
    with database.cursor() as cursor:
        cursor.execute("ANALYZE scim_provisioning_event")
    middle = Position(NOON + 50_000 * SECOND, Event.objects.get(request_id="request-50000").pk)
    for question in QUESTIONS:
        asked = {name: text.format(connection=connection.pk) for name, text in question.items()}
        for place in ({}, {"older": middle}, {"newer": middle}):
            with CaptureQueriesContext(database) as queries:
                events_page.open(**asked, **place)
            [sql] = [query["sql"] for query in queries if 'FROM "scim_provisioning_event"' in query["sql"]]
            assert "COUNT(" not in sql
            with database.cursor() as cursor:
                cursor.execute("EXPLAIN " + sql.replace("%", "%%"), [])
                plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Seq Scan on scim_provisioning_event" not in plan, (asked, place, plan)
            assert "Index" in plan, (asked, place, plan)
