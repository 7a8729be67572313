"""JSON in UTF-8 comes in under both of its names and goes out as `application/scim+json` (RFC 7644 §3.1, §3.8)."""

from __future__ import annotations

import io
import json

import pytest
from django.core.handlers.asgi import ASGIRequest

from scim_provisioning.api.beginnings import spare_django
from tests.factories import UserFactory
from tests.scim import MEDIA_TYPE, ScimClient, user

from .unchanged import nothing_changes

BODY = json.dumps(user("ada")).encode()


@pytest.mark.rfc("7644-3.1-04", "7644-3.2-05", "7644-3.8-01", "7644-3.8-02", "7644-3.8-03", "7644-3.8-04")
@pytest.mark.parametrize(
    "accept",
    [
        None,
        "",
        "*/*",
        "application/*",
        "application/json",
        "application/scim+json",
        "APPLICATION/SCIM+JSON",
        "application/scim+json; charset=utf-8",
        "application/scim+json;q=0.9, text/html",
        "text/html, application/xhtml+xml, */*;q=0.8",
    ],
)
def test_whoever_accepts_json_is_served(scim: ScimClient, accept: str | None) -> None:
    answer = scim.get("/Users", headers={"Accept": accept})
    assert (answer.status, answer.headers["Content-Type"]) == (200, MEDIA_TYPE)


@pytest.mark.threat(58)
@pytest.mark.parametrize("accept", ["text/html", "application/xml", "application/problem+json", "text/*", "nonsense"])
def test_whoever_does_not_is_told_so_in_json(scim: ScimClient, accept: str) -> None:
    answer = scim.get("/Users", headers={"Accept": accept})
    assert answer.status == 406
    assert MEDIA_TYPE in answer.detail


def test_nothing_is_created_for_a_client_that_could_not_read_the_answer(scim: ScimClient) -> None:
    with nothing_changes():
        assert scim.post("/Users", user("ada"), headers={"Accept": "text/html"}).status == 406


@pytest.mark.threat(58, "C12")
@pytest.mark.parametrize("suffix", ["?format=api", "?format=html", ".json", ".scim"])
def test_no_other_format_can_be_asked_for_in_the_address(scim: ScimClient, suffix: str) -> None:
    answer = scim.get(f"/Users{suffix}")
    assert answer.status == (200 if suffix.startswith("?") else 404)


@pytest.mark.rfc("7644-3.8-01", "7644-3.8-06")
@pytest.mark.parametrize(
    "content_type",
    [
        "application/scim+json",
        "application/json",
        "Application/SCIM+JSON",
        "application/scim+json; charset=utf-8",
        "application/json;charset=UTF-8",
        'application/scim+json; charset="utf-8"',
        "application/scim+json; profile=x; charset=utf-8",
        None,
    ],
)
def test_a_body_of_either_type_is_read(scim: ScimClient, content_type: str | None) -> None:
    answer = scim.post("/Users", BODY, headers={"Content-Type": content_type})
    assert (answer.status, answer.json["userName"]) == (201, "ada@example.com")


@pytest.mark.threat(15, 39)
@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/xml"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/merge-patch+json"},
        {"Content-Type": "application/scim+json; charset=utf-16"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": "application/json; charset\t=\tutf-16"},
        {"Content-Type": "application/json; xcharset=utf-8; charset=utf-16"},
        {"Content-Encoding": "gzip"},
        {"Content-Encoding": "br"},
    ],
    ids=str,
)
def test_any_other_body_is_415(scim: ScimClient, headers: dict[str, str]) -> None:
    with nothing_changes():
        answer = scim.post("/Users", BODY, headers=headers)
    assert answer.status == 415
    assert MEDIA_TYPE in answer.detail


@pytest.mark.threat("C13")
def test_a_content_type_that_is_too_long_for_some_djangos_is_read_or_refused(scim: ScimClient) -> None:
    headers = {"Content-Type": f"application/json; padding={'x' * 20_000}"}
    assert scim.post("/Users", BODY, headers=headers).status in (201, 415)


@pytest.mark.threat(15, "C13")
@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-32", "utf-7", "latin-1", "cp037", "x-none"])
def test_a_charset_on_a_read_does_not_make_a_filter_vanish(scim: ScimClient, charset: str) -> None:
    ada, *_ = UserFactory.create_batch(3)
    answer = scim.get(
        "/Users",
        filter=f'userName eq "{ada.username}"',
        headers={"Content-Type": f"application/scim+json; charset={charset}"},
    )
    assert answer.status == 415 or answer.ids == [str(ada.pk)]


NO_TEXT = ["rot13", "zip", "hex", "undefined", "idna", "\x00"]
"""Codecs of Python's that no query string can be read with, and a name that it does not take."""


@pytest.mark.threat("C13")
@pytest.mark.parametrize("charset", NO_TEXT)
def test_a_charset_at_which_django_fails_before_any_view_is_one_more_that_is_not_utf_8(
    scim: ScimClient, charset: str
) -> None:
    ada, *_ = UserFactory.create_batch(2)
    headers = {"Content-Type": f"application/scim+json; charset={charset}"}
    with nothing_changes():
        assert scim.post("/Users", BODY, headers=headers, count="%ff").status == 415
    assert scim.get("/Users", filter=f'userName eq "{ada.username}"', headers=headers).ids == [str(ada.pk)]


@pytest.mark.threat("C13")
@pytest.mark.parametrize("charset", NO_TEXT)
def test_so_it_is_under_asgi(charset: str) -> None:
    sent = [(b"host", b"testserver"), (b"content-type", f"application/json; charset={charset}".encode())]
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"a=%ff&b=.x", "headers": sent}
    spare_django(scope=scope)
    assert scope["headers"] == [sent[0], (b"content-type", b"application/octet-stream")]
    ASGIRequest(scope, io.BytesIO())


@pytest.mark.threat("C13")
@pytest.mark.parametrize(
    "content_type",
    ["", "text/html", "text/plain; charset=latin-1", "text/plain; charset=x-none", "multipart/form-data; boundary=x"],
)
def test_what_django_can_begin_with_is_left_to_the_product(content_type: str) -> None:
    environ = {"CONTENT_TYPE": content_type, "QUERY_STRING": "a=%ff"}
    spare_django(environ=environ)
    assert environ["CONTENT_TYPE"] == content_type


@pytest.mark.parametrize("content_type", ["text/plain", "application/scim+json", "multipart/form-data; boundary=x"])
def test_a_read_does_not_look_at_the_content_type(scim: ScimClient, content_type: str) -> None:
    assert scim.get("/Users", headers={"Content-Type": content_type}).status == 200


@pytest.mark.threat("C12")
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
@pytest.mark.parametrize("length", [None, "0"])
def test_an_empty_body_is_named_as_such(scim: ScimClient, method: str, length: str | None) -> None:
    path = "/Users" if method == "POST" else f"/Users/{UserFactory().pk}"
    answer = scim.request(method, path, headers={"Content-Length": length})
    assert (answer.status, answer.scim_type) == (400, "invalidSyntax")
    assert "empty" in answer.detail


@pytest.mark.threat("C14")
def test_a_chunked_body_that_does_not_arrive_is_explained(scim: ScimClient) -> None:
    answer = scim.post("/Users", headers={"Transfer-Encoding": "chunked", "Content-Type": MEDIA_TYPE})
    assert answer.status == 400
    assert "chunked" in answer.detail
