from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Events of refused requests, which are folded, and what is asked of one connection's events."""

    dependencies = [
        ("scim_provisioning", "0005_rotation"),
    ]

    operations = [
        migrations.AddField(
            model_name="event",
            name="count",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="event",
            name="detail",
            field=models.CharField(blank=True, default="", max_length=500),
        ),
        migrations.AddField(
            model_name="event",
            name="fold",
            field=models.CharField(editable=False, max_length=64, null=True),
        ),
        migrations.AlterField(
            model_name="event",
            name="connection",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="scim_provisioning.connection",
            ),
        ),
        migrations.AlterField(
            model_name="event",
            name="operation",
            field=models.CharField(
                choices=[
                    ("create", "create"),
                    ("replace", "replace"),
                    ("patch", "patch"),
                    ("delete", "delete"),
                    ("read", "read"),
                    ("bulk", "bulk request"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["connection", "-at"], name="scim_event_connection"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("outcome__gte", 400)), fields=["connection", "-at"], name="scim_event_refused"
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.UniqueConstraint(
                condition=models.Q(("fold__isnull", False)), fields=("fold",), name="scim_event_folded_once"
            ),
        ),
    ]
