"""A browser window in which a superuser has logged in, and a server that sends the strict policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as django_settings
from django.db import connections as database_connections
from django.test import Client, override_settings

from tests.admin.browser import policy
from tests.admin.browser.window import DESKTOP, Window

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="session")
def live_server(django_db_setup: None, browser_type: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """pytest-django's, but after the test database was made: only then does it share one that is kept in memory.

    Playwright's event loop gives this thread database connections of their own, which nobody else would close.
    """
    with override_settings(MIDDLEWARE=[f"{policy.__name__}.StrictPolicy", *django_settings.MIDDLEWARE]):
        server = request.getfixturevalue("live_server")  # loads its middleware when it starts
    yield server
    database_connections.close_all()


@pytest.fixture
def open_window(page: Page, live_server: Any) -> Iterator[Window]:
    page.set_default_timeout(10_000)
    window = Window(page, live_server.url)
    window.look(DESKTOP)
    yield window
    page.context.close()  # before the database is emptied
    assert window.errors == []


@pytest.fixture
def window(open_window: Window, superuser: Any) -> Window:
    """The page, opened by a superuser who has logged in."""
    client = Client()
    client.force_login(superuser)
    name = django_settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": open_window.server}
    open_window.page.context.add_cookies([cookie])  # type: ignore[list-item]
    return open_window
