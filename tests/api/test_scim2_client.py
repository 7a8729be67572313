"""scim2-client, a client that is not ours, gets what it asks for: searches, and pages by index and by cursor."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_models import SearchRequest

from tests.factories import ProfileFactory, UserFactory
from tests.scim import BASE, ScimClient


@pytest.fixture
def client(scim: ScimClient) -> WSGISCIMClient:
    client = WSGISCIMClient(
        get_wsgi_application(), f"http://testserver{BASE}", {"Authorization": f"Bearer {scim.token}"}
    )
    client.discover()
    return client


def ids(page: Any) -> list[str]:
    return [one.id for one in page.resources or []]


@pytest.mark.django_db(transaction=True)  # each request ends, as it does in a server, with its connection
def test_it_searches_and_walks_by_cursor(client: WSGISCIMClient) -> None:
    users = [str(user.pk) for user in UserFactory.create_batch(5)]
    group = f"profile-{ProfileFactory().pk}"

    everything = client.search(search_request=SearchRequest(filter="id pr"))
    assert ids(everything) == [*users, group]

    walked: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = client.search("User", SearchRequest(filter="active eq true", cursor=cursor, count=2, sort_by="userName"))
        walked += ids(page)
        cursor = page.next_cursor
    assert sorted(walked) == sorted(users)

    by_url = client.query("User", query_parameters=SearchRequest(start_index=2, count=3))
    assert (by_url.total_results, ids(by_url)) == (5, users[1:4])
