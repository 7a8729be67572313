"""A checker that is not ours has nothing to say of this host but what is named here."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.scim import ScimClient
from tests.scim2_tester import ACTIVE, Named, checked, failed

ADDRESSES: set[Named] = {("User", f"check_{change}_attribute", "emails") for change in ("add", "remove")}
"""There is always one address, which is the login name."""


@pytest.mark.django_db(transaction=True)  # each request ends, as it does in a server, with its connection
@pytest.mark.skipif(connection.vendor != "sqlite", reason="what it asks is the same on every database")
def test_it_wants_the_login_name_s_address_removed(scim: ScimClient) -> None:
    assert failed(checked(scim.token)) == {ACTIVE, *ADDRESSES}
