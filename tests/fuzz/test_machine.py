"""Whatever is sent, what the service provider holds is what a model of it holds (`tox run -e fuzz` sends more)."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from .machine import Machine

REQUESTS = int(os.environ.get("SCIM_FUZZ_REQUESTS", "0"))
"""How many requests to send at least; without the variable, a few that are always the same."""

# What fails is not made smaller here: that takes minutes, and the big run does it.
FEW = settings(max_examples=6, stateful_step_count=15, derandomize=True, database=None, phases=[Phase.generate])
MANY = settings(max_examples=20, stateful_step_count=50, database=None)


@pytest.mark.threat(13, 35)
@pytest.mark.once
@pytest.mark.django_db
def test_what_is_held_is_what_was_written(capsys: pytest.CaptureFixture[str]) -> None:
    checks = {"deadline": None, "suppress_health_check": list(HealthCheck)}
    run_state_machine_as_test(Machine, settings=settings(MANY if REQUESTS else FEW, **checks))
    while Machine.sent.total() < REQUESTS:
        run_state_machine_as_test(Machine, settings=settings(MANY, **checks))
    with capsys.disabled():
        if REQUESTS:
            print(f"\n{Machine.sent.total()} requests: {dict(Machine.sent.most_common())}")
