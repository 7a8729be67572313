"""A token is in the response to the request that made it, and nowhere else."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection as database
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.views.debug import ExceptionReporter
from django.views.decorators.debug import sensitive_variables

from scim_provisioning import tokens
from scim_provisioning.admin.settings_page import SettingsPage
from scim_provisioning.operations import connections
from scim_provisioning.pages.banner import Banner
from tests.admin.conftest import SettingsPageClient, token_in
from tests.scim import ScimClient, patch_op, user

pytestmark = pytest.mark.django_db

MADE = "scim_" + "k" * 43
A_PART = MADE[:20]
"""Of a long value, an error report shows the beginning."""


class Way(NamedTuple):
    """How a token comes to be: what is done before, and the form that is sent."""

    before: tuple[Callable[[], Any], ...]
    press: Callable[[SettingsPageClient], Any]


def rotate(page: SettingsPageClient) -> Any:
    url = reverse("admin:scim_provisioning_connection_rotate")
    return page.client.post(url, page.form(url))


WAYS = {
    "enabling": Way((), SettingsPageClient.tick_and_save),
    "enabling anew": Way((connections.enable, connections.disable), SettingsPageClient.tick_and_save),
    "rotating": Way((connections.enable,), rotate),
}


class Broken(Exception):
    """What the tests break things with."""


@sensitive_variables()  # what it is called with does not count
def breaks(*args: Any, **kwargs: Any) -> None:
    raise Broken


class TestTheTokenOf:
    @pytest.fixture(params=WAYS)
    def way(self, request: pytest.FixtureRequest, db: None) -> Way:
        way = WAYS[request.param]
        for step in way.before:
            step()
        return way

    @pytest.mark.threat(47, "C24")
    @pytest.mark.rfc("6750-5.3-02", "7644-7.5.2-02")
    def test_is_seen_once(self, way: Way, settings_page: SettingsPageClient, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG), CaptureQueriesContext(database) as queries:
            response = way.press(settings_page)
            token = token_in(response)
            assert token not in f"{response.headers} {response.request}"
            assert {"no-store", "private"} <= set(response["Cache-Control"].split(", "))

            for text in [*answers_to(token), *written_in_the_terminal(), *pages_of_the_admin(settings_page)]:
                assert token not in text
            assert connections.authenticate(token)
            assert token not in everything_stored()
            settings_page.confirm_disabling()
            for text in (*pages_of_the_admin(settings_page), everything_stored()):
                assert token not in text
        assert token not in str(settings_page.client.cookies)
        assert token not in str([session.get_decoded() for session in Session.objects.all()])
        assert token not in str(queries.captured_queries)
        assert caplog.records
        assert token not in caplog.text + str([vars(record) for record in caplog.records])

    @pytest.mark.threat(47, "C21")
    @pytest.mark.parametrize(
        "place",
        [(connections, "_give_token"), (SettingsPage, "log_change"), (SettingsPage, "_render"), (Banner, "trial")],
        ids=["making", "logging", "preparing the page", "drawing the page"],
    )
    def test_is_in_no_error_report(
        self, way: Way, settings_page: SettingsPageClient, monkeypatch: pytest.MonkeyPatch, place: tuple[Any, str]
    ) -> None:
        monkeypatch.setattr(tokens, "mint", lambda: MADE)
        monkeypatch.setattr(*place, property(breaks) if place == (Banner, "trial") else breaks)
        try:
            way.press(settings_page)
        except Broken:
            report = error_report(sys.exc_info())
        assert "Broken" in report
        assert "/pages/" in report
        assert A_PART not in report


@pytest.mark.threat(47, "C21")
@pytest.mark.parametrize("place", [(connections, "authenticate"), (tokens, "digest"), (connections, "note_use")])
def test_the_token_of_a_request_is_in_no_error_report(
    scim: ScimClient, monkeypatch: pytest.MonkeyPatch, place: tuple[Any, str], caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tokens, "mint", lambda: MADE)
    connections.disable()
    connections.enable()
    monkeypatch.setattr(*place, breaks)
    with pytest.raises(Broken):
        ScimClient(MADE).get("/Users")
    record = next(record for record in caplog.records if record.exc_info)
    report = error_report(record.exc_info)
    assert "Broken" in report
    assert A_PART not in report
    assert A_PART not in caplog.text


def error_report(exception: Any) -> str:
    """What Django shows, or sends, of an exception."""
    reporter = ExceptionReporter(RequestFactory().post("/", HTTP_AUTHORIZATION=f"Bearer {MADE}"), *exception)
    return reporter.get_traceback_html() + reporter.get_traceback_text()


def answers_to(token: str) -> Iterator[str]:
    """What SCIM answers whoever has the token, errors included."""
    scim = ScimClient(token)
    yield str(scim.post("/Users", user("maria")))
    for path in (
        "/Users",
        "/ServiceProviderConfig",
        "/Users/none",
        '/Users?filter=none eq "x"',
        f"/Users/{token}x"[:9],
    ):
        yield str(scim.get(path))
    yield str(scim.post("/Users", user("maria")))
    yield str(scim.patch("/Users/none", patch_op({"op": "replace", "value": {"active": False}})))
    yield str(ScimClient(token[:-1]).get("/Users"))


def written_in_the_terminal() -> Iterator[str]:
    for arguments in (["status"], ["status", "--json"], ["events"], ["enable"]):
        out = StringIO()
        call_command("scim", *arguments, stdout=out, stderr=out)
        yield out.getvalue()


def pages_of_the_admin(settings_page: SettingsPageClient) -> Iterator[str]:
    """Every page that links lead to, with its headers, and the same form sent once more."""
    yield whole(settings_page.tick_and_save({"version": ""}))
    seen, ahead = set[str](), [reverse("admin:index"), settings_page.box_url]
    while ahead:
        url = ahead.pop()
        if url in seen or "logout" in url:
            continue
        seen.add(url)
        response = settings_page.client.get(url, follow=True)
        yield whole(response)
        ahead += re.findall(r'href="(/admin/[^"?#]*)', response.text)
    assert {settings_page.box_url, settings_page.edit_url, reverse("admin:accounts_user_changelist")} <= seen
    assert any(url.endswith("/history/") for url in seen)
    assert any(url.endswith("/change/") for url in seen)


def whole(response: Any) -> str:
    return f"{response.headers} {response.text}"


def everything_stored() -> str:
    """Every row of every table."""
    rows = []
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {database.ops.quote_name(table)}")
            rows += cursor.fetchall()
    assert len(rows) > len(apps.get_models())
    return str(rows)
