"""What may be done to groups over SCIM, as a host may choose it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.test import override_settings

from example_project.scim import ProfileAdapter


class OpenProfileAdapter(ProfileAdapter):
    """Profiles that identity providers may create, rename and delete."""

    can_create = can_rename = can_delete = True


@contextmanager
def open_profiles() -> Iterator[None]:
    """Let profiles be created, renamed and deleted over SCIM; projects are made in the product as ever."""
    open_adapter = f"{__name__}.{OpenProfileAdapter.__name__}"
    _, projects = settings.SCIM_PROVISIONING["GROUP_ADAPTERS"]
    with override_settings(
        SCIM_PROVISIONING={**settings.SCIM_PROVISIONING, "GROUP_ADAPTERS": [open_adapter, projects]}
    ):
        yield
