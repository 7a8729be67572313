"""The token on the page: it is copied, and does not come back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scim_provisioning.models import Connection
from scim_provisioning.operations import connections
from tests.admin.browser.window import Window

pytestmark = pytest.mark.django_db(transaction=True)

NO_CLIPBOARD = "navigator.clipboard.writeText = () => Promise.reject(new Error('not here'))"


def test_a_button_copies_and_says_so(window: Window) -> None:
    page = window.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.clock.install()
    window.enable()
    for what in ("Provisioning URL", "Token"):
        page.get_by_role("button", name=f"Copy {what}").click()
        page.get_by_role("button", name=f"Copied {what}").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == window.shown(what)
        page.clock.fast_forward(2000)
        page.get_by_role("button", name=f"Copy {what}").wait_for()


def test_a_button_copies_where_the_clipboard_is_not_to_be_had(window: Window) -> None:
    page = window.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.add_init_script(NO_CLIPBOARD)
    token = window.enable()
    page.get_by_role("button", name="Copy Token").click()
    page.get_by_role("button", name="Copied Token").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == token


def test_where_nothing_copies_the_text_is_selected(window: Window) -> None:
    page = window.page
    page.add_init_script(NO_CLIPBOARD)
    page.add_init_script("document.execCommand = () => false")
    token = window.enable()
    page.get_by_role("button", name="Copy Token").click()
    page.get_by_role("button", name="Press Ctrl+C Token").wait_for()
    assert page.locator("#scim-token").evaluate("it => it.value.slice(it.selectionStart, it.selectionEnd)") == token


def reload(window: Window) -> None:
    window.page.reload()
    window.page.get_by_text("SCIM provisioning is enabled already.").wait_for()


def back(window: Window) -> None:
    window.page.go_back()
    assert window.page.get_by_label("Enable SCIM provisioning").is_checked()


def back_and_forward(window: Window) -> None:
    """Forward would have to send the form again, about which the browser asks first."""
    window.page.go_back()
    with window.page.expect_event("framenavigated", lambda frame: frame.url.startswith("chrome-error:")):
        window.page.evaluate("history.forward()")
    window.page.wait_for_load_state()


def second_visit(window: Window) -> None:
    window.open()
    window.state("Waiting for the first request")


@pytest.mark.threat(48)
@pytest.mark.parametrize("way", [reload, back, back_and_forward, second_visit])
def test_the_token_does_not_come_back(window: Window, way: Callable[[Window], None]) -> None:
    token = window.enable()
    way(window)
    assert token not in window.page.content()
    assert not window.page.locator("#scim-token").count()
    assert connections.authenticate(token)
    assert Connection.objects.count() == 1


@pytest.mark.threat(48)
def test_the_token_leaves_the_page_before_the_browser_can_keep_it(window: Window) -> None:
    token = window.enable()
    page = window.page
    fields = page.locator(".scim textarea").element_handles()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    assert token not in page.content()
    assert [field.evaluate("it => it.value + it.textContent") for field in fields] == ["", "", ""]
