"""Tries what README promises of an installed wheel: `try_wheel.py`, in an environment with the wheel and nothing else.

A new project as `django-admin startproject` makes it gets one app and one URL, and serves Django's own users and
groups over SCIM.
"""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

IN_SETTINGS = 'INSTALLED_APPS += ["scim_provisioning"]'
IN_URLS = """
from django.urls import include
urlpatterns += [path("scim/v2/", include("scim_provisioning.urls"))]
"""
STRICT = [sys.executable, "-W", "error"]

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def main() -> None:
    """Make the project and be its identity provider."""
    with tempfile.TemporaryDirectory() as folder:
        new_project(Path(folder))
        os.chdir(folder)
        sys.path.insert(0, folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "product.settings"

        import django

        django.setup()
        logging.getLogger("django.request").setLevel(logging.ERROR)  # that a deleted user is not found is meant
        check_where_it_comes_from()
        check_identity_provider()
        check_settings_page()
    print("The wheel serves a new project's users and groups.")


def new_project(folder: Path) -> None:
    """`startproject`, the lines of README, `migrate`; and what the system checks and the doctor say."""
    run(folder, "-m", "django", "startproject", "product", ".")
    add(folder / "product/settings.py", IN_SETTINGS)
    add(folder / "product/urls.py", IN_URLS)
    said = run(folder, "manage.py", "check")
    found = set(re.findall(r"\b(?:scim_provisioning|\w+)\.[EWC]\d{3}\b", said))
    assert found == {"scim_provisioning.W001"}, (
        f"`check` said more, or less, than that names may differ in case:\n{said}"
    )
    run(folder, "manage.py", "migrate", "--verbosity", "0")
    run(folder, "manage.py", "makemigrations", "--check", "--dry-run")
    run(folder, "manage.py", "scim", "doctor")


def run(folder: Path, *arguments: str) -> str:
    """Run Python there with warnings as errors, and return what it printed."""
    done = subprocess.run([*STRICT, *arguments], cwd=folder, capture_output=True, text=True)
    said = done.stdout + done.stderr
    assert done.returncode == 0, f"`python {' '.join(arguments)}` failed:\n{said}"
    return said


def add(file: Path, lines: str) -> None:
    with file.open("a", encoding="utf-8") as opened:
        opened.write(lines + "\n")


def check_where_it_comes_from() -> None:
    """The checkout must not stand in for the wheel."""
    import scim_provisioning

    installed = Path(sysconfig.get_path("purelib"))
    here = Path(scim_provisioning.__file__)
    assert here.is_relative_to(installed), f"{here} is not the installed package, which is in {installed}"


class IdentityProvider:
    """Sends requests with a token; a request that is not answered as expected ends the trial."""

    def __init__(self) -> None:
        from django.test import Client

        from scim_provisioning.operations import connections

        _, token = connections.enable()
        self.client = Client(
            SERVER_NAME="localhost", headers={"Authorization": f"Bearer {token}"}, raise_request_exception=False
        )

    def __call__(self, method: str, path: str, body: Any = None, *, expect: int, **query: str) -> Any:
        sent = json.dumps(body) if body else ""
        response = self.client.generic(
            method, f"/scim/v2{path}", sent, "application/scim+json", query_params=query or None
        )
        said = response.content.decode()
        assert response.status_code == expect, f"{method} {path}: {response.status_code}, not {expect}: {said}"
        return json.loads(said) if said else None


def check_identity_provider() -> None:
    """What is done to a user and a group, from discovery to deletion."""
    from django.contrib.auth.models import Group, User

    idp = IdentityProvider()

    published = {schema["name"] for schema in idp("GET", "/Schemas", expect=200)["Resources"]}
    assert {"User", "Group", "EnterpriseUser"} <= published, f"/Schemas has {published}"

    name = {"givenName": "Barbara", "familyName": "Jensen"}
    bjensen = idp("POST", "/Users", {"schemas": [USER], "userName": "bjensen", "name": name}, expect=201)
    user = User.objects.get()
    assert (user.username, user.last_name, user.is_active) == ("bjensen", "Jensen", True), user

    found = idp("GET", "/Users", filter='userName eq "BJensen"', expect=200)["Resources"]
    assert [one["id"] for one in found] == [bjensen["id"]], f"The filter found {found}"

    address = f"/Users/{bjensen['id']}"
    idp("PATCH", address, patch(op="replace", path="name.familyName", value="Smith"), expect=200)
    shown = idp("GET", address, expect=200)
    assert shown["name"]["familyName"] == "Smith", f"After the PATCH: {shown}"

    Group.objects.create(name="Editors")
    (editors,) = idp("GET", "/Groups", expect=200)["Resources"]
    assert editors["displayName"] == "Editors", editors
    members = [{"value": bjensen["id"]}]
    idp("PATCH", f"/Groups/{editors['id']}", patch(op="add", path="members", value=members), expect=204)
    assert [group.name for group in user.groups.all()] == ["Editors"], "The member was not added"

    idp("DELETE", address, expect=204)
    idp("GET", address, expect=404)
    user.refresh_from_db()
    assert not user.is_active, "The account of a deleted user is still active"
    assert not user.groups.exists(), "A deleted user kept its groups"


def patch(**operation: Any) -> dict[str, Any]:
    return {"schemas": [PATCH_OP], "Operations": [operation]}


def check_settings_page() -> None:
    """The page in the admin, which needs the templates of the wheel."""
    from django.contrib.auth.models import User
    from django.contrib.staticfiles import finders
    from django.test import Client
    from django.urls import reverse

    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.create_superuser("root"))
    page = client.get(reverse("admin:scim_provisioning_connection_changelist"))
    assert "http://localhost/scim/v2" in page.content.decode(), f"{page.status_code}: {page.content.decode()}"
    for file in ("settings.css", "state.css", "settings.js"):
        assert finders.find(f"scim_provisioning/{file}"), f"{file} is not among the static files"


if __name__ == "__main__":
    main()
