"""The settings page, as somebody in front of the browser sees and uses it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page

PHONE = {"width": 360, "height": 740}
TABLET = {"width": 800, "height": 1000}
DESKTOP = {"width": 1180, "height": 760}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

# Halfway between light and dark, nothing has contrast.
SETTLE = "document.getAnimations().forEach(it => { if (it instanceof CSSTransition) it.finish(); })"


class Window:
    """A page of the browser; what goes wrong in it is in `errors`, violations of the policy included."""

    def __init__(self, page: Page, server: str) -> None:
        self.page = page
        self.server = server
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        place = message.location.get("url", "")
        if message.type == "error" and not place.endswith("/favicon.ico"):  # which the example has not got
            self.errors.append(f"{message.text} ({place})")

    def look(self, window: Any, scheme: Any = "light") -> None:
        """See the page in a window of that size, in that colour scheme."""
        self.page.set_viewport_size(window)
        self.page.emulate_media(color_scheme=scheme)

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

    def settle(self) -> None:
        """Wait until the page has its style."""
        self.page.wait_for_load_state()
        self.page.evaluate(SETTLE)

    def complaints(self) -> list[str]:
        """What axe-core finds: rules, with the elements that break them."""
        axe = pytest.importorskip("axe_playwright_python.sync_playwright")
        found = axe.Axe().run(self.page, options=RULES).response["violations"]
        return [f"{fault['id']}: {node['html']}" for fault in found for node in fault["nodes"]]

    def fits(self) -> None:
        """Nothing is wider than the window, and no text is cut off in its field."""
        assert self.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        for field in self.page.locator(".scim textarea").all():
            assert field.evaluate("it => it.scrollWidth <= it.clientWidth && it.scrollHeight <= it.clientHeight")

    def can_be_read(self) -> None:
        """It fits, and axe-core has no complaint, about Django's part of the page neither."""
        self.settle()
        self.fits()
        assert self.complaints() == []
