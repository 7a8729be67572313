"""A server to play against over HTTP."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(scope="session")
def live_server(django_db_setup: None, live_server: Any) -> Any:
    """pytest-django's, but after the test database was made: only then does it share one that is kept in memory."""
    return live_server
