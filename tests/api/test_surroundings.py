"""Whatever the host has set, and whatever fails around us, the answers stay SCIM (RFC 7644 §3.12)."""

from __future__ import annotations

import logging
from typing import Any
from unittest import mock

import pytest
from django.db import InterfaceError, InternalError, OperationalError, connection
from django.test import override_settings
from django.utils.translation import gettext_lazy
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from example_project.access.models import Level
from example_project.scim import ProjectAccessAdapter
from scim_provisioning.api.base import ScimView
from tests.factories import ProfileFactory, ProjectAccessFactory, ProjectFactory, UserFactory
from tests.scim import ScimClient, user

from .unchanged import nothing_changes


class LetsEverybodyIn(BaseAuthentication):
    def authenticate(self, request: Any) -> tuple[Any, None]:
        return UserFactory(), None


class ForbidsAll(BasePermission):
    def has_permission(self, request: Any, view: Any) -> bool:
        return False


class AllowsNone(BaseThrottle):
    def allow_request(self, request: Any, view: Any) -> bool:
        return False


HOST = {
    "DEFAULT_AUTHENTICATION_CLASSES": [LetsEverybodyIn],
    "DEFAULT_PERMISSION_CLASSES": [ForbidsAll],
    "DEFAULT_THROTTLE_CLASSES": [AllowsNone],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.BrowsableAPIRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.FormParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "rest_framework.negotiation.DefaultContentNegotiation",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "DEFAULT_FILTER_BACKENDS": ["rest_framework.filters.SearchFilter"],
    "DEFAULT_VERSIONING_CLASS": "rest_framework.versioning.AcceptHeaderVersioning",
    "ALLOWED_VERSIONS": ["9"],
    "PAGE_SIZE": 1,
    "EXCEPTION_HANDLER": "builtins.print",
    "URL_FORMAT_OVERRIDE": "count",
    "UNICODE_JSON": False,
    "COERCE_DECIMAL_TO_STRING": True,
    "SEARCH_PARAM": "filter",
}


@pytest.fixture
def people(db: None) -> None:
    ada, bob = UserFactory(first_name="Ädä"), UserFactory()
    ProfileFactory(users=[ada, bob])
    ProjectAccessFactory(user=ada, project=ProjectFactory())


def conversation(scim: ScimClient) -> list[tuple[int, bytes]]:
    """What is answered to a request of each kind; nothing of it is kept."""
    answers = [
        scim.get("/Users", count=2),
        scim.get("/Groups"),
        scim.get("/Users", filter="x"),
        scim.get("/Users/0"),
        scim.get("/ServiceProviderConfig"),
        scim.get("/ResourceTypes"),
        scim.get("/Schemas"),
        scim.post("/Users", {}),
        scim.post("/Groups", {"displayName": "x"}),
        scim.delete("/Users"),
        scim.get("/Users", headers={"Accept": "text/html"}),
        scim.post("/Users", b"x", headers={"Content-Type": "text/plain"}),
        scim.get("/nothing"),
        scim.get("/Me"),
        ScimClient(None).get("/Users"),
    ]
    return [(answer.status, answer.body) for answer in answers]


@pytest.mark.threat(58, "C12")
def test_the_host_s_settings_for_rest_framework_change_nothing(scim: ScimClient, people: None) -> None:
    before = conversation(scim)
    assert {status for status, _ in before} == {200, 400, 401, 403, 404, 405, 406, 415, 501}
    with override_settings(REST_FRAMEWORK=HOST):
        assert api_settings.PAGE_SIZE == 1
        assert conversation(scim) == before


@pytest.mark.threat("C12")
@pytest.mark.parametrize("policy", [name for name in vars(APIView) if name.endswith(("_class", "_classes"))])
def test_no_policy_is_left_to_the_settings_at_import(policy: str) -> None:
    assert policy in vars(ScimView)


@pytest.mark.threat(58)
@pytest.mark.parametrize("debug", [True, False])
def test_debug_changes_nothing(scim: ScimClient, people: None, settings: Any, debug: bool) -> None:
    before = conversation(scim)
    settings.DEBUG = debug
    assert conversation(scim) == before


@pytest.mark.threat(68, "C17")
@pytest.mark.parametrize("language", ["de", "fr, en;q=0.5", "tlh", "*", "x" * 500])
def test_the_client_s_language_changes_nothing(scim: ScimClient, people: None, language: str) -> None:
    before = conversation(scim)
    foreign = ScimClient(scim.token, **{"Accept-Language": language})
    assert conversation(foreign) == before


@pytest.mark.parametrize("path", ["/Users", "/Users/0", "/Nothing"])
def test_an_answer_is_in_the_project_s_language_and_says_so(scim: ScimClient, path: str) -> None:
    assert scim.get(path, headers={"Accept-Language": "fr"}).headers["Content-Language"] == "en-us"


class TranslatedLevels(ProjectAccessAdapter):
    levels = {Level.READ.value: gettext_lazy("Sunday"), Level.FULL.value: gettext_lazy("Monday")}


@pytest.mark.threat(68, "C17")
def test_a_name_that_could_be_translated_is_not(scim: ScimClient, people: None, settings: Any) -> None:
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "GROUP_ADAPTERS": [f"{__name__}.TranslatedLevels"]}
    for language in ("de", "en"):
        answer = scim.get("/Groups", headers={"Accept-Language": language})
        names = [group["displayName"].partition(" (")[2] for group in answer.json["Resources"]]
        assert names == ["Sunday)", "Monday)"]


@pytest.mark.threat("C16")
def test_slashes_are_not_redirected_to(scim: ScimClient, settings: Any) -> None:
    settings.APPEND_SLASH = True
    assert scim.get("/nothing").status == scim.post("/nothing", {}).status == 404


@pytest.mark.threat("C15")
def test_a_post_needs_no_csrf_token(scim: ScimClient) -> None:
    scim.django.handler.enforce_csrf_checks = True
    assert scim.post("/Users", user("ada")).status == 201
    assert scim.post("/nothing", {}).status == 404


@pytest.mark.threat(61, "C11")
@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_while_the_database_is_away_the_client_is_asked_to_wait(
    scim: ScimClient, method: str, error: type[Exception]
) -> None:
    path = "/Users" if method in ("GET", "POST") else f"/Users/{UserFactory().pk}"
    with mock.patch.object(connection, "cursor", side_effect=error("the server closed the connection")):
        answer = scim.request(method, path, user("ada"))
    assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
    assert "server closed" not in answer.detail


@pytest.mark.threat(61, "C11")
@pytest.mark.parametrize(
    ("sqlstate", "status"),
    [(None, 503), ("25006", 503), ("25P02", 500)],
    ids=["a connection that a pooler cut off", "a replica", "a transaction of ours that failed"],
)
def test_an_internal_error_of_the_database_is_one_of_ours_unless_it_passes(
    scim: ScimClient, sqlstate: str | None, status: int
) -> None:
    class DriverError(Exception):
        pass

    cause, error = DriverError(), InternalError("the server said so")
    cause.sqlstate = sqlstate  # type: ignore[attr-defined]
    error.__cause__ = cause
    scim.django.raise_request_exception = False
    with mock.patch("scim_provisioning.operations.resources.create", side_effect=error):
        response = scim.django.post(
            "/scim/v2/Users", user("ada"), "application/json", headers={"Authorization": f"Bearer {scim.token}"}
        )
    assert (response.status_code, response.headers.get("Retry-After")) == (status, "30" if status == 503 else None)


@pytest.mark.threat(35, 61, "C8")
def test_a_database_that_goes_away_in_between_leaves_nothing_half_done(scim: ScimClient) -> None:
    path = f"/Users/{UserFactory().pk}"
    operation = {"op": "replace", "path": "active", "value": False}
    with (
        nothing_changes(),
        mock.patch("scim_provisioning.models.Event.objects.create", side_effect=OperationalError("gone")),
    ):
        assert scim.patch(path, operation).status == 503
    assert scim.patch(path, operation).json["active"] is False


@pytest.mark.threat(58)
@pytest.mark.rfc("7644-3.12-11")
def test_a_fault_of_ours_is_scim_too_and_tells_nothing(scim: ScimClient, caplog: pytest.LogCaptureFixture) -> None:
    scim.django.raise_request_exception = False
    with (
        mock.patch("scim_provisioning.operations.resources.find", side_effect=RuntimeError("secret")),
        caplog.at_level(logging.ERROR, "scim_provisioning"),
    ):
        response = scim.django.get(
            "/scim/v2/Users/1", headers={"Authorization": f"Bearer {scim.token}", "X-Request-Id": "r-1"}
        )
    assert response.status_code == 500
    assert response.json()["status"] == "500"
    assert "secret" not in response.text
    assert response.headers["X-Request-Id"] == "r-1"
    assert "secret" not in caplog.text
    (record,) = caplog.records
    assert (record.error, record.request_id) == ("RuntimeError", "r-1")
    assert "in retrieve\n    collection = resources.find(" in caplog.text


@pytest.mark.parametrize("sent", ["r-1", "a.b_c-9", "x" * 64])
def test_a_request_keeps_the_id_that_it_came_with(scim: ScimClient, sent: str) -> None:
    assert scim.get("/Users", headers={"X-Request-Id": sent}).headers["X-Request-Id"] == sent


@pytest.mark.threat(56)
@pytest.mark.parametrize("sent", ["", "x" * 65, "a b", "a\nb", "<script>", "é", "a,b"])
def test_an_id_that_could_harm_a_log_is_replaced(scim: ScimClient, sent: str) -> None:
    assert scim.get("/Users", headers={"X-Request-Id": sent}).headers["X-Request-Id"] != sent


@pytest.mark.threat(52, "C20")
@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}, {"Forwarded": "host=evil.example"}],
    ids=str,
)
def test_locations_are_not_the_client_s_to_choose(scim: ScimClient, settings: Any, headers: dict[str, str]) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "BASE_URL": "https://app.example.com"}
    created = scim.post("/Users", user("ada"), headers=headers)
    assert created.headers["Location"] == created.json["meta"]["location"]
    assert created.headers["Location"] == f"https://app.example.com/scim/v2/Users/{created.json['id']}"


@pytest.mark.threat(52, "C20")
@pytest.mark.parametrize("name", ["X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix", "Forwarded"])
def test_no_header_of_a_proxy_is_read_that_the_product_does_not_trust(scim: ScimClient, name: str) -> None:
    sent = "host=evil.example;proto=https" if name == "Forwarded" else "evil.example"
    created = scim.post("/Users", user("ada"), headers={name: sent})
    assert created.headers["Location"] == f"http://testserver/scim/v2/Users/{created.json['id']}"
