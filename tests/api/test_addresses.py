"""Which addresses there are, by which methods, and which ids lead somewhere (RFC 7644 §3.2, §3.4.1, §3.12)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.factories import ProfileFactory, ProjectFactory, UserFactory
from tests.scim import ScimClient, patch_op, user

from .unchanged import nothing_changes

LIST = "GET, HEAD, POST"
ONE = "GET, HEAD, PUT, PATCH, DELETE"
READ = "GET, HEAD"


@pytest.fixture
def ada(db: None) -> Any:
    return UserFactory(pk=10)


def aliases(key: int) -> list[str]:
    """Texts that some conversion or other takes for the key."""
    wide = "".join(chr(ord("０") + int(digit)) for digit in str(key))
    arabic = "".join(chr(ord("٠") + int(digit)) for digit in str(key))
    forms = [
        "0{}",
        "+{}",
        " {}",
        "{} ",
        "{}\n",
        "{}.0",
        "{}e0",
        "0x{:x}",
        "-{}",
        "{}\x00",
        "{},{}",
        "'{}'",
        "{}%20",
    ]
    return [form.format(key, key) for form in forms] + [wide, arabic, "1_0", "99", "9" * 18, "9" * 19, "9" * 5_000, "é"]


@pytest.mark.threat(20, 24, 25)
@pytest.mark.rfc("7644-3.4.1-02", "7644-3.12-07", "7644-3.2-03", "7644-3.5.1-01")
@pytest.mark.parametrize("alias", aliases(10), ids=lambda alias: f"{alias:.20}".encode("unicode_escape").decode())
def test_an_alias_of_an_id_is_no_id(scim: ScimClient, ada: Any, alias: str) -> None:
    path = f"/Users/{quote(alias, safe='')}"
    with nothing_changes():
        assert scim.get(path).status == 404
        assert scim.put(path, user("ada")).status == 404
        assert scim.patch(path, {"op": "replace", "path": "active", "value": False}).status == 404
        assert scim.delete(path).status == 404
    assert scim.get("/Users/10").status == 200


@pytest.mark.threat(24, 25)
@pytest.mark.rfc("7644-3.4.1-02")
def test_an_alias_of_a_group_s_id_is_no_id(scim: ScimClient) -> None:
    profile, project = ProfileFactory(pk=7), ProjectFactory(pk=8)
    assert (
        scim.get(f"/Groups/profile-{profile.pk}").status == scim.get(f"/Groups/project-{project.pk}-full").status == 200
    )
    for id in (
        *(
            "7",
            "profile",
            "profile-",
            "profile-07",
            "profile-+7",
            "profile-7 ",
            "PROFILE-7",
            "profile-7-read",
            "profile-８",
        ),
        *("profile-8", "profile-" + "9" * 30, "project-7-full", "project-8", "project-8-", "project-8-none"),
        *("project-8-Full", "project-08-full", "project-8-full-read"),
    ):
        assert scim.get(f"/Groups/{quote(id)}").status == 404, id
        assert scim.patch(f"/Groups/{quote(id)}", {"op": "remove", "path": "members"}).status == 404, id


@pytest.mark.rfc("7644-3.4.1-02", "7643-3.1-04")
def test_an_id_leads_somewhere_at_its_own_endpoint_only(scim: ScimClient, ada: Any) -> None:
    profile = ProfileFactory()
    assert scim.get(f"/Groups/{ada.pk}").status == 404
    assert scim.get(f"/Users/profile-{profile.pk}").status == 404


def test_the_error_names_the_id_that_nothing_has(scim: ScimClient) -> None:
    assert "no User with the id 'nobody'" in scim.get("/Users/nobody").detail
    assert "no Group with the id 'profile-99'" in scim.get("/Groups/profile-99").detail


@pytest.mark.threat(58)
@pytest.mark.rfc("7644-3.12-07")
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/users",
        "/User",
        "/Users/1/2",
        "/Users//",
        "//Users",
        "/Groups/x/members",
        "/scim/v2/Users",
        "/v2/Users",
        "/admin/",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_unknown_address_is_404(scim: ScimClient, method: str, path: str) -> None:
    answer = scim.request(method, path)
    assert answer.status == 404
    assert "/ResourceTypes" in answer.detail or "id" in answer.detail


@pytest.mark.rfc("7644-3.12-12", "7644-3.11-01", "7643-5-09")
@pytest.mark.parametrize("path", ["/Me", "/Me/", "/Me/x"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_what_is_not_offered_is_501_and_does_nothing(scim: ScimClient, method: str, path: str) -> None:
    with nothing_changes():
        assert scim.request(method, path, user("ada")).status == 501


@pytest.mark.threat(59)
@pytest.mark.rfc("7644-3.2-06", "7643-5-01", "7643-6-01", "7643-7-02")
@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/Users", LIST),
        ("/Users/10", ONE),
        ("/Groups", LIST),
        ("/Bulk", "POST"),
        ("/ServiceProviderConfig", READ),
        ("/ResourceTypes", READ),
        ("/ResourceTypes/User", READ),
        ("/Schemas", READ),
        ("/Schemas/urn:ietf:params:scim:schemas:core:2.0:User", READ),
    ],
)
def test_a_method_that_an_address_does_not_have_is_405(scim: ScimClient, ada: Any, path: str, allowed: str) -> None:
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"} - {*allowed.split(", ")}:
        with nothing_changes():
            answer = scim.request(method, path, user("ada"))
        assert (answer.status, answer.headers["Allow"]) == (405, allowed)
        assert method in answer.detail


@pytest.mark.threat(59)
def test_a_header_does_not_override_the_method(scim: ScimClient, ada: Any) -> None:
    scim.post("/Users/10", user("ada"), headers={"X-HTTP-Method-Override": "DELETE"})
    assert scim.get("/Users/10", headers={"X-HTTP-Method-Override": "DELETE"}).status == 200
    assert scim.get("/Users/10").status == 200


@pytest.mark.parametrize(
    "path", ["/Users", "/Users/10", "/Groups", "/Schemas", "/ResourceTypes/User", "/ServiceProviderConfig"]
)
def test_a_slash_at_the_end_changes_nothing(scim: ScimClient, ada: Any, path: str) -> None:
    without, with_slash = scim.get(path), scim.get(f"{path}/")
    assert without.status == with_slash.status == 200
    assert without.json == with_slash.json


@pytest.mark.threat("C16")
def test_a_slash_at_the_end_is_fine_for_every_method(scim: ScimClient) -> None:
    created = scim.post("/Users/", user("ada"))
    assert created.status == 201
    path = f"/Users/{created.json['id']}/"
    assert scim.put(path, user("ada")).status == 200
    assert scim.request("PATCH", path, patch_op({"op": "add", "path": "title", "value": "x"})).status == 200
    assert scim.delete(path).status == 204
    assert scim.get("/Users/?filter=userName%20pr").json["totalResults"] == 0


@pytest.mark.parametrize("path", ["/Users", "/Users/10", "/Users/11", "/Schemas", "/nothing"])
def test_head_is_get_without_a_body(scim: ScimClient, ada: Any, path: str) -> None:
    got, head = scim.get(path), scim.request("HEAD", path)
    assert (head.status, head.headers["Content-Type"]) == (got.status, got.headers["Content-Type"])
    assert head.body == b""
    assert int(head.headers["Content-Length"]) == len(got.body)
