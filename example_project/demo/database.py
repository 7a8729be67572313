"""The demo's database: on SQLite a new file for each run, on PostgreSQL the one that the environment names."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from example_project import sample_data


@contextmanager
def prepared() -> Iterator[str]:
    """Migrate the demo's database and load the sample data; yield what is to be said about it."""
    with _chosen() as description:
        call_command("migrate", verbosity=0, interactive=False)
        sample_data.load()
        try:
            yield description
        finally:
            connection.close()


@contextmanager
def _chosen() -> Iterator[str]:
    if connection.vendor != "sqlite":
        yield f"The database {connection.settings_dict['NAME']!r} is kept; the sample data joins what is in it."
        return
    # The settings were read before this command could say which file it wants. The connections of all threads share
    # the dictionary that is changed here; Django's test runner puts its databases in place in the same way.
    settings = connection.settings_dict
    before = settings["NAME"]
    connection.close()
    with tempfile.TemporaryDirectory(prefix="scim-demo-", ignore_cleanup_errors=True) as folder:
        settings["NAME"] = Path(folder, "demo.sqlite3")
        try:
            yield "The database is a new SQLite file, which goes when the demo ends."
        finally:
            settings["NAME"] = before
