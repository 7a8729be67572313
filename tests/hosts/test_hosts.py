"""The user model of a project is chosen when it starts, so each host has a run of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PLAIN = "plain"
OTHERS = sorted({settings.parent.name for settings in HERE.glob("*/settings.py")} - {PLAIN})


@pytest.mark.parametrize("host", [PLAIN, *(pytest.param(host, marks=pytest.mark.once_per_database) for host in OTHERS)])
def test_what_a_host_has_to_pass(host: str) -> None:
    pytest_of_host = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--ds=tests.hosts.{host}.settings"]
    done = subprocess.run([*pytest_of_host, str(HERE / host)], cwd=HERE.parents[1], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
