"""Rules about the way to the endpoints: no answer came, or one that leads elsewhere."""

from __future__ import annotations

import socket
import ssl
from urllib.parse import urljoin, urlsplit

from django.conf import settings as django_settings
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch

from ..diagnosis import Case, Rule


def _target(case: Case) -> str:
    return urljoin(f"{case.url}{case.path}", case.answer.headers.get("location", ""))


def _place(case: Case) -> str:
    """Where a redirect leads, without its query."""
    return _target(case).partition("?")[0]


def _redirects(case: Case) -> bool:
    return case.answer.status in (301, 302, 303, 307, 308)


def _same_place(case: Case) -> bool:
    here, there = urlsplit(f"{case.url}{case.path}"), urlsplit(_target(case))
    return (here.hostname, here.path) == (there.hostname, there.path)


def _to_https(case: Case) -> bool:
    return _redirects(case) and _target(case).startswith("https:") and _same_place(case)


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


def _https(case: Case) -> str:
    if case.url.startswith("https:"):
        return (
            "The product takes a request that came over https for http, and redirects for ever: a proxy decrypts "
            "before it. Have the proxy set a header, and name it: SECURE_PROXY_SSL_HEADER = "
            '("HTTP_X_FORWARDED_PROTO", "https").'
        )
    return f"http is redirected to https, which loses bodies. Give the provider {_place(case)}."


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
        lambda case: f"A middleware or a proxy asks for a login before the endpoints: {case.exempted}.",
    ),
    Rule(
        "redirect-for-slash",
        _to_slash,
        "Something redirects to add or to take away a slash, on which clients lose body and token: the endpoints "
        "answer with and without one. Take them out of the proxy's rewriting, or of the middleware that does what "
        "APPEND_SLASH does.",
    ),
    Rule(
        "redirect",
        _redirects,
        lambda case: (
            "Clients send no token where they are redirected to. Give the provider the address itself, if "
            f"{_place(case)} is it; else take the endpoints out of the redirect (PREPEND_WWW, a proxy, a middleware)."
        ),
    ),
)
