"""Which database the example product uses, told by the environment."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def database(environ: Mapping[str, str], *, sqlite: Path) -> dict[str, Any]:
    """Return Django's settings of the default database.

    ``SCIM_DATABASE`` says "sqlite" or "postgres". Without it, a ``DATABASE_URL`` means PostgreSQL and nothing means
    SQLite, in the file that ``SCIM_SQLITE`` names, else in the given one.
    """
    url = environ.get("DATABASE_URL", "")
    match environ.get("SCIM_DATABASE") or ("postgres" if url else "sqlite"):
        case "sqlite":
            return {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": environ.get("SCIM_SQLITE") or sqlite,
                # A transaction takes the write lock when it begins, and waits for it: two that write at once queue up.
                # SQLite's default takes it at the first write and then fails at once with "database is locked".
                "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
            }
        case "postgres":
            # Without a URL, libpq itself reads PGHOST, PGPORT, PGUSER and PGPASSWORD.
            return postgres(url) if url else {"ENGINE": "django.db.backends.postgresql", "NAME": "scim"}
        case other:
            raise ImproperlyConfigured(f'SCIM_DATABASE is {other!r}: set it to "sqlite" or "postgres".')


def postgres(url: str) -> dict[str, Any]:
    """Return the database settings for a URL like ``postgresql://user:password@host:5432/name?sslmode=require``."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql://; for SQLite, set SCIM_SQLITE instead.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.removeprefix("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
    }
