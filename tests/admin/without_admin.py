"""A product without django.contrib.admin and without messages switches SCIM provisioning on and off."""

from __future__ import annotations

import sys

import django
from django.conf import settings

from tests.hosts.plain import settings as plain

LEFT_OUT = ("django.contrib.admin", "django.contrib.messages")
HTML = "{% block scim_head %}{% endblock %}<main>{% block scim %}{% endblock %}</main>"


def main() -> None:
    settings.configure(
        SECRET_KEY=plain.SECRET_KEY,
        ALLOWED_HOSTS=plain.ALLOWED_HOSTS,
        ROOT_URLCONF="tests.admin.without_admin",
        STATIC_URL="static/",
        INSTALLED_APPS=[app for app in plain.INSTALLED_APPS if app not in LEFT_OUT],
        MIDDLEWARE=[one for one in plain.MIDDLEWARE if "messages" not in one],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "loaders": [
                        ("django.template.loaders.locmem.Loader", {"frame.html": HTML}),
                        "django.template.loaders.app_directories.Loader",
                    ]
                },
            }
        ],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    )
    django.setup()

    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client
    from django.urls import include, path

    from scim_provisioning.pages import SettingsPages

    class Pages(SettingsPages):
        base_template = "frame.html"

    global urlpatterns
    urlpatterns = [path("scim/", include("scim_provisioning.urls")), path("settings/", include(Pages().urls))]
    call_command("check", fail_level="ERROR")
    call_command("migrate", verbosity=0)
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    version = client.get("/settings/edit/").context_data["form"]["version"].value()
    enabled = client.post("/settings/edit/", {"version": version, "enabled": "on"})
    assert "scim_" in enabled.text
    version = client.get("/settings/disable/").context_data["form"]["version"].value()
    assert client.post("/settings/disable/", {"version": version})["Location"] == "/settings/"
    assert "Disabled since" in client.get("/settings/").text
    assert not {"scim_provisioning.admin", "django.contrib.admin.models"} & sys.modules.keys()


if __name__ == "__main__":
    sys.modules["tests.admin.without_admin"] = sys.modules[__name__]  # whose URLs those are
    main()
