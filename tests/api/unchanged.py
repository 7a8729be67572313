"""What a refused request must leave as it was: every row of the product and of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from example_project.access.models import Profile, Project, ProjectAccess
from example_project.accounts.models import User
from scim_provisioning.models import Event, GroupRecord, UserRecord

MODELS = (User, Profile, Profile.users.through, Project, ProjectAccess, UserRecord, GroupRecord, Event)


@contextmanager
def nothing_changes() -> Iterator[None]:
    """Fail if anything that is stored differs afterwards."""
    before = rows()
    yield
    assert rows() == before


@contextmanager
def nothing_changes_to(user: User) -> Iterator[str]:
    """The same, with the address of the user that the requests are about."""
    with nothing_changes():
        yield f"/Users/{user.pk}"


def rows() -> dict[str, list[dict[str, Any]]]:
    stored = {model.__name__: model._base_manager.order_by("pk") for model in MODELS}
    stored["Event"] = stored["Event"].filter(outcome__lt=400)  # that it was refused is a fact
    return {name: list(found.values()) for name, found in stored.items()}
