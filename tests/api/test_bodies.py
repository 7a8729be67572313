"""Bodies that are no JSON, or no JSON that could be kept, are refused as a whole (RFC 7644 §3.12)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from example_project.accounts.models import User
from tests.factories import ProfileFactory, UserFactory
from tests.scim import CORE_USER, PATCH_OP, ScimClient, make_strict, user

from .unchanged import nothing_changes

MAX_BYTES = 5 * 1024 * 1024


def with_value(text: str) -> bytes:
    """A good body but for one value, written as JSON has it."""
    return f'{{"schemas": ["{CORE_USER}"], "userName": "ada", "nickName": {text}}}'.encode()


NO_JSON = {
    "a brace": b"{",
    "single quotes": b"{'userName': 'ada'}",
    "a trailing comma": b'{"userName": "ada",}',
    "two values": b"{} {}",
    "a form": b"userName=ada",
    "HTML": b"<html></html>",
    "blanks": b"   ",
    "not UTF-8": b'{"userName": "\xff"}',
    "UTF-16": '{"userName": "ada"}'.encode("utf-16"),
    "a list": b"[]",
    "a list of users": b'[{"userName": "ada"}]',
    "text": b'"ada"',
    "a number": b"1",
    "null": b"null",
    "a key twice": b'{"userName": "ada", "userName": "bob"}',
    "a key in two cases": b'{"userName": "ada", "USERNAME": "bob"}',
    "a key twice inside": b'{"userName": "ada", "name": {"givenName": "A", "givenname": "B"}}',
    "NaN": with_value("NaN"),
    "Infinity": with_value("Infinity"),
    "-Infinity": with_value("-Infinity"),
    "1e400": with_value("1e400"),
    "a number of 400 digits": with_value("1" + "0" * 400),
    "a number of 5,000 digits": with_value("1" * 5_000),
    "a deep list": with_value("[" * 100_000 + "]" * 100_000),
    "a deep object": with_value('{"a":' * 100_000 + "1" + "}" * 100_000),
    "brackets that never close": b"[" * 1_000_000,
    "33 levels": with_value("[" * 32 + "]" * 32),
    "NUL": with_value(r'"a\u0000b"'),
    "NUL in a key": b'{"userName": "ada", "a\\u0000": 1}',
    "a lone surrogate": with_value(r'"\ud800"'),
    "the second half of a pair": with_value(r'"\udc00x"'),
    "a control character": with_value('"a\nb"'),
}


@pytest.mark.threat(16, 20, 21, 22, 23, 26, "C12")
@pytest.mark.rfc("7644-3.12-04", "7644-3.12-18")
@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_malformed_body_is_400_and_changes_nothing(scim: ScimClient, method: str, body: bytes) -> None:
    path = "/Users" if method == "POST" else f"/Users/{UserFactory().pk}"
    with nothing_changes():
        answer = scim.request(method, path, body)
    assert (answer.status, answer.scim_type) == (400, "invalidSyntax")


def test_the_error_says_where_the_json_ends(scim: ScimClient) -> None:
    answer = scim.post("/Users", b'{"userName": "ada",\n "active": yes}')
    assert "line 2, column 12" in answer.detail


def test_the_error_names_the_key_that_is_there_twice(scim: ScimClient) -> None:
    assert "'USERNAME'" in scim.post("/Users", b'{"userName": "a", "USERNAME": "b"}').detail


@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbf" + json.dumps(user("ada")).encode(),
        json.dumps(user("ada"), indent=4).encode(),
        json.dumps(user("ada", nickName='[{"' * 50)).encode(),
        json.dumps(user("ada", nickName="\U0001f600")).encode(),
        json.dumps(user("ada", nickName="\U0001f600"), ensure_ascii=False).encode(),
        b" " * (MAX_BYTES - len(json.dumps(user("ada")))) + json.dumps(user("ada")).encode(),
    ],
    ids=["a byte order mark", "indented", "brackets in text", "an escaped pair", "an emoji", "5 MiB"],
)
def test_unusual_json_is_read(scim: ScimClient, body: bytes) -> None:
    answer = scim.post("/Users", body)
    assert answer.status == 201
    assert answer.json["userName"] == "ada@example.com"
    assert answer.json.get("nickName") == json.loads(body.decode("utf-8-sig")).get("nickName")


@pytest.mark.threat(38)
def test_a_body_of_more_than_5_mib_is_413(scim: ScimClient) -> None:
    body = json.dumps(user("ada")).encode()
    answer = scim.post("/Users", b" " * (MAX_BYTES + 1 - len(body)) + body)
    assert answer.status == 413
    assert str(MAX_BYTES) in answer.detail
    assert not User.objects.exists()


def test_the_limit_is_a_setting(scim: ScimClient, settings: Any) -> None:
    body = json.dumps(user("ada")).encode()
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "MAX_BODY_BYTES": len(body)}
    assert scim.post("/Users", body + b" ").status == 413
    assert scim.post("/Users", body).status == 201


@pytest.mark.threat(38, "C12")
def test_django_s_own_limit_for_forms_is_not_ours(scim: ScimClient, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    assert scim.post("/Users", user("ada")).status == 201


@pytest.mark.rfc("7644-3.5.2-02", "7644-3.5.2-03", "7644-3.5.2-04", "7644-3.5.2-07")
@pytest.mark.parametrize(
    "body",
    [
        {"schemas": [PATCH_OP]},
        {"schemas": [PATCH_OP], "Operations": {}},
        {"schemas": [PATCH_OP], "Operations": ["add"]},
        {"schemas": [PATCH_OP], "Operations": [{"path": "title", "value": "x"}]},
        {"schemas": [PATCH_OP], "Operations": [{"op": None, "path": "title", "value": "x"}]},
        {"schemas": [PATCH_OP], "Operations": [{"op": "move", "from": "title", "path": "nickName"}]},
        {"schemas": [PATCH_OP], "Operations": [{"op": "copy", "from": "title", "path": "nickName"}]},
        {"schemas": [PATCH_OP], "Operations": [{"op": "test", "path": "title", "value": "x"}]},
        {"schemas": [CORE_USER], "Operations": [{"op": "add", "path": "title", "value": "x"}]},
        {"schemas": "x", "Operations": [{"op": "add", "path": "title", "value": "x"}]},
        {"schemas": [1], "Operations": [{"op": "add", "path": "title", "value": "x"}]},
    ],
    ids=str,
)
def test_a_patch_that_is_none_is_400(scim: ScimClient, body: object) -> None:
    path = f"/Users/{UserFactory().pk}"
    with nothing_changes():
        answer = scim.request("PATCH", path, body)
    assert (answer.status, answer.scim_type) == (400, "invalidSyntax")


@pytest.mark.parametrize(("path", "status"), [("/Users/{user}", 200), ("/Groups/{group}", 204)])
def test_a_patch_with_nothing_to_do_changes_nothing_unless_the_connection_is_strict(
    scim: ScimClient, path: str, status: int
) -> None:
    path = path.format(user=UserFactory().pk, group=f"profile-{ProfileFactory().pk}")
    with nothing_changes():
        assert scim.patch(path).status == status
    make_strict(scim)
    with nothing_changes():
        refused = scim.patch(path)
    assert (refused.status, refused.scim_type) == (400, "invalidSyntax")


@pytest.mark.threat(40)
def test_more_than_1000_operations_are_413(scim: ScimClient) -> None:
    path = f"/Users/{UserFactory(job_title='').pk}"
    operation = {"op": "replace", "path": "title", "value": "x"}
    with nothing_changes():
        assert scim.patch(path, *[operation] * 1001).status == 413
    assert scim.patch(path, *[operation] * 1000).json["title"] == "x"


@pytest.mark.threat(38)
def test_of_a_body_that_says_it_is_too_large_nothing_is_read(scim: ScimClient) -> None:
    answer = scim.post("/Users", b"{}", headers={"Content-Length": str(MAX_BYTES + 1)})
    assert answer.status == 413


@pytest.mark.parametrize("raw", ["%FF", "%C0%80", "%ED%A0%80", "%FF%FE"])
def test_a_query_string_is_utf_8_or_refused(scim: ScimClient, raw: str) -> None:
    UserFactory()
    assert scim.get(f"/Users?filter=not%20(userName%20eq%20%22{raw}%22)").status == 400
    assert scim.post(f"/Users?attributes={raw}", user("ada")).status == 400
