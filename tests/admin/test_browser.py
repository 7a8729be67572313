"""A superuser enables SCIM provisioning in a browser. `SCIM_SCREENSHOTS=FOLDER` keeps what the pages look like."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from scim_provisioning.models import Connection
from scim_provisioning.operations import connections
from tests.admin.conftest import TOKEN

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"width": 360, "height": 740}
TABLET = {"width": 800, "height": 1000}
DESKTOP = {"width": 1180, "height": 760}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


class SettingsPage:
    """The page, as somebody in front of the browser sees and uses it."""

    def __init__(self, page: Page, server: str, name: str) -> None:
        self.page = page
        self.server = server
        self.name = name
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self) -> None:
        self.page.goto(self.server + reverse("admin:scim_provisioning_connection_changelist"))

    def edit(self) -> None:
        self.page.get_by_role("link", name="Edit").click()
        self.page.get_by_role("button", name="Save").wait_for()

    def save(self, ticked: bool) -> None:
        self.page.get_by_label("Enable SCIM provisioning").set_checked(ticked)
        self.page.get_by_role("button", name="Save").click()

    def choose(self, provider: str, name: str = "") -> None:
        """In the form, say which identity provider it is."""
        self.page.locator("summary", has_text="More").click()
        self.page.get_by_label("Identity provider", exact=True).select_option(label=provider)
        self.page.get_by_label("Name", exact=True).fill(name)

    def enable(self) -> str:
        self.open()
        self.edit()
        self.save(ticked=True)
        return self.shown("Token")

    def disable(self) -> None:
        self.open()
        self.edit()
        self.save(ticked=False)
        self.page.get_by_role("button", name="Disable SCIM provisioning").click()
        self.state("Disabled")

    def shown(self, label: str) -> str:
        return self.page.get_by_label(label, exact=True).input_value()

    def answer_to(self, token: str) -> int:
        """What an identity provider that has this token is told when it lists one user."""
        headers = {"Authorization": f"Bearer {token}"}
        return self.page.request.get(f"{self.server}/scim/v2/Users?count=1", headers=headers).status

    def state(self, words: str) -> None:
        """Wait until the box says so."""
        self.page.locator(".scim-pill", has_text=re.compile(f"^{words}$")).wait_for()

    def shoot(self, moment: str) -> None:
        if folder := os.environ.get("SCIM_SCREENSHOTS"):
            self.page.screenshot(path=Path(folder, f"{self.name}-{moment}.png"), full_page=True)

    def is_accessible(self) -> None:
        """Wait for nothing; axe-core has no complaint about what is ours on the page."""
        axe = pytest.importorskip("axe_playwright_python.sync_playwright")
        found = axe.Axe().run(self.page, context=".scim", options=RULES).response["violations"]
        assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found] == []

    def fits(self) -> None:
        """Nothing is wider than the window, and no text is cut off in its field."""
        assert self.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        for field in self.page.locator(".scim textarea").all():
            assert field.evaluate("it => it.scrollWidth <= it.clientWidth && it.scrollHeight <= it.clientHeight")


@pytest.fixture
def open_page(page: Page, live_server: Any, request: pytest.FixtureRequest) -> Any:
    page.set_default_timeout(10_000)
    page.set_viewport_size(DESKTOP)
    settings_page = SettingsPage(page, live_server.url, request.node.originalname.removeprefix("test_"))
    yield settings_page
    page.context.close()  # before the database is emptied
    assert settings_page.errors == []


@pytest.fixture
def settings_page(open_page: SettingsPage, superuser: Any) -> SettingsPage:
    """The page, opened by a superuser who has logged in."""
    client = Client()
    client.force_login(superuser)
    name = django_settings.SESSION_COOKIE_NAME
    open_page.page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": open_page.server}])
    open_page.open()
    return open_page


def test_five_steps_enable_provisioning(open_page: SettingsPage, superuser: Any) -> None:
    page = open_page.page
    page.goto(open_page.server + reverse("admin:index"))
    page.get_by_label("Username").fill("admin@example.com")
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Log in").click()
    open_page.shoot("1-index")

    page.locator("#content").get_by_role("link", name="SCIM provisioning").click()
    open_page.state("Never enabled")
    open_page.shoot("2-never-enabled")
    open_page.edit()
    open_page.shoot("3-form")
    open_page.save(ticked=True)

    page.get_by_text("SCIM provisioning is enabled.", exact=True).wait_for()
    open_page.shoot("4-enabled")
    confirmation = page.get_by_text("SCIM provisioning is enabled.", exact=True).bounding_box()
    token = page.get_by_label("Token", exact=True).bounding_box()
    box = page.locator(".scim-box").bounding_box()
    assert confirmation
    assert token
    assert box
    assert box["y"] + box["height"] < confirmation["y"] < token["y"]
    assert open_page.shown("Provisioning URL") == f"{open_page.server}/scim/v2"
    assert open_page.answer_to(open_page.shown("Token")) == 200
    assert TOKEN.fullmatch(open_page.shown("Token"))


def test_every_step_can_be_taken_by_keyboard(settings_page: SettingsPage) -> None:
    keyboard = settings_page.page.keyboard

    def tab_to(selector: str) -> None:
        for _ in range(60):
            keyboard.press("Tab")
            if settings_page.page.locator(f"{selector}:focus").count():
                return
        pytest.fail(f"Tab never came to {selector}")

    tab_to("a.scim-edit")
    keyboard.press("Enter")
    tab_to("#id_enabled")
    keyboard.press("Space")
    tab_to("[value=Save]")
    keyboard.press("Enter")
    settings_page.page.locator(".scim-confirmation:focus").wait_for()
    tab_to("#scim-url")
    tab_to("#scim-token")
    tab_to("[data-copies=scim-token]")


@pytest.mark.parametrize("what", ["Provisioning URL", "Token"])
def test_a_button_copies_and_says_so(settings_page: SettingsPage, what: str) -> None:
    page = settings_page.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    settings_page.enable()
    page.get_by_role("button", name=f"Copy {what}").click()
    page.get_by_role("button", name=f"Copied {what}").wait_for()
    settings_page.shoot(f"copied-{what}")
    assert page.evaluate("navigator.clipboard.readText()") == settings_page.shown(what)
    page.get_by_role("button", name=f"Copy {what}").wait_for()


def test_a_button_copies_where_the_clipboard_is_not_to_be_had(settings_page: SettingsPage) -> None:
    page = settings_page.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('not here'))")
    token = settings_page.enable()
    page.get_by_role("button", name="Copy Token").click()
    page.get_by_role("button", name="Copied Token").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == token


def test_where_nothing_copies_the_text_is_selected(settings_page: SettingsPage) -> None:
    page = settings_page.page
    page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('not here'))")
    page.add_init_script("document.execCommand = () => false")
    token = settings_page.enable()
    page.get_by_role("button", name="Copy Token").click()
    page.get_by_role("button", name="Press Ctrl+C Token").wait_for()
    assert page.locator("#scim-token").evaluate("it => it.value.slice(it.selectionStart, it.selectionEnd)") == token


def reload(settings_page: SettingsPage) -> None:
    settings_page.page.reload()
    settings_page.page.get_by_text("SCIM provisioning is enabled already.").wait_for()


def back(settings_page: SettingsPage) -> None:
    settings_page.page.go_back()
    assert settings_page.page.get_by_label("Enable SCIM provisioning").is_checked()


def back_and_forward(settings_page: SettingsPage) -> None:
    settings_page.page.go_back()
    settings_page.page.evaluate("history.forward()")
    settings_page.page.wait_for_timeout(500)


def second_visit(settings_page: SettingsPage) -> None:
    settings_page.open()
    settings_page.state("Waiting for the first request")


@pytest.mark.parametrize("way", [reload, back, back_and_forward, second_visit])
def test_the_token_does_not_come_back(settings_page: SettingsPage, way: Callable[[SettingsPage], None]) -> None:
    token = settings_page.enable()
    way(settings_page)
    assert token not in settings_page.page.content()
    assert not settings_page.page.locator("#scim-token").count()
    assert connections.authenticate(token)
    assert Connection.objects.count() == 1


def test_the_token_leaves_the_page_before_the_browser_can_keep_it(settings_page: SettingsPage) -> None:
    token = settings_page.enable()
    page = settings_page.page
    fields = page.locator(".scim textarea").element_handles()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    assert token not in page.content()
    assert [field.evaluate("it => it.value + it.textContent") for field in fields] == ["", "", ""]


def test_a_double_click_asks_once_and_shows_the_token(settings_page: SettingsPage) -> None:
    settings_page.edit()
    page = settings_page.page
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
    assert connections.authenticate(settings_page.shown("Token"))


def test_disabling_asks_once(settings_page: SettingsPage) -> None:
    token = settings_page.enable()
    page = settings_page.page
    settings_page.open()
    settings_page.edit()
    settings_page.save(ticked=False)
    page.get_by_role("heading", name="Disable SCIM provisioning?").wait_for()
    settings_page.shoot("question")
    page.get_by_role("link", name="Cancel").click()
    settings_page.state("Waiting for the first request")
    assert connections.authenticate(token)

    settings_page.disable()
    settings_page.shoot("disabled")
    page.get_by_text("SCIM provisioning is disabled.").wait_for()
    page.get_by_text("Disabled since").wait_for()
    assert connections.authenticate(token) is None


def test_enabling_again_gives_another_token(settings_page: SettingsPage) -> None:
    first = settings_page.enable()
    settings_page.disable()
    second = settings_page.enable()
    assert second != first
    assert settings_page.answer_to(first) == 401
    assert settings_page.answer_to(second) == 200


@pytest.mark.parametrize("window", [DESKTOP, TABLET, PHONE], ids=["desktop", "tablet", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_can_be_read(settings_page: SettingsPage, window: Any, scheme: Any) -> None:
    page = settings_page.page
    page.set_viewport_size(window)
    page.emulate_media(color_scheme=scheme)
    settings_page.name = f"{scheme}-{window['width']}"

    def look(moment: str) -> None:
        page.wait_for_load_state()  # with its style
        settings_page.shoot(moment)
        settings_page.fits()
        settings_page.is_accessible()

    settings_page.open()
    look("1-never-enabled")
    settings_page.edit()
    look("2-form")
    settings_page.save(ticked=True)
    page.locator("#scim-token").wait_for()
    look("3-enabled")
    page.reload()
    look("4-enabled-already")
    settings_page.open()
    look("5-waiting")
    connections.note_use(connections.current())
    page.reload()
    settings_page.state("Enabled")
    look("6-in-use")
    settings_page.edit()
    look("7-form")
    settings_page.save(ticked=False)
    page.get_by_role("heading", name="Disable SCIM provisioning?").wait_for()
    look("8-question")
    page.get_by_role("button", name="Disable SCIM provisioning").click()
    settings_page.state("Disabled")
    look("9-disabled")


@pytest.mark.parametrize("window", [DESKTOP, TABLET, PHONE], ids=["desktop", "tablet", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_speaks_as_the_identity_provider_does(settings_page: SettingsPage, window: Any, scheme: Any) -> None:
    page = settings_page.page
    page.set_viewport_size(window)
    page.emulate_media(color_scheme=scheme)
    settings_page.name = f"provider-{scheme}-{window['width']}"

    def look(moment: str) -> None:
        page.wait_for_load_state()  # with its style
        settings_page.shoot(moment)
        settings_page.fits()
        settings_page.is_accessible()

    settings_page.open()
    settings_page.edit()
    settings_page.choose("Okta", name="Staff")
    look("1-form")
    settings_page.save(ticked=True)
    token = settings_page.shown("Authorization")
    assert settings_page.shown("SCIM connector base URL") == f"{settings_page.server}/scim/v2"
    page.get_by_role("heading", name="Next: in Okta").wait_for()
    look("2-enabled")

    settings_page.open()
    settings_page.edit()
    settings_page.choose("Microsoft Entra ID", name="Staff")
    page.get_by_label("Strict").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The changes were saved.").wait_for()
    page.get_by_text("Assign users and groups").wait_for()
    look("3-changed")
    assert settings_page.answer_to(token) == 200

    page.reload()
    settings_page.state("Enabled")
    assert not page.get_by_text("Assign users and groups").is_visible()
    look("4-in-use")
    page.get_by_role("heading", name="What to do in Microsoft Entra ID").click()
    page.get_by_text("Assign users and groups").wait_for()


def test_what_is_wrong_behind_more_is_shown(settings_page: SettingsPage) -> None:
    page = settings_page.page
    settings_page.edit()
    settings_page.choose("Okta")
    page.get_by_label("Name", exact=True).evaluate(
        "it => { it.removeAttribute('maxlength'); it.value = 'n'.repeat(101); }"
    )
    settings_page.save(ticked=True)
    page.get_by_text("at most 100 characters").wait_for()
    settings_page.shoot("wrong")
    settings_page.fits()
    settings_page.is_accessible()
    assert not Connection.objects.exists()


def test_the_warning_of_http_can_be_read(settings_page: SettingsPage, settings: Any) -> None:
    settings.SCIM_PROVISIONING = {"BASE_URL": "http://app.example.com"}
    for scheme in ("light", "dark"):
        settings_page.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        settings_page.open()
        settings_page.page.get_by_text("can be read on the way").wait_for()
        settings_page.shoot(scheme)
        settings_page.is_accessible()


@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_product_with_tenants_has_a_list_and_a_page_for_each(
    settings_page: SettingsPage, settings: Any, window: Any, scheme: Any
) -> None:
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "TENANTS": "tests.admin.tenants.tenants"}
    page = settings_page.page
    page.set_viewport_size(window)
    page.emulate_media(color_scheme=scheme)
    settings_page.name = f"tenants-{scheme}-{window['width']}"

    def look(moment: str) -> None:
        page.wait_for_load_state()  # with its style
        settings_page.shoot(moment)
        settings_page.fits()
        settings_page.is_accessible()

    def add(tenant: str) -> None:
        settings_page.open()
        page.get_by_role("link", name="Add connection").click()
        page.get_by_label("Tenant").select_option(label=tenant)
        look("2-add")
        page.get_by_role("button", name="Continue").click()

    settings_page.open()
    look("1-empty")
    add("Volt & <Sons>")
    settings_page.save(ticked=True)
    page.locator("#scim-token").wait_for()
    look("3-enabled")
    connection = connections.authenticate(settings_page.shown("Token"))
    assert connection is not None
    assert connection.tenant == "volt"
    connections.note_use(connection)
    connections.enable(tenant="7")
    add("Acme Grid")
    page.get_by_role("heading", name="Acme Grid").wait_for()
    look("4-form")
    page.get_by_role("link", name="SCIM provisioning", exact=True).last.click()
    page.get_by_role("row", name="Acme Grid Never enabled").wait_for()
    look("5-list")
    page.get_by_role("link", name="Volt & <Sons>").click()
    settings_page.state("Enabled")
    look("6-box")


class TestWithoutJavaScript:
    @pytest.fixture
    def browser_context_args(self, browser_context_args: dict[str, Any]) -> dict[str, Any]:
        return {**browser_context_args, "java_script_enabled": False}

    def test_provisioning_is_enabled_and_disabled(self, settings_page: SettingsPage) -> None:
        token = settings_page.enable()
        assert connections.authenticate(token)
        settings_page.shoot("enabled")
        assert not settings_page.page.get_by_role("button", name="Copy").count()
        settings_page.open()
        settings_page.edit()
        settings_page.choose("Google Workspace")
        settings_page.save(ticked=True)
        settings_page.page.get_by_text("Endpoint URL", exact=True).wait_for()
        assert connections.authenticate(token)
        settings_page.disable()
        assert connections.authenticate(token) is None
