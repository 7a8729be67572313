"""The tests of a host are there with its settings only."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

HERE = Path(__file__).parent


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """The user model is chosen when a project starts, so a run has the tests of one host."""
    host = collection_path.relative_to(HERE).parts[:1] if collection_path.is_relative_to(HERE) else ()
    is_host = host and (HERE / host[0] / "settings.py").exists()
    return True if is_host and f"tests.hosts.{host[0]}.urls" != settings.ROOT_URLCONF else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A host's run is one long test: first, so that no worker is left with them while the others have nothing to do."""
    items.sort(key=lambda item: item.path != HERE / "test_hosts.py")
