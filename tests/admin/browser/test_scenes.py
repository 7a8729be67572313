"""Each state of the settings page can be read: on desktop and phone, light and dark, by eyes and by axe-core."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from scim_provisioning import tokens
from scim_provisioning.operations import connections
from tests.admin.browser import pictures
from tests.admin.browser.scenes import BASE_URL, DAY, MINUTE, NOW, SCENES, Scene, form, made_up_tokens, refuse, use
from tests.admin.browser.window import DESKTOP, PHONE, TABLET, Window

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "device_scale_factor": pictures.SCALE}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Stands still; what is random is not."""
    monkeypatch.setattr(tokens, "mint", made_up_tokens().__next__)
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_the_page_can_be_read(clock: Any, window: Window, scene: Scene, settings: Any) -> None:
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "BASE_URL": BASE_URL, **scene.product}
    scene.happens(clock)
    clock.move_to(NOW)
    scene.reach(window)
    window.page.get_by_text(scene.words).first.wait_for()
    window.can_be_read()
    window.look(PHONE, "dark")
    window.can_be_read()
    window.look(TABLET, "dark")
    window.fits()
    pictures.take(window, scene.name)


def test_longer_words_and_a_long_address_fit_a_phone(clock: Any, window: Window, settings: Any) -> None:
    address = "https://identity.department-of-infrastructure-and-transport.example.com:8443"
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "BASE_URL": address}
    page = window.page
    form(window)
    page.get_by_label("Identity provider", exact=True).select_option(label="Okta")
    page.get_by_label("Enable SCIM provisioning").check()
    page.set_extra_http_headers({"Accept-Language": "fr"})
    page.locator(".scim [type=submit]").click()
    page.get_by_text("Copiez").first.wait_for()
    window.look(PHONE)
    window.can_be_read()

    refuse(connections.current())
    use(clock, MINUTE)
    connections.rotate(lifetime=365 * DAY)
    clock.move_to(NOW)
    window.open()
    window.can_be_read()
    page.locator("[href$='/rotate/']").last.click()
    page.locator("[name=overlap]").first.wait_for()
    window.can_be_read()


def test_what_cannot_be_read_is_found(window: Window) -> None:
    window.open()
    window.look(DESKTOP, "dark")
    window.page.evaluate("document.querySelector('.scim-box').append(document.createElement('img'))")
    window.page.evaluate("document.querySelector('.scim-edit').style.color = 'var(--body-bg)'")
    window.settle()
    assert {complaint.split(":")[0] for complaint in window.complaints()} == {"color-contrast", "image-alt"}


def test_what_the_policy_forbids_is_found(window: Window) -> None:
    window.open()
    window.page.evaluate("document.body.setAttribute('style', 'color: red')")
    window.page.evaluate("document.head.append(document.createElement('style'))")
    assert len(window.errors) == 2, window.errors
    window.errors.clear()
