"""What is hostile in a request's method, address, query and headers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tests.scim import CORE_USER, patch_op

from .attacks import SEARCH, Attack

READS: Final = (
    "/Users", "/Groups", "/Users/{user}", "/Groups/{group}", "/ServiceProviderConfig", "/ResourceTypes",
    "/ResourceTypes/User", "/Schemas", f"/Schemas/{CORE_USER}",
)  # fmt: skip
ENDPOINTS: Final = (
    *READS, "/.search", "/Users/.search", "/Groups/.search", "/Bulk", "/Me", "/", "/nothing",
)  # fmt: skip
OVERRIDES: Final = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")


def verbs() -> Iterator[Attack]:
    """Methods that an endpoint does not have, or has under another name."""
    for path in ENDPOINTS:
        for method in ("TRACE", "OPTIONS", "CONNECT", "PROPFIND", "BREW"):
            yield Attack(method, path)
    for path in ("/Users", "/Groups", "/Schemas", "/ServiceProviderConfig", "/ResourceTypes", "/Bulk", "/.search"):
        for method in ("PUT", "PATCH", "DELETE"):
            yield Attack(method, path, {})
    yield from (Attack("POST", path, {}) for path in ("/Schemas", "/ResourceTypes", "/ServiceProviderConfig"))
    yield from (Attack("POST", path, {}) for path in ("/Users/{user}", "/Groups/{group}", "/Users/{user}/.search"))
    for header in OVERRIDES:
        yield Attack("GET", "/Users/{user}", headers={header: "DELETE"}, harmless=True)
        yield Attack("POST", "/Users/{user}", {}, headers={header: "DELETE"})
    yield Attack("GET", "/Users/{user}", query={"_method": "DELETE"}, harmless=True)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    yield Attack("POST", "/Users/{user}", b"_method=DELETE", headers=form)


ALIASES: Final = (
    "+{user}", "0{user}", "{user}.0", "{user}e0", "0x1", "-{user}", "{user}%20", "%20{user}", "{user}%0A", "%09{user}",
    "{user}%00", "{user};x", "{user},", "{user}%2F%2F", "{user}%2F..", "..%2F{user}", "./{user}", "{user}.json",
    "%EF%BC%91", "%D9%A1", "%C2%B9", "1_0", "True", "None", "null", "[1]", "*", "{{user}}", "${{user}}", "'", '"',
    "9" * 19, "9" * 20, "9" * 400, "9" * 5_000, "-1", "0", "1e400", "NaN", "1%27%20OR%20%271%27=%271", "__all__",
    "%FF", "%C0%AF", "%ED%A0%80", "%u0031", "%", "%zz", "a" * 10_000, "{group}", "profile-{user}0", "project-1-read",
)  # fmt: skip
GROUP_ALIASES: Final = (
    "{user}", "{group}%00", "{group}-read", "{group}-full", "PROFILE-{number}", "Profile-{number}",
    "profile-0{number}", "profile-+{number}", "profile--{number}", "profile-{number}%2F%2F", "profile-", "profile",
    "project-1", "project-1-x", "project-1-READ", "profile-%EF%BC%91", "profile-" + "9" * 30, "profile-{number}%20",
    "profile-{number}-", "project--read", "group-1", "-1-read", "0{number}", "{number}", "auth_group-{number}",
)  # fmt: skip


def ids() -> Iterator[Attack]:
    """Other spellings of an id, ids of other kinds, and what is no id."""
    for method in ("GET", "DELETE"):
        yield from (Attack(method, f"/Users/{alias}") for alias in ALIASES)
        yield from (Attack(method, f"/Groups/{alias}") for alias in GROUP_ALIASES)
    for alias in (*ALIASES[:20], "9" * 400):
        yield Attack("PATCH", f"/Users/{alias}", patch_op({"op": "replace", "path": "active", "value": False}))
        yield Attack("PUT", f"/Users/{alias}", {"schemas": [CORE_USER], "userName": "thief"})


PATHS: Final = (
    "/../admin/", "/..%2F..%2Fadmin%2F", "/%2e%2e/%2e%2e/etc/passwd", "/Users/../../admin/", "/Users//{user}",
    "//Users", "//evil.example/Users", "/Users/{user}/../../Groups", "/Users%2F0", "/Users\\{user}", "/Users;a=b",
    "/users", "/USERS", "/Users/{user}/groups", "/Users/{user}/password", "/Users%00", "/%00", "/Users/%00", "/%FF",
    "/Bulk/../Users", "/.search/Users", "/.git/config", "/.env", "/Schemas/..%2F..", "/Schemas/%00",
    "/Schemas/" + "x" * 9_000, "/ResourceTypes/%00", "/ResourceTypes/__class__", "/Schemas/__class__", "/v2/Users",
    "/Users.json", "/Users/{user}.xml", "/%C0%AE%C0%AE/", "/%ED%A0%80", "/Users/%ED%BF%BF", "/Me/{user}", "/Me/%00",
    "/" + "a/" * 3_000, "/Users/%0d%0aX: y",
)  # fmt: skip


def addresses() -> Iterator[Attack]:
    """Ways out of the mount point, and addresses that are none."""
    yield from (Attack(method, path) for path in PATHS for method in ("GET", "DELETE"))


FILTERS: Final = (
    "userName eq", "(" * 200, "not " * 2_000, "((userName pr)", "userName eq 'a'", 'userName eq "a',
    "userName regex \"a\"", 'userName eq "\x00"', 'userName eq "\\u0000"', 'userName eq "\\ud800"',
    'userName\x00 eq "a"', 'userName co "\\udfff"', 'userName__regex eq "^a"', 'password sw "a"', "password pr",
    'user.password sw "pbkdf2"', 'is_superuser eq true', '__class__ pr', '_state.db eq "default"',
    'userName eq "a" or 1=1', "' OR 1=1 --", '"; DROP TABLE accounts_user; --', "id gt 1", 'id co 1', 'active gt true',
    "userName eq NaN", "userName eq 1e400", "userName eq " + "9" * 5_000,
    'meta.lastModified gt "0000-00-00T00:00:00Z"', 'meta.created gt "9999-12-31T23:59:59-23:59"', 'meta.created eq 1',
    'meta.created lt "0001-01-01T00:00:00+23:59"', 'meta.lastModified sw "2"', "emails[", "emails[]", "emails[type]",
    'emails[emails[value eq "a"]]', 'emails[type eq "work"', "[" * 3_000, "emails" * 500 + " pr", ".userName pr",
    "a..b pr", "urn:" * 1_000 + " pr", ":userName pr", "userName pr pr", "userName pr and", "and", "\ufeff",
    "\u202euserName pr", 'userName eq "' + "a" * 20_000 + '"', " or ".join(["userName pr"] * 201),
    " or ".join(['userName eq "a"'] * 6_000), " or ".join(["a pr"] * 100_000),
    "(" * 5_000 + "userName pr" + ")" * 5_000, "userName " * 9_000, '\\"' * 9_000, "a" * 9_999 + "!",
    '"' + "\\" * 9_999, "a." * 4_999, "1" * 9_000 + "x pr", "userName eq " + "-" * 9_000, "groups.value gt 1",
)  # fmt: skip


def filters() -> Iterator[Attack]:
    """Filters that are none, are too much, or ask for what nobody may know."""
    for text in FILTERS:
        yield Attack("GET", "/Users", query={"filter": text})
        yield Attack("POST", "/.search", {"schemas": [SEARCH], "filter": text}, harmless="userName" not in text)
    for raw in ("%00", "%FF", "%ED%A0%80", "%", "userName%20eq%20%22%FF%22", "userName%20eq%20%22%C0%80%22"):
        yield Attack("GET", f"/Users?filter={raw}")
    yield Attack("GET", '/Users?filter=userName%20pr&filter=userName%20eq%20"a"')
    yield Attack("GET", "/Users?filter=userName%20pr&FILTER=userName%20pr")


NUMBERS: Final = (
    "9" * 20,
    "9" * 400,
    "9" * 5_000,
    "-" + "9" * 400,
    "1e9",
    "NaN",
    "0x10",
    "１",
    "1 0",
    "\x00",
    "1\x00",
    "[]",
)


def parameters() -> Iterator[Attack]:
    """Numbers that no column can hold, names that are no attributes, cursors that nobody gave."""
    for number in NUMBERS:
        for name in ("startIndex", "count"):
            yield Attack("GET", "/Users", query={name: number}, harmless=True)
            yield Attack("POST", "/Users/.search", {"schemas": [SEARCH], name: number}, harmless=True)
    for name in (
        "password",
        "\x00",
        "__class__",
        "id desc",
        "userName;DROP",
        "a" * 20_000,
        "emails[",
        "\ud800",
        "members",
        "?",
    ):
        sent = name.encode("utf-8", "surrogatepass").decode("latin-1") if name == "\ud800" else name
        yield Attack("GET", "/Users", query={"sortBy": sent}, harmless=name == "members")
        yield Attack("GET", "/Users", query={"attributes": sent}, harmless=True)
        yield Attack("GET", "/Groups", query={"excludedAttributes": sent}, harmless=True)
    for cursor in ("x", "\x00", "a" * 20_000, "eyJhIjoxfQ:1a:b", "../..", "::", "gASVAAAAAAAAAAAu", "\ufeff"):
        yield Attack("GET", "/Users", query={"cursor": cursor})
        yield Attack("POST", "/.search", {"schemas": [SEARCH], "cursor": cursor})
    yield Attack("GET", "/Users?" + "&".join(f"a{n}=1" for n in range(20_000)))
    yield Attack("GET", "/Users?" + "count=1&" * 900, harmless=True)
    yield Attack("GET", "/Users", query={"attributes": ",".join(["userName"] * 20_000)}, harmless=True)


def headers() -> Iterator[Attack]:
    """Headers that would decide what is none of their business."""
    for name, value in {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-For": "127.0.0.1\x00",
        "X-Original-URL": "/admin/",
        "X-Rewrite-URL": "/admin/",
        "X-Request-Id": "a\r\nSet-Cookie: b=c",
        "Accept-Language": "fr-" + "x" * 5_000,
        "Cookie": "sessionid=\x00; csrftoken=\xff; $Version=1",
        "If-None-Match": '"' * 5_000,
        "If-Modified-Since": "Thu, 99 Foo 99999 99:99:99 GMT",
        "Range": "bytes=0-0,-1",
        "Forwarded": "for=unknown;host=evil.example",
        "Expect": "100-continue",
        "Upgrade": "h2c",
        "Origin": "null",
        "Referer": "http://[",
        "Remote-User": "admin",
        "X-SCIM-Tenant": "other",
    }.items():
        yield Attack("GET", "/Users/{user}", None, {name: value}, harmless=True)
        yield Attack("PATCH", "/Users/{user}", {"Operations": "x"}, {name: value})
    for tag in ("x", 'W/"x"', '"x", "y"', '"', "W/", "\x00", '"' + "a" * 9_000 + '"', ",", "W/*", '"*"'):
        for method, body in (("PUT", {"userName": "thief"}), ("DELETE", None)):
            yield Attack(method, "/Users/{user}", body, {"If-Match": tag})
    yield Attack("DELETE", "/Users/{user}", None, {"If-None-Match": "*"})


CREDENTIALS: Final = (
    "", "Bearer", "Bearer ", "bearer", "Basic {token}", "Token {token}", "{token}", "Bearer{token}",
    "Bearer {token} x", "Bearer {token},Bearer {token}", "Basic x, Bearer {token}", "Bearer {token}\x00",
    "Bearer\t{token}", "Bearer {token}x", "Bearer null", "Bearer undefined", "Bearer None", "Bearer " + "a" * 20_000,
    "Bearer \xff", "Bearer ' OR 1=1 --", "Bearer eyJhbGciOiJub25lIn0.e30.", "Digest username=admin", "Negotiate x",
    'Bearer "{token}"', "Bearer token={token}",
)  # fmt: skip


def credentials() -> Iterator[Attack]:
    """Tokens that are none, or stand where no token counts."""
    for sent in CREDENTIALS:
        yield Attack("GET", "/Users/{user}", None, {"Authorization": sent})
        yield Attack("DELETE", "/Users/{user}", None, {"Authorization": sent})
    for name in ("access_token", "token", "bearer", "api_key"):
        yield Attack("GET", f"/Users?{name}={{token}}", None, {"Authorization": None})
        yield Attack("GET", "/Users", None, {"Authorization": None, "Cookie": f"{name}={{token}}"})
        form = {"Authorization": None, "Content-Type": "application/x-www-form-urlencoded"}
        yield Attack("POST", "/Users", f"{name}={{token}}".encode(), form)
    for name in ("X-Authorization", "Proxy-Authorization", "X-Api-Key", "X-Auth-Token", "X-Forwarded-Authorization"):
        yield Attack("GET", "/Users", None, {"Authorization": None, name: "Bearer {token}"})
