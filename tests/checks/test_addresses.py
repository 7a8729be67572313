"""The endpoints are mounted at one address, and it leads to them."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.http import HttpResponse
from django.test import override_settings
from django.urls import include, path, re_path

from .reports import report, tells

SCIM = include("scim_provisioning.urls")


def page(request: Any) -> HttpResponse:
    return HttpResponse()


class Urls:
    """A URL configuration."""

    def __init__(self, *urlpatterns: Any) -> None:
        self.urlpatterns = list(urlpatterns)


def mounted(*urlpatterns: Any) -> Any:
    with override_settings(ROOT_URLCONF=Urls(*urlpatterns)):
        return report()


def test_not_at_all() -> None:
    assert tells(mounted(path("", page)), "W002", "not mounted", 'path("scim/v2/", include("scim_provisioning.urls"))')


def test_without_a_url_configuration_there_is_nothing_to_ask() -> None:
    with override_settings(ROOT_URLCONF=None):
        assert report() == []


@pytest.mark.threat("C16")
def test_an_address_that_depends_on_the_language() -> None:
    found = mounted(*i18n_patterns(path("scim/v2/", SCIM)))
    assert tells(found, "E022", "/en-us/scim/v2/", "`i18n_patterns`", 'path("scim/v2/"')


def test_an_address_that_has_no_prefix_in_one_language() -> None:
    assert tells(mounted(*i18n_patterns(path("scim/v2/", SCIM), prefix_default_language=False)), "E022", ": /scim/v2/,")


def test_an_address_that_would_depend_on_the_language_if_there_were_several() -> None:
    with override_settings(LANGUAGES=[("en-us", "English")]):
        assert mounted(*i18n_patterns(path("scim/v2/", SCIM))) == []


def test_an_address_without_a_slash_at_the_end() -> None:
    assert tells(mounted(path("scim/v2", SCIM)), "E023", "'/scim/v2'", 'path("scim/v2/"')


def test_a_namespace_around() -> None:
    found = mounted(path("api/", include(([path("scim/v2/", SCIM)], "api"))))
    assert tells(found, "E024", "namespace 'api'", "ROOT_URLCONF")
    deeper = mounted(path("v1/", include([path("api/", include(([path("scim/v2/", SCIM)], "api")))])))
    assert tells(deeper, "E024", "namespace 'api'")


def test_a_pattern_in_front_that_takes_everything() -> None:
    found = mounted(re_path(r"^.*$", page), path("scim/v2/", SCIM))
    assert tells(found, "E025", "/scim/v2/Users", "tests.checks.test_addresses.page", "'^.*$'", "further up")


def test_patterns_around_that_take_other_addresses() -> None:
    assert mounted(path("", page), path("api/", include([path("scim/v2/", SCIM)])), re_path(r"^.*$", page)) == []


@override_settings(FORCE_SCRIPT_NAME="/product")
def test_a_prefix_that_the_server_takes_away_changes_nothing() -> None:
    from django.urls import set_script_prefix

    set_script_prefix("/product/")
    try:
        assert mounted(path("scim/v2/", SCIM)) == []
    finally:
        set_script_prefix("/")
