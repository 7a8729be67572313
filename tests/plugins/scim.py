"""An identity provider's side of a connection: its token, and a client that speaks SCIM with it."""

from __future__ import annotations

import pytest

from scim_provisioning.operations import connections
from tests.scim import ScimClient


@pytest.fixture
def scim(db: None) -> ScimClient:
    """A client with the token of an enabled connection."""
    connection, token = connections.enable()
    assert token is not None
    return ScimClient(token, connection)
