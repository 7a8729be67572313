"""The doctor finds a project of `startproject` in order, with every provider, and leaves nothing in it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User

from scim_provisioning.doctor.providers import providers
from tests.doctor.played import results, rows


@pytest.mark.django_db(transaction=True)
def test_every_provider_passes_and_no_row_stays() -> None:
    User.objects.create_superuser("root")
    User.objects.create_user("ann").groups.add(Group.objects.create(name="Editors"))
    before = rows()
    found = results()
    assert {step["part"] for step in found} >= {provider.title for provider in providers().values()}
    assert {step["rule"] for step in found if step["outcome"] != "passed"} == {"W001", "disabled"}
    assert rows() == before
