"""Superusers only: by every URL, in the index and in the navigation."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from scim_provisioning.models import Connection
from scim_provisioning.operations import connections
from tests.factories import SuperuserFactory, UserFactory

pytestmark = pytest.mark.django_db

BOX = reverse("admin:scim_provisioning_connection_changelist")
OWN = [
    BOX + str(url.pattern).replace("<int:pk>", "1").replace("<path:rest>", "1")
    for url in admin.site._registry[Connection].get_urls()
]
USUAL = [BOX + rest for rest in ("", "add/", "1/", "1/change/", "1/delete/", "1/history/", "edit/add/", "1/2/3/")]
URLS = sorted({*OWN, *USUAL})


@pytest.fixture
def staff() -> Client:
    """Somebody with every permission that the admin knows, who is not a superuser."""
    user = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.all())
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("method", ["get", "post", "head", "put"])
@pytest.mark.parametrize("url", URLS)
class TestByEveryUrl:
    @pytest.mark.threat(51, "C24")
    def test_staff_who_are_no_superusers_are_refused(self, staff: Client, url: str, method: str) -> None:
        connections.enable()
        response = getattr(staff, method)(url, {"enabled": "on", "version": "new"})
        assert response.status_code == 403
        assert connections.current().enabled

    def test_nobody_enables_without_being_a_superuser(self, staff: Client, url: str, method: str) -> None:
        getattr(staff, method)(url, {"enabled": "on", "version": "new"})
        assert not Connection.objects.exists()

    def test_who_is_not_logged_in_is_sent_to_the_login_of_the_admin(
        self, client: Client, url: str, method: str
    ) -> None:
        response = getattr(client, method)(url)
        assert response.status_code == 302
        assert response.url.startswith(reverse("admin:login") + "?next=")

    @pytest.mark.threat(51, "C24")
    def test_a_superuser_who_was_deactivated_is_sent_to_the_login(self, url: str, method: str) -> None:
        user = SuperuserFactory()
        client = Client()
        client.force_login(user)
        type(user).objects.update(is_active=False)
        assert getattr(client, method)(url).status_code == 302


class TestWhatIsShown:
    @pytest.mark.parametrize("page", [reverse("admin:index"), reverse("admin:accounts_user_changelist")])
    def test_staff_see_no_entry_in_the_index_nor_in_the_navigation(self, staff: Client, page: str) -> None:
        text = staff.get(page).text
        assert reverse("admin:accounts_user_changelist") in text
        assert "Authentication settings" not in text
        assert BOX not in text

    def test_staff_have_no_page_of_the_section(self, staff: Client) -> None:
        assert staff.get(reverse("admin:app_list", args=["scim_provisioning"])).status_code == 404

    @pytest.mark.parametrize(
        "page",
        [
            reverse("admin:index"),
            reverse("admin:accounts_user_changelist"),
            reverse("admin:app_list", args=["scim_provisioning"]),
        ],
    )
    def test_superusers_find_the_entry_below_authentication_settings(self, settings_page: Any, page: str) -> None:
        text = settings_page.client.get(page).text
        assert "Authentication settings" in text
        assert f'<a href="{BOX}"' in text

    def test_nothing_is_offered_to_be_added(self, settings_page: Any) -> None:
        assert f"{BOX}add/" not in settings_page.client.get(reverse("admin:index")).text


class TestTheUsualPagesOfAModel:
    @pytest.mark.parametrize("rest", ["add/", "1/", "1/change/", "1/delete/", "1/history/", "1/2/3/"])
    def test_lead_superusers_to_the_box(self, settings_page: Any, rest: str) -> None:
        response = settings_page.client.get(BOX + rest)
        assert (response.status_code, response.url) == (302, BOX)

    @pytest.mark.parametrize("rest", ["add/", "1/change/", "1/delete/"])
    def test_change_nothing(self, settings_page: Any, rest: str) -> None:
        connection, _ = connections.enable()
        settings_page.client.post(BOX + rest, {"enabled": "", "tenant": "x", "post": "yes"})
        assert list(Connection.objects.values_list("pk", "enabled")) == [(connection.pk, True)]

    def test_the_box_is_read_only(self, settings_page: Any) -> None:
        assert settings_page.client.post(BOX, {"action": "delete_selected"}).status_code == 405
