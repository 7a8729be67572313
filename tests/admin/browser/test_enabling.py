"""A superuser enables SCIM provisioning, and disables it again: with the mouse, by keyboard and without JavaScript."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from scim_provisioning.models import Connection
from scim_provisioning.operations import connections
from tests.admin.browser.window import Window
from tests.admin.conftest import TOKEN

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_the_index_it_takes_one_click_one_pencil_one_tick_and_one_save(
    open_window: Window, superuser: Any
) -> None:
    page = open_window.page
    page.goto(open_window.server + reverse("admin:index"))
    page.get_by_label("Username").fill("admin@example.com")
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="Site administration").wait_for()
    presses: list[str] = []
    page.expose_function("pressed", lambda what: presses.append(what))  # a builtin is refused
    press = "addEventListener('pointerdown', event => pressed(event.target.innerText || event.target.type), true)"
    page.add_init_script(press)
    page.evaluate(press)

    page.locator("#content").get_by_role("link", name="SCIM provisioning").click()
    open_window.state("Never enabled")
    open_window.edit()
    open_window.save(ticked=True)
    page.get_by_text("SCIM provisioning is enabled.", exact=True).wait_for()
    assert presses == ["SCIM provisioning", "Edit", "checkbox", "submit"]

    confirmation = page.get_by_text("SCIM provisioning is enabled.", exact=True).bounding_box()
    token = page.get_by_label("Token", exact=True).bounding_box()
    box = page.locator(".scim-box").bounding_box()
    assert confirmation
    assert token
    assert box
    assert box["y"] + box["height"] < confirmation["y"] < token["y"]
    assert open_window.shown("Provisioning URL") == f"{open_window.server}/scim/v2"
    assert open_window.answer_to(open_window.shown("Token")) == 200
    assert TOKEN.fullmatch(open_window.shown("Token"))


def test_every_step_can_be_taken_by_keyboard(window: Window) -> None:
    window.open()
    page = window.page
    keyboard = page.keyboard

    def tab_to(selector: str) -> None:
        for _ in range(60):
            keyboard.press("Tab")
            if page.locator(f"{selector}:focus").count():
                return
        pytest.fail(f"Tab never came to {selector}")

    def press(selector: str, key: str = "Enter") -> None:
        tab_to(selector)
        keyboard.press(key)

    press("a.scim-edit")
    press("#id_enabled", "Space")
    press("summary")
    press("#id_provider", "O")
    press("[value=Save]")
    page.locator(".scim-confirmation:focus").wait_for()
    tab_to("#scim-url")
    tab_to("#scim-token")
    tab_to("[data-copies=scim-token]")
    first = page.locator("#scim-token").input_value()
    assert connections.current().provider == "okta"

    window.open()
    press("[href$='/rotate/']")
    press("#id_overlap_1", "ArrowDown")
    assert page.get_by_label("7 days").is_checked()
    press("[value='Make a new token']")
    page.locator(".scim-confirmation:focus").wait_for()
    assert connections.authenticate(first)
    window.open()
    press(".scim-tokens button")
    press("[value='End previous token']")
    page.get_by_text("no longer valid").wait_for()
    assert connections.authenticate(first) is None

    press("a.scim-edit")
    press("#id_enabled", "Space")
    press("[value=Save]")
    press("[value='Disable SCIM provisioning']")
    window.state("Disabled")


def test_a_double_click_asks_once_and_shows_the_token(window: Window) -> None:
    window.open()
    window.edit()
    page = window.page
    page.get_by_label("Enable SCIM provisioning").check()
    held: list[Any] = []
    page.route("**/edit/", lambda route: held.append(route))
    button = page.get_by_role("button", name="Save").bounding_box()
    assert button
    for _ in range(2):
        page.mouse.click(button["x"] + 5, button["y"] + 5)
        page.wait_for_timeout(200)
    assert len(held) == 1
    held[0].continue_()
    page.locator("#scim-token").wait_for()
    assert connections.authenticate(window.shown("Token"))


def test_disabling_asks_once(window: Window) -> None:
    token = window.enable()
    page = window.page
    window.open()
    window.edit()
    window.save(ticked=False)
    page.get_by_role("heading", name="Disable SCIM provisioning?").wait_for()
    page.get_by_role("link", name="Cancel").click()
    window.state("Waiting for the first request")
    assert connections.authenticate(token)

    window.disable()
    page.get_by_text("SCIM provisioning is disabled.").wait_for()
    page.get_by_text("Disabled since").wait_for()
    assert connections.authenticate(token) is None


def test_enabling_again_gives_another_token(window: Window) -> None:
    first = window.enable()
    window.disable()
    second = window.enable()
    assert second != first
    assert window.answer_to(first) == 401
    assert window.answer_to(second) == 200


def test_what_is_wrong_behind_more_is_shown(window: Window) -> None:
    page = window.page
    window.open()
    window.edit()
    window.choose("Okta")
    page.get_by_label("Name", exact=True).evaluate(
        "it => { it.removeAttribute('maxlength'); it.value = 'n'.repeat(101); }"
    )
    window.save(ticked=True)
    page.get_by_text("at most 100 characters").wait_for()
    window.can_be_read()
    assert not Connection.objects.exists()


def test_the_page_speaks_as_the_identity_provider_does(window: Window) -> None:
    page = window.page
    window.open()
    window.edit()
    window.choose("Okta", name="Staff")
    window.save(ticked=True)
    token = window.shown("Authorization")
    assert window.shown("SCIM connector base URL") == f"{window.server}/scim/v2"
    page.get_by_role("heading", name="Next: in Okta").wait_for()

    window.open()
    window.edit()
    window.choose("Microsoft Entra ID", name="Staff")
    page.get_by_label("Strict").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The changes were saved.").wait_for()
    page.get_by_text("Assign users and groups").wait_for()
    assert window.answer_to(token) == 200

    page.reload()
    window.state("Connected")
    assert not page.get_by_text("Assign users and groups").is_visible()
    page.get_by_role("heading", name="What to do in Microsoft Entra ID").click()
    page.get_by_text("Assign users and groups").wait_for()


def test_each_tenant_gets_a_connection_of_its_own(window: Window, settings: Any) -> None:
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "TENANTS": "tests.admin.tenants.tenants"}
    page = window.page
    window.open()
    page.get_by_role("link", name="Add connection").click()
    page.get_by_label("Tenant").select_option(label="Volt & <Sons>")
    page.get_by_role("button", name="Continue").click()
    window.save(ticked=True)
    connection = connections.authenticate(window.shown("Token"))
    assert connection is not None
    assert connection.tenant == "volt"
    connections.note_use(connection)

    window.open()
    page.get_by_role("link", name="Volt & <Sons>").click()
    window.state("Connected")
    page.get_by_role("link", name="SCIM provisioning", exact=True).last.click()
    page.get_by_role("row", name="Volt & <Sons> Connected").wait_for()


class TestWithoutJavaScript:
    @pytest.fixture
    def browser_context_args(self, browser_context_args: dict[str, Any]) -> dict[str, Any]:
        return {**browser_context_args, "java_script_enabled": False}

    def test_provisioning_is_enabled_rotated_and_disabled(self, window: Window) -> None:
        token = window.enable()
        assert connections.authenticate(token)
        assert not window.page.get_by_role("button", name="Copy").count()
        window.open()
        window.edit()
        window.choose("Google Workspace")
        window.save(ticked=True)
        window.page.get_by_text("Endpoint URL", exact=True).wait_for()
        assert connections.authenticate(token)

        page = window.page
        page.get_by_role("link", name="Rotate token").last.click()
        page.get_by_role("button", name="Make a new token").click()
        page.get_by_text("A new token was made.").wait_for()
        second = window.shown("Access token")
        window.open()
        page.get_by_role("button", name="End previous token").click()
        page.get_by_role("button", name="End previous token").click()
        page.get_by_text("no longer valid").wait_for()
        assert [bool(connections.authenticate(one)) for one in (token, second)] == [False, True]

        window.disable()
        assert connections.authenticate(second) is None
