"""scim2-tester, a checker of SCIM servers that is not ours, has nothing to say but what is named here."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from scim2_tester import Status

from tests.idp.hosts import OPEN
from tests.scim import ScimClient
from tests.scim2_tester import ACTIVE, NEEDS_A_NEW_GROUP, checked, failed, named


@pytest.mark.once
@pytest.mark.django_db(transaction=True)  # each request ends, as it does in a server, with its connection
@pytest.mark.rfc("7643-7-07", "7644-3.1-03")
def test_every_check_passes_but_those_that_are_named(scim: ScimClient, settings: Any) -> None:
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "GROUP_ADAPTERS": OPEN.group_adapters}

    results = checked(scim.token)

    assert failed(results) == {ACTIVE}
    assert named(results, Status.SKIPPED) == set()
    passed = Counter(result.resource_type for result in results if result.status is Status.SUCCESS)
    assert passed >= Counter({None: 20, "User": 80, "Group": 10})  # none is about discovery


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_where_the_product_makes_the_groups_every_check_that_needs_a_new_one_fails(scim: ScimClient) -> None:
    assert failed(checked(scim.token)) == {ACTIVE, *NEEDS_A_NEW_GROUP}
