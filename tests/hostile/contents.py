"""What is hostile in a request's body, and in what is said of it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any, Final

from tests.scim import CORE_USER, ENTERPRISE_USER, PATCH_OP, patch_op

from .attacks import Attack

BULK: Final = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"


def patch(**operation: Any) -> dict[str, Any]:
    return patch_op({"op": "replace", **operation})


VALUES: Final = (
    b"NaN", b"-Infinity", b"1e400", b"1" * 41, b"1" * 5_000, b"[" * 100_000, b'{"a":' * 5_000, b'"\\u0000"',
    b'"\\ud800"', b'"\\udc00\\ud800"', b'"\xff"', b'"\xc0\x80"', b'"\xed\xa0\x80"', b'"\x00"', b'"\n"', b"01", b"+1",
    b".5", b"0x1", b"1_0", b"'a'", b"tru", b"None", b"undefined", b"//", b"/**/1", b'{"a":1,"a":2}', b'{"a":1,"A":2}',
    b"[1,]",
)  # fmt: skip
WHOLE: Final = (
    b"", b" ", b"\x00", b"\xff\xfe{\x00}\x00", b"\xef\xbb\xbf", b"null", b"[]", b"1", b'""', b"{}{}", b"userName=a",
    b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", b"%PDF",
    b"a: !!python/object", b"[" * 200_000, b"{" * 200_000, b"\x80\x04\x95", gzip.compress(b"{}"),
    b" " * (5 * 1024 * 1024 + 1), b'{"userName":',
)  # fmt: skip


def bodies() -> Iterator[Attack]:
    """Bodies that are no JSON, or hold what nothing could keep."""
    targets = (("POST", "/Users"), ("PUT", "/Users/{user}"), ("PATCH", "/Users/{user}"), ("PATCH", "/Groups/{group}"))
    for method, path in (*targets, ("POST", "/Bulk"), ("POST", "/.search"), ("POST", "/Groups/.search")):
        yield from (Attack(method, path, body) for body in WHOLE)
    for value in VALUES:
        yield Attack(
            "POST", "/Users", b'{"schemas":["%s"],"userName":"thief","title":%s}' % (CORE_USER.encode(), value)
        )
        operations = b'[{"op":"replace","path":"title","value":%s}]' % value
        yield Attack("PATCH", "/Users/{user}", b'{"schemas":["%s"],"Operations":%s}' % (PATCH_OP.encode(), operations))
    for twice in (
        b'{"userName":"a","userName":"b"}',
        b'{"userName":"a","USERNAME":"b"}',
        b'{"schemas":[],"SCHEMAS":[]}',
    ):
        yield from (Attack(method, path, twice) for method, path in targets)


CHARSETS: Final = (
    "utf-16", "utf-32", "utf-7", "latin-1", "cp037", "idna", "punycode", "rot13", "rot_13", "hex", "zip", "base64",
    "bz2", "uu", "quopri", "undefined", "unicode_escape", "raw_unicode_escape", "utf-8-sig", "mbcs", "x", "\x00",
    "../a",
)  # fmt: skip
TYPES: Final = (
    *(f"application/scim+json; charset={charset}" for charset in CHARSETS), 'application/scim+json; charset="rot13"',
    "application/json; CHARSET = idna", "application/json; charset\t=\trot13",
    "application/json; xcharset=utf-8; charset=utf-16", "application/json; charset=utf-8; charset=rot13",
    "application/json; charset*=utf-8''rot13", "text/plain", "text/html", "application/xml", "image/png", "*/*", "x",
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data",
    "application/x-pickle", "application/merge-patch+json", "application/json-patch+json",
    "application/json, text/html", "application/json\x00", ";charset=rot13",
    "application/json; a=" + "b" * 20_000 + "; charset=rot13",
)  # fmt: skip


def kinds() -> Iterator[Attack]:
    """Bodies that say they are something else, in another charset or compressed, or that never arrive."""
    body = json.dumps({"schemas": [CORE_USER], "userName": "thief"}).encode()
    for content_type in TYPES:
        for method, path in (("POST", "/Users"), ("PUT", "/Users/{user}")):
            yield Attack(method, path, body, {"Content-Type": content_type})
        yield Attack("GET", '/Users?filter=userName%20eq%20"%FF', None, {"Content-Type": content_type})
    for encoding in ("gzip", "deflate", "br", "zstd", "gzip, identity", "identity, gzip", "x", "aes128gcm", "compress"):
        sent = gzip.compress(body) if encoding == "gzip" else body
        yield Attack("POST", "/Users", sent, {"Content-Encoding": encoding})
    yield Attack("POST", "/Users", gzip.compress(b" " * 50_000_000, 1), {"Content-Encoding": "gzip"})
    for method, path in (("POST", "/Users"), ("PUT", "/Users/{user}"), ("PATCH", "/Users/{user}"), ("POST", "/Bulk")):
        for length in (None, "", "0", "-1", "abc", "1e3", "9" * 400, "００", "+0", "1, 2"):
            yield Attack(method, path, b"", {"Content-Length": length, "Transfer-Encoding": "chunked"})
    for accept in (
        "text/html",
        "application/xml",
        "a",
        "application/json;q=0",
        ",",
        ";",
        "*",
        "\x00",
        "a/" * 5_000,
        "*/html",
    ):
        yield Attack("GET", "/Users/{user}", None, {"Accept": accept}, harmless=True)
        yield Attack("POST", "/Users", b"{", {"Accept": accept})


POWERS: Final = {
    **dict.fromkeys(("is_superuser", "isSuperuser", "is_staff", "isStaff", "admin", "superuser"), True),
    "user_permissions": [1],
    "permissions": [{"value": "*"}],
    "groups": [{"value": "{group}"}],
    "roles": [{"value": "superuser", "primary": True}],
    "password": "pbkdf2_sha256$1$a$b",
    "pk": 1,
    "id": "1",
    "_state": {"db": None},
    "__class__": {"__init__": {"__globals__": {}}},
    "__proto__": {"is_superuser": True},
    "constructor": {"prototype": {}},
    "meta": {"resourceType": "Group", "version": "x", "location": "http://evil.example"},
}
REACHES: Final = (
    "id", "meta", "meta.version", "meta.created", "schemas", "groups", "__class__", "_state.db", "user_permissions",
    "is_superuser", f"{CORE_USER}:is_staff", f"{ENTERPRISE_USER}:__dict__", "emails[0]", "emails.-", "/active",
    "/0/active", 'roles[value eq "admin"].primary', "members", 'members[display eq "x"]', "emails[type eq",
    "name.__class__", "\x00", "a" * 20_000, "active\x00", "userName.", ".userName", "userName[",
    'userName[value eq "a"]', "$ref", "urn:x:y:z", "emails[value pr].x",
)  # fmt: skip


def powers() -> Iterator[Attack]:
    """Attributes and paths that would give power, or reach into the program."""
    for name, value in POWERS.items():
        yield Attack(
            "POST", "/Users", {"schemas": [CORE_USER], "userName": f"thief-{name}", name: value}, harmless=True
        )
        yield Attack("PATCH", "/Groups/{group}", patch(value={name: value}), harmless=True)
        yield Attack("POST", "/Groups", {"displayName": "Thieves", name: value})
    for path in REACHES:
        for op in ("add", "replace", "remove"):
            yield Attack("PATCH", "/Groups/{group}", patch(op=op, path=path, value=True), harmless=path != "members")
            yield Attack("PATCH", "/Users/{other}", patch(op=op, path=path, value=True), harmless=True)
    for op in ("test", "move", "copy", "delete", "", None, 1, ["add"], {"a": 1}, "add\x00", "ａdd"):
        yield Attack("PATCH", "/Users/{user}", patch(op=op, path="title", value="x"))
    yield Attack("PATCH", "/Users/{user}", {"schemas": [PATCH_OP], "Operations": [{"op": "add"}] * 1_001})


BULK_PATHS: Final = (
    "/Bulk", "/.search", "/Me", "/../Users", "//evil.example/Users", "http://evil.example/scim/v2/Users", "/admin/",
    "", "/", "Users", "/Users/", "/Users?filter=x", "/Users#a", "/Users/\x00", "/Users/{user}/x", "/Schemas",
    "/Users/bulkId:x", None, 1, "/users/{user}", "/Users/%7Buser%7D", "/Users/0{user}", "/Groups/{user}",
    "/Users\\{user}", "/Users/" + "9" * 400, [], {},
)  # fmt: skip


def bulks() -> Iterator[Attack]:
    """Bulk requests that nest, circle, lead elsewhere, or are too many."""

    def bulk(*operations: Any, **members: Any) -> dict[str, Any]:
        return {"schemas": [BULK], "Operations": list(operations), **members}

    for path in BULK_PATHS:
        for method in ("POST", "DELETE", "PATCH"):
            if (method, path) != ("POST", "/Users/"):
                one = {"method": method, "path": path, "bulkId": "x", "data": {}}
                yield Attack("POST", "/Bulk", bulk(one), harmless=True)
    for method in ("GET", "OPTIONS", "TRACE", "post\x00", None, 1, [], "", "BREW"):
        yield Attack("POST", "/Bulk", bulk({"method": method, "path": "/Users/{user}"}), harmless=True)
    nested = {"method": "POST", "path": "/Bulk", "bulkId": "x"}
    yield Attack("POST", "/Bulk", bulk({**nested, "data": bulk({**nested, "data": bulk()})}), harmless=True)
    ring = {
        "schemas": [CORE_USER, ENTERPRISE_USER],
        "userName": "ring",
        ENTERPRISE_USER: {"manager": {"value": "bulkId:x"}},
    }
    yield Attack(
        "POST", "/Bulk", bulk({"method": "POST", "path": "/Users", "bulkId": "x", "data": ring}), harmless=True
    )
    yield Attack("POST", "/Bulk", bulk(*[{"method": "DELETE", "path": "/Users/{user}"}] * 1_001))
    for limit in (-1, 0, "1", 1.5, True, [], 10**39, "x"):
        one = {"method": "DELETE", "path": "/Users/0"}
        yield Attack("POST", "/Bulk", bulk(one, failOnErrors=limit), harmless=True)
    for operations in ("x", {}, 1, [None], [[]], ["x"], [1]):
        yield Attack("POST", "/Bulk", {"schemas": [BULK], "Operations": operations}, harmless=True)
