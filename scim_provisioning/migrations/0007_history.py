from __future__ import annotations

from django.db import migrations, models

from . import _postgresql


class Migration(migrations.Migration):
    """An index for each question that is asked of the Events."""

    dependencies = [
        ("scim_provisioning", "0006_refusals"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["operation", "-at"], name="scim_event_operation"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["request_id"], name="scim_event_request"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("outcome__gte", 400)), fields=["-at"], name="scim_event_all_refused"
            ),
        ),
        # What operations/mentions.py asks. Without a list of what is still to be sorted in, which each question would
        # have to read through, so that the planner would rather read all Events.
        _postgresql.index(
            "CREATE INDEX scim_event_changes ON scim_provisioning_event USING gin (changes jsonb_path_ops)"
            " WITH (fastupdate = off)",
            "DROP INDEX scim_event_changes",
        ),
    ]
