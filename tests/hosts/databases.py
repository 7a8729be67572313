"""The database of a host: its own, so that several can be tested on one server at the same time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from example_project.database import database


def databases(host: str) -> dict[str, dict[str, Any]]:
    """Return the setting DATABASES."""
    found = database(os.environ, sqlite=Path(f"{host}.sqlite3"))
    on_server = found["ENGINE"].endswith("postgresql")
    return {"default": {**found, "TEST": {"NAME": f"test_{host}_{os.getpid()}" if on_server else None}}}
