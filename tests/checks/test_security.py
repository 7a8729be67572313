"""What keeps people in whose account was deactivated, and who could read a token on its way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.backends import AllowAllUsersModelBackend
from django.test import override_settings

from scim_provisioning.checks import check_deployment

from .reports import report, tells

LOCMEM = "django.core.cache.backends.locmem.LocMemCache"


class LetsAllIn(AllowAllUsersModelBackend):
    """A backend of the host's own."""


@pytest.mark.threat("C1")
@override_settings(SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies")
def test_sessions_in_cookies() -> None:
    assert tells(report(), "W005", "SESSION_ENGINE", "deactivated", "cached_db")


@pytest.mark.parametrize("engine", ["db", "cache", "cached_db", "file"])
def test_sessions_on_the_server(engine: str) -> None:
    with override_settings(SESSION_ENGINE=f"django.contrib.sessions.backends.{engine}"):
        assert report() == []


@pytest.mark.threat("C1")
def test_users_whose_sessions_have_no_hash() -> None:
    model = type("Person", (), {})
    with mock.patch("scim_provisioning.checks.security.get_user_model", return_value=model):
        assert tells(report(), "W006", "Person", "get_session_auth_hash", "AbstractBaseUser")


@pytest.mark.threat("C1")
@pytest.mark.parametrize(
    "path", [f"{__name__}.LetsAllIn", "django.contrib.auth.backends.AllowAllUsersRemoteUserBackend"]
)
def test_a_backend_that_does_not_ask_whether_the_account_is_active(path: str) -> None:
    with override_settings(AUTHENTICATION_BACKENDS=["django.contrib.auth.backends.ModelBackend", path]):
        assert tells(report(), "W007", "AUTHENTICATION_BACKENDS", path, "ModelBackend")


def test_paths_that_lead_nowhere_are_not_ours_to_tell() -> None:
    nowhere = {"SESSION_ENGINE": "nowhere", "AUTHENTICATION_BACKENDS": ["nowhere.Backend", "django.conf.settings"]}
    with override_settings(**nowhere):
        assert report() == []


class TestDeployment:
    @pytest.fixture(autouse=True)
    def shared(self) -> Iterator[None]:
        """A cache that all processes share, beside Django's own."""
        shared = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1"}
        with override_settings(CACHES={"default": {"BACKEND": LOCMEM}, "shared": shared}):
            yield

    def report(self, **settings: Any) -> Any:
        return report(check=check_deployment, **{"THROTTLE_CACHE": "shared", **settings})

    @pytest.mark.threat(52)
    def test_any_host_is_believed(self) -> None:
        with override_settings(ALLOWED_HOSTS=["*"], SECURE_SSL_REDIRECT=True):
            assert tells(self.report(), "W009", "ALLOWED_HOSTS", 'SCIM_PROVISIONING["BASE_URL"]')

    def test_where_the_host_is_said_nobody_has_to_be_believed(self) -> None:
        with override_settings(ALLOWED_HOSTS=["*"]):
            assert self.report(BASE_URL="https://app.example.com") == []

    @pytest.mark.threat(53)
    def test_a_site_that_takes_http(self) -> None:
        assert tells(self.report(), "W010", "http", "SECURE_SSL_REDIRECT", 'SCIM_PROVISIONING["BASE_URL"]')

    @pytest.mark.threat(53)
    def test_an_address_with_http(self) -> None:
        with override_settings(SECURE_SSL_REDIRECT=True):
            assert tells(self.report(BASE_URL="http://app.example.com"), "W010", "http://app.example.com")

    def test_http_that_does_not_leave_the_machine(self) -> None:
        assert self.report(BASE_URL="http://localhost:8000") == []

    def test_a_site_that_is_reached_over_https_only(self) -> None:
        with override_settings(SECURE_SSL_REDIRECT=True):
            assert self.report() == []

    @pytest.mark.threat("C12")
    @pytest.mark.parametrize("backend", [LOCMEM, "django.core.cache.backends.dummy.DummyCache"])
    def test_requests_that_each_process_counts_for_itself(self, backend: str) -> None:
        with override_settings(CACHES={"default": {"BACKEND": backend}}, SECURE_SSL_REDIRECT=True):
            assert tells(self.report(THROTTLE_CACHE="default"), "W012", "'default'", backend, "THROTTLE_CACHE")
            none = {"MAX_REQUESTS_PER_MINUTE": None, "MAX_FAILURES_PER_MINUTE": None}
            assert self.report(THROTTLE_CACHE="default", **none) == []

    def test_these_are_not_asked_without_deploy(self) -> None:
        with override_settings(ALLOWED_HOSTS=["*"]):
            assert report() == []
