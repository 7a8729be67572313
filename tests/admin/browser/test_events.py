"""The page of the Events, as somebody in front of the browser finds something on it."""

from __future__ import annotations

from typing import Any

import pytest

from scim_provisioning.operations import connections
from tests.admin.browser import event_scenes
from tests.admin.browser.scenes import NOW, events
from tests.admin.browser.window import DESKTOP, PHONE, Window

pytestmark = pytest.mark.django_db(transaction=True)


def look_both_ways(window: Window) -> None:
    for size, scheme in ((DESKTOP, "light"), (PHONE, "dark")):
        window.look(size, scheme)
        window.can_be_read()
    window.look(DESKTOP)


def test_an_event_is_found_by_keyboard_and_all_about_it_can_be_read(window: Window) -> None:
    page = window.page
    connection, _ = connections.enable()
    events(window)
    page.get_by_text("Nothing has happened yet.").wait_for()
    look_both_ways(window)
    event_scenes.happen(connection, NOW)

    page.get_by_label("Name, id or request").focus()
    page.keyboard.type("maria")
    page.keyboard.press("Tab")
    page.keyboard.type("Changed")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Show").press("Enter")
    page.get_by_text("Changed the members of SE - Data Entry").wait_for()
    assert not page.get_by_text("Deactivated user").count()
    for summary in page.locator(".scim-events summary").all():
        summary.press("Enter")
    page.get_by_text("maria@example.com (work, primary)").wait_for()
    look_both_ways(window)

    page.get_by_role("link", name="john@example.com").press("Enter")
    page.get_by_text("All about the user john@example.com").wait_for()
    assert page.locator(".scim-events tr").count() == 4  # the head, the day, and two events
    page.get_by_label("To", exact=True).fill("2026-03-01")
    page.keyboard.press("Enter")
    page.get_by_text("No event is like that.").wait_for()
    look_both_ways(window)

    page.goto(f"{page.url}&older=junk")
    page.get_by_role("alert").get_by_text("cannot be understood").wait_for()
    look_both_ways(window)
    page.get_by_role("link", name="Clear the filters").click()
    page.get_by_text("and 990 more").wait_for()


class TestWithoutJavaScript:
    @pytest.fixture
    def browser_context_args(self, browser_context_args: dict[str, Any]) -> dict[str, Any]:
        return {**browser_context_args, "java_script_enabled": False}

    def test_what_was_refused_is_found_and_unfolded(self, window: Window) -> None:
        page = window.page
        event_scenes.happen(connections.enable()[0], NOW)
        events(window)
        page.get_by_label("Outcome").select_option(label="Refused")
        page.get_by_role("button", name="Show").click()
        page.get_by_text("emails: 'maria' is no e-mail address.").wait_for()
        assert page.locator(".scim-mark").count() == 2
        page.get_by_text("Details").first.click()
        page.get_by_text("6f1d2a4e-93b7-4c58-8a0e").first.wait_for()
