"""Provisioning clients that are not ours, as they are published, drive the example over HTTP.

scim2-client drives it in tests/api/test_scim2_client.py and in `manage.py demo`.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from example_project.access.models import Profile
from example_project.accounts.models import User
from scim_provisioning.models import Event
from tests.api.unchanged import nothing_changes
from tests.factories import ProfileFactory
from tests.idp.hosts import OPEN, PRODUCT
from tests.scim import BASE, ScimClient

# The server's threads see what is committed.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once_per_database]


@pytest.fixture(scope="session")
def live_server(django_db_setup: None, live_server: Any) -> Any:
    """pytest-django's, but after the test database was made: only then does it share one that is kept in memory."""
    return live_server


@pytest.fixture
def url(live_server: Any, settings: Any) -> str:
    """The provisioning URL of an example whose profiles are made over SCIM too."""
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "GROUP_ADAPTERS": OPEN.group_adapters}
    return f"{live_server.url}{BASE}"


def used() -> set[str]:
    """What was forgiven to the client."""
    return {tolerance for event in Event.objects.all() for tolerance in event.tolerances}


class TestScimClient:
    """scim-client (Aplopio): a library on urllib that creates, replaces and deletes users."""

    def test_a_user_comes_changes_and_goes(self, url: str, scim: ScimClient) -> None:
        from scim_client.resources import User as TheirUser
        from scim_client.scim_client import SCIMClient

        client = SCIMClient(url, scim.token)
        mira = TheirUser(
            id=None,
            external_id="hr-7",
            user_name="mira@example.com",
            active=True,
            name={"given_name": "Mira", "family_name": "Holm"},
            display_name="Mira Holm",
            emails=[{"value": "mira@example.com", "type": "work", "primary": True}],
            timezone=None,
        )

        created = client.create_user(mira)
        (found,) = client.search_users('userName eq "MIRA@example.com"').resources
        assert created == found == client.read_user(created.id)

        found.display_name, found.active = "Mira Berg", False
        assert client.update_user(found).display_name == "Mira Berg"
        assert User.objects.get().is_active is False
        with nothing_changes():
            client.update_user(client.read_user(created.id))

        client.delete_user(user=found)
        with pytest.raises(HTTPError, match="404") as gone:
            client.read_user(created.id)
        gone.value.close()
        assert used() == set()


class TestScimSim:
    """scim-sim: a command-line program that plays the part of a directory."""

    @pytest.fixture
    def run(self, url: str, scim: ScimClient, tmp_path: Path) -> Any:
        """Runs a command, and gives what it prints; its settings are in a home of their own."""

        def run(*command: str, answers: str = "") -> str:
            environment = {**os.environ, "HOME": str(tmp_path), "PYTHONIOENCODING": "utf-8"}
            done = subprocess.run(
                [sys.executable, "-m", "scim_sim.cli", *command],
                input=answers,
                env=environment,
                capture_output=True,
                text=True,
                check=True,
                timeout=60,
            )
            return done.stdout

        assert "saved successfully" in run("setup", answers=f"{url}\n{scim.token}\n")
        return run

    def test_a_directory_grows_and_shrinks(self, run: Any) -> None:
        ada, bo = (re.search(r"User ID: (\d+)", run("add-user"))[1] for _ in range(2))
        crew = re.search(r"Group ID: (\S+)", run("create-group", "Night crew"))[1]
        for user in (ada, bo):
            assert "successfully" in run("add-to-group", user, crew)
        members = Profile.objects.get(name="Night crew").users
        assert {str(user.pk) for user in members.all()} == {ada, bo}

        assert "successfully" in run("remove-from-group", ada, crew)
        assert [str(user.pk) for user in members.all()] == [bo]
        shown = run("show")
        assert "Night crew" in shown
        assert all(user.username in shown for user in User.objects.all())

        assert "deleted successfully" in run("remove-user", ada)
        assert "all its members deleted" in run("delete-group", crew)
        assert (User.objects.filter(is_active=True).count(), Profile.objects.count()) == (0, 0)
        assert used() == set()


class TestG2gScimSync:
    """g2g-scim-sync: a synchroniser of a Google Workspace, here of a directory in memory, with a SCIM server."""

    @pytest.fixture
    def sync(self, url: str, scim: ScimClient) -> Any:
        """Synchronises these people, each an address and the organizational units, and gives its statistics."""
        engine = pytest.importorskip("g2g_scim_sync.sync_engine", reason="g2g-scim-sync needs Python 3.12")
        from g2g_scim_sync.config import GitHubConfig, SyncConfig
        from g2g_scim_sync.github_client import GitHubScimClient
        from g2g_scim_sync.models import GoogleUser

        async def synchronised(people: list[Any]) -> Any:
            class Workspace:
                async def get_all_users(self, *_: Any) -> list[Any]:
                    return people

            root, _, version = url.rpartition("/")
            client = GitHubScimClient("server.example", scim.token, version)
            client.base_url = root  # it knows GitHub's addresses only
            github = GitHubConfig(hostname=client.hostname, scim_token=client.scim_token, enterprise_account=version)
            async with client:
                workspace: Any = Workspace()
                return await engine.SyncEngine(workspace, client, SyncConfig(), github).synchronize(["/"])

        def sync(**units: str) -> Any:
            people = [
                GoogleUser(
                    id=f"g-{name}",
                    primary_email=f"{name}@acme-corp.com",
                    given_name=name.capitalize(),
                    family_name="Acme",
                    full_name=f"{name.capitalize()} Acme",
                    org_unit_path=unit,
                )
                for name, unit in units.items()
            ]
            with ThreadPoolExecutor() as thread:  # in this one, Playwright's event loop may be running
                result = thread.submit(asyncio.run, synchronised(people)).result()
            assert result.success, result.error
            assert (result.stats.users_failed, result.stats.groups_failed) == (0, 0)
            return result.stats

        return sync

    def test_people_come_move_and_leave_and_what_is_the_same_is_left_alone(self, sync: Any) -> None:
        def members(name: str) -> set[str]:
            return set(Profile.objects.get(name=name).users.values_list("first_name", flat=True))

        people = {"ada": "/grid/lines", "bo": "/grid", "cy": "/grid/lines"}
        first = sync(**people)
        assert (first.users_created, first.groups_created) == (3, 2)
        assert (members("grid"), members("lines")) == ({"Ada", "Bo", "Cy"}, {"Ada", "Cy"})

        with nothing_changes():
            again = sync(**people)
        assert (again.users_up_to_date, again.users_updated, again.groups_updated) == (3, 0, 0)

        later = sync(ada="/grid", bo="/grid/lines")
        assert (later.users_suspended, later.groups_updated) == (1, 2)
        assert User.objects.get(first_name="Cy").is_active is False
        assert (members("grid"), members("lines")) == ({"Ada", "Bo"}, {"Bo"})
        assert used() == {"unknown-attribute"}

    def test_groups_that_the_product_has_are_found_and_filled(self, sync: Any, settings: Any) -> None:
        settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "GROUP_ADAPTERS": PRODUCT.group_adapters}
        grid = ProfileFactory(name="grid")
        done = sync(ada="/grid")
        assert (done.users_created, done.groups_created, done.groups_updated) == (1, 0, 1)
        assert [user.first_name for user in grid.users.all()] == ["Ada"]
