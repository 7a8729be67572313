"""A superuser, and the settings page as that superuser's client walks it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import SuperuserFactory

TOKEN = re.compile(r"scim_[\w-]{43}")


class SettingsPageClient:
    """Presses the buttons of the settings page without a browser."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.box_url = reverse("admin:scim_provisioning_connection_changelist")
        self.edit_url = reverse("admin:scim_provisioning_connection_edit")
        self.disable_url = reverse("admin:scim_provisioning_connection_disable")

    def box(self) -> Any:
        return self.client.get(self.box_url)

    def form(self, url: str) -> dict[str, str]:
        """What a form that is opened now would send back."""
        return {"version": self.client.get(url).context["form"]["version"].value()}

    def describe(self, form: dict[str, str] | None = None, *, tick: bool = True, **details: str) -> Any:
        """Save other details than there are; `tick` as the box stands, or it means more."""
        form = {**(form or self.form(self.edit_url)), **details, **({"enabled": "on"} if tick else {})}
        return self.client.post(self.edit_url, form, follow=True)

    def tick_and_save(self, form: dict[str, str] | None = None) -> Any:
        return self.client.post(self.edit_url, {**(form or self.form(self.edit_url)), "enabled": "on"}, follow=True)

    def untick_and_save(self, form: dict[str, str] | None = None) -> Any:
        return self.client.post(self.edit_url, form or self.form(self.edit_url), follow=True)

    def confirm_disabling(self, form: dict[str, str] | None = None) -> Any:
        return self.client.post(self.disable_url, form or self.form(self.disable_url), follow=True)

    def enable(self) -> str:
        """Enable SCIM provisioning, and copy the token from the banner."""
        return token_in(self.tick_and_save())


def token_in(response: Any) -> str:
    """The one token that the page shows."""
    (token,) = set(TOKEN.findall(response.text))
    return token


def words_of(response: Any) -> str:
    """What the admin says above the page."""
    return " ".join(str(message) for message in response.context["messages"])


@pytest.fixture
def superuser(db: None) -> Any:
    names = {"username": "admin@example.com", "first_name": "Ada", "last_name": "Silva"}
    return SuperuserFactory(**names, password="correct horse")


@pytest.fixture
def settings_page(superuser: Any) -> SettingsPageClient:
    client = Client()
    client.force_login(superuser)
    return SettingsPageClient(client)
