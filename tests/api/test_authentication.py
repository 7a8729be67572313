"""Who has no token learns nothing: 401 comes before everything else (RFC 6750, RFC 7644 §2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from scim_provisioning.models import Event
from scim_provisioning.operations import connections
from tests.factories import SuperuserFactory
from tests.scim import Answer, ScimClient, user

from .unchanged import nothing_changes

ADDRESSES = [
    "/",
    "/Users",
    "/Users/",
    "/Users/1",
    "/Users/.search",
    "/Groups",
    "/Groups/profile-1",
    "/Me",
    "/Bulk",
    "/.search",
    "/ServiceProviderConfig",
    "/ResourceTypes",
    "/ResourceTypes/User",
    "/Schemas",
    "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User",
    "/nothing/here",
]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]


@pytest.fixture
def stranger(db: None) -> ScimClient:
    """A client without a token."""
    return ScimClient(None)


def as_sent(scim: ScimClient, authorization: str) -> Answer:
    return scim.get("/Users", headers={"Authorization": authorization})


@pytest.mark.threat(54, "C12", "C15")
@pytest.mark.rfc("7644-2-01", "7644-2-02", "7644-3.12-05", "6750-3-01", "6750-3-02", "6750-3-03", "6750-3.1-04")
@pytest.mark.parametrize("path", ADDRESSES)
def test_without_a_token_every_address_is_401_with_a_challenge(stranger: ScimClient, path: str) -> None:
    answer = stranger.get(path)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="SCIM"'
    assert "Authorization: Bearer <token>" in answer.detail


@pytest.mark.threat(54, "C12")
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", ["/Users", "/Users/1", "/nothing/here", "/Schemas"])
def test_without_a_token_no_method_tells_more(stranger: ScimClient, method: str, path: str) -> None:
    answer = stranger.request(method, path)
    assert (answer.status, "Allow" in answer.headers) == (401, False)


@pytest.mark.threat(54)
@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"{", {}),
        (b"\xff" * 6_000_000, {}),
        (b"{}", {"Content-Type": "text/plain"}),
        (b"", {"Accept": "text/html"}),
        (b"{}", {"Content-Encoding": "gzip"}),
    ],
    ids=["no JSON", "too large", "another type", "HTML wanted", "compressed"],
)
def test_401_comes_before_anything_is_said_of_the_body(
    stranger: ScimClient, body: bytes, headers: dict[str, str]
) -> None:
    assert stranger.post("/Users", body, headers=headers).status == 401


@pytest.mark.rfc("6750-2.1-01", "6750-2.1-02", "7644-2-04")
@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER ", "bEaReR   "])
def test_the_scheme_may_be_in_any_case_with_any_number_of_spaces(scim: ScimClient, scheme: str) -> None:
    assert as_sent(scim, f"{scheme}{scim.token}").status == 200


@pytest.mark.threat("C20")
def test_who_sent_a_token_that_did_not_arrive_is_told_what_drops_it(stranger: ScimClient) -> None:
    detail = stranger.get("/Users").detail
    assert "did not arrive" in detail
    assert "Apache with mod_wsgi" in detail
    assert "`WSGIPassAuthorization On`" in detail


def test_nothing_was_dropped_where_a_header_arrived(scim: ScimClient) -> None:
    for sent in (f"Basic {scim.token}", f"{scim.token}", f"Bearer {scim.token}x"):
        detail = as_sent(scim, sent).detail
        assert "WSGIPassAuthorization" not in detail
        assert sent not in detail
    assert "arrived, but holds no bearer token. Send `Authorization: Bearer <token>`" in as_sent(scim, "Basic x").detail


@pytest.mark.threat(41)
@pytest.mark.rfc("6750-2.1-03", "6750-3-01")
@pytest.mark.parametrize(
    "template",
    [
        "{token}",
        "Token {token}",
        "Basic {token}",
        "Bearer",
        "Bearer ",
        "Bearer{token}",
        "Bearer\t{token}",
        "Bearer {token} {token}",
        "Bearer {token}, Bearer {token}",
        "Bearer {token},Bearer other",
        'Bearer "{token}"',
        "Bearer {token}ü",
        "Bearer {token}\x00",
        "Bearer token={token}",
        "Digest x, Bearer {token}",
    ],
)
def test_anything_but_one_bearer_token_is_401(scim: ScimClient, template: str) -> None:
    answer = as_sent(scim, template.format(token=scim.token))
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="SCIM"')


@pytest.mark.rfc("6750-3-04", "6750-3-05", "6750-3-07", "6750-3.1-02")
@pytest.mark.parametrize("change", [str.swapcase, str.upper, "{}A".format, "x{}".format], ids=range(4))
def test_a_token_that_is_not_ours_is_named_invalid(scim: ScimClient, change: Callable[[str], str]) -> None:
    assert scim.token is not None
    answer = as_sent(scim, f"Bearer {change(scim.token)}")
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="SCIM", error="invalid_token"'


@pytest.mark.threat(41)
@pytest.mark.rfc("6750-2.2-01", "6750-2.3-01")
def test_the_token_counts_in_the_header_only(scim: ScimClient) -> None:
    stranger = ScimClient(None)
    stranger.django.cookies["access_token"] = scim.token
    assert stranger.get("/Users", access_token=scim.token, token=scim.token).status == 401
    form = f"access_token={scim.token}".encode()
    assert stranger.post("/Users", form, headers={"Content-Type": "application/x-www-form-urlencoded"}).status == 401
    assert stranger.get("/Users", headers={"X-Authorization": f"Bearer {scim.token}"}).status == 401


@pytest.mark.threat(42)
def test_a_superuser_who_is_logged_in_is_nobody_here(stranger: ScimClient) -> None:
    stranger.django.force_login(SuperuserFactory())
    with nothing_changes():
        assert stranger.get("/Users").status == 401
        assert stranger.post("/Users", {"userName": "x"}).status == 401


@pytest.mark.threat(45, 46)
def test_a_token_is_dead_as_soon_as_provisioning_is_disabled(scim: ScimClient) -> None:
    assert scim.get("/Users").status == 200
    connections.disable()
    assert scim.get("/Users").status == 401
    _, new = connections.enable()
    assert scim.get("/Users").status == 401
    assert ScimClient(new).get("/Users").status == 200


@pytest.mark.rfc("6750-5.2-03", "7644-7.4-03")
def test_a_token_ends_when_it_expires(scim: ScimClient) -> None:
    assert scim.connection is not None
    for after, status in ((timedelta(minutes=1), 200), (timedelta(0), 401)):
        scim.connection.expires_at = timezone.now() + after
        scim.connection.save()
        assert scim.get("/Users").status == status


def test_nothing_of_a_token_is_in_an_answer(scim: ScimClient) -> None:
    assert scim.token is not None
    for answer in (scim.get("/Users"), as_sent(scim, f"Bearer {scim.token}x"), as_sent(scim, f"Basic {scim.token}")):
        assert scim.token not in answer.body.decode() + str(answer.headers)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:DB8::7", "2001:db8::7"),
        ("fe80::7%eth0", "fe80::7"),
        ("", None),
        ("unix:", None),
        ("192.0.2.7:443", None),
    ],
)
def test_where_a_request_came_from_is_kept_if_it_is_an_address(scim: ScimClient, told: str, kept: str | None) -> None:
    scim.django.defaults["REMOTE_ADDR"] = told
    assert scim.post("/Users", user("ada")).status == 201
    assert connections.current().last_address == kept
    assert Event.objects.get().address == kept
