"""The doctor over HTTP: against the live server, alone and behind proxies with a fault."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from example_project.accounts.models import User
from scim_provisioning.doctor.providers import providers
from scim_provisioning.models import Event
from scim_provisioning.operations import connections
from tests.factories import ProfileFactory, UserFactory
from tests.idp.hosts import OPEN_PROFILES

from . import proxies
from .played import failed, results, rows, told

pytestmark = pytest.mark.once_per_database

FIRST = "the configuration is there"


@pytest.fixture
def token(live_server: Any, tmp_path: Path) -> Path:
    """A file with the token of an enabled connection."""
    _, token = connections.enable()
    file = tmp_path / "token"
    file.write_text(f"{token}\n", "utf-8")
    return file


@pytest.fixture
def behind(live_server: Any, token: Path) -> Iterator[Callable[..., tuple[str, ...]]]:
    """The arguments for an address behind a proxy with a fault."""
    opened = []

    def arguments(fault: proxies.Fault, mount: str = "/scim/v2") -> tuple[str, ...]:
        context = proxies.proxy(live_server.url, fault)
        opened.append(context)
        return ("--url", f"{context.__enter__()}{mount}", "--token-from", str(token))

    yield arguments
    for context in opened:
        context.__exit__(None, None, None)


@pytest.mark.parametrize("name", sorted(providers()))
def test_a_product_in_order_passes(live_server: Any, token: Path, name: str) -> None:
    profile = ProfileFactory(name="Data entry", users=[UserFactory()])
    before = set(profile.users.values_list("pk", flat=True))
    found = results(
        "--url", f"{live_server.url}/scim/v2/", "--token-from", str(token), "--provider", name, "--group", "Data entry"
    )
    assert {step["outcome"] for step in found} == {"passed"}
    assert ("Group assignment: Data entry" in {step["phase"] for step in found}) is (name != "google")
    assert set(profile.users.values_list("pk", flat=True)) == before


def test_what_it_made_is_deleted_over_scim(live_server: Any, token: Path, settings: Any) -> None:
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "GROUP_ADAPTERS": [OPEN_PROFILES]}
    arguments = ("--url", f"{live_server.url}/scim/v2", "--token-from", str(token))
    assert failed(*arguments, "--push-groups", "--provider", "keycloak") == []
    assert failed(*arguments) == []
    assert rows()["access.Profile"] == []
    made = User.objects.filter(username__contains="scim-doctor.example")
    assert made.count() == 3
    assert not made.filter(is_active=True).exists()
    assert Event.objects.filter(operation="create").exists()


def test_with_rows_that_are_deleted_nothing_but_events_stays(live_server: Any, token: Path, settings: Any) -> None:
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "DELETE_USERS": True}
    before = rows()
    assert failed("--url", f"{live_server.url}/scim/v2", "--token-from", str(token)) == []
    after = rows()
    kept = {"scim_provisioning.Event", "scim_provisioning.Connection"}
    assert {label for label in after if after[label] != before[label]} == kept


PLANTED: list[tuple[proxies.Fault, str, str, str]] = [
    (proxies.drops_authorization, FIRST, "authorization-dropped", "WSGIPassAuthorization On"),
    (proxies.cuts_the_prefix, FIRST, "wrong-address", "they are at /scim/v2"),
    (proxies.redirects_to_https, FIRST, "redirect-to-https", "https://127.0.0.1"),
    (proxies.shows_a_login, FIRST, "page-in-front", "login"),
    (proxies.blocks_patch, "PATCH arrives", "method-blocked", "limit_except"),
    (proxies.loses_the_query, "the query arrives: a filter that cannot be read is refused", "query-lost", "QSA"),
    (proxies.decodes_the_query, "look it up by externalId", "query-mangled", "nocanon"),
]


@pytest.mark.parametrize(("fault", "step", "rule", "remedy"), PLANTED, ids=[fault.__name__ for fault, *_ in PLANTED])
def test_a_fault_of_a_proxy_is_found_at_its_step(
    behind: Callable[..., tuple[str, ...]], fault: proxies.Fault, step: str, rule: str, remedy: str
) -> None:
    first = failed(*behind(fault))[0]
    assert (first["step"], first["rule"]) == (step, rule)
    assert remedy in first["remedy"]


def test_a_proxy_in_order_passes(behind: Callable[..., tuple[str, ...]]) -> None:
    assert failed(*behind(proxies.nothing)) == []


def test_a_wrong_mount_is_found(behind: Callable[..., tuple[str, ...]]) -> None:
    (step,) = failed(*behind(proxies.nothing, "/scim"))
    assert (step["step"], step["rule"]) == (FIRST, "wrong-address")
    assert "they are at /scim/v2" in step["remedy"]


def test_a_site_that_has_not_mounted_them_is_found(behind: Callable[..., tuple[str, ...]], settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.doctor.test_arrival"
    settings.DEBUG = True  # the example's own page for 404 leads to what is not mounted either
    (step,) = failed(*behind(proxies.nothing))
    assert step["rule"] == "wrong-address"
    assert "they are nowhere" in step["remedy"]


def test_a_connection_that_breaks_off_is_told(db: None, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("scim_token", "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as server:
        hanging_up = threading.Thread(target=lambda: server.accept()[0].close())
        hanging_up.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/scim/v2"
        (step,) = failed("--url", url, "--token-from", str(tmp_path / "token"))
        hanging_up.join()
    assert (step["step"], step["rule"]) == (FIRST, "no-http")


def test_a_wrong_token_is_found(live_server: Any, token: Path) -> None:
    token.write_text("scim_of-another-site", "utf-8")
    (step,) = failed("--url", f"{live_server.url}/scim/v2", "--token-from", str(token))
    assert (step["step"], step["rule"]) == (FIRST, "token-refused")


def test_a_disabled_connection_is_found(live_server: Any, token: Path) -> None:
    connections.disable()
    (step,) = failed("--url", f"{live_server.url}/scim/v2", "--token-from", str(token))
    assert (step["step"], step["rule"]) == (FIRST, "token-refused")
    assert "provisioning is disabled" in step["remedy"]


def test_over_http_no_token_is_sent(live_server: Any, token: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *args: pytest.fail("something was sent"))
    (step,) = failed("--url", "http://app.example.com/scim/v2", "--token-from", str(token))
    assert step["rule"] == "http"
    assert "over https" in step["remedy"]


def test_https_where_only_http_is_spoken_is_told(live_server: Any, token: Path) -> None:
    url = f"{live_server.url}/scim/v2".replace("http:", "https:")
    (step,) = failed("--url", url, "--token-from", str(token))
    assert (step["step"], step["rule"]) == (FIRST, "no-http")


def test_where_nobody_listens_is_told(db: None, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("scim_token", "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (step,) = failed("--url", f"http://127.0.0.1:{port}/scim/v2", "--token-from", str(tmp_path / "token"))
    assert (step["step"], step["rule"]) == (FIRST, "nobody-listens")
    assert "Connection refused" in step["came"]


def test_what_could_not_be_cleaned_up_is_told(behind: Callable[..., tuple[str, ...]]) -> None:
    left = failed(*behind(proxies.forgets_accounts), "--provider", "okta")
    assert [step["phase"] for step in left] == ["Clean-up"]
    assert User.objects.get(username__startswith="doctor.").pk == int(left[0]["asked"].rpartition("/")[2])


def test_a_group_that_is_not_there_is_left_out(live_server: Any, token: Path) -> None:
    found = results("--url", f"{live_server.url}/scim/v2", "--token-from", str(token), "--group", "Nothing")
    (skipped,) = [step for step in found if step["outcome"] == "skipped"]
    assert "'Nothing'" in skipped["problem"]


def test_the_token_is_read_from_standard_input_and_never_shown(
    live_server: Any, token: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = token.read_text("utf-8").strip()
    monkeypatch.setattr("sys.stdin", io.StringIO(secret))
    status, text = told("--url", f"{live_server.url}/scim/v2", "--token-from", "-")
    assert status == 0
    assert secret not in text
    assert secret not in told("--url", f"{live_server.url}/scim/v2", "--token-from", str(token), "--json")[1]


@pytest.mark.parametrize("fault", [proxies.repeats_what_it_was_asked, proxies.says_what_it_was_asked])
def test_a_server_that_repeats_the_token_does_not_make_it_shown(
    behind: Callable[..., tuple[str, ...]], token: Path, fault: proxies.Fault
) -> None:
    arguments = behind(fault)
    for form in ((), ("--json",)):
        status, text = told(*arguments, *form)
        assert status == 1
        assert token.read_text("utf-8").strip() not in text
