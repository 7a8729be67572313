"""Which database the example product uses."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from example_project.database import database

FILE = Path("/srv/example.sqlite3")


def test_sqlite_is_the_default():
    settings = database({}, sqlite=FILE)

    assert (settings["ENGINE"], settings["NAME"]) == ("django.db.backends.sqlite3", FILE)
    assert settings["OPTIONS"] == {"transaction_mode": "IMMEDIATE", "timeout": 20}


def test_the_environment_names_another_sqlite_file():
    assert database({"SCIM_SQLITE": "/tmp/other.sqlite3"}, sqlite=FILE)["NAME"] == "/tmp/other.sqlite3"


def test_postgres_without_a_url_leaves_the_server_to_libpq():
    settings = database({"SCIM_DATABASE": "postgres"}, sqlite=FILE)

    assert settings == {"ENGINE": "django.db.backends.postgresql", "NAME": "scim"}


def test_a_url_is_read_in_full():
    url = (
        "postgresql://maria%40grid:p%2Fss%3Aw%40rd@db.example.com:6432/grid%20db?sslmode=require&application_name=a%20b"
    )

    assert database({"DATABASE_URL": url}, sqlite=FILE) == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "grid db",
        "USER": "maria@grid",
        "PASSWORD": "p/ss:w@rd",
        "HOST": "db.example.com",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require", "application_name": "a b"},
    }


def test_what_a_url_leaves_out_is_left_to_libpq():
    assert database({"DATABASE_URL": "postgres:///scim"}, sqlite=FILE) == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "scim",
        "USER": "",
        "PASSWORD": "",
        "HOST": "",
        "PORT": "",
        "OPTIONS": {},
    }


def test_a_url_may_name_an_ipv6_address():
    settings = database({"DATABASE_URL": "postgres://[::1]:5433/scim"}, sqlite=FILE)

    assert (settings["HOST"], settings["PORT"]) == ("::1", "5433")


@pytest.mark.parametrize(("choice", "engine"), [("sqlite", "sqlite3"), ("postgres", "postgresql"), ("", "postgresql")])
def test_a_named_database_wins_over_a_url(choice, engine):
    environ = {"SCIM_DATABASE": choice, "DATABASE_URL": "postgres://db.example.com/grid"}

    assert database(environ, sqlite=FILE)["ENGINE"] == f"django.db.backends.{engine}"


def test_an_unknown_database_is_refused():
    with pytest.raises(ImproperlyConfigured, match='SCIM_DATABASE is \'oracle\': set it to "sqlite" or "postgres"'):
        database({"SCIM_DATABASE": "oracle"}, sqlite=FILE)


def test_a_url_of_another_database_is_refused_without_showing_its_password():
    with pytest.raises(ImproperlyConfigured, match="must begin with postgresql://") as refused:
        database({"DATABASE_URL": "mysql://maria:secret@localhost/grid"}, sqlite=FILE)

    assert "secret" not in str(refused.value)
