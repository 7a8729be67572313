"""An index for equality on everything that is stored as JSON; on PostgreSQL, the only database that has such indexes."""

from __future__ import annotations

from typing import Any

from django.db import migrations

CREATE = """
    CREATE INDEX scim_user_stored ON scim_provisioning_userrecord
    USING gin ((lower(attributes::text)::jsonb) jsonb_path_ops)
"""
DROP = "DROP INDEX scim_user_stored"


def on_postgresql(statement: str) -> Any:
    """A step that runs the statement on PostgreSQL, and nothing elsewhere."""

    def run(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    """Adapters ask in the very words of the index (adapters/jsonlists.py)."""

    dependencies = [("scim_provisioning", "0001_initial")]
    operations = [migrations.RunPython(on_postgresql(CREATE), on_postgresql(DROP))]
