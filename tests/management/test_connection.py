"""`manage.py scim enable`, `disable`, `rotate` and `status`: the token on standard output, words beside it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from scim_provisioning.models import Connection
from scim_provisioning.operations import connections
from tests.factories import SuperuserFactory, UserFactory
from tests.scim import ScimClient, user

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def tenants(settings: Any) -> None:
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "TENANTS": "tests.admin.tenants.tenants"}


def run(*arguments: str) -> tuple[str, str]:
    """What a subcommand writes to standard output, and beside it."""
    out, beside = StringIO(), StringIO()
    call_command("scim", *arguments, stdout=out, stderr=beside, no_color=True)
    return out.getvalue(), beside.getvalue()


def token_of(*arguments: str) -> str:
    """The token, which is alone on its line, and not told beside."""
    out, beside = run(*arguments)
    token = out.removesuffix("\n")
    assert token.startswith("scim_")
    assert "\n" not in token
    assert token not in beside
    return token


def is_valid(token: str) -> bool:
    return connections.authenticate(token) is not None


class TestEnable:
    def test_writes_the_token_alone(self) -> None:
        assert is_valid(token_of("enable"))

    def test_once_more_writes_none_and_says_so(self) -> None:
        token = token_of("enable")
        out, beside = run("enable")
        assert out == ""
        assert "enabled already" in beside
        assert is_valid(token)

    def test_gives_the_token_a_lifetime(self, clock: Any) -> None:
        run("enable", "--lifetime", "365d")
        assert connections.current().expires_at == NOON + 365 * DAY

    def test_is_an_object_for_machines(self, clock: Any) -> None:
        told = json.loads(run("enable", "--json", "--lifetime", "90m")[0])
        assert is_valid(told.pop("token"))
        assert told == {"tenant": "", "expires_at": "2026-03-04T13:30:00+00:00"}
        assert json.loads(run("enable", "--json")[0])["token"] is None


class TestDisable:
    def test_ends_the_token(self) -> None:
        token = token_of("enable")
        out, beside = run("disable")
        assert (out, is_valid(token)) == ("", False)
        assert beside == "SCIM provisioning is disabled: its tokens are no longer valid.\n"

    def test_of_what_is_off_says_that_nothing_was_changed(self) -> None:
        assert run("disable") == ("", "Nothing was changed: SCIM provisioning is not enabled.\n")

    def test_is_an_object_for_machines(self) -> None:
        run("enable")
        assert json.loads(run("disable", "--json")[0]) == {"tenant": "", "was_enabled": True}
        assert json.loads(run("disable", "--json")[0]) == {"tenant": "", "was_enabled": False}


class TestRotate:
    def test_writes_the_new_token_alone_and_says_how_long_the_other_goes_on(self, clock: Any, settings: Any) -> None:
        settings.TIME_ZONE = "UTC"
        first = token_of("enable")
        out, beside = run("rotate")
        assert is_valid(first)
        assert is_valid(out.strip())
        assert beside == "The token so far goes on until 2026-03-05 12:00. The new one is not shown again:\n"

    @pytest.mark.parametrize(("overlap", "goes_on"), [("0h", False), ("90m", True)])
    def test_lets_the_overlap_be_chosen(self, clock: Any, overlap: str, goes_on: bool) -> None:
        first = token_of("enable")
        second = token_of("rotate", "--overlap", overlap, "--lifetime", "1d")
        assert (is_valid(first), is_valid(second)) == (goes_on, True)
        assert connections.current().expires_at == NOON + DAY
        clock.shift(timedelta(minutes=90))
        assert not is_valid(first)

    def test_ends_the_overlap_without_another_token(self) -> None:
        first, second = token_of("enable"), token_of("rotate")
        assert run("rotate", "--end-previous") == ("", "The previous token is no longer valid.\n")
        assert (is_valid(first), is_valid(second)) == (False, True)
        assert run("rotate", "--end-previous")[1].startswith("Nothing was changed")

    def test_is_an_object_for_machines(self, clock: Any) -> None:
        run("enable")
        told = json.loads(run("rotate", "--json")[0])
        assert is_valid(told.pop("token"))
        assert told == {"tenant": "", "expires_at": None, "previous_until": "2026-03-05T12:00:00+00:00"}
        ended = json.loads(run("rotate", "--end-previous", "--json")[0])
        assert ended == {"tenant": "", "was_valid": True, "expires_at": None, "previous_until": None}

    def test_needs_a_connection_that_is_enabled(self) -> None:
        with pytest.raises(CommandError, match="not enabled"):
            run("rotate")

    def test_does_not_take_a_lifetime_for_a_token_that_it_does_not_make(self) -> None:
        with pytest.raises(CommandError, match="--end-previous"):
            run("rotate", "--end-previous", "--lifetime", "1d")

    @pytest.mark.parametrize("length", ["", "24", "1w", "-1h", "1.5h", "99999d", "9999999999h", "１h"])
    def test_understands_no_other_lengths(self, length: str) -> None:
        with pytest.raises(CommandError, match="minutes, hours or days"):
            run("rotate", f"--overlap={length}")

    def test_makes_no_token_that_is_over_at_once(self) -> None:
        with pytest.raises(CommandError, match="lives for a while"):
            run("enable", "--lifetime", "0d")


class TestStatus:
    def told(self) -> dict[str, Any]:
        (connection,) = json.loads(run("status", "--json")[0])["connections"]
        return dict(connection)

    def test_of_what_never_was(self) -> None:
        told = self.told()
        assert (told["state"], told["failing"], told["token"], told["last_request"]) == (
            "never-enabled",
            False,
            None,
            None,
        )
        assert run("status")[0].startswith("SCIM provisioning: never enabled\n")
        assert not Connection.objects.exists()

    def test_has_what_monitoring_asks_for(self, clock: Any) -> None:
        _, token = connections.enable(SuperuserFactory(username="boss"), lifetime=10 * DAY)
        scim = ScimClient(token, connections.current())
        taken = UserFactory()
        assert scim.post("/Users", user("ada")).status == 201
        clock.shift(timedelta(minutes=1))
        answer = scim.post("/Users", user("x", userName=taken.username))
        told = self.told()
        assert (told["state"], told["failing"], told["changed_by"]) == ("enabled", True, "boss")
        assert (told["users"], told["groups"], told["changes_today"], told["errors_last_hour"]) == (1, 0, 1, 1)
        assert told["last_change"] == NOON.isoformat()
        assert told["last_request"] == {"at": (NOON + timedelta(minutes=1)).isoformat(), "address": "127.0.0.1"}
        assert told["token"]["expires_at"] == (NOON + 10 * DAY).isoformat()
        assert (told["token"]["expires_soon"], told["token"]["has_expired"]) == (True, False)
        (refusal,) = told["refusals"]
        assert (refusal["outcome"], refusal["scim_type"], refusal["detail"]) == (409, "uniqueness", answer.detail)

    def test_is_some_lines_for_people(self, clock: Any, settings: Any) -> None:
        settings.TIME_ZONE = "UTC"
        scim = ScimClient(token_of("enable", "--lifetime", "30d"), None)
        scim.delete(f"/Users/{SuperuserFactory().pk}")
        clock.shift(DAY / 2)
        run("rotate", "--lifetime", "1d")
        clock.shift(timedelta(hours=1))
        scim.get("/Users")
        first, *lines = run("status")[0].splitlines()
        assert first == "SCIM provisioning: connected, but failing"
        assert "  token expires 2026-03-06 00:00" in lines
        assert "  two tokens are valid until 2026-03-06 00:00: the identity provider still uses the old one" in lines
        assert "  last request 2026-03-05 01:00 from 127.0.0.1" in lines
        assert "  manages 0 users and 0 groups" in lines
        assert lines[-1].startswith("  2026-03-04 12:00  403  delete User ")

    def test_says_since_when_it_is_off_and_by_whom(self, clock: Any, settings: Any) -> None:
        settings.TIME_ZONE = "UTC"
        connections.enable()
        connections.disable(SuperuserFactory(username="boss"))
        assert "  disabled since 2026-03-04 12:00 by boss\n" in run("status")[0]

    def test_shows_no_token(self) -> None:
        first, second = token_of("enable"), token_of("rotate")
        for told in (run("status")[0], run("status", "--json")[0]):
            assert first not in told
            assert second not in told


class TestStatusCheck:
    """`status --check`: what a monitor asks, and what makes it call somebody."""

    @pytest.fixture(autouse=True)
    def _noon(self, clock: Any, settings: Any) -> None:
        settings.TIME_ZONE = "UTC"
        self.clock = clock

    def problems(self, *arguments: str) -> list[str]:
        try:
            run("status", "--check", *arguments)
        except CommandError as error:
            assert error.returncode == 1
            return str(error).splitlines()
        return []

    def test_finds_nothing_where_provisioning_is_off(self) -> None:
        assert self.problems("--seen-within", "1m") == []
        run("enable", "--lifetime", "1d")
        run("disable")
        self.clock.shift(2 * DAY)
        assert self.problems("--seen-within", "1m") == []

    def test_still_tells_the_status(self) -> None:
        run("enable", "--lifetime", "1d")
        out = StringIO()
        with pytest.raises(CommandError):
            call_command("scim", "status", "--check", "--json", stdout=out)
        assert json.loads(out.getvalue())["connections"][0]["state"] == "waiting"

    def test_finds_a_connection_that_fails_until_a_request_goes_well(self) -> None:
        scim = ScimClient(token_of("enable"), None)
        scim.post("/Users", user("ada"))
        answer = scim.post("/Users", user("ada"))
        assert self.problems() == [f"SCIM provisioning: its last event is a refusal with 409: {answer.detail}"]
        self.clock.shift(timedelta(seconds=1))
        scim.post("/Users", user("bob"))
        assert self.problems() == []

    def test_finds_a_token_that_ends_soon_or_has_ended(self) -> None:
        run("enable", "--lifetime", "31d")
        assert self.problems() == []
        assert self.problems("--expires-within", "31d") == ["SCIM provisioning: the token expires 2026-04-04 12:00"]
        self.clock.shift(DAY)
        assert self.problems() == ["SCIM provisioning: the token expires 2026-04-04 12:00"]
        assert self.problems("--expires-within", "0h") == []
        self.clock.shift(30 * DAY)
        assert self.problems("--expires-within", "0h") == ["SCIM provisioning: the token expired 2026-04-04 12:00"]

    def test_finds_a_silence_of_the_length_that_is_given(self) -> None:
        scim = ScimClient(token_of("enable"), None)
        self.clock.shift(2 * DAY)
        assert self.problems() == self.problems("--seen-within", "2d") == []
        assert self.problems("--seen-within", "1d") == ["SCIM provisioning: no request since 2026-03-04 12:00"]
        scim.get("/Users")
        assert self.problems("--seen-within", "1d") == []

    @pytest.mark.usefixtures("tenants")
    def test_says_whose_connection_it_is(self) -> None:
        for tenant in ("volt", "acme"):
            run("enable", "--tenant", tenant, "--lifetime", "1d")
        assert [line.partition(":")[0] for line in self.problems()] == [
            "SCIM provisioning of acme",
            "SCIM provisioning of volt",
        ]


@pytest.mark.usefixtures("tenants")
class TestTenants:
    def test_have_a_token_each(self) -> None:
        acme, volt = (token_of("enable", "--tenant", tenant) for tenant in ("acme", "volt"))
        run("disable", "--tenant", "acme")
        assert (is_valid(acme), is_valid(volt)) == (False, True)

    @pytest.mark.parametrize("command", ["enable", "disable", "rotate"])
    def test_have_to_be_named(self, command: str) -> None:
        for arguments in ([command], [command, "--tenant", "nobody"]):
            with pytest.raises(CommandError, match="--tenant is one of acme"):
                run(*arguments)

    def test_are_all_in_the_status_unless_one_is_named(self) -> None:
        run("enable", "--tenant", "volt")
        run("enable", "--tenant", "acme")
        told = json.loads(run("status", "--json")[0])["connections"]
        assert [one["tenant"] for one in told] == ["acme", "volt"]
        assert run("status", "--tenant", "volt")[0].startswith("SCIM provisioning of volt: waiting")

    def test_can_be_switched_off_when_the_product_names_them_no_more(self, settings: Any) -> None:
        token = token_of("enable", "--tenant", "volt")
        settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "TENANTS": ""}
        run("disable", "--tenant", "volt")
        assert not is_valid(token)


def test_a_product_without_tenants_has_none_to_name() -> None:
    with pytest.raises(CommandError, match="no tenants"):
        run("enable", "--tenant", "acme")
