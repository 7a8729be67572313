"""A checker that is not ours has nothing to say of this host but what is named here."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.scim import ScimClient
from tests.scim2_tester import ACTIVE, NEEDS_A_NEW_GROUP, checked, failed


@pytest.mark.django_db(transaction=True)  # each request ends, as it does in a server, with its connection
@pytest.mark.skipif(connection.vendor != "sqlite", reason="what it asks is the same on every database")
def test_it_wants_groups_made_and_activity_removed(scim: ScimClient) -> None:
    assert failed(checked(scim.token)) == {ACTIVE, *NEEDS_A_NEW_GROUP}
