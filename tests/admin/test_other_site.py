"""A host may have an admin site of its own beside Django's, and offer the page there."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import path

from example_project.urls import urlpatterns as product
from scim_provisioning.admin.settings_page import SettingsPage
from scim_provisioning.models import Connection
from tests.factories import SuperuserFactory, UserFactory

office = admin.AdminSite(name="office")
office.register(Connection, SettingsPage)

urlpatterns = [path("office/", office.urls), *product]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
BOX = "/office/scim_provisioning/connection/"


def test_every_link_and_redirect_stays_on_the_site(client: Client) -> None:
    client.force_login(SuperuserFactory())
    pages = [client.get(BOX), client.get(f"{BOX}edit/")]
    version = pages[-1].context["form"]["version"].value()
    pages.append(client.post(f"{BOX}edit/", {"version": version, "enabled": "on"}))
    pages += [client.get(f"{BOX}{page}/") for page in ("disable", "rotate")]
    version = pages[-1].context["form"]["version"].value()
    pages.append(client.post(f"{BOX}rotate/", {"version": version}))
    pages.append(client.get(f"{BOX}end-previous/"))
    for page in pages:
        assert page.status_code == 200
        assert BOX in page.text
        assert '"/admin/' not in page.text
    assert client.get(f"{BOX}add/").url == BOX


def test_it_is_for_superusers_only(client: Client) -> None:
    client.force_login(UserFactory(is_staff=True))
    assert client.get(BOX).status_code == 403


def test_who_is_not_logged_in_comes_to_the_login_of_the_site(client: Client) -> None:
    assert client.get(BOX).url == f"/office/login/?next={BOX}"
