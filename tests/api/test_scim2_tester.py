"""scim2-tester, a checker of SCIM servers that is not ours, has nothing to say but what is named here."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import CheckResult, Status, check_server

from tests.idp.hosts import OPEN
from tests.scim import BASE, ScimClient

ACTIVE = ("User", "check_remove_attribute", "active")
"""An account is active or it is not: `active` cannot be removed, which is 400 mutability."""

OF_A_NEW_GROUP = {
    *(f"check_{change}_attribute" for change in ("add", "remove", "replace")),
    *(f"object_{step}" for step in ("creation", "replacement", "deletion")),
    *(f"object_{query}" for query in ("query", "query_with_attributes", "query_without_id", "list_with_attributes")),
    "search_with_attributes",
}
"""Each of these begins with making a group, which the example product refuses."""


@pytest.mark.django_db(transaction=True)  # each request ends, as it does in a server, with its connection
@pytest.mark.rfc("7643-7-07", "7644-3.1-03")
def test_every_check_passes_but_those_that_are_named(scim: ScimClient, settings: Any) -> None:
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "GROUP_ADAPTERS": OPEN.group_adapters}
    headers = {"Authorization": f"Bearer {scim.token}"}
    client = WSGISCIMClient(get_wsgi_application(), f"http://testserver{BASE}", headers)

    results = check_server(client)

    assert named(results, Status.ERROR, Status.CRITICAL, Status.DEVIATION) == {ACTIVE}
    assert named(results, Status.SKIPPED) == set()
    passed = Counter(result.resource_type for result in results if result.status is Status.SUCCESS)
    assert passed >= Counter({None: 20, "User": 80, "Group": 10})  # none is about discovery


@pytest.mark.django_db(transaction=True)
def test_where_the_product_makes_the_groups_every_check_that_needs_a_new_one_fails(scim: ScimClient) -> None:
    headers = {"Authorization": f"Bearer {scim.token}"}
    client = WSGISCIMClient(get_wsgi_application(), f"http://testserver{BASE}", headers)

    failed = named(check_server(client), Status.ERROR, Status.CRITICAL, Status.DEVIATION)

    assert failed == {ACTIVE, *(("Group", check, None) for check in OF_A_NEW_GROUP)}


def named(results: list[CheckResult], *statuses: Status) -> set[tuple[str | None, str | None, str | None]]:
    """The checks that ended so: resource type, title, attribute."""
    return {
        (result.resource_type, result.title, result.data.get("urn") if isinstance(result.data, dict) else None)
        for result in results
        if result.status in statuses
    }
