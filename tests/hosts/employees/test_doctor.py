"""The doctor sends values that a product with a vocabulary of its own takes."""

from __future__ import annotations

import pytest

from tests.doctor.played import results

from .models import Department

pytestmark = pytest.mark.django_db


def departments() -> list[str]:
    """The values that are sent as department."""
    steps = results("--provider", "generic")
    assert {step["outcome"] for step in steps} <= {"passed", "noted"}
    return [step["sent"]["Operations"][0]["value"] for step in steps if step["step"] == "change the department"]


def test_a_department_that_is_a_row_is_one_that_is_there() -> None:
    Department.objects.create(name="Lines")
    assert departments() == ["Lines"]


def test_without_a_row_no_department_is_sent() -> None:
    assert departments() == []
