"""A page that waits for the first request notices it by itself, and nothing else on it moves."""

from __future__ import annotations

import re

import pytest

from scim_provisioning.operations import connections
from tests.admin.browser.window import Window

pytestmark = pytest.mark.django_db(transaction=True)

ASKS = re.compile(r"/glance/$")


def test_the_first_request_is_noticed_beside_the_token(window: Window) -> None:
    page = window.page
    page.clock.install()
    token = window.enable()
    page.get_by_text("This page notices the first request by itself.").wait_for()
    window.state("Waiting for the first request")
    page.locator("#scim-token").focus()
    with page.expect_response(ASKS):
        page.clock.run_for(3_000)
    window.state("Waiting for the first request")

    assert window.answer_to(token) == 200
    page.clock.run_for(3_000)
    window.state("Connected")
    page.get_by_role("status").get_by_text("Your identity provider is connected.").wait_for()
    page.get_by_text("Just now from 127.0.0.1").wait_for()
    assert not page.get_by_text("by itself").is_visible()
    assert window.shown("Token") == token
    assert page.locator("#scim-token:focus").count() == 1
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(30_000)
    assert asked == []
    page.get_by_role("link", name="Show the details").click()
    page.get_by_text("0 errors").wait_for()


def test_a_page_whose_session_is_over_stops_asking_and_says_so(window: Window) -> None:
    connections.enable()
    page = window.page
    page.clock.install()
    window.open()
    page.get_by_text("by itself").wait_for()
    page.context.clear_cookies()
    with page.expect_response(ASKS):
        page.clock.run_for(3_000)
    page.get_by_text("Open this page again").wait_for()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(30_000)
    assert asked == []
