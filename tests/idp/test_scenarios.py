"""What identity providers send, letter for letter, and what they expect: see README.md beside this file.

Every scenario runs. One that is not met yet has its reason in GAPS, and fails this test as soon as it is met.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from scim_provisioning.protocol.dialects import TOLERANCES, Leniency
from tests.scim import Answer, ScimClient

from .hosts import GROUP_NEEDS, LEVELS, OPEN, PRODUCT, Host
from .runner import Player
from .scenarios import FILES, Scenario, load

pytestmark = pytest.mark.once_per_database

GAPS: dict[str, str] = {}
"""Scenario, as `provider: name`, to why it is not met yet."""

SCENARIOS = load()


def played_against(host: Host, scenarios: Iterable[Scenario]) -> list[object]:
    return [with_gaps(host, scenario) for scenario in scenarios]


def with_gaps(host: Host, scenario: Scenario) -> object:
    reason = GAPS.get(str(scenario))
    marks = [pytest.mark.xfail(reason=reason, strict=True, raises=AssertionError)] if reason else []
    return pytest.param(host, scenario, id=f"{host}: {scenario}", marks=marks)


@pytest.mark.parametrize(
    ("host", "scenario"),
    [
        *played_against(PRODUCT, SCENARIOS),
        *played_against(OPEN, (one for one in SCENARIOS if one.needs & GROUP_NEEDS)),
        *played_against(LEVELS, (one for one in SCENARIOS if "groups" in one.given)),
    ],
)
def test_scenario(host: Host, scenario: Scenario, scim: ScimClient, settings: Any) -> None:
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "GROUP_ADAPTERS": host.group_adapters}
    Player(scim, host).play(scenario)


class Repeating(Player):
    """Sends each PATCH once more, as an identity provider does that has missed the answer."""

    def _send(self, request: dict[str, Any]) -> Answer:
        answer = super()._send(request)
        if request["method"] == "PATCH" and not answer.is_error:
            again = super()._send(request)
            assert (again.status, again.json) == (answer.status, answer.json)
        return answer


@pytest.mark.parametrize("scenario", [one for one in SCENARIOS if one.patches], ids=str)
def test_a_patch_that_comes_again_changes_nothing(scenario: Scenario, scim: ScimClient, settings: Any) -> None:
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "GROUP_ADAPTERS": OPEN.group_adapters}
    Repeating(scim, OPEN).play(scenario)


@pytest.mark.parametrize("provider", sorted({scenario.provider for scenario in SCENARIOS}))
def test_the_table_of_tolerances_says_what_a_provider_needs(
    provider: str, scim: ScimClient, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "GROUP_ADAPTERS": OPEN.group_adapters}
    forgives, forgiven = Leniency.forgives, set()

    def noted(leniency: Leniency, tolerance: str) -> bool:
        forgiven.add(tolerance)
        return forgives(leniency, tolerance)

    monkeypatch.setattr(Leniency, "forgives", noted)
    for scenario in SCENARIOS:
        if scenario.provider == provider:
            with transaction.atomic():
                Player(scim, OPEN).play(scenario)
                transaction.set_rollback(True)
    assert forgiven == {name for name, tolerance in TOLERANCES.items() if provider in tolerance.needed_by}


def test_every_scenario_has_a_name_of_its_own() -> None:
    names = [str(scenario) for scenario in SCENARIOS]
    assert len(names) == len(set(names))
    assert GAPS.keys() <= set(names)


def test_the_files_keep_to_the_format() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((Path(__file__).parent / "schema.json").read_text("utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    for file in FILES:
        validator.validate(json.loads(file.read_text("utf-8")))
