"""One deployment for all tests, and an identity provider that is connected to it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.deployment.processes import missing
from tests.deployment.site import Site


def pytest_configure() -> None:
    if packages := missing():
        pytest.exit(
            "The deployment needs programs of the system, which nothing here installs. On Debian:\n"
            f"    apt-get install --no-install-recommends {' '.join(packages)}",
            returncode=2,
        )


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="scim-deployment-", ignore_cleanup_errors=True) as folder:
        running = Site(Path(folder))
        try:
            running.start()
            yield running
        finally:
            running.stop()


@pytest.fixture(scope="module")
def token(site: Site) -> str:
    """A token that is valid, whatever the modules before have done."""
    site.manage("scim", "disable")
    return site.manage("scim", "enable").strip()


@pytest.fixture
def scim(site: Site, token: str) -> Iterator[httpx2.Client]:
    """An identity provider, through nginx."""
    with site.client(token) as client:
        yield client
