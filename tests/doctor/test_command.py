"""`manage.py scim doctor`: what it asks for, and how it tells what it found."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command

from scim_provisioning.doctor.player import Player
from scim_provisioning.doctor.providers import providers
from scim_provisioning.doctor.rules import RULES
from scim_provisioning.doctor.samples import VALUES
from scim_provisioning.management.scim import doctor

from .played import results, told

pytestmark = pytest.mark.once_per_database

PAGE = Path(django_settings.BASE_DIR) / "docs" / "doctor.md"


@pytest.mark.django_db
def test_each_step_is_a_line_with_what_was_asked_and_what_came() -> None:
    status, text = told("--provider", "okta")
    assert status == 0
    assert "    ✓ create the account: POST /Users → 201\n" in text
    assert "\nOkta\n  Connection test\n    ✓ test the credentials: GET /Users?startIndex=1&count=2 → 200\n" in text


@pytest.mark.django_db
def test_a_failure_has_what_was_asked_what_came_and_the_remedy(settings: Any) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.doctor.middlewares.drops_authorization"]
    status, text = told("--provider", "okta")
    assert status == 1
    lines = text.splitlines()
    place = lines.index("    ✗ the configuration is there: 401 instead of 200")
    assert lines[place + 1] == "      asked   GET /ServiceProviderConfig"
    assert lines[place + 2].startswith("      came    401 Unauthorized The header `Authorization` did not arrive.")
    remedy = next(line for line in lines[place:] if line.startswith("      remedy"))
    assert remedy.startswith("      remedy  (authorization-dropped) The token was sent")


@pytest.mark.django_db
def test_it_ends_with_how_much_went_well_and_what_it_cost() -> None:
    *_, counts, cost = told("--provider", "okta")[1].strip().splitlines()
    assert counts == "49 passed, 1 noted, 0 skipped, 0 failed."
    assert cost.startswith("49 requests in ")
    assert " queries; the slowest, " in cost


@pytest.mark.django_db
def test_nothing_is_wider_than_a_terminal(settings: Any) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.doctor.middlewares.decodes_the_query"]
    lines = told()[1].splitlines()
    assert len(lines) > 100
    assert [line for line in lines if len(line) > 100] == []


@pytest.mark.django_db
def test_quietly_only_what_did_not_go_well_is_told() -> None:
    text = told("--quiet")[1]
    assert "✓" not in text
    assert "! Provisioning is switched off" in text


@pytest.mark.django_db
def test_progress_is_shown_as_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    out = StringIO()
    seen: list[str] = []
    play = Player.play

    def watched(self: Player) -> Any:
        seen.append(out.getvalue())
        return play(self)

    monkeypatch.setattr(Player, "play", watched)
    call_command("scim", "doctor", "--provider", "duo", stdout=out)
    assert len(seen) == 2
    assert "✓ DELETE arrives" in seen[1]


@pytest.mark.django_db
def test_machines_get_each_step_with_its_time_and_queries() -> None:
    steps = results("--provider", "duo")
    created = next(step for step in steps if step["step"] == "create the account")
    assert created["asked"] == "POST /Users"
    assert created["sent"]["userName"].endswith("@scim-doctor.example")
    assert created["came"].startswith("201 Created")
    assert created["queries"] > 3
    assert 0 < created["seconds"] < 60


@pytest.mark.django_db
def test_a_fail_level_makes_warnings_count() -> None:
    assert told("--provider", "duo")[0] == 0
    assert told("--provider", "duo", "--fail-level", "warning")[0] == 1
    assert json.loads(told("--provider", "duo", "--json")[1])["passed"] is True


REFUSED = [
    (["--provider", "nobody"], "invalid choice"),
    (["--url", "https://app.example.com/scim/v2"], "--token-from go together"),
    (["--token-from", "-"], "--token-from go together"),
    (["--group", "Editors"], "--group goes with --url"),
    (["--url", "app.example.com", "--token-from", "-"], "give the provisioning URL"),
    (["--url", "ftp://app.example.com/scim", "--token-from", "-"], "give the provisioning URL"),
    (["--url", "https://app.example.com/scim/v2", "--token-from", "/nowhere"], "No such file"),
    (["--value", "colour=red"], "no such name"),
    (["--tenant", "north"], "has no tenants"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("arguments", "says"), REFUSED, ids=[" ".join(one) for one, _ in REFUSED])
def test_what_cannot_be_meant_is_refused_with_what_is_due(arguments: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        told(*arguments)


@pytest.mark.parametrize("content", ["", "token: abc", "scim_a\nscim_b", "tökén"])
@pytest.mark.django_db
def test_a_file_with_anything_but_a_token_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "token"
    file.write_text(content, "utf-8")
    with pytest.raises(CommandError, match="the token alone is due"):
        told("--url", "https://app.example.com/scim/v2", "--token-from", str(file))


def two_tenants() -> list[tuple[str, str]]:
    return [("north", "North"), ("south", "South")]


@pytest.mark.django_db
@pytest.mark.parametrize("arguments", [(), ("--tenant", "west")])
def test_where_there_are_tenants_one_is_asked_for(settings: Any, arguments: tuple[str, ...]) -> None:
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "TENANTS": f"{__name__}.two_tenants"}
    with pytest.raises(CommandError, match="--tenant is one of north, south"):
        told(*arguments)


def test_the_page_names_every_argument_provider_and_value() -> None:
    page = PAGE.read_text("utf-8")
    parser = ArgumentParser()
    doctor.add_arguments(parser)
    arguments = {name for action in parser._actions for name in action.option_strings} - {"-h", "--help"}
    assert {name for name in arguments if f"`{name}" not in page} == set()
    assert {name for name in (*providers(), *VALUES) if f"`{name}`" not in page} == set()


def test_the_page_names_every_rule() -> None:
    page = PAGE.read_text("utf-8")
    names = [rule.name for rule in RULES]
    assert [name for name in names if f"| `{name}` |" not in page] == []
