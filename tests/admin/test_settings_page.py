"""The page that enables and disables SCIM provisioning: its states, and where a token may be seen."""

from __future__ import annotations

import html
import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from scim_provisioning.admin.settings_page import SettingsPage
from scim_provisioning.locations import is_unprotected
from scim_provisioning.models import Connection
from scim_provisioning.operations import connections
from scim_provisioning.pages.providers import PROVIDERS, Provider
from tests.admin.conftest import TOKEN, SettingsPageClient, token_in, words_of
from tests.factories import SuperuserFactory

pytestmark = pytest.mark.django_db

URL = "http://testserver/scim/v2"


class TestTheBox:
    def test_says_that_provisioning_was_never_enabled(self, settings_page: SettingsPageClient) -> None:
        text = settings_page.box().text
        assert "Never enabled" in text
        assert URL in text
        assert f'href="{settings_page.edit_url}"' in text

    def test_looking_makes_no_connection(self, settings_page: SettingsPageClient) -> None:
        settings_page.box()
        settings_page.form(settings_page.edit_url)
        assert not Connection.objects.exists()

    def test_waits_for_the_first_request(self, settings_page: SettingsPageClient) -> None:
        token = settings_page.enable()
        text = settings_page.box().text
        assert "Waiting for the first request" in text
        assert f"…{token[-4:]}" in text
        assert "by admin@example.com" in text
        assert "None yet" in text

    def test_tells_of_both_tokens_while_a_rotation_overlaps(self, settings_page: SettingsPageClient) -> None:
        old = settings_page.enable()
        Connection.objects.update(last_used_at=timezone.now())
        _, new = connections.rotate(lifetime=timedelta(days=365))
        text = settings_page.box().text
        assert f"…{new[-4:]}" in text
        assert f"…{old[-4:]}" not in text
        assert "scim-pill-connected" in text
        assert "Waiting" not in text
        for words in ("Two tokens are valid until", "Neither was used since", "Expires", "Last request"):
            assert words in text
        connections.end_previous()
        text = settings_page.box().text
        assert "Two tokens" not in text
        assert "Waiting for the first request" in text

    def test_says_when_the_token_was_used(self, settings_page: SettingsPageClient) -> None:
        connection = connections.authenticate(settings_page.enable())
        assert connection is not None
        connections.note_use(connection)
        text = settings_page.box().text
        assert "scim-pill-connected" in text
        assert "Just now" in text

    def test_says_since_when_and_by_whom_it_is_disabled(self, settings_page: SettingsPageClient) -> None:
        settings_page.enable()
        text = settings_page.confirm_disabling().text
        assert "Disabled since" in text
        assert "by admin@example.com" in text
        assert "ends in" not in text

    def test_names_nobody_where_nobody_is_known(self, settings_page: SettingsPageClient) -> None:
        connections.enable()
        text = settings_page.box().text
        assert "Made" in text
        assert " by " not in text[text.index("Made") : text.index("</dl>")]

    @pytest.mark.threat(57)
    def test_escapes_the_name_of_who_did_it(self, settings_page: SettingsPageClient) -> None:
        connections.enable(by=SuperuserFactory(username="<script>alert(1)</script>"))
        assert "by &lt;script&gt;alert(1)&lt;/script&gt;" in settings_page.box().text

    def test_has_neither_inline_script_nor_inline_style(self, settings_page: SettingsPageClient) -> None:
        for page in (settings_page.describe(name="n" * 101), settings_page.tick_and_save(), settings_page.box()):
            content = page.text.split('<div id="content"')[1].split("</main>")[0]
            assert "<script" not in content
            assert "<style" not in content
            assert " style=" not in content
            assert " onclick=" not in content

    def test_gives_its_files_the_nonce_that_the_page_has(
        self, settings_page: SettingsPageClient, settings: Any
    ) -> None:
        [engine] = settings.TEMPLATES
        processors = [*engine["OPTIONS"]["context_processors"], f"{__name__}.nonce"]
        settings.TEMPLATES = [{**engine, "OPTIONS": {"context_processors": processors}}]
        text = settings_page.box().text
        assert '/scim_provisioning/settings.css" nonce="n0nce">' in text
        assert '/scim_provisioning/state.css" nonce="n0nce">' in text
        assert '/scim_provisioning/settings.js" defer nonce="n0nce">' in text


def nonce(request: Any) -> dict[str, str]:
    return {"csp_nonce": "n0nce"}


class TestEnabling:
    def test_answers_the_request_itself_with_url_and_token(self, settings_page: SettingsPageClient) -> None:
        response = settings_page.tick_and_save()
        assert response.status_code == 200
        assert not response.redirect_chain
        token = token_in(response)
        assert f">{URL}</textarea>" in response.text
        assert f">{token}</textarea>" in response.text
        assert "it will not be shown again" in response.text

    def test_confirms_and_shows_the_banner_below_everything_else(self, settings_page: SettingsPageClient) -> None:
        text = settings_page.tick_and_save().text
        parts = ["</dl>", "SCIM provisioning is enabled.", ">Provisioning URL</label>", ">Token</label>"]
        assert sorted(parts, key=text.index) == parts

    def test_offers_a_command_that_lists_one_user(self, settings_page: SettingsPageClient) -> None:
        response = settings_page.tick_and_save()
        command = response.context["banner"].trial.value
        assert command == f'curl -H "Authorization: Bearer {token_in(response)}" "{URL}/Users?count=1"'
        assert command.replace('"', "&quot;") in response.text

    def test_makes_a_token_that_works(self, settings_page: SettingsPageClient) -> None:
        assert connections.authenticate(settings_page.enable()) == Connection.objects.get()

    @pytest.mark.threat(48)
    def test_is_never_stored_by_browser_or_proxy(self, settings_page: SettingsPageClient) -> None:
        directives = settings_page.tick_and_save()["Cache-Control"]
        assert {"no-store", "private"} <= set(directives.split(", "))

    @pytest.mark.threat(48)
    @pytest.mark.parametrize("page", ["box_url", "edit_url"])
    def test_leaves_no_page_that_a_browser_may_keep(self, settings_page: SettingsPageClient, page: str) -> None:
        settings_page.enable()
        assert "no-store" in settings_page.client.get(getattr(settings_page, page))["Cache-Control"]

    def test_needs_the_tick(self, settings_page: SettingsPageClient) -> None:
        response = settings_page.untick_and_save()
        assert words_of(response) == "Nothing was changed: SCIM provisioning is not enabled."
        assert "Never enabled" in response.text

    @pytest.mark.threat(49)
    def test_again_makes_no_second_token(self, settings_page: SettingsPageClient) -> None:
        form = settings_page.form(settings_page.edit_url)
        token = token_in(settings_page.tick_and_save(form))
        response = settings_page.tick_and_save(form)  # a reload of the answer, or a double click
        assert not TOKEN.search(response.text)
        assert "enabled already" in words_of(response)
        assert "Its token was shown when it was made" in words_of(response)
        assert connections.authenticate(token)

    @pytest.mark.threat(49)
    def test_saving_a_tick_that_was_there_changes_nothing(self, settings_page: SettingsPageClient) -> None:
        token = settings_page.enable()
        assert "enabled already" in words_of(settings_page.tick_and_save())
        assert connections.authenticate(token)
        assert LogEntry.objects.count() == 1

    def test_after_disabling_makes_another_token(self, settings_page: SettingsPageClient) -> None:
        first = settings_page.enable()
        settings_page.confirm_disabling()
        second = settings_page.enable()
        assert connections.authenticate(first) is None
        assert connections.authenticate(second)

    def test_makes_no_token_where_the_page_could_not_show_it(
        self, settings_page: SettingsPageClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        form = settings_page.form(settings_page.edit_url)
        monkeypatch.setattr(SettingsPage, "log_change", breaks)
        with pytest.raises(Broken):
            settings_page.tick_and_save(form)
        assert not Connection.objects.filter(enabled=True).exists()


class TestDisabling:
    def test_asks_once_and_says_what_stops_working(self, settings_page: SettingsPageClient) -> None:
        token = settings_page.enable()
        response = settings_page.untick_and_save()
        assert response.redirect_chain == [(settings_page.disable_url, 302)]
        assert "Disable SCIM provisioning?" in response.text
        assert "can no longer create, change, deactivate or delete users" in response.text
        assert f"The token that ends in …{token[-4:]} stops working at once." in response.text
        assert connections.authenticate(token)

    def test_ends_the_token(self, settings_page: SettingsPageClient) -> None:
        token = settings_page.enable()
        response = settings_page.confirm_disabling()
        assert response.redirect_chain == [(settings_page.box_url, 302)]
        assert words_of(response) == "SCIM provisioning is disabled."
        assert connections.authenticate(token) is None

    def test_again_says_that_it_is_not_enabled(self, settings_page: SettingsPageClient) -> None:
        settings_page.enable()
        form = settings_page.form(settings_page.disable_url)
        settings_page.confirm_disabling(form)
        assert words_of(settings_page.confirm_disabling(form)).endswith("SCIM provisioning is not enabled.")
        assert LogEntry.objects.count() == 2

    def test_is_not_asked_about_what_is_not_enabled(self, settings_page: SettingsPageClient) -> None:
        response = settings_page.client.get(settings_page.disable_url)
        assert (response.status_code, response.url) == (302, settings_page.box_url)

    @pytest.mark.threat(51)
    def test_by_get_changes_nothing(self, settings_page: SettingsPageClient) -> None:
        token = settings_page.enable()
        settings_page.client.get(settings_page.disable_url, {"enabled": "", "version": "new"})
        settings_page.client.get(settings_page.edit_url, {"enabled": "", "version": "new"})
        assert connections.authenticate(token)


class TestTheIdentityProvider:
    def test_is_said_by_nobody_at_first(self, settings_page: SettingsPageClient) -> None:
        response = settings_page.tick_and_save()
        assert "Identity provider" not in response.text
        assert "Next: in your identity provider" in response.text
        assert "Edit › More lets you say" in response.text

    @pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.key)
    def test_lends_its_words_to_the_page(self, settings_page: SettingsPageClient, provider: Provider) -> None:
        response = settings_page.describe(provider=provider.key)
        labels = re.findall(r'<label for="scim-(?:url|token)">(.+?)</label>', response.text)
        assert labels == [provider.url_label, provider.token_label]
        for page in (response, settings_page.box()):
            text = html.unescape(page.text)
            assert f"<dt>{provider.url_label}</dt>" in text
            assert f"<dt>{provider.token_label}</dt>" in text
            assert [step for step in provider.steps if f"<li>{step}</li>" not in text] == []
            assert (f"<dd>{provider.name}</dd>" in text) is provider.is_known

    @pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.key)
    def test_says_in_its_steps_what_goes_into_which_field(self, provider: Provider) -> None:
        steps = " ".join(map(str, provider.steps)).casefold()
        assert str(provider.url_label).casefold() in steps
        assert str(provider.token_label).casefold() in steps
        assert 2 <= len(provider.steps) <= 4

    def test_that_a_later_version_knows_is_spoken_of_as_any_other(self, settings_page: SettingsPageClient) -> None:
        connections.describe(provider="tomorrow")
        assert "<dt>Provisioning URL</dt>" in settings_page.box().text
        settings_page.tick_and_save()
        assert connections.current().provider == "tomorrow"

    def test_names_the_fields_before_there_is_a_token(self, settings_page: SettingsPageClient) -> None:
        text = settings_page.describe(tick=False, provider="entra").text
        assert "<dt>Tenant URL</dt>" in text
        assert "Secret Token" not in text
        assert "Never enabled" in text

    def test_changes_while_the_token_stays(self, settings_page: SettingsPageClient) -> None:
        token = settings_page.enable()
        before = Connection.objects.values().get()
        response = settings_page.describe(provider="okta", name="Staff", dialect="strict")
        assert words_of(response) == "The changes were saved."
        assert response.redirect_chain == [(settings_page.box_url, 302)]
        assert connections.authenticate(token)
        assert not TOKEN.search(response.text)
        changed = {"provider": "okta", "name": "Staff", "dialect": "strict"}
        assert Connection.objects.values().get() == {**before, **changed}

    def test_can_be_said_in_the_save_that_enables(self, settings_page: SettingsPageClient) -> None:
        token = token_in(settings_page.describe(provider="okta"))
        assert connections.authenticate(token)
        assert connections.current().provider == "okta"

    def test_is_saved_before_disabling_is_asked_about(self, settings_page: SettingsPageClient) -> None:
        token = settings_page.enable()
        response = settings_page.describe(tick=False, provider="okta")
        assert response.redirect_chain == [(settings_page.disable_url, 302)]
        assert connections.authenticate(token)
        settings_page.confirm_disabling()
        assert connections.current().provider == "okta"

    def test_stays_as_it_is_where_the_form_does_not_send_it(self, settings_page: SettingsPageClient) -> None:
        settings_page.describe(provider="okta", name="Staff", dialect="strict")
        settings_page.tick_and_save()
        settings_page.confirm_disabling()
        connection = connections.current()
        assert (connection.provider, connection.name, connection.dialect) == ("okta", "Staff", "strict")

    def test_can_be_taken_back(self, settings_page: SettingsPageClient) -> None:
        settings_page.describe(provider="okta", name="Staff", dialect="strict")
        settings_page.describe(provider="", name="", dialect="")
        connection = connections.current()
        assert (connection.provider, connection.name, connection.dialect) == ("", "", "automatic")

    @pytest.mark.parametrize("wrong", [{"provider": "azure"}, {"dialect": "sloppy"}, {"name": "n" * 101}])
    def test_that_there_is_none_of_saves_nothing_and_shows_why(
        self, settings_page: SettingsPageClient, wrong: dict[str, str]
    ) -> None:
        response = settings_page.describe(**wrong)
        assert "errorlist" in response.text
        assert '<details class="scim-more" open>' in response.text
        assert not Connection.objects.exists()

    def test_is_what_the_form_shows(self, settings_page: SettingsPageClient) -> None:
        settings_page.describe(provider="okta", name="<Staff>", dialect="strict")
        text = settings_page.client.get(settings_page.edit_url).text
        assert '<option value="okta" selected>Okta</option>' in text
        assert 'value="&lt;Staff&gt;"' in text
        assert re.search(r'value="strict"[^>]* checked', text)
        assert '<details class="scim-more">' in text
        assert "<dd>&lt;Staff&gt;</dd>" in settings_page.box().text

    def test_is_in_the_log_without_its_values(self, settings_page: SettingsPageClient) -> None:
        settings_page.describe(provider="okta", name="Staff")
        words = [entry.get_change_message() for entry in LogEntry.objects.order_by("pk")]
        assert words == ["Changed Name and Identity provider.", "Enabled SCIM provisioning"]

    def test_that_is_no_change_is_not_logged(self, settings_page: SettingsPageClient) -> None:
        settings_page.enable()
        response = settings_page.describe(provider="", name="", dialect="automatic")
        assert "enabled already" in words_of(response)
        assert LogEntry.objects.count() == 1

    def test_shows_where_the_product_tells_more(self, settings_page: SettingsPageClient, settings: Any) -> None:
        assert "How to connect" not in settings_page.tick_and_save().text
        settings.SCIM_PROVISIONING = {"DOCUMENTATION_URI": "https://docs.example.com/scim"}
        assert 'href="https://docs.example.com/scim"' in settings_page.box().text


class TestAFormThatWasLeftOpen:
    WORDS = "Nothing was changed: somebody changed these settings after you opened the form."

    @pytest.mark.threat(50)
    def test_does_not_enable_what_was_disabled_since(self, settings_page: SettingsPageClient) -> None:
        form = settings_page.form(settings_page.edit_url)
        connections.enable()
        connections.disable()
        response = settings_page.tick_and_save(form)
        assert words_of(response).startswith(self.WORDS)
        assert "Disabled since" in response.text
        assert not TOKEN.search(response.text)

    @pytest.mark.threat(50)
    @pytest.mark.parametrize("step", ["untick_and_save", "confirm_disabling"])
    def test_does_not_disable_what_was_enabled_anew_since(self, settings_page: SettingsPageClient, step: str) -> None:
        connections.enable()
        form = settings_page.form(settings_page.edit_url)
        connections.disable()
        _, token = connections.enable()
        response = getattr(settings_page, step)(form)
        assert words_of(response).startswith(self.WORDS)
        assert "Waiting for the first request" in response.text
        assert token is not None
        assert connections.authenticate(token)

    @pytest.mark.parametrize("since", [{"provider": "okta"}, {"name": "Staff"}, {"dialect": "strict"}])
    def test_does_not_describe_what_was_described_anew_since(
        self, settings_page: SettingsPageClient, since: dict[str, str]
    ) -> None:
        connections.enable()
        form = settings_page.form(settings_page.edit_url)
        connections.describe(**since)
        response = settings_page.describe(form, provider="entra", name="Old")
        assert words_of(response).startswith(self.WORDS)
        details = {"provider": "", "name": "", "dialect": "automatic", **since}
        assert Connection.objects.values(*details).get() == details

    def test_does_not_enable_what_was_described_anew_since(self, settings_page: SettingsPageClient) -> None:
        form = settings_page.form(settings_page.edit_url)
        connections.describe(provider="okta")
        assert words_of(settings_page.tick_and_save(form)).startswith(self.WORDS)
        assert not connections.current().enabled

    def test_that_asks_for_two_things_does_neither(self, settings_page: SettingsPageClient) -> None:
        form = settings_page.form(settings_page.edit_url)
        connections.enable()
        connections.disable()
        settings_page.describe(form, provider="okta")
        connection = connections.current()
        assert (connection.enabled, connection.provider) == (False, "")

    def test_is_what_a_form_without_a_version_counts_as(self, settings_page: SettingsPageClient) -> None:
        assert words_of(settings_page.tick_and_save({"version": ""})).startswith(self.WORDS)
        assert connections.state(connections.current()) == "never-enabled"


class TestForgedRequests:
    @pytest.mark.threat(51)
    @pytest.mark.parametrize("page", ["edit_url", "disable_url"])
    def test_need_the_csrf_token(self, superuser: Any, settings_page: SettingsPageClient, page: str) -> None:
        connection, _ = connections.enable()
        client = Client(enforce_csrf_checks=True)
        client.force_login(superuser)
        response = client.post(getattr(settings_page, page), {"version": connections.version(connection)})
        assert response.status_code == 403
        assert connections.current().enabled

    def test_the_forms_carry_it(self, settings_page: SettingsPageClient) -> None:
        connections.enable()
        for url in (settings_page.edit_url, settings_page.disable_url):
            content = settings_page.client.get(url).text.split('<div id="content"')[1]
            assert "csrfmiddlewaretoken" in content

    @pytest.mark.threat(51)
    def test_the_page_is_not_framed(self, settings_page: SettingsPageClient) -> None:
        assert settings_page.client.get(settings_page.edit_url)["X-Frame-Options"] == "DENY"


class TestTheLog:
    @pytest.mark.threat(47, "C24")
    def test_has_the_token_neither_when_it_comes_nor_when_it_goes(self, settings_page: SettingsPageClient) -> None:
        token = settings_page.enable()
        settings_page.confirm_disabling()
        words = [str(entry.get_change_message()) for entry in LogEntry.objects.order_by("pk")]
        assert words == ["Enabled SCIM provisioning", "Disabled SCIM provisioning"]
        assert token[-4:] not in str(list(LogEntry.objects.values()))

    def test_leads_back_to_the_page(self, settings_page: SettingsPageClient) -> None:
        settings_page.enable()
        url = LogEntry.objects.get().get_admin_url()
        assert settings_page.client.get(url, follow=True).redirect_chain[-1] == (settings_page.box_url, 302)


class TestTheAddress:
    @pytest.mark.threat(53)
    @pytest.mark.parametrize(
        ("base", "warned"),
        [
            ("http://app.example.com", True),
            ("http://192.0.2.7:8000", True),
            ("https://app.example.com", False),
            ("http://localhost:8000", False),
            ("http://127.0.0.1:8000", False),
            ("http://[::1]:8000", False),
            ("http://product.localhost", False),
        ],
    )
    def test_that_is_not_encrypted_is_warned_of(
        self, settings_page: SettingsPageClient, settings: Any, base: str, warned: bool
    ) -> None:
        settings.SCIM_PROVISIONING = {"BASE_URL": base}
        for url in (settings_page.box_url, settings_page.edit_url):
            text = settings_page.client.get(url).text
            assert ("can be read on the way" in text) is warned
        assert is_unprotected(f"{base}/scim/v2") is warned

    @pytest.mark.threat(52)
    def test_shown_is_the_one_that_clients_reach(self, settings_page: SettingsPageClient, settings: Any) -> None:
        settings.SCIM_PROVISIONING = {"BASE_URL": "https://app.example.com"}
        text = settings_page.tick_and_save().text
        assert text.count(">https://app.example.com/scim/v2<") == 2
        assert "testserver" not in text


def test_a_box_is_drawn_with_few_queries(settings_page: SettingsPageClient, django_assert_max_num_queries: Any) -> None:
    settings_page.enable()
    with django_assert_max_num_queries(9):  # session, user, whether there are several, the connection; the status: 5
        settings_page.box()


@pytest.mark.threat(49, 50)
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(database.vendor == "sqlite", reason="the test database of SQLite has one connection")
def test_two_who_enable_at_once_get_one_token(settings_page: SettingsPageClient) -> None:
    form = settings_page.form(settings_page.edit_url)
    responses: list[Any] = []

    def press() -> None:
        try:
            client = SettingsPageClient(Client())
            client.client.cookies = settings_page.client.cookies
            responses.append(client.tick_and_save(form))
        finally:
            database.close()

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shown = [token for response in responses for token in set(TOKEN.findall(response.text))]
    assert len(shown) == 1
    assert connections.authenticate(shown[0])


class Broken(Exception):
    """What the tests break things with."""


def breaks(*args: Any, **kwargs: Any) -> None:
    raise Broken
