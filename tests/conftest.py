"""What every test has: quick passwords, no network but loopback, and the plugins of the run."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.test import override_settings
from hypothesis import HealthCheck, settings

from scim_provisioning.api import throttling

pytest_plugins = [f"tests.plugins.{name}" for name in ("browser", "postgres", "scim", "traceability")]

# Needs programs of the system, and has a run of its own: `tox run -e deployment`.
collect_ignore = ["deployment"]

# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("patient", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def pytest_configure() -> None:
    # What a shell without job control runs in the background ignores Ctrl-C, and so would all that the tests start.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> Iterator[None]:
    """Hashing that is slow on purpose would be most of the run."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(autouse=True)
def _nothing_was_counted() -> None:
    """The requests of the tests before, of one minute and often of one connection, are none of this one's."""
    caches["default"].clear()
    throttling.counter.away_until = 0.0


@pytest.fixture(autouse=True, scope="session")
def _loopback_only() -> Iterator[None]:
    """A test that would reach out fails here, with a name, instead of somewhere else, with a time-out."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: tuple[object, ...]) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in LOOPBACK:
            raise PermissionError(f"The tests reach nothing beyond loopback, so not {address!r}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield
