"""The same pages in a product's own settings: its frame, its login, and nothing of the admin."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.test import Client, RequestFactory
from django.urls import include, path

from example_project.access.provisioning import ProvisioningPages, pages
from example_project.urls import urlpatterns as product
from scim_provisioning.models import Connection
from scim_provisioning.operations import connections
from scim_provisioning.pages import SettingsPages
from tests.admin.conftest import SettingsPageClient, token_in, words_of
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

BOX = "/settings/provisioning/"
STYLE = Path(django_settings.BASE_DIR, "scim_provisioning/static/scim_provisioning/settings.css")


class CustomerPages(ProvisioningPages):
    """A product whose customers' administrators are no superusers."""

    namespace = "mine:customer"

    def allows(self, request: Any) -> bool:
        return bool(request.user.get_username().startswith("chief"))

    def tenant(self, request: Any) -> str:
        return str(request.user.job_title)


urlpatterns = [
    path("mine/", include(([path("", include(CustomerPages().urls))], "mine"))),
    *product,
]


@pytest.fixture
def own_page(settings_page: SettingsPageClient) -> SettingsPageClient:
    """The pages of the example product."""
    page = SettingsPageClient(settings_page.client)
    page.box_url, page.edit_url, page.disable_url = BOX, f"{BOX}edit/", f"{BOX}disable/"
    return page


class TestTheFrame:
    def test_is_the_products_on_every_page(self, own_page: SettingsPageClient) -> None:
        own_page.enable()
        for url in (own_page.box_url, own_page.edit_url, own_page.disable_url):
            text = own_page.client.get(url).text
            assert "<title>SCIM provisioning · Grid Projects</title>" in text
            assert "/scim_provisioning/settings.css" in text
            assert f'href="{BOX}' in text
            assert not re.search(r"/admin/(?!\")", text)

    def test_leaves_the_states_as_they_are(self, own_page: SettingsPageClient) -> None:
        assert "Never enabled" in own_page.box().text
        token = token_in(own_page.tick_and_save())
        assert "Waiting for the first request" in own_page.box().text
        assert connections.authenticate(token)
        response = own_page.confirm_disabling()
        assert response.redirect_chain == [(BOX, 302)]
        assert words_of(response) == "SCIM provisioning is disabled."
        assert "Disabled since" in response.text
        assert [entry.change_message for entry in LogEntry.objects.order_by("pk")] == [
            "Enabled SCIM provisioning",
            "Disabled SCIM provisioning",
        ]

    def test_shows_the_token_once_and_keeps_it_nowhere(self, own_page: SettingsPageClient) -> None:
        response = own_page.tick_and_save()
        token = token_in(response)
        assert {"no-store", "private"} <= set(response["Cache-Control"].split(", "))
        assert response["X-Frame-Options"] == "DENY"
        assert response["Referrer-Policy"] == "same-origin"
        assert token not in own_page.box().text
        assert token not in str([session.get_decoded() for session in Session.objects.all()])
        assert token not in str(own_page.client.cookies)

    def test_has_the_list_where_there_are_tenants(self, own_page: SettingsPageClient, settings: Any) -> None:
        settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "TENANTS": "tests.admin.tenants.tenants"}
        response = own_page.client.post(f"{BOX}add/", {"tenant": "acme"})
        connection = Connection.objects.get()
        assert response["Location"] == f"{BOX}{connection.pk}/edit/"
        assert f'<a href="{BOX}{connection.pk}/">Acme Grid</a>' in own_page.box().text

    def test_needs_a_template(self) -> None:
        with pytest.raises(ImproperlyConfigured, match="SettingsPages needs a base_template"):
            _ = SettingsPages().urls


class TestWhoIsLetIn:
    @pytest.mark.parametrize(
        "rest", ["", "add/", "edit/", "disable/", "rotate/", "end-previous/", "1/", "1/edit/", "1/rotate/"]
    )
    def test_superusers_and_nobody_else(self, client: Client, rest: str) -> None:
        assert client.get(BOX + rest)["Location"] == f"/login/?next={BOX}{rest}"
        client.force_login(UserFactory(is_staff=True))
        assert client.get(BOX + rest).status_code == 403
        assert client.post(BOX + rest, {"enabled": "on"}).status_code == 403
        assert not Connection.objects.exists()

    def test_no_forged_request(self, superuser: Any) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(superuser)
        assert client.post(f"{BOX}edit/", {"version": "", "enabled": "on"}).status_code == 403
        assert not Connection.objects.exists()

    def test_login_is_asked_for_without_the_middleware_too(self, client: Client, settings: Any) -> None:
        settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "LoginRequired" not in one and "Csrf" not in one]
        assert client.get(BOX)["Location"] == f"/login/?next={BOX}"


@pytest.mark.urls(__name__)
class TestTheConnectionOfOneCustomer:
    @pytest.fixture(autouse=True)
    def _tenants(self, settings: Any) -> None:
        settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "TENANTS": "tests.admin.tenants.tenants"}

    def test_is_all_that_its_administrator_reaches(self, client: Client) -> None:
        other, _ = connections.enable(tenant="volt")
        client.force_login(UserFactory(username="chief@example.com", job_title="acme"))
        page = SettingsPageClient(client)
        page.box_url, page.edit_url, page.disable_url = "/mine/", "/mine/edit/", "/mine/disable/"
        found = connections.authenticate(page.enable())
        assert found is not None
        assert found.tenant == "acme"
        for rest in (
            "add/",
            *(f"{other.pk}/{page}" for page in ("", "edit/", "disable/", "rotate/")),
            f"{found.pk}/edit/",
        ):
            for answer in (client.get(f"/mine/{rest}"), client.post(f"/mine/{rest}", {"tenant": "7"})):
                assert (answer.status_code, answer["Location"]) == (302, "/mine/")
        page.confirm_disabling()
        assert set(Connection.objects.values_list("tenant", "enabled")) == {("acme", False), ("volt", True)}

    @pytest.mark.parametrize("tenant", ["", "gone"])
    def test_has_to_be_one_of_the_products(self, client: Client, tenant: str) -> None:
        client.force_login(UserFactory(username="chief@example.com", job_title=tenant))
        assert client.get("/mine/edit/").status_code == 403
        assert client.get("/mine/").status_code == 403


class TestTheBoxAlone:
    def box(self, user: Any) -> str:
        request = RequestFactory().get("/projects/7/")
        request.user = user
        return pages.box(request)

    def test_is_no_page_and_leads_to_the_pages(self, superuser: Any) -> None:
        box = self.box(superuser)
        assert box.strip().startswith('<div class="scim">')
        assert f'href="{BOX}edit/"' in box
        assert "<html" not in box

    def test_is_the_list_where_there_are_tenants(self, superuser: Any, settings: Any) -> None:
        settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "TENANTS": "tests.admin.tenants.tenants"}
        connections.add("acme")
        assert "Acme Grid" in self.box(superuser)

    def test_is_empty_for_others(self) -> None:
        assert self.box(UserFactory(is_staff=True)) == ""

    @pytest.mark.urls(__name__)
    def test_is_refused_for_a_tenant_that_there_is_not(self) -> None:
        request = RequestFactory().get("/")
        request.user = UserFactory(username="chief", job_title="gone")
        with pytest.raises(PermissionDenied):
            CustomerPages().box(request)


@pytest.mark.once
def test_the_style_asks_for_nothing_that_only_the_admin_has() -> None:
    style = STYLE.read_text("utf-8")
    style = style[style.index("\n}") :]  # what has a fallback is at the top
    style = re.sub(r"\.scim-breadcrumbs[^{]*\{[^}]*\}", "", style)  # those are the admin's alone
    assert set(re.findall(r"var\((--(?!scim-)[\w-]+)", style)) == set()
    assert "../" not in style


@pytest.mark.once
def test_the_pages_do_without_the_admin() -> None:
    """A product that has not installed it: every page is drawn, and enabling notes nothing."""
    done = subprocess.run([sys.executable, "-m", "tests.admin.without_admin"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
