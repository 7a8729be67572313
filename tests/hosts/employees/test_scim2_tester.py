"""A checker that is not ours has nothing to say of this host but what is named here."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from scim_provisioning.adapters import ENTERPRISE_USER
from tests.scim import ScimClient
from tests.scim2_tester import Named, checked, failed, random_text_in

COLUMNS = [f"{ENTERPRISE_USER}:{name}" for name in ("employeeNumber", "costCenter", "department", "manager")]
"""A number, a short text, and two that name rows which have to be there."""

DISPLAY: set[Named] = {("Group", f"check_{change}_attribute", "members") for change in ("add", "replace")}
"""A member who has no name is not expected to be shown with one; here it is worked out, and always there."""


@pytest.mark.django_db(transaction=True)  # each request ends, as it does in a server, with its connection
@pytest.mark.skipif(connection.vendor != "sqlite", reason="what it asks is the same on every database")
def test_it_wants_columns_to_hold_whatever_it_sends(scim: ScimClient, settings: Any) -> None:
    settings.AUTH_PASSWORD_VALIDATORS = []  # they find what it draws at random alike by chance
    assert failed(checked(scim.token)) == random_text_in(ENTERPRISE_USER, *COLUMNS) | DISPLAY
