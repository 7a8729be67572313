"""What nginx makes of requests and answers."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator

import httpx2
import pytest

from example_project.demo.identity_provider import IdentityProvider
from tests.deployment.site import HOST, Site

LIMIT = 5 * 1024 * 1024
FILTER = 4096

PERSON = {
    "externalId": "7f3c",
    "userName": "maria.keller@example.com",
    "name": {"familyName": "Keller", "givenName": "Maria"},
    "active": True,
}


def document(name: str) -> dict[str, object]:
    return {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name}


def is_scim_error(answer: httpx2.Response, status: int) -> bool:
    return (
        answer.status_code == status
        and answer.headers["Content-Type"] == "application/scim+json"
        and answer.json()["status"] == str(status)
    )


@pytest.fixture(scope="module")
def bare(site: Site) -> Iterator[httpx2.Client]:
    """What gunicorn is by itself, without nginx before it."""
    settings = 'SCIM_PROVISIONING = {**SCIM_PROVISIONING, "BASE_URL": ""}\nMIDDLEWARE = MIDDLEWARE[1:]'
    with site.another_gunicorn(settings, "--limit-request-line", "4094") as client:
        yield client


def test_an_identity_provider_does_all_that_it_does(site: Site, token: str) -> None:
    url = f"https://127.0.0.1:{site.https}/scim/v2"
    with IdentityProvider(url, token, PERSON, headers={"Host": HOST}, verify=site.tls) as provider:
        provider.discover()
        provider.look_up_in_vain()
        provider.create()
        provider.assign("Transmission line (Read-only)")
        provider.move("Transmission line (Read-only)", "Transmission line (Full access)")
        provider.change("active", False)
        provider.change("active", True)
        provider.delete()
        provider.look_up_in_vain()
        methods = {exchange.method for exchange in provider.exchanges}
    assert methods == {"GET", "POST", "PATCH", "DELETE"}


def test_who_has_no_token_or_a_wrong_one_is_told_so(site: Site, token: str) -> None:
    for sent, challenge in ((None, 'Bearer realm="SCIM"'), (f"{token}x", 'Bearer realm="SCIM", error="invalid_token"')):
        with site.client(sent) as client:
            answer = client.get("/Users")
        assert is_scim_error(answer, 401)
        assert answer.headers["WWW-Authenticate"] == challenge


def test_http_takes_no_token_and_leads_nobody_there(site: Site, token: str) -> None:
    with httpx2.Client(base_url=f"http://127.0.0.1:{site.http}", headers={"Host": HOST}, trust_env=False) as client:
        assert client.get("/scim/v2/Users", headers={"Authorization": f"Bearer {token}"}).status_code == 403
        assert client.get("/login/").headers["Location"] == f"https://{HOST}/login/"


def test_addresses_in_answers_are_those_of_the_proxy(scim: httpx2.Client, bare: httpx2.Client) -> None:
    made = scim.post("/Users", json=document("location"))
    assert made.headers["Location"] == f"https://{HOST}/scim/v2/Users/{made.json()['id']}"
    headers = {"Authorization": scim.headers["Authorization"]}
    for scheme in ("http", "https"):
        config = bare.get("/ServiceProviderConfig", headers={**headers, "X-Forwarded-Proto": scheme})
        assert config.json()["meta"]["location"] == f"{scheme}://{HOST}/scim/v2/ServiceProviderConfig"


def test_events_have_the_client_s_address_whatever_it_says_itself(site: Site, token: str) -> None:
    lies = {"X-Real-IP": "192.0.2.1", "X-Forwarded-For": "192.0.2.1", "Forwarded": "for=192.0.2.1"}
    with site.client(token, local_address="127.0.0.2") as client:
        client.post("/Users", json=document("from somewhere"), headers=lies)
    assert site.events("--limit", "1")[0]["address"] == "127.0.0.2"


def test_without_the_middleware_events_have_the_proxy_s_address(
    site: Site, scim: httpx2.Client, bare: httpx2.Client
) -> None:
    headers = {"Authorization": scim.headers["Authorization"], "X-Real-IP": "192.0.2.1"}
    bare.post("/Users", json=document("from the proxy"), headers=headers)
    assert site.events("--limit", "1")[0]["address"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("size", "said"), [(LIMIT + 1, f"A body may have {LIMIT} bytes."), (6 * 1024 * 1024 + 1, "The body is too large.")]
)
def test_a_body_that_is_too_large_is_refused_in_scim(scim: httpx2.Client, size: int, said: str) -> None:
    answer = scim.post("/Users", content=b" " * size, headers={"Content-Type": "application/scim+json"})
    assert is_scim_error(answer, 413)
    assert answer.json()["detail"] == said


def test_a_chunked_body_arrives_by_way_of_the_proxy_only(scim: httpx2.Client, bare: httpx2.Client) -> None:
    def chunks(name: str) -> Iterator[bytes]:
        yield from (letter.encode() for letter in json.dumps(document(name)))

    headers = {"Content-Type": "application/scim+json", "Authorization": scim.headers["Authorization"]}
    assert scim.post("/Users", content=chunks("chunks"), headers=headers).status_code == 201
    refused = bare.post("/Users", content=chunks("lost"), headers=headers)
    assert is_scim_error(refused, 400)
    assert "let the proxy buffer it" in refused.json()["detail"]


@pytest.mark.parametrize("charset", ["rot13", "zip", "undefined", '"hex"', "utf-16", "latin-1", "utf-8-sig", "utf8x"])
def test_a_body_in_another_charset_is_refused_in_scim(scim: httpx2.Client, charset: str) -> None:
    content_type = f"application/scim+json; charset={charset}"
    answer = scim.post("/Users", content=json.dumps(document(charset)), headers={"Content-Type": content_type})
    assert is_scim_error(answer, 415)
    found = scim.get("/Users", params={"filter": "userName pr and not (id pr)"}, headers={"Content-Type": content_type})
    assert found.json()["totalResults"] == 0


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", ';charset="UTF-8"', "; charset=utf8; v=2", "; v=2"])
def test_a_body_in_utf_8_is_taken(scim: httpx2.Client, charset: str) -> None:
    content_type = f"application/scim+json{charset}"
    name = f"charset {charset.strip()}"
    answer = scim.post("/Users", content=json.dumps(document(name)), headers={"Content-Type": content_type})
    assert answer.status_code == 201, answer.text


def test_without_the_proxy_s_map_no_charset_makes_django_fail(scim: httpx2.Client, bare: httpx2.Client) -> None:
    headers = {"Authorization": scim.headers["Authorization"], "Content-Type": "application/json; charset=rot13"}
    assert bare.get("/Users?count=0", headers=headers).status_code == 200
    assert is_scim_error(bare.post("/Users", content=b"{}", headers=headers), 415)


def filtered(length: int, letter: str) -> dict[str, str]:
    before, after = 'userName eq "', '"'
    return {"filter": f"{before}{letter * (length - len(before) - len(after))}{after}"}


@pytest.mark.parametrize("letter", ["a", "ä", "😀"])
def test_a_filter_of_the_greatest_length_arrives_and_a_longer_one_is_refused_by_the_product(
    scim: httpx2.Client, letter: str
) -> None:
    assert scim.get("/Users", params=filtered(FILTER, letter)).json()["totalResults"] == 0
    refused = scim.get("/Users", params=filtered(FILTER + 1, letter))
    assert is_scim_error(refused, 400)
    assert refused.json()["scimType"] == "invalidFilter"


def test_gunicorn_by_itself_takes_no_filter_of_that_length(scim: httpx2.Client, bare: httpx2.Client) -> None:
    headers = {"Authorization": scim.headers["Authorization"]}
    refused = bare.get("/Users", params=filtered(FILTER, "a"), headers=headers)
    assert (refused.status_code, refused.headers["Content-Type"]) == (414, "text/html")


def test_a_connection_is_kept_for_many_requests(site: Site, token: str) -> None:
    connection = http.client.HTTPSConnection("127.0.0.1", site.https, context=site.tls)
    connection.connect()
    used = connection.sock
    for _ in range(20):
        connection.request("GET", "/scim/v2/Users?count=0", headers={"Host": HOST, "Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        assert answer.read()
        assert answer.status == 200
        assert connection.sock is used
    connection.close()


def test_the_proxy_s_log_leads_to_the_event_and_has_no_filter(site: Site, scim: httpx2.Client) -> None:
    scim.get("/Users", params={"filter": 'userName eq "not.for.logs@example.com"'})
    answer = scim.post("/Users", json=document("logged"))
    log = (site.folder / "access.log").read_text()
    assert "not.for.logs" not in log
    assert log.splitlines()[-1].endswith(answer.headers["X-Request-Id"])
    assert site.events("--limit", "1")[0]["request_id"] == answer.headers["X-Request-Id"]


def test_a_superuser_logs_in_to_the_settings_page(site: Site) -> None:
    site.manage("shell", "--command", SUPERUSER)
    with site.client(path="") as browser:
        form = browser.get("/admin/login/")
        (csrf,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', form.text)
        cookies = dict(browser.cookies.items())
        sent = {"username": "boss", "password": "a long secret", "csrfmiddlewaretoken": csrf, "next": "/admin/"}
        headers = {"Origin": f"https://{HOST}", "Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())}
        answer = browser.post("/admin/login/", data=sent, headers=headers)
        assert answer.status_code == 302, answer.text
        assert re.search(r"sessionid=.+; Secure", answer.headers["Set-Cookie"])
        assert browser.get("/static/scim_provisioning/settings.css").headers["Content-Type"] == "text/css"


SUPERUSER = """
from example_project.accounts.models import User
User.objects.create_superuser("boss", "boss@example.com", "a long secret")
"""
