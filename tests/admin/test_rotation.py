"""A superuser gives a token a lifetime, lets it give way to another, and ends the previous one early."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.db import connection as database
from django.test import Client
from django.urls import reverse

from scim_provisioning.admin.settings_page import SettingsPage
from scim_provisioning.operations import connections
from tests.admin.conftest import TOKEN, SettingsPageClient, token_in, words_of
from tests.races import at_once

pytestmark = pytest.mark.django_db

ROTATE = reverse("admin:scim_provisioning_connection_rotate")
END_PREVIOUS = reverse("admin:scim_provisioning_connection_end-previous")
NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Pages(SettingsPageClient):
    """Presses the buttons that are about tokens."""

    def rotate(self, form: dict[str, str] | None = None, **chosen: str) -> Any:
        """What the browser sends of an untouched form, but for what was chosen."""
        return self.client.post(
            ROTATE, {"overlap": "24", "lifetime": "", **(form or self.form(ROTATE)), **chosen}, follow=True
        )

    def one_click(self, form: dict[str, str] | None = None) -> Any:
        """The button on the page."""
        form = form or {"version": self.box().context["version_form"]["version"].value()}
        return self.client.post(END_PREVIOUS, form, follow=True)

    def confirm_end(self, form: dict[str, str] | None = None) -> Any:
        """The button below the question."""
        return self.client.post(END_PREVIOUS, {"told": "True", **(form or self.form(END_PREVIOUS))}, follow=True)


@pytest.fixture
def pages(settings_page: SettingsPageClient) -> Pages:
    return Pages(settings_page.client)


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def use(token: str) -> None:
    """What a request with the token does."""
    connection = connections.authenticate(token)
    assert connection is not None
    connections.note_use(connection)


def are_valid(*asked: str) -> list[bool]:
    return [connections.authenticate(token) is not None for token in asked]


class TestTheLifetime:
    @pytest.mark.parametrize(("chosen", "ends"), [("", None), ("90", NOW + 90 * DAY), ("365", NOW + 365 * DAY)])
    def test_is_given_to_the_token_that_enabling_makes(
        self, clock: Any, pages: Pages, chosen: str, ends: datetime | None
    ) -> None:
        token_in(pages.describe(lifetime=chosen))
        assert connections.current().expires_at == ends

    def test_is_none_where_the_form_does_not_send_it(self, clock: Any, pages: Pages) -> None:
        pages.enable()
        assert connections.current().expires_at is None

    def test_of_a_token_that_there_is_stays_as_it_is(self, clock: Any, pages: Pages) -> None:
        pages.describe(lifetime="90")
        pages.describe(lifetime="365", name="Staff")
        assert connections.current().expires_at == NOW + 90 * DAY
        text = pages.client.get(pages.edit_url).text
        assert 'name="lifetime"' not in text
        assert "The token is valid until June 2, 2026" in text
        assert f'href="{ROTATE}"' in text

    def test_that_there_is_none_of_makes_no_token(self, pages: Pages) -> None:
        response = pages.describe(lifetime="1000")
        assert '<details class="scim-more" open>' in response.text
        assert "errorlist" in response.text
        assert not connections.current().enabled


class TestRotating:
    def test_says_what_happens_to_which_token(self, pages: Pages) -> None:
        token = pages.enable()
        text = pages.client.get(ROTATE).text
        assert f"The token that ends in …{token[-4:]} goes on for as long as you choose." in text
        assert re.search(r'value="24"[^>]* checked', text)
        assert '<option value="" selected>No end</option>' in text
        assert "A rotation is still going on" not in text

    def test_answers_the_request_itself_with_a_second_token(self, clock: Any, pages: Pages) -> None:
        first = pages.enable()
        response = pages.rotate()
        second = token_in(response)
        assert not response.redirect_chain
        assert are_valid(first, second) == [True, True]
        assert "A new token was made." in response.text
        assert "Two tokens are valid until March 5, 2026, noon" in response.text
        assert "is enabled." not in response.text

    @pytest.mark.parametrize("chosen", ["1", "24", "168"])
    def test_lets_the_token_so_far_go_on_for_as_long_as_was_chosen(self, clock: Any, pages: Pages, chosen: str) -> None:
        pages.enable()
        pages.rotate(overlap=chosen)
        assert connections.current().previous_until == NOW + int(chosen) * HOUR

    def test_can_end_the_token_so_far_at_once(self, pages: Pages) -> None:
        first = pages.enable()
        response = pages.rotate(overlap="0")
        assert are_valid(first, token_in(response)) == [False, True]
        assert "which is refused until then" in response.text

    def test_takes_nobodys_access_where_the_overlap_is_not_said(self, clock: Any, pages: Pages) -> None:
        pages.enable()
        pages.rotate(overlap="")
        assert connections.current().previous_until == NOW + DAY

    @pytest.mark.parametrize("wrong", [{"overlap": "-1"}, {"overlap": "2"}, {"lifetime": "0"}])
    def test_makes_no_token_of_what_was_not_offered(self, pages: Pages, wrong: dict[str, str]) -> None:
        token = pages.enable()
        response = pages.rotate(**wrong)
        assert "errorlist" in response.text
        assert not TOKEN.search(response.text)
        assert are_valid(token) == [True]
        assert not connections.overlaps(connections.current())

    def test_offers_the_lifetime_that_the_token_so_far_had(self, clock: Any, pages: Pages) -> None:
        pages.describe(lifetime="365")
        clock.shift(DAY)
        text = pages.client.get(ROTATE).text
        assert '<option value="365" selected>' in text
        assert "It stops on March 4, 2027, noon at the latest" in text
        pages.rotate(lifetime="365")
        assert connections.current().expires_at == NOW + 366 * DAY

    def test_of_a_token_that_is_over_asks_for_no_overlap(self, clock: Any, pages: Pages) -> None:
        pages.describe(lifetime="90")
        clock.shift(90 * DAY)
        pages.client.force_login(connections.current().changed_by)  # type: ignore[arg-type]
        text = pages.client.get(ROTATE).text
        assert "expired on June 2, 2026" in text
        assert 'name="overlap"' not in text
        token = token_in(pages.rotate())
        assert are_valid(token) == [True]
        assert not connections.overlaps(connections.current())

    def test_where_nothing_is_enabled_leads_to_the_page(self, pages: Pages) -> None:
        for response in (pages.client.get(ROTATE, follow=True), pages.rotate({"version": ""})):
            assert response.redirect_chain == [(pages.box_url, 302)]
            assert words_of(response) == "Nothing was changed: SCIM provisioning is not enabled."

    def test_by_get_changes_nothing(self, pages: Pages) -> None:
        token = pages.enable()
        response = pages.client.get(ROTATE, {**pages.form(ROTATE), "overlap": "0"})
        assert not TOKEN.search(response.text)
        assert are_valid(token) == [True]

    def test_twice_with_one_form_makes_no_third_token(self, pages: Pages) -> None:
        first = pages.enable()
        form = pages.form(ROTATE)
        second = token_in(pages.rotate(form))
        response = pages.rotate(form)  # a reload of the answer, or a double click
        assert words_of(response).startswith("Nothing was changed")
        assert not TOKEN.search(response.text)
        assert are_valid(first, second) == [True, True]

    @pytest.mark.parametrize("form", [{"version": ""}, {"version": "new"}])
    def test_needs_a_form_that_knows_how_things_stand(self, pages: Pages, form: dict[str, str]) -> None:
        pages.enable()
        assert words_of(pages.rotate(form)).startswith("Nothing was changed")
        assert not connections.overlaps(connections.current())

    def test_is_offered_where_there_is_a_token(self, pages: Pages) -> None:
        assert ROTATE not in pages.box().text
        pages.enable()
        assert f'href="{ROTATE}"' in pages.box().text


class TestAThirdToken:
    """Making it ends the first at once, which an identity provider may still use."""

    def test_is_warned_of_where_nobody_uses_the_second_yet(self, pages: Pages) -> None:
        first = pages.enable()
        use(first)
        second = token_in(pages.rotate())
        text = pages.client.get(ROTATE).text
        assert "stops as soon as there is a third" in text
        assert f"The newest token, which ends in …{second[-4:]}, was not used yet." in text
        assert 'class="scim-danger"' in text
        third = token_in(pages.rotate())
        assert are_valid(first, second, third) == [False, True, True]

    def test_is_warned_of_where_somebody_uses_the_first_still(self, clock: Any, pages: Pages) -> None:
        first = pages.enable()
        second = token_in(pages.rotate())
        clock.shift(HOUR)
        use(first)
        use(second)
        text = pages.client.get(ROTATE).text
        assert "The previous token was last used on March 4, 2026, 1 p.m., after the newest was made" in text
        assert 'class="scim-danger"' in text

    def test_is_said_to_end_the_first_where_nobody_needs_it(self, pages: Pages) -> None:
        pages.enable()
        use(token_in(pages.rotate()))
        text = pages.client.get(ROTATE).text
        assert "stops as soon as there is a third" in text
        assert "The newest token is in use" in text
        assert 'class="scim-danger"' not in text


class TestEndingThePrevious:
    def test_takes_one_click_where_the_new_one_is_in_use(self, pages: Pages) -> None:
        first = pages.enable()
        second = token_in(pages.rotate())
        use(second)
        assert f'action="{END_PREVIOUS}"' in pages.box().text
        response = pages.one_click()
        assert words_of(response) == "The previous token is no longer valid."
        assert are_valid(first, second) == [False, True]
        assert END_PREVIOUS not in response.text

    def test_is_asked_about_where_nobody_uses_the_new_one_yet(self, pages: Pages) -> None:
        first = pages.enable()
        second = token_in(pages.rotate())
        response = pages.one_click()
        assert response.redirect_chain == [(END_PREVIOUS, 302)]
        assert "End the previous token now?" in response.text
        assert f"which ends in …{second[-4:]}, was not used yet" in response.text
        assert are_valid(first, second) == [True, True]
        assert words_of(pages.confirm_end()) == "The previous token is no longer valid."
        assert are_valid(first, second) == [False, True]

    def test_is_asked_about_where_somebody_uses_the_previous_one_still(self, clock: Any, pages: Pages) -> None:
        first = pages.enable()
        second = token_in(pages.rotate())
        clock.shift(HOUR)
        use(first)
        use(second)
        response = pages.one_click()
        assert response.redirect_chain == [(END_PREVIOUS, 302)]
        assert "The previous token was last used on March 4, 2026, 1 p.m." in response.text
        assert are_valid(first) == [True]

    def test_by_get_only_asks(self, pages: Pages) -> None:
        first = pages.enable()
        use(token_in(pages.rotate()))
        pages.client.get(END_PREVIOUS, {"told": "True", **pages.form(END_PREVIOUS)})
        assert are_valid(first) == [True]

    def test_of_another_rotation_changes_nothing(self, pages: Pages) -> None:
        pages.enable()
        pages.rotate()
        form = pages.form(END_PREVIOUS)
        second = token_in(pages.rotate())
        third = token_in(pages.rotate())
        response = pages.confirm_end(form)
        assert words_of(response).startswith("Nothing was changed: somebody changed these settings")
        assert are_valid(second, third) == [True, True]

    def test_where_there_is_none_says_so(self, pages: Pages) -> None:
        pages.enable()
        words = "Nothing was changed: there is no previous token that is valid."
        assert words_of(pages.client.get(END_PREVIOUS, follow=True)) == words
        assert words_of(pages.one_click()) == words
        assert END_PREVIOUS not in pages.box().text

    def test_that_is_over_by_itself_meanwhile_says_so(self, pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
        pages.enable()
        pages.rotate()
        form = pages.form(END_PREVIOUS)
        monkeypatch.setattr(connections, "end_previous", lambda *args, **kwargs: (connections.current(), False))
        assert words_of(pages.confirm_end(form)).startswith("Nothing was changed")
        assert LogEntry.objects.count() == 2


class TestSafety:
    @pytest.mark.parametrize("url", [ROTATE, END_PREVIOUS])
    def test_needs_the_csrf_token_and_is_kept_by_nobody(self, superuser: Any, pages: Pages, url: str) -> None:
        first = pages.enable()
        pages.rotate()
        page = pages.client.get(url)
        assert "csrfmiddlewaretoken" in page.text.split('<div id="content"')[1]
        assert {"no-store", "private"} <= set(page["Cache-Control"].split(", "))
        client = Client(enforce_csrf_checks=True)
        client.force_login(superuser)
        assert client.post(url, {**pages.form(url), "told": "True", "overlap": "0"}).status_code == 403
        assert are_valid(first) == [True]

    def test_the_log_tells_what_was_done_without_values(self, pages: Pages) -> None:
        pages.describe(lifetime="90")
        pages.rotate(lifetime="365", overlap="168")
        pages.confirm_end()
        words = [entry.get_change_message() for entry in LogEntry.objects.order_by("pk")]
        assert words == ["Enabled SCIM provisioning", "Rotated the token", "Ended the previous token"]

    def test_what_cannot_be_logged_is_not_done(self, pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
        first = pages.enable()
        form = pages.form(ROTATE)
        monkeypatch.setattr(SettingsPage, "log_change", breaks)
        with pytest.raises(Broken):
            pages.rotate(form, overlap="0")
        assert are_valid(first) == [True]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(database.vendor == "sqlite", reason="the test database of SQLite has one connection")
class TestTwoSuperusers:
    def test_who_rotate_at_once_make_one_token(self, pages: Pages) -> None:
        first = pages.enable()
        form = pages.form(ROTATE)
        answers = at_once(*[partial(other(pages).rotate, form)] * 3)
        shown = [token for answer in answers for token in set(TOKEN.findall(answer.text))]
        assert len(shown) == 1
        assert are_valid(first, *shown) == [True, True]
        assert LogEntry.objects.count() == 2

    @pytest.mark.parametrize("step", ["confirm_disabling", "rotate"])
    def test_of_whom_one_rotates_come_one_after_the_other(self, pages: Pages, step: str) -> None:
        pages.enable()
        form = pages.form(ROTATE)
        rival: Callable[..., Any] = getattr(other(pages), step)
        rotated, rivalled = at_once(partial(other(pages).rotate, form, overlap="0"), partial(rival, form))
        made = set(TOKEN.findall(rotated.text)) | set(TOKEN.findall(rivalled.text))
        connection = connections.current()
        assert connection.enabled == bool(made)  # whoever came second decided on what had passed
        assert are_valid(*made) == [True] * len(made)
        assert len(made) <= 1
        assert LogEntry.objects.count() == 2


def other(pages: Pages) -> Pages:
    """The same superuser in another window."""
    window = Client()
    window.cookies = pages.client.cookies
    return Pages(window)


class Broken(Exception):
    """What the tests break things with."""


def breaks(*args: Any, **kwargs: Any) -> None:
    raise Broken
