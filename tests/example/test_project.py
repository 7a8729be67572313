"""The example as a Django project."""

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils.module_loading import import_string


@pytest.mark.django_db
@pytest.mark.parametrize("app", ["accounts", "access"])
def test_migrations_match_the_models(app):
    call_command("makemigrations", app, check=True, dry_run=True, verbosity=0)


def test_the_wsgi_application_loads():
    assert callable(import_string(settings.WSGI_APPLICATION))
