"""Finds a Chromium for the tests that ask for a `page`: Playwright's own, else one that the system has.

Such a test is marked `browser`. Where pytest-playwright or a browser is missing it is skipped with a word on how to get
one; under CI=true a missing browser is a failure.
"""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import BrowserType

HINT = (
    "No browser found. Get one with `playwright install chromium-headless-shell` (what it needs of the system: "
    "`playwright install-deps`, as root) or from your system (Debian: `apt-get install chromium`), or name an "
    "executable in SCIM_BROWSER."
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "chrome")
MAC = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
# A browser that is started for a test has nobody to report to.
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: drives a browser (set by itself on a test that uses `page`)")


@pytest.hookimpl(tryfirst=True)  # before -m browser selects
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser_type" in getattr(item, "fixturenames", ()):  # which `page` rests on
            item.add_marker("browser")


if not find_spec("pytest_playwright"):

    @pytest.fixture(scope="session")
    def browser_type() -> None:
        pytest.skip("pytest-playwright is in the dependency group `browser`")

    @pytest.fixture
    def page(browser_type: None) -> None: ...


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], browser_type: BrowserType) -> dict[str, Any]:
    # Playwright keeps an event loop in this thread for the rest of the run, which Django takes for async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    args = {**browser_type_launch_args, "args": QUIET}
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        args["chromium_sandbox"] = False  # Chromium's sandbox refuses root
    try:
        browser_type.launch(**args).close()
    except Exception as error:
        if not any(words in str(error) for words in ("Executable doesn't exist", "missing dependencies")):
            raise
        if not (executable := system_browser()):
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(HINT)
        args["executable_path"] = executable
    return args


def system_browser() -> str | None:
    named = os.environ.get("SCIM_BROWSER")
    on_path = (shutil.which(name) for name in NAMES)
    return named or next(filter(None, on_path), None) or next((path for path in MAC if Path(path).exists()), None)
