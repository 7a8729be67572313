"""Settings that are not there, of the wrong type, or that cannot be meant."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings

from scim_provisioning.checks import check_configuration, check_database, check_deployment

from .reports import report, tells


@pytest.mark.parametrize(
    ("name", "hint"), [("MAX_COUNTS", "Did you mean 'MAX_COUNT'?"), ("max_count", "'MAX_COUNT'"), ("X", "BASE_URL, ")]
)
def test_a_name_that_is_none(name: str, hint: str) -> None:
    assert tells(report(**{name: 1}), "E001", repr(name), hint)


@pytest.mark.parametrize(
    ("name", "value", "due"),
    [
        ("MAX_COUNT", "100", "int"),
        ("MAX_COUNT", True, "int"),
        ("DELETE_USERS", "False", "bool"),
        ("BASE_URL", None, "str"),
        ("MAX_REQUESTS_PER_MINUTE", "100", "int or None"),
        ("MAX_FAILURES_PER_MINUTE", False, "int or None"),
        ("GROUP_ADAPTERS", "example_project.scim.ProfileAdapter", "list of dotted paths"),
        ("GROUP_ADAPTERS", [1], "list of dotted paths"),
    ],
)
def test_a_value_of_another_type(name: str, value: Any, due: str) -> None:
    assert tells(report(**{name: value}), "E016", f"SCIM_PROVISIONING[{name!r}]", repr(value), f"Give it a {due}.")


@pytest.mark.parametrize("check", [check_configuration, check_deployment, check_database])
def test_settings_that_are_no_dict_are_told_once_and_nothing_else_is_asked(check: Any) -> None:
    with override_settings(SCIM_PROVISIONING=["example_project.scim.EmployeeAdapter"]):
        found = check(None, databases=["default"])
    assert found == [] or (check is check_configuration and tells(found, "E016", "SCIM_PROVISIONING", "no dict"))


@pytest.mark.parametrize(
    "name",
    [
        "MAX_BODY_BYTES",
        "MAX_OPERATIONS",
        "MAX_BULK_OPERATIONS",
        "DEFAULT_COUNT",
        "CURSOR_SECONDS",
        "MAX_REQUESTS_PER_MINUTE",
        "MAX_FAILURES_PER_MINUTE",
    ],
)
@pytest.mark.parametrize("value", [0, -1])
def test_a_number_that_leaves_nothing(name: str, value: int) -> None:
    assert tells(report(**{name: value}), "E017", repr(name), str(value), "at least 1")


@pytest.mark.parametrize("name", ["MAX_REQUESTS_PER_MINUTE", "MAX_FAILURES_PER_MINUTE"])
def test_no_limit_at_all(name: str) -> None:
    assert report(**{name: None}) == []


def test_a_cache_that_is_none() -> None:
    assert tells(report(THROTTLE_CACHE="shared"), "E017", "THROTTLE_CACHE", "'shared'", "default")


def test_pages_that_are_larger_than_allowed() -> None:
    assert tells(report(DEFAULT_COUNT=50, MAX_COUNT=20), "E017", "DEFAULT_COUNT", "50", "MAX_COUNT, which is 20")


@pytest.mark.parametrize(
    "url", ["app.example.com", "https://app.example.com/scim/v2", "ftp://app.example.com", "https://", "https://a.b?c"]
)
def test_a_base_url_that_is_not_scheme_and_host(url: str) -> None:
    assert tells(report(BASE_URL=url), "E017", "BASE_URL", url, "https://app.example.com")


@pytest.mark.parametrize("url", ["https://app.example.com", "http://localhost:8000", "https://app.example.com/"])
def test_a_base_url_that_is(url: str) -> None:
    assert report(BASE_URL=url) == []


def test_documentation_that_is_nowhere() -> None:
    assert tells(report(DOCUMENTATION_URI="help.html"), "E017", "DOCUMENTATION_URI", "help.html", "whole address")
