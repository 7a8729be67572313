"""These tests are of this host: with the settings of another one, they are not there."""

from django.conf import settings

if settings.ROOT_URLCONF != "tests.hosts.plain.urls":
    collect_ignore_glob = ["test_*.py"]
