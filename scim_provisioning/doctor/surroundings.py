"""Rules about what stands between a client and the endpoints: networks, proxies, servers, middlewares, URLs."""

from __future__ import annotations

import re
import socket
import ssl
import traceback
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

from django.conf import settings as django_settings
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch, reverse

from .diagnosis import Case, Rule

PACKAGE = Path(__file__).parents[1]

EXEMPT = "let it pass the requests below {mount} by, which have no session and no user, but a token of their own"
NO_TABLE = re.compile(r'no such table|relation ".*" does not exist|no such column|column .* does not exist')


def _target(case: Case) -> str:
    return urljoin(f"{case.url}{case.path}", case.answer.headers.get("location", ""))


def _place(case: Case) -> str:
    """Where a redirect leads, without its query."""
    return _target(case).partition("?")[0]


def _redirects(case: Case) -> bool:
    return case.answer.status in (301, 302, 303, 307, 308)


def _to_https(case: Case) -> bool:
    return _redirects(case) and _target(case).startswith("https:") and _same_place(case)


def _same_place(case: Case) -> bool:
    here, there = urlsplit(f"{case.url}{case.path}"), urlsplit(_target(case))
    return (here.hostname, here.path) == (there.hostname, there.path)


def _to_login(case: Case) -> bool:
    path = urlsplit(_target(case)).path
    return _redirects(case) and ("login" in path or "sso" in path or path == _login_path())


def _login_path() -> str:
    try:
        return urlsplit(resolve_url(django_settings.LOGIN_URL)).path
    except NoReverseMatch:
        return ""


def _to_slash(case: Case) -> bool:
    here, there = urlsplit(f"{case.url}{case.path}").path, urlsplit(_target(case)).path
    return _redirects(case) and here != there and here.rstrip("/") == there.rstrip("/")


def _mounted() -> str:
    try:
        return reverse("scim_provisioning:root").rstrip("/")
    except NoReverseMatch:
        return "nowhere"


def _https(case: Case) -> str:
    if case.url.startswith("https:"):
        return (
            "The product takes a request that came over https for http, and redirects for ever: a proxy "
            "decrypts before "
            'it. Have the proxy set a header, and name it: SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", '
            '"https").'
        )
    return f"http is redirected to https, which loses bodies. Give the provider {_place(case)}."


def _raised(case: Case) -> str:
    fault = case.answer.fault
    if fault is None:
        return f"Find X-Request-Id {case.answer.headers.get('x-request-id', '(none)')} in the product's logs."
    frames = traceback.extract_tb(fault.__traceback__)
    own = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    where = f" in {own[-1].filename}:{own[-1].lineno}" if own else ""
    return f"{type(fault).__name__}: {fault}{where}."


def _in_middleware(case: Case) -> bool:
    """Whether an exception never came by the endpoints."""
    fault = case.answer.fault
    if case.answer.status != 500 or fault is None:
        return False
    frames = traceback.extract_tb(fault.__traceback__)
    return not any(Path(frame.filename).is_relative_to(PACKAGE / "api") for frame in frames)


def _is_mangled(case: Case) -> bool:
    """Whether a filter that can be read was not, or found nobody, though it has characters that have to be quoted."""
    asked = parse_qs(urlsplit(case.path).query).get("filter")
    if case.step.method != "GET" or not asked or not case.answer.is_scim:
        return False
    return case.answer.scim_type == "invalidFilter" or (
        bool({"+", "/", "="} & set(asked[0])) and bool(case.answer.json) and case.answer.json.get("totalResults") == 0
    )


def _is_lost(case: Case) -> bool:
    """Whether what was asked for in the query had no effect."""
    if case.step.method != "GET" or case.answer.status != 200 or "filter=" not in case.path:
        return False
    found = (case.answer.json or {}).get("totalResults")
    return 400 in case.step.status or (case.step.shows.get("totalResults") == 0 and bool(found))


RULES = (
    Rule(
        "host-unknown",
        lambda case: isinstance(case.answer.fault, socket.gaierror),
        "The name in the URL leads to no address: correct it, or publish it in DNS.",
    ),
    Rule(
        "certificate",
        lambda case: isinstance(case.answer.fault, ssl.SSLCertVerificationError),
        "Providers refuse this certificate too: serve one that is valid for this name, with all intermediate ones "
        "(`fullchain.pem`), from an authority that is publicly trusted.",
    ),
    Rule(
        "nobody-listens",
        lambda case: isinstance(case.answer.fault, ConnectionRefusedError),
        "Nothing listens there: start the server, or correct the port; a firewall may have closed it.",
    ),
    Rule(
        "too-slow",
        lambda case: not case.answer.status and isinstance(case.answer.fault, TimeoutError),
        "No answer in time: a firewall drops the requests, or the server is stuck. Providers wait 30 to 60 seconds.",
    ),
    Rule(
        "no-http",
        lambda case: not case.answer.status,
        "The connection broke off: is it http where https is due, or the reverse, or another service's port?",
    ),
    Rule("redirect-to-https", _to_https, _https),
    Rule(
        "redirect-to-login",
        _to_login,
        lambda case: (
            f"A middleware or a proxy asks for a login before the endpoints: {EXEMPT.format(mount=case.mount)}."
        ),
    ),
    Rule(
        "redirect-for-slash",
        _to_slash,
        "Something redirects to add or to take away a slash, on which clients lose body and token: the "
        "endpoints answer "
        "with and without one. Take them out of the proxy's rewriting, or of the middleware that does what "
        "APPEND_SLASH does.",
    ),
    Rule(
        "redirect",
        _redirects,
        lambda case: (
            f"Clients send no token where they are redirected to. Give the provider the address itself, if "
            f"{_place(case)} is it; else take the endpoints out of the redirect (PREPEND_WWW, a proxy, a "
            "middleware)."
        ),
    ),
    Rule(
        "host-not-allowed",
        lambda case: case.asks("GET") and case.is_foreign and case.answer.status == 400 and case.is_html,
        lambda case: (
            f"Django refuses the host: add {urlsplit(case.url).hostname!r} to ALLOWED_HOSTS, or let the proxy pass the "
            "Host header on (nginx: `proxy_set_header Host $host;`)."
        ),
    ),
    Rule(
        "csrf",
        lambda case: case.answer.status == 403 and case.is_foreign and "CSRF" in case.answer.text,
        lambda case: (
            "A middleware asks for a CSRF token though the endpoints are exempt: "
            f"{EXEMPT.format(mount=case.mount)}, or have it respect `csrf_exempt`."
        ),
    ),
    Rule(
        "other-authentication",
        lambda case: case.answer.status in (401, 407) and case.is_foreign,
        lambda case: (
            "Somebody before the endpoints asks for another login "
            f"({case.answer.headers.get('www-authenticate', 'without a WWW-Authenticate')}): "
            f"{EXEMPT.format(mount=case.mount)}."
        ),
    ),
    Rule(
        "authorization-dropped",
        lambda case: (
            case.answer.status == 401 and "invalid_token" not in case.answer.headers.get("www-authenticate", "")
        ),
        "The token was sent and did not arrive: your proxy or WSGI server drops the header Authorization. "
        'Apache with mod_wsgi: `WSGIPassAuthorization On`; with mod_proxy_fcgi or CGI: `SetEnvIf Authorization "(.*)" '
        'HTTP_AUTHORIZATION=$1`; nginx: no `proxy_set_header Authorization ""`, and no `auth_basic`; a gateway: '
        "have it "
        "forward the header. Or a middleware takes it away.",
    ),
    Rule(
        "token-refused",
        lambda case: case.answer.status == 401,
        "The token arrived and is not valid: provisioning is disabled, or was enabled again since (which makes a new "
        "token), or the token has expired, or is that of another site. In the admin, disable and enable SCIM "
        "provisioning, and use the token shown then; check that the file has it alone.",
    ),
    Rule(
        "token-not-asked-for",
        lambda case: case.step.status == (401,) and 200 <= case.answer.status < 300,
        "A request with a false token was served: a proxy answers from its cache, or a middleware puts a token of its "
        "own in. Switch that off for the endpoints; whoever knows the address could provision.",
    ),
    Rule(
        "too-many-requests",
        lambda case: case.answer.status == 429,
        "A proxy or a middleware limits requests: first synchronisations send 25 a second and more. Raise the "
        "limit for "
        "the endpoints, and send Retry-After.",
    ),
    Rule(
        "body-too-large",
        lambda case: case.answer.status == 413,
        "The body is larger than allowed: nginx `client_max_body_size`, Apache `LimitRequestBody`, or "
        "MAX_BODY_BYTES of "
        "SCIM_PROVISIONING.",
    ),
    Rule(
        "body-lost",
        lambda case: case.says("The body is empty"),
        "The body did not arrive: something before the product redirects, reads it, or sends it in chunks that the "
        "server does not read. nginx: leave `proxy_request_buffering` on.",
    ),
    Rule(
        "content-type-lost",
        lambda case: case.answer.status == 415 and case.answer.is_scim,
        "Content-Type or Content-Encoding was changed on the way: let the proxy pass `application/scim+json` on "
        "as it is.",
    ),
    Rule(
        "compressed",
        lambda case: bool(case.answer.headers.get("content-encoding")) and case.answer.json is None,
        "The answer is compressed, though the client did not ask for it: have the proxy respect Accept-Encoding.",
    ),
    Rule(
        "gateway",
        lambda case: case.answer.status in (502, 504) or (case.answer.status == 503 and case.is_foreign),
        "A proxy cannot reach the product, or does not wait for it: see whether the server runs, and raise the proxy's "
        "time-out (nginx: `proxy_read_timeout`).",
    ),
    Rule(
        "not-migrated",
        lambda case: (
            case.answer.status in (500, 503) and bool(NO_TABLE.search(f"{case.answer.refused} {case.answer.fault}"))
        ),
        lambda case: f"A table or a column is missing: run `python manage.py migrate`. {_raised(case)}",
    ),
    Rule(
        "database-away",
        lambda case: case.answer.status == 503,
        "The product cannot reach its database, or waits for a lock in vain: look at the database.",
    ),
    Rule(
        "middleware",
        _in_middleware,
        lambda case: (
            f"A middleware, or what it calls, failed before the endpoints were reached: "
            f"{EXEMPT.format(mount=case.mount)}. {_raised(case)}"
        ),
    ),
    Rule(
        "failure",
        lambda case: case.answer.status == 500,
        lambda case: f"Code of the product failed. {_raised(case)}",
    ),
    Rule(
        "method-blocked",
        lambda case: case.asks("PUT", "PATCH", "DELETE") and (case.is_foreign or case.answer.status == 405),
        lambda case: (
            f"{case.step.method} does not arrive: a firewall, a proxy or a middleware blocks it. Allow GET, POST, PUT, "
            f"PATCH and DELETE below {case.mount} (nginx: `limit_except`; Apache: `<LimitExcept>`, mod_security; a web "
            "application firewall: its list of methods)."
        ),
    ),
    Rule(
        "wrong-address",
        lambda case: case.is_foreign and case.answer.status in (404, 405, 410),
        lambda case: (
            f"No SCIM endpoints at {case.mount or '/'}: by ROOT_URLCONF of this project they are at "
            f"{_mounted()}. Correct "
            "the URL, or what the proxy makes of the path (nginx: a slash at the end of `proxy_pass` cuts the prefix)."
        ),
    ),
    Rule(
        "firewall",
        lambda case: case.is_foreign and case.answer.status in (403, 406),
        lambda case: (
            "A web application firewall, a proxy or a middleware refuses the request; quotes and brackets in "
            "filters look "
            f"like an attack to some. Switch its rules off below {case.mount}."
        ),
    ),
    Rule(
        "page-in-front",
        lambda case: case.is_foreign and case.is_html and case.answer.status < 300,
        lambda case: (
            "A page for people came instead of SCIM: a login, a single-page application, or a notice of maintenance "
            f"stands before the endpoints. Route {case.mount} to Django before it; of a middleware: "
            f"{EXEMPT.format(mount=case.mount)}."
        ),
    ),
    Rule(
        "not-scim",
        lambda case: case.is_foreign,
        lambda case: (
            f"Something else answers at {case.mount or '/'}: the endpoints are at {_mounted()} of this project."
        ),
    ),
    Rule(
        "query-lost",
        _is_lost,
        "The query does not arrive, so that clients would take the first user for the one they ask for: let the proxy "
        "pass it on (nginx: `proxy_pass … $request_uri` or `$is_args$args`; Apache: RewriteRule with [QSA]), and see "
        "that no cache leaves it out of its keys.",
    ),
    Rule(
        "query-mangled",
        _is_mangled,
        "The query arrives changed: a proxy decodes it and does not quote it again, so that `%2B` becomes a space, or "
        "quotation marks are lost. Have it pass the query on as it is (nginx: no variables that are decoded in "
        "`proxy_pass`; Apache: `nocanon`, RewriteRule with [B]).",
    ),
    Rule(
        "cached",
        lambda case: (
            case.step.method == "GET"
            and case.answer.status == 200
            and ("age" in case.answer.headers or "hit" in case.answer.headers.get("x-cache", "").lower())
        ),
        "The answer is an old one, from a cache: have the proxy or CDN respect `Cache-Control: no-store`.",
    ),
)
