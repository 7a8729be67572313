"""Planted faults of what stands before the endpoints: each is found at its step, and the remedy is the right one."""

from __future__ import annotations

import re
from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError, connection
from django.urls import path

from scim_provisioning.operations import connections, resources

from .played import failed, told

pytestmark = pytest.mark.once_per_database

urlpatterns = [path("", lambda request: None)]
"""A project that has not mounted the endpoints."""

FIRST, TOKEN = "the configuration is there", "a token that is none is refused"
QUERY = "the query arrives: a filter that cannot be read is refused"

PLANTED = [
    ("drops_authorization", FIRST, "authorization-dropped", "WSGIPassAuthorization On"),
    ("has_a_token_of_its_own", FIRST, "token-refused", "scim rotate"),
    ("uses_one_token_for_all", TOKEN, "token-not-asked-for", "cache"),
    ("asks_for_a_login", FIRST, "redirect-to-login", "below /scim/v2"),
    ("shows_a_page", FIRST, "page-in-front", "Route /scim/v2 to Django"),
    ("asks_for_a_password", FIRST, "other-authentication", 'Basic realm="staging"'),
    ("asks_for_a_csrf_token", FIRST, "csrf", "csrf_exempt"),
    ("adds_a_slash", FIRST, "redirect-for-slash", "APPEND_SLASH"),
    ("goes_to_www", FIRST, "redirect", "https://www.example.com/scim/v2/ServiceProviderConfig"),
    ("looks_at_the_user_s_profile", FIRST, "middleware", "AttributeError"),
    ("loses_the_query", QUERY, "query-lost", "$is_args$args"),
    ("decodes_the_query", "look it up by externalId", "query-mangled", "%2B"),
    ("blocks_patch", "PATCH arrives", "method-blocked", "limit_except"),
    ("takes_delete_for_post", "DELETE arrives", "method-blocked", "DELETE does not arrive"),
    ("dislikes_quotes", "look the account up, before it is there", "firewall", "quotes"),
    ("limits_requests", FIRST, "too-many-requests", "Retry-After"),
    ("limits_bodies", "create the account", "body-too-large", "client_max_body_size"),
    ("loses_bodies", "create the account", "body-lost", "proxy_request_buffering"),
    ("changes_the_content_type", "create the account", "content-type-lost", "application/scim+json"),
    ("cannot_reach_the_server", FIRST, "gateway", "proxy_read_timeout"),
    ("is_another_api", FIRST, "not-scim", "/scim/v2"),
    ("answers_from_a_cache", "read the account again", "cached", "no-store"),
    ("compresses", FIRST, "compressed", "Accept-Encoding"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("fault", "step", "rule", "remedy"), PLANTED, ids=[fault for fault, *_ in PLANTED])
def test_a_fault_in_front_is_found_at_its_step(settings: Any, fault: str, step: str, rule: str, remedy: str) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"tests.doctor.middlewares.{fault}"]
    first = failed("--provider", "generic")[0]
    assert (first["step"], first["rule"]) == (step, rule)
    assert remedy in first["remedy"]


@pytest.mark.django_db
def test_nothing_is_played_against_an_address_that_is_not_in_order(settings: Any) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.doctor.middlewares.blocks_patch"]
    status, text = told()
    assert status == 1
    assert "Any client, by the RFC" not in text


@pytest.mark.django_db
def test_a_middleware_that_fails_is_named_with_its_place(settings: Any) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.doctor.middlewares.looks_at_the_user_s_profile"]
    (step,) = failed("--provider", "generic")
    assert re.search(r"middlewares\.py:\d+", step["remedy"])


@pytest.mark.django_db
def test_so_is_one_whose_failure_no_handler_keeps(settings: Any) -> None:
    settings.DEBUG_PROPAGATE_EXCEPTIONS = True
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.doctor.middlewares.looks_at_the_user_s_profile"]
    (step,) = failed("--provider", "generic")
    assert (step["rule"], step["problem"]) == ("middleware", "500 instead of 200")


@pytest.mark.django_db
def test_the_login_page_is_known_by_the_settings(settings: Any) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.doctor.middlewares.goes_to_www"]
    rules = []
    for login in ("/scim/v2/ServiceProviderConfig", "no_view_of_that_name"):
        settings.LOGIN_URL = login
        rules += [step["rule"] for step in failed("--provider", "generic")]
    assert rules == ["redirect-to-login", "redirect"]


@pytest.mark.django_db
def test_a_host_that_is_not_allowed_is_named(settings: Any) -> None:
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "BASE_URL": "https://scim.example.com"}
    (step,) = failed("--provider", "generic")
    assert (step["step"], step["rule"]) == (FIRST, "host-not-allowed")
    assert "'scim.example.com' to ALLOWED_HOSTS" in step["remedy"]


@pytest.mark.django_db
def test_endpoints_that_are_not_mounted_are_missed(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    (step,) = failed("--provider", "generic")
    assert (step["step"], step["rule"]) == ("The endpoints have an address", "not-mounted")
    assert 'include("scim_provisioning.urls")' in step["remedy"]


@pytest.mark.django_db
def test_a_failure_of_the_product_is_named_with_its_place() -> None:
    with mock.patch.object(resources, "find", side_effect=RuntimeError("the ledger is closed")):
        (step,) = failed("--provider", "generic")
    assert (step["step"], step["rule"]) == ("PUT arrives", "failure")
    assert re.search(r"RuntimeError: the ledger is closed in .+\.py:\d+", step["remedy"])


@pytest.mark.django_db
def test_a_missing_table_asks_for_migrations() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE scim_provisioning_event RENAME TO elsewhere")
        (step,) = failed("--provider", "okta")
        cursor.execute("ALTER TABLE elsewhere RENAME TO scim_provisioning_event")
    assert (step["step"], step["rule"]) == ("create the account", "not-migrated")
    assert "manage.py migrate" in step["remedy"]


@pytest.mark.django_db
def test_without_a_database_nothing_is_tried() -> None:
    with mock.patch.object(connections, "current", side_effect=OperationalError("no such table: connection")):
        (step,) = failed("--provider", "generic")
    assert (step["step"], step["rule"]) == ("The databases answer", "no-database")
    assert "manage.py migrate" in step["remedy"]


@pytest.mark.django_db
def test_a_database_that_is_away_is_told() -> None:
    with mock.patch.object(resources, "find", side_effect=OperationalError("gone")):
        (step,) = failed("--provider", "generic")
    assert (step["step"], step["rule"]) == ("PUT arrives", "database-away")
