"""The doctor sees what one tenant's connection sees."""

from __future__ import annotations

import pytest
from django.core.management import CommandError

from tests.doctor.played import results, rows, told

from .models import Organisation

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_tenant_s_own_connection_is_tried_and_no_row_stays() -> None:
    for slug in ("north", "south"):
        Organisation.objects.create(slug=slug)
    before = rows()
    found = results("--provider", "generic", "--tenant", "north")
    assert {step["outcome"] for step in found} == {"passed", "noted"}
    assert len({step["phase"] for step in found if step["phase"].startswith("Group assignment")}) > 1
    assert rows() == before


def test_a_tenant_has_to_be_named() -> None:
    Organisation.objects.create(slug="north")
    with pytest.raises(CommandError, match="--tenant is one of north"):
        told()
