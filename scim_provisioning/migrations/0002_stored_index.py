"""An index for equality on everything that is stored as JSON; on PostgreSQL, the only database that has such indexes."""

from __future__ import annotations

from django.db import migrations

from . import _postgresql

CREATE = """
    CREATE INDEX scim_user_stored ON scim_provisioning_userrecord
    USING gin ((lower(attributes::text)::jsonb) jsonb_path_ops)
"""
DROP = "DROP INDEX scim_user_stored"


class Migration(migrations.Migration):
    """Adapters ask in the very words of the index (adapters/jsonlists.py)."""

    dependencies = [("scim_provisioning", "0001_initial")]
    operations = [_postgresql.index(CREATE, DROP)]
