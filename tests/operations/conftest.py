"""An identity provider without HTTP."""

from __future__ import annotations

import pytest

from scim_provisioning.operations import connections

from .provider import Provider


@pytest.fixture
def idp(db: None) -> Provider:
    """An identity provider with an enabled connection."""
    connection, _ = connections.enable()
    return Provider(connection)
