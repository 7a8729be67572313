"""The superuser of the demo, and what a run leaves or has left in a database that is kept."""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from django.core.management import CommandError

from example_project.accounts.models import User
from example_project.demo.story import USERNAME
from scim_provisioning.operations import connections

SUPERUSER = "demo-admin"


@dataclass(frozen=True, slots=True)
class Credentials:
    """All that somebody needs to use the demo: as identity provider, and as superuser."""

    base_url: str
    token: str
    admin_url: str
    username: str
    password: str

    def write(self, path: Path) -> None:
        """Write them as JSON to a file that is its owner's from the beginning, and complete when it appears."""
        unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                json.dump(asdict(self), file, indent=2)
            unfinished.replace(path)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            raise CommandError(f"Cannot write {path}: {error.strerror}.") from error


@contextmanager
def swept() -> Iterator[None]:
    """Switch SCIM off and delete the demo's own accounts, before a run, which may follow a broken one, and after it."""
    _sweep()
    try:
        yield
    finally:
        _sweep()


def _sweep() -> None:
    connections.disable()
    User.objects.filter(username__in=[SUPERUSER, USERNAME]).delete()


def make_superuser() -> tuple[User, str]:
    """Make the superuser; the password is returned this once."""
    password = secrets.token_urlsafe(12)
    return User.objects.create_superuser(SUPERUSER, password=password), password
