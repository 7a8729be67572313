"""The user model of a project is chosen when it starts, so a host with another one has a run of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PLAIN = Path(__file__).parent / "plain"
ROOT = PLAIN.parents[2]


def test_what_a_project_with_django_s_own_users_and_groups_has_to_pass() -> None:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--ds=tests.hosts.plain.settings", str(PLAIN)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
