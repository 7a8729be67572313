"""What the settings page says at a glance: a pill, a sentence and notices for each state, and what was refused."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from scim_provisioning.models import Connection, Event
from scim_provisioning.operations import connections, refusals
from scim_provisioning.operations.refusals import Refusal
from scim_provisioning.pages import glance as words
from scim_provisioning.pages.refused import ADVICE, ASKED, FAULT
from scim_provisioning.protocol import errors
from scim_provisioning.protocol.errors import NotFound, ScimError, Uniqueness
from tests.admin.conftest import TOKEN, SettingsPageClient
from tests.factories import SuperuserFactory, UserFactory
from tests.operations.provider import Provider
from tests.scim import user

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
GLANCE = reverse("admin:scim_provisioning_connection_glance")


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def enable(**options: Any) -> Connection:
    return connections.enable(**options)[0]


def use(tenant: str = "", address: str = "192.0.2.7") -> None:
    connections.note_use(connections.current(tenant), address)


def carry(token: str) -> None:
    """What a request with the token does."""
    connection = connections.authenticate(token)
    assert connection is not None
    connections.note_use(connection)


def refuse(
    error: ScimError | None = None, *, asks: str = "create", type: str = "User", id: str = "", tenant: str = ""
) -> None:
    caller = Provider(connections.current(tenant)).caller()
    refusals.note(Refusal(caller, asks, type, id, error or Uniqueness("userName 'ada' is taken.")))


def said(settings_page: SettingsPageClient) -> str:
    """The text of the page, as somebody reads it."""
    content = settings_page.box().text.split('class="scim"')[1].split("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", content)).split())


def pill(settings_page: SettingsPageClient) -> tuple[str, str]:
    """The look of the pill, and its words."""
    [found] = re.findall(r'class="scim-pill scim-pill-([\w-]+)"[^>]*>([^<]+)<', settings_page.box().text)
    return found


class TestThePill:
    def test_has_a_look_and_words_for_each_state(self, settings_page: SettingsPageClient, clock: Any) -> None:
        seen = [pill(settings_page)]
        enable(lifetime=DAY)
        seen.append(pill(settings_page))
        use()
        seen.append(pill(settings_page))
        refuse()
        seen.append(pill(settings_page))
        clock.shift(DAY)
        Connection.objects.update(last_used_at=NOON)
        seen.append(pill(settings_page))
        connections.disable()
        seen.append(pill(settings_page))
        assert seen == [(state.value, str(words.PILLS[state])) for state in words.PageState]

    def test_is_the_same_in_the_list_of_connections(self, settings_page: SettingsPageClient) -> None:
        for tenant in ("a", "b", "c"):
            enable(tenant=tenant)
        use("b")
        use("c")
        refuse(tenant="c")
        connections.add("d")
        states = re.findall(r"scim-pill-([\w-]+)", settings_page.box().text)
        assert states == ["waiting", "connected", "failing", "never-enabled"]

    @pytest.mark.parametrize("size", [1, 20])
    def test_costs_the_list_no_query_for_each_connection(
        self, settings_page: SettingsPageClient, django_assert_num_queries: Any, size: int
    ) -> None:
        for number in range(size):
            enable(tenant=f"tenant-{number}")
            use(f"tenant-{number}")
            refuse(tenant=f"tenant-{number}")
        with django_assert_num_queries(4):  # the session, the user, whether there are several, the connections
            settings_page.box()


class TestWhatIsSaid:
    def test_to_somebody_who_never_heard_of_scim(self, settings_page: SettingsPageClient) -> None:
        text = said(settings_page)
        assert "nobody has to do it by hand any more" in text
        assert "choose Edit, tick the box and save" in text

    def test_of_a_connection_that_works(self, settings_page: SettingsPageClient, clock: Any) -> None:
        connection = enable()
        for name in ("ada", "bob"):
            Provider(connection).post(user(name))
        use()
        clock.shift(3 * MINUTE)
        text = said(settings_page)
        assert "Last request 3\xa0minutes ago from 192.0.2.7".replace("\xa0", " ") in text
        assert "Managed 2 users · 0 groups" in text
        assert "Today 2 changes · 0 errors" in text
        assert '<time datetime="2026-03-04T' in settings_page.box().text

    def test_of_one_that_has_been_quiet_for_long(self, settings_page: SettingsPageClient, clock: Any) -> None:
        enable()
        use()
        clock.shift(7 * DAY)
        assert "has been quiet" not in said(settings_page)
        clock.shift(2 * DAY)
        assert "has been quiet for 1 week" in said(settings_page)

    def test_of_a_disabled_one_since_when_and_by_whom(self, settings_page: SettingsPageClient) -> None:
        enable()
        connections.disable(SuperuserFactory(username="Grace"))
        text = said(settings_page)
        assert "Users and their access stay as they are" in text
        assert "by Grace" in text.split("Disabled since")[1]

    def test_of_an_expired_token_is_what_stopped_and_what_to_do(
        self, settings_page: SettingsPageClient, clock: Any
    ) -> None:
        enable(lifetime=DAY)
        clock.shift(DAY)
        text = said(settings_page)
        assert "your identity provider is refused everything" in text
        assert "Make a new token" in text

    def test_thirty_days_before_a_token_expires(self, settings_page: SettingsPageClient, clock: Any) -> None:
        enable(lifetime=31 * DAY)
        assert "The token expires on" not in said(settings_page)
        clock.shift(DAY)
        assert "The token expires on" in said(settings_page)

    def test_while_two_tokens_are_valid_is_which_of_them_is_used(
        self, settings_page: SettingsPageClient, clock: Any
    ) -> None:
        old = str(connections.enable()[1])
        carry(old)
        clock.shift(HOUR)
        new = connections.rotate()[1]
        seen = []
        for token in (None, old, new):
            clock.shift(HOUR)
            if token:
                carry(token)
            seen.append(said(settings_page))
        for text, use in zip(seen, ("Neither was used", "still uses the previous one", "Both were used"), strict=True):
            assert "Two tokens are valid until" in text
            assert use in text
        clock.shift(DAY)
        assert "Two tokens" not in said(settings_page)

    def test_while_the_previous_token_is_not_used_any_more(self, settings_page: SettingsPageClient, clock: Any) -> None:
        enable()
        clock.shift(HOUR)
        carry(connections.rotate()[1])
        assert "The previous one is not needed any more." in said(settings_page)


class TestWhatWasRefused:
    def test_is_told_in_words_with_what_to_do(self, settings_page: SettingsPageClient, clock: Any) -> None:
        enable()
        use()
        refuse()
        refuse()
        clock.shift(5 * MINUTE)
        text = said(settings_page)
        assert "what it tried last was refused" in text
        assert "Create a user 5 minutes ago · 2 times" in text
        assert "userName 'ada' is taken. (409 uniqueness)" in text
        assert "instead of making another" in text
        assert '<details class="scim-next scim-refusals" open>' in settings_page.box().text

    def test_stays_at_hand_when_it_is_over(self, settings_page: SettingsPageClient, clock: Any) -> None:
        connection = enable()
        use()
        refuse()
        clock.shift(MINUTE)
        Provider(connection).post(user("ada"))
        text = settings_page.box().text
        assert "scim-pill-connected" in text
        assert '<details class="scim-next scim-refusals">' in text

    def test_is_forgotten_with_the_token_that_it_came_by(self, settings_page: SettingsPageClient, clock: Any) -> None:
        enable()
        refuse()
        clock.shift(HOUR)
        connections.disable()
        assert "Create a user" not in said(settings_page)
        enable()
        assert "Create a user" not in said(settings_page)

    def test_is_escaped(self, settings_page: SettingsPageClient) -> None:
        enable()
        refuse(NotFound("<script>alert(1)</script>"), asks="patch", id="<b>7</b>")
        text = settings_page.box().text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert "<code>&lt;b&gt;7&lt;/b&gt;</code>" in text
        assert "<b>7" not in text

    def test_by_a_fault_of_this_site_has_the_number_of_the_request(self, settings_page: SettingsPageClient) -> None:
        enable()
        refuse()
        number = last_number()
        assert number not in said(settings_page)
        refuse(ScimError("The request failed."), asks="delete", id="7")
        text = said(settings_page)
        assert str(FAULT) in text
        assert f"Request {last_number()}" in text

    def test_of_any_kind_has_words(self) -> None:
        kinds = {("bulk", ""), *((asks, type) for asks in ALL_KINDS for type in ("User", "Group"))}
        assert set(ASKED) == kinds

    @pytest.mark.once
    def test_has_advice_for_every_error_that_a_client_can_have_caused(self) -> None:
        told = set(ADVICE)
        for kind in every(ScimError):
            if kind.status in (500, 401, 412, 503):  # our own fault; of no connection; not recorded
                continue
            assert {(kind.status, kind.scim_type or ""), (kind.status, "")} & told, kind


class TestTheAnswerToAPageThatWaits:
    def test_tells_of_the_first_request(self, settings_page: SettingsPageClient) -> None:
        enable()
        before = settings_page.client.get(GLANCE).json()
        use()
        after = settings_page.client.get(GLANCE).json()
        assert (before["state"], before["watch"]) == ("waiting", True)
        assert (after["state"], after["watch"]) == ("connected", False)
        assert after["words"] == {
            "pill": "Connected",
            "sentence": "Your identity provider is connected.",
            "tokens": "",
            "last-request": "Just now from 192.0.2.7",
        }

    def test_tells_that_the_first_was_refused(self, settings_page: SettingsPageClient) -> None:
        enable()
        use()
        refuse()
        assert settings_page.client.get(GLANCE).json()["state"] == "failing"

    def test_tells_when_the_new_token_of_a_rotation_is_used(
        self, settings_page: SettingsPageClient, clock: Any
    ) -> None:
        carry(str(connections.enable()[1]))
        clock.shift(HOUR)
        new = connections.rotate()[1]
        assert settings_page.client.get(GLANCE).json()["watch"] is True
        carry(new)
        answer = settings_page.client.get(GLANCE).json()
        assert (answer["watch"], answer["words"]["tokens"]) == (False, str(words.TWO_TOKENS[True, False]))

    def test_holds_nothing_of_a_token_and_is_not_kept(self, settings_page: SettingsPageClient) -> None:
        token = settings_page.enable()
        answer = settings_page.client.get(GLANCE)
        assert not TOKEN.search(answer.text)
        assert token[-4:] not in answer.text
        assert {"no-store", "private"} <= set(answer["Cache-Control"].split(", "))

    def test_does_not_prolong_the_session(self, settings_page: SettingsPageClient, clock: Any) -> None:
        enable()
        before = Session.objects.values().get()
        clock.shift(HOUR)
        answer = settings_page.client.get(GLANCE)
        assert not answer.cookies
        assert Session.objects.values().get() == before

    def test_costs_little(self, settings_page: SettingsPageClient, django_assert_num_queries: Any) -> None:
        enable()
        with django_assert_num_queries(4):  # the session, the user; whether there are several, the connection
            settings_page.client.get(GLANCE)

    def test_is_a_superusers_alone(self, settings_page: SettingsPageClient) -> None:
        enable()
        assert Client().get(GLANCE).status_code == 302
        client = Client()
        client.force_login(UserFactory(is_staff=True))
        assert client.get(GLANCE).status_code == 403
        assert settings_page.client.post(GLANCE).status_code == 405

    def test_is_what_the_page_asks_for_while_it_waits(self, settings_page: SettingsPageClient) -> None:
        assert "data-watch" not in settings_page.box().text
        text = settings_page.tick_and_save().text
        assert f'data-watch="{GLANCE}"' in text
        use()
        assert "data-watch" not in settings_page.box().text

    def test_is_about_one_of_several_connections(self, settings_page: SettingsPageClient) -> None:
        acme, volt = enable(tenant="acme"), enable(tenant="volt")
        use("volt")
        states = [
            settings_page.client.get(reverse("admin:scim_provisioning_connection_glance", args=[one.pk])).json()[
                "state"
            ]
            for one in (acme, volt)
        ]
        assert states == ["waiting", "connected"]


ALL_KINDS = ("create", "replace", "patch", "delete", "read")


def last_number() -> str:
    """The number of the request that was refused last."""
    return Event.objects.latest("pk").request_id


def every(kind: type[ScimError]) -> list[type[ScimError]]:
    """The errors of the protocol."""
    found = [kind, *(one for child in kind.__subclasses__() for one in every(child))]
    return [one for one in found if one.__module__ == errors.__name__]
