"""docs/checks.md lists every check, and every check is triggered by a test."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core import checks
from django.core.management import call_command
from django.test import override_settings

from scim_provisioning.checks.messages import APP

ROOT = Path(settings.BASE_DIR)
PAGE = (ROOT / "docs" / "checks.md").read_text("utf-8")
ID = re.compile(r'"([EW]\d{3})"')
DOCUMENTED = re.findall(r"^\| `([EW]\d{3})` \| \S.* \| \S.* \|$", PAGE, re.MULTILINE)


def ids_in(folder: str) -> set[str]:
    """The ids that are written in the modules of a folder."""
    return {id for module in (ROOT / folder).rglob("*.py") for id in ID.findall(module.read_text("utf-8"))}


def test_it_lists_each_check_once_and_in_order() -> None:
    assert sorted(DOCUMENTED) == sorted(ids_in("scim_provisioning/checks"))
    assert sorted(set(DOCUMENTED)) == DOCUMENTED


def test_each_check_is_triggered_by_a_test() -> None:
    assert ids_in("scim_provisioning/checks") - ids_in("tests/checks") == set()


def test_ids_are_numbered_without_a_gap() -> None:
    for letter in "EW":
        numbers = [int(id[1:]) for id in DOCUMENTED if id[0] == letter]
        assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.django_db
def test_the_example_has_nothing_to_be_told() -> None:
    assert checks.run_checks() == []


@pytest.mark.django_db
def test_what_is_silenced_by_its_id_is_not_told() -> None:
    with override_settings(SCIM_PROVISIONING={"MAX_COUNTS": 1}, SILENCED_SYSTEM_CHECKS=[f"{APP}.E001"]):
        call_command("check", stdout=StringIO())


@pytest.mark.django_db
def test_the_example_s_rows_have_nothing_to_be_told_and_its_deployment_what_is_true_of_a_machine_of_one_s_own() -> None:
    found = checks.run_checks(include_deployment_checks=True, databases=["default"])
    assert [message.id for message in found if str(message.id).startswith(APP)] == [f"{APP}.W010", f"{APP}.W012"]


@pytest.mark.django_db
def test_manage_py_tells_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SCIM_PROVISIONING", {"MAX_COUNTS": 1})
    with pytest.raises(Exception, match=r"scim_provisioning\.E001") as raised:
        call_command("check", stdout=StringIO(), stderr=StringIO())
    assert "Did you mean 'MAX_COUNT'?" in str(raised.value)
