"""scim2-tester, a checker of SCIM servers that is not ours, and what it cannot do where a product does not let it."""

from __future__ import annotations

from django.core.wsgi import get_wsgi_application
from django.urls import reverse
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import CheckResult, Status, check_server

Named = tuple[str | None, str | None, str | None]
"""A check: resource type, title, attribute."""

ACTIVE: Named = ("User", "check_remove_attribute", "active")
"""An account is active or it is not: `active` cannot be removed, which is 400 mutability."""

NEEDS_A_NEW_GROUP: set[Named] = {
    ("Group", check, None)
    for check in (
        *(f"check_{change}_attribute" for change in ("add", "remove", "replace")),
        *(f"object_{step}" for step in ("creation", "replacement", "deletion")),
        *(
            f"object_{query}"
            for query in ("query", "query_with_attributes", "query_without_id", "list_with_attributes")
        ),
        "search_with_attributes",
    )
}
"""Each of these begins with making a group, which a product may refuse."""

NEEDS_A_FULL_USER: set[Named] = {
    ("User", check, None)
    for check in (
        *("object_replacement", "object_query_with_attributes", "object_list_with_attributes"),
        *("search_with_attributes", "check_remove_attribute"),
    )
}
"""Each of these begins with a user who has random text in every attribute, which a column or a reference may refuse."""


def random_text_in(*attributes: str) -> set[Named]:
    """The checks that fail where these attributes refuse random text."""
    alone = {("User", f"check_{change}_attribute", path) for path in attributes for change in ("add", "replace")}
    return NEEDS_A_FULL_USER | alone


def checked(token: str | None) -> list[CheckResult]:
    """What the checker says of the service provider, with that token."""
    headers = {"Authorization": f"Bearer {token}"}
    url = f"http://testserver{reverse('scim_provisioning:root').rstrip('/')}"
    return check_server(WSGISCIMClient(get_wsgi_application(), url, headers))


def failed(results: list[CheckResult]) -> set[Named]:
    """The checks that did not pass."""
    return named(results, Status.ERROR, Status.CRITICAL, Status.DEVIATION)


def named(results: list[CheckResult], *statuses: Status) -> set[Named]:
    """The checks that ended so."""
    return {
        (result.resource_type, result.title, result.data.get("urn") if isinstance(result.data, dict) else None)
        for result in results
        if result.status in statuses
    }
