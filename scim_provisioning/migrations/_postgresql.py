"""Steps for PostgreSQL alone."""

from __future__ import annotations

from typing import Any

from django.db.migrations import RunPython


def index(create: str, drop: str) -> RunPython:
    """An index that only PostgreSQL has; models do not know of it, and other databases do without."""
    return RunPython(_on_postgresql(create), _on_postgresql(drop))


def _on_postgresql(statement: str) -> Any:
    def run(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statement)

    return run
