"""What identity providers send, letter for letter, and what they expect: see README.md beside this file.

Every scenario runs. One that is not met yet has its reason in GAPS, and fails this test as soon as it is met.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.scim import ScimClient

from .runner import Player
from .scenarios import FILES, Scenario, load

GAPS = {
    "entra: matching by a work e-mail that nobody has": "a comparison behind the brackets of a filter is refused",
    "entra: does this user have this manager": "a bare complex attribute that is single-valued is refused in a filter",
}
"""Scenario, as `provider: name`, to why it is not met yet."""

SCENARIOS = load()


def with_gaps(scenario: Scenario) -> object:
    reason = GAPS.get(str(scenario))
    marks = [pytest.mark.xfail(reason=reason, strict=True, raises=AssertionError)] if reason else []
    return pytest.param(scenario, id=str(scenario), marks=marks)


@pytest.mark.parametrize("scenario", [with_gaps(scenario) for scenario in SCENARIOS])
def test_scenario(scenario: Scenario, scim: ScimClient) -> None:
    Player(scim).play(scenario)


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
