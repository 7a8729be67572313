"""What the doctor says of a project that is put together for one test."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

from django.apps import apps
from django.core.management import call_command


def told(*arguments: str) -> tuple[int, str]:
    """The exit status, and what is printed."""
    out = StringIO()
    try:
        call_command("scim", "doctor", *arguments, stdout=out, no_color=True)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue()
    return 0, out.getvalue()


def results(*arguments: str) -> list[dict[str, Any]]:
    """Each step, as `--json` has it; the exit status has to say the same."""
    status, text = told("--json", *arguments)
    found = json.loads(text)
    assert found["passed"] is (status == 0)
    assert status == any(step["outcome"] == "failed" for step in found["steps"])
    steps: list[dict[str, Any]] = found["steps"]
    return steps


def failed(*arguments: str) -> list[dict[str, Any]]:
    """The steps that failed."""
    return [step for step in results(*arguments) if step["outcome"] == "failed"]


def rows() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    models = apps.get_models(include_auto_created=True)
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in models}
