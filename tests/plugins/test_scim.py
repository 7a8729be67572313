"""The plugin that gives tests their client."""

from __future__ import annotations

from pathlib import Path

import pytest

from scim_provisioning.models import Connection
from tests.scim import ScimClient

from .scim import ONLY_AUTOMATIC


@pytest.mark.rfc("7644-3.5.2-02")
def test_a_test_of_a_requirement_runs_in_both_dialects(scim: ScimClient, dialect: str) -> None:
    assert Connection.objects.get().dialect == dialect
    refused = scim.request("PATCH", "/Users/1", {"Operations": []}).scim_type
    assert refused == ("invalidSyntax" if dialect == "strict" else None)


@pytest.mark.parametrize("name", ONLY_AUTOMATIC)
def test_those_that_do_not_are_tests_that_there_are(name: str) -> None:
    file, _, function = name.partition("::")
    assert f"def {function}(" in (Path(__file__).parents[1] / file).read_text("utf-8")
