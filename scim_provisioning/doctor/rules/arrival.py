"""Rules about who answers, and what of a request arrives: proxies, servers, middlewares, URLs."""

from __future__ import annotations

import re
import traceback
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from django.urls import NoReverseMatch, reverse

from ..diagnosis import Case, Rule

ENDPOINTS = Path(__file__).parents[2] / "api"
NO_TABLE = re.compile(r'no such table|relation ".*" does not exist|no such column|column .* does not exist')


def _mounted() -> str:
    try:
        return f"at {reverse('scim_provisioning:root').rstrip('/')}"
    except NoReverseMatch:
        return "nowhere"


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
    return not any(Path(frame.filename).is_relative_to(ENDPOINTS) for frame in frames)


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
        "host-not-allowed",
        lambda case: case.asks("GET") and case.is_foreign and case.answer.status == 400 and case.is_html,
        lambda case: (
            f"Django refuses the host: add {urlsplit(case.url).hostname!r} to ALLOWED_HOSTS, or let the proxy pass "
            "the Host header on (nginx: `proxy_set_header Host $host;`)."
        ),
    ),
    Rule(
        "csrf",
        lambda case: case.answer.status == 403 and case.is_foreign and "CSRF" in case.answer.text,
        lambda case: (
            f"A middleware asks for a CSRF token though the endpoints are exempt: {case.exempted}, or have it respect "
            "`csrf_exempt`."
        ),
    ),
    Rule(
        "other-authentication",
        lambda case: case.answer.status in (401, 407) and case.is_foreign,
        lambda case: (
            "Somebody before the endpoints asks for another login "
            f"({case.answer.headers.get('www-authenticate', 'without a WWW-Authenticate')}): {case.exempted}."
        ),
    ),
    Rule(
        "authorization-dropped",
        lambda case: (
            case.answer.status == 401 and "invalid_token" not in case.answer.headers.get("www-authenticate", "")
        ),
        "The token was sent and did not arrive: your proxy or WSGI server drops the header Authorization. Apache "
        'with mod_wsgi: `WSGIPassAuthorization On`; with mod_proxy_fcgi or CGI: `SetEnvIf Authorization "(.*)" '
        'HTTP_AUTHORIZATION=$1`; nginx: no `proxy_set_header Authorization ""`, and no `auth_basic`; a gateway: have '
        "it forward the header. Or a middleware takes it away.",
    ),
    Rule(
        "token-refused",
        lambda case: case.answer.status == 401,
        "The token arrived and is not valid: provisioning is disabled, or was enabled again since, or the token has "
        "expired, or made way for a new one, or is that of another site. Enable provisioning, or rotate the token (in "
        "the admin, or `python manage.py scim rotate`), and use the one shown then; check that the file has it alone.",
    ),
    Rule(
        "token-not-asked-for",
        lambda case: case.step.status == (401,) and 200 <= case.answer.status < 300,
        "A request with a false token was served: a proxy answers from its cache, or a middleware puts a token of "
        "its own in. Switch that off for the endpoints; whoever knows the address could provision.",
    ),
    Rule(
        "too-many-requests",
        lambda case: case.answer.status == 429,
        "Too many requests for MAX_REQUESTS_PER_MINUTE of SCIM_PROVISIONING, or for a proxy or a middleware: first "
        "synchronisations send 25 a second and more. Raise the limit for the endpoints, and send Retry-After.",
    ),
    Rule(
        "body-too-large",
        lambda case: case.answer.status == 413,
        "The body is larger than allowed: nginx `client_max_body_size`, Apache `LimitRequestBody`, or MAX_BODY_BYTES "
        "of SCIM_PROVISIONING.",
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
        "Content-Type or Content-Encoding was changed on the way: let the proxy pass `application/scim+json` on as "
        "it is.",
    ),
    Rule(
        "compressed",
        lambda case: bool(case.answer.headers.get("content-encoding")) and case.answer.json is None,
        "The answer is compressed, though the client did not ask for it: have the proxy respect Accept-Encoding.",
    ),
    Rule(
        "gateway",
        lambda case: case.answer.status in (502, 504) or (case.answer.status == 503 and case.is_foreign),
        "A proxy cannot reach the product, or does not wait for it: see whether the server runs, and raise the "
        "proxy's time-out (nginx: `proxy_read_timeout`).",
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
            f"A middleware, or what it calls, failed before the endpoints were reached: {case.exempted}. "
            f"{_raised(case)}"
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
            f"{case.step.method} does not arrive: a firewall, a proxy or a middleware blocks it. Allow GET, POST, "
            f"PUT, PATCH and DELETE below {case.mount} (nginx: `limit_except`; Apache: `<LimitExcept>`, mod_security; "
            "a web application firewall: its list of methods)."
        ),
    ),
    Rule(
        "wrong-address",
        lambda case: case.is_foreign and case.answer.status in (404, 405, 410),
        lambda case: (
            f"No SCIM endpoints at {case.mount or '/'}: by ROOT_URLCONF of this project they are {_mounted()}. "
            "Correct the URL, or what the proxy makes of the path (nginx: a slash at the end of `proxy_pass` cuts "
            "the prefix)."
        ),
    ),
    Rule(
        "firewall",
        lambda case: case.is_foreign and case.answer.status in (403, 406),
        lambda case: (
            "A web application firewall, a proxy or a middleware refuses the request; quotes and brackets in filters "
            f"look like an attack to some. Switch its rules off below {case.mount}."
        ),
    ),
    Rule(
        "page-in-front",
        lambda case: case.is_foreign and case.is_html and case.answer.status < 300,
        lambda case: (
            "A page for people came instead of SCIM: a login, a single-page application, or a notice of maintenance "
            f"stands before the endpoints. Route {case.mount} to Django before it; of a middleware: {case.exempted}."
        ),
    ),
    Rule(
        "not-scim",
        lambda case: case.is_foreign,
        lambda case: f"Something else answers at {case.mount or '/'}: the endpoints are {_mounted()} of this project.",
    ),
    Rule(
        "query-lost",
        _is_lost,
        "The query does not arrive, so that clients would take the first user for the one they ask for: let the "
        "proxy pass it on (nginx: `proxy_pass … $request_uri` or `$is_args$args`; Apache: RewriteRule with [QSA]), "
        "and see that no cache leaves it out of its keys.",
    ),
    Rule(
        "query-mangled",
        _is_mangled,
        "The query arrives changed: a proxy decodes it and does not quote it again, so that `%2B` becomes a space, "
        "or quotation marks are lost. Have it pass the query on as it is (nginx: no variables that are decoded in "
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
