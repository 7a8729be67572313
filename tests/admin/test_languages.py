"""The pages speak the reader's language: French as a whole, and English where there is no catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.urls import reverse

from scim_provisioning.models import Connection
from scim_provisioning.operations import connections
from tests.admin.browser.scenes import NOW, SCENES, TENANTS, Scene, in_use, refused, tenants_connected
from tests.admin.conftest import SettingsPageClient, words_of
from tests.languages import catalogues
from tests.languages.marks import words_on
from tests.operations.provider import Provider
from tests.scim import user

pytestmark = [pytest.mark.django_db, pytest.mark.once]

HAPPENINGS = {scene.happens: scene for scene in SCENES}.values()


@pytest.fixture
def french(settings_page: SettingsPageClient) -> SettingsPageClient:
    settings_page.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "fr-CA,fr;q=0.9,en;q=0.5"
    return settings_page


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def english() -> Iterator[re.Pattern[str]]:
    """What a text of ours is in English, where French says it otherwise."""
    for text in catalogues.entries(catalogues.read("fr")):
        for words in [text.id] if isinstance(text.id, str) else text.id:
            if words not in catalogues.forms(text):
                parts = re.split(r"%\(\w+\)s", words.replace("%%", "%"))
                value = r"\S.*" if isinstance(text.id, str) else r"\d+"  # a plural is of a number
                pattern = value.join(map(re.escape, parts))
                # One word alone may be anybody's, a name for instance.
                yield re.compile(rf"\b{pattern}(?!\w)" if " " in words else rf"^{pattern}$")


ENGLISH = list(english())


def assert_is_french(page: Any) -> None:
    assert '<html lang="fr"' in page.text
    assert [words for words in words_on(page.text) for known in ENGLISH if known.search(words)] == []


def addresses(french: SettingsPageClient) -> list[str]:
    """Of all pages of ours in the admin, for the only connection and for each of several; `glance/` is no page."""
    routes = [str(url.pattern) for url in admin.site.get_model_admin(Connection).get_urls()]
    numbers = ["0", *map(str, Connection.objects.values_list("pk", flat=True))]
    pages = [route for route in routes if "<path" not in route and "glance" not in route]
    paths = {route.replace("<int:pk>", number) for route in pages for number in numbers}
    return [french.box_url + path for path in sorted(paths)]


@pytest.mark.parametrize("scene", HAPPENINGS, ids=lambda scene: scene.name)
def test_every_page_is_french_whatever_happened(
    french: SettingsPageClient, clock: Any, settings: Any, scene: Scene
) -> None:
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, **scene.product}
    assert_is_french(french.box())
    scene.happens(clock)
    clock.move_to(NOW)
    for address in addresses(french):
        assert_is_french(french.client.get(address, follow=True))


def test_every_answer_to_a_form_is_french(french: SettingsPageClient) -> None:
    form = french.form(french.edit_url)
    answers = [
        french.untick_and_save(),
        french.describe(name="n" * 101),
        french.describe(provider="nobody"),
        french.tick_and_save(form),  # the banner
        french.tick_and_save(form),
        french.describe(form, name="Staff"),
        french.describe(name="Staff"),
        french.untick_and_save(),
        french.confirm_disabling(),
        french.confirm_disabling({"version": "new"}),
    ]
    for answer in answers:
        assert_is_french(answer)
    assert words_of(answers[-2]) == "Le provisionnement SCIM est désactivé."


@pytest.mark.parametrize("key", ["entra", "okta", "onelogin", "jumpcloud", "ping", "google", "keycloak", "authentik"])
def test_the_banner_and_the_steps_are_french_for_each_identity_provider(french: SettingsPageClient, key: str) -> None:
    assert_is_french(french.describe(provider=key))


def test_a_rotation_is_french(french: SettingsPageClient) -> None:
    french.enable()
    rotate, end_previous = f"{french.box_url}rotate/", f"{french.box_url}end-previous/"
    form = french.form(rotate)
    answers = [
        french.client.post(rotate, {**form, "overlap": "x"}),
        french.client.post(rotate, {**form, "overlap": "24", "lifetime": "90"}),
        french.client.post(rotate, form, follow=True),
        french.client.get(rotate),
        french.client.post(end_previous, {**french.form(end_previous), "told": "True"}, follow=True),
        french.client.post(end_previous, {"version": "new", "told": "True"}, follow=True),
    ]
    for answer in answers:
        assert_is_french(answer)
    assert "Un nouveau jeton a été créé." in words_on(answers[1].text)


def test_the_pages_in_the_product_s_own_frame_are_french(french: SettingsPageClient) -> None:
    assert_is_french(french.client.get(reverse("provisioning:index")))
    assert_is_french(french.client.get(reverse("provisioning:edit")))


def test_a_product_says_it_in_words_of_its_own(french: SettingsPageClient, settings: Any, tmp_path: Path) -> None:
    catalogue = catalogues.read("fr")
    catalogue["Edit"].string = "Éditer"
    catalogues.write(catalogue, tmp_path)
    assert "Éditer" not in words_on(french.box().text)
    settings.LOCALE_PATHS = [tmp_path]
    assert "Éditer" in words_on(french.box().text)


def test_what_the_identity_provider_was_answered_is_quoted_in_english(french: SettingsPageClient, clock: Any) -> None:
    refused(clock)
    clock.move_to(NOW)
    answer = "emails: &#x27;maria&#x27; is no e-mail address."
    assert f'<span lang="en">{answer}</span>' in french.box().text


def test_adding_a_tenant_is_french(french: SettingsPageClient, clock: Any, settings: Any) -> None:
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, **TENANTS}
    tenants_connected(clock)
    assert_is_french(french.client.post(f"{french.box_url}add/", {"tenant": "acme"}, follow=True))
    assert_is_french(french.client.post(f"{french.box_url}add/", {}))


def test_the_product_s_own_page_of_a_user_is_french(french: SettingsPageClient) -> None:
    idp = Provider(connections.enable()[0])
    maria = idp.post(user("maria"))["id"]
    answer = french.client.get(f"/admin/accounts/user/{maria}/change/")
    assert "Géré par Provisionnement SCIM depuis le" in answer.text
    assert_is_french(answer)
    assert_is_french(french.client.get("/admin/accounts/user/"))
    connections.disable()
    assert_is_french(french.client.get(f"/admin/accounts/user/{maria}/change/"))


@pytest.mark.parametrize(
    ("language", "date"),
    [("fr", "10 mars 2026"), ("de", "10. März 2026"), ("en", "March 10, 2026")],
)
def test_dates_are_the_reader_s(french: SettingsPageClient, clock: Any, language: str, date: str) -> None:
    in_use(clock)
    assert date in french.client.get(french.box_url, headers={"Accept-Language": language}).text


def test_a_language_without_a_catalogue_reads_english(french: SettingsPageClient) -> None:
    answer = french.client.get(french.edit_url, headers={"Accept-Language": "de"})
    texts = words_on(answer.text)
    assert '<html lang="de"' in answer.text
    assert {"Enable SCIM provisioning", "Identity provider"} <= set(texts)
    assert "Abmelden" in texts  # what Django says itself
    assert "Activer le provisionnement SCIM" not in texts


@pytest.mark.parametrize("left", ["Never enabled", "The token that ends in …abcd stops working at once.", "Save"])
def test_english_that_is_left_is_noticed(left: str) -> None:
    assert any(known.search(left) for known in ENGLISH)
