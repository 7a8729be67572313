"""A checker that is not ours has nothing to say of this host but what is named here."""

from __future__ import annotations

import pytest
from django.db import connection

from scim_provisioning.adapters import ENTERPRISE_USER
from scim_provisioning.operations import connections
from tests.scim2_tester import checked, failed, random_text_in

from .models import Organisation


@pytest.mark.django_db(transaction=True)  # each request ends, as it does in a server, with its connection
@pytest.mark.skipif(connection.vendor != "sqlite", reason="what it asks is the same on every database")
def test_it_wants_managers_who_are_nobody() -> None:
    Organisation.objects.create(slug="acme")
    _, token = connections.enable(tenant="acme")
    assert failed(checked(token)) == random_text_in(ENTERPRISE_USER, f"{ENTERPRISE_USER}:manager")
