"""Pages by cursor: forwards and backwards they are the whole list, whatever it is sorted by (RFC 9865)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from example_project.accounts.models import User
from scim_provisioning.models import Connection
from scim_provisioning.operations import connections
from tests.adapters.directories import company
from tests.adapters.test_sorting import sortable
from tests.factories import UserFactory
from tests.scim import Answer, ScimClient

Get = Callable[..., Answer]

UNRESERVED = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def asked(sort: str | None, order: str) -> dict[str, str]:
    return {"attributes": "id"} if sort is None else {"attributes": "id", "sortBy": sort, "sortOrder": order}


def by_index(get: Get, **query: Any) -> list[str]:
    ids: list[str] = []
    while found := get(startIndex=len(ids) + 1, count=7, **query).ids:
        ids += found
    return ids


def by_cursor(get: Get, size: int, **query: Any) -> tuple[list[str], list[str]]:
    """The ids on all pages: on the way there, and on the way back."""
    page = get(cursor="", count=size, **query)
    assert "previousCursor" not in page.json
    there = [page]
    while cursor := there[-1].json.get("nextCursor"):
        there.append(get(cursor=cursor, count=size, **query))
    back = [there[-1]]
    while cursor := back[-1].json.get("previousCursor"):
        back.append(get(cursor=cursor, count=size, **query))
    assert all(set(one.json[name]) <= UNRESERVED for one in there for name in one.json if name.endswith("Cursor"))
    assert all(len(one.ids) == one.json["itemsPerPage"] <= size for one in [*there, *back])
    return [id for one in there for id in one.ids], [id for one in reversed(back) for id in one.ids]


@pytest.mark.rfc("9865-2-01", "9865-2-02", "9865-2-05", "9865-2-07", "9865-2-08", "9865-2-10", "9865-2.2-01")
@pytest.mark.once_per_database
@pytest.mark.parametrize("order", ["ascending", "descending"])
def test_the_pages_by_cursor_are_the_whole_list_there_and_back(scim: ScimClient, order: str) -> None:
    directory = company(seed=3, users=18)
    for path, kind in (("/Users", "User"), ("/Groups", "Group")):

        def get(path: str = path, **query: Any) -> Answer:
            return scim.get(path, **query)

        for sort in (None, *(target.key for target in sortable(directory, kind))):
            query = asked(sort, order)
            whole = by_index(get, **query)
            assert by_cursor(get, 5, **query) == (whole, whole), (path, sort)
    assert by_cursor(lambda **query: scim.get("/Users", **query), 1000, attributes="id")[0]


def test_a_search_over_everything_is_paged_by_cursor_too(scim: ScimClient) -> None:
    company(seed=5, users=12)

    def search(**query: Any) -> Answer:
        return scim.post("/.search", {**query, "attributes": ["id"]})

    for sort in ({}, {"sortBy": "displayName"}, {"sortBy": "userName", "sortOrder": "descending"}):
        whole = by_index(search, **sort)
        assert by_cursor(search, 5, **sort) == (whole, whole), sort


def test_who_is_there_throughout_is_seen_once_whoever_comes_and_goes(scim: ScimClient) -> None:
    users = UserFactory.create_batch(12)
    staying = {str(user.pk) for user in users[::2]}
    for sort in ({}, {"sortBy": "userName"}, {"sortBy": "displayName", "sortOrder": "descending"}):
        going = list(User.objects.exclude(pk__in=staying))
        seen: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            page = scim.get("/Users", cursor=cursor, count=3, attributes="id", **sort)
            seen += page.ids
            cursor = page.json.get("nextCursor")
            UserFactory()
            if going:
                going.pop().delete()
        assert staying <= set(seen)
        assert len(seen) == len(set(seen))


def test_the_total_is_told_on_the_first_page(scim: ScimClient) -> None:
    UserFactory.create_batch(3)
    first = scim.get("/Users", cursor="", count=2)
    assert first.json["totalResults"] == 3
    assert "totalResults" not in scim.get("/Users", cursor=first.json["nextCursor"], count=2).json


@pytest.mark.rfc("9865-2-03", "9865-2-04")
@pytest.mark.parametrize("count", [0, -1])
def test_a_count_of_none_counts_only(scim: ScimClient, count: int) -> None:
    UserFactory.create_batch(3)
    page = scim.get("/Users", cursor="", count=count).json
    assert (page["totalResults"], page["Resources"], "nextCursor" in page) == (3, [], False)


def cursor_of(scim: ScimClient, **query: Any) -> str:
    cursor: str = scim.get("/Users", cursor="", count=2, **query).json["nextCursor"]
    return cursor


@pytest.mark.rfc("9865-2-12", "9865-2.1-01", "9865-2.1-02", "9865-2.1-04", "9865-5.2-01", "9865-5.2-04", "9865-2.4-03")
def test_a_cursor_serves_its_own_question_only(scim: ScimClient) -> None:
    UserFactory.create_batch(5)
    cursor = cursor_of(scim)
    other, token = connections.enable(tenant="other")
    assert token is not None
    for client, query, scim_type in (
        (scim, {"cursor": cursor, "count": 3}, "invalidCount"),
        (scim, {"cursor": "", "count": 1001}, "invalidCount"),
        (scim, {"cursor": cursor, "count": 2, "filter": "active eq true"}, "invalidCursor"),
        (scim, {"cursor": cursor, "count": 2, "sortBy": "userName"}, "invalidCursor"),
        (scim, {"cursor": cursor[:-1], "count": 2}, "invalidCursor"),
        (scim, {"cursor": "x", "count": 2}, "invalidCursor"),
        (scim, {"cursor": "é\x00.", "count": 2}, "invalidCursor"),
        (scim, {"cursor": cursor, "count": 2, "startIndex": 1}, "invalidValue"),
        (ScimClient(token, other), {"cursor": cursor, "count": 2}, "invalidCursor"),
    ):
        answer = client.get("/Users", **query)
        assert (answer.status, answer.scim_type) == (400, scim_type), query
    assert scim.get("/Groups", cursor=cursor, count=2).scim_type == "invalidCursor"
    assert Connection.objects.count() == 2


@pytest.mark.rfc("9865-5.2-05")
def test_somebody_elses_cursor_is_refused_in_the_words_for_what_is_none(scim: ScimClient) -> None:
    UserFactory.create_batch(3)
    cursor = cursor_of(scim)
    other, token = connections.enable(tenant="other")
    assert token is not None
    theirs = ScimClient(token, other).get("/Users", cursor=cursor, count=2)
    assert theirs.json == ScimClient(token, other).get("/Users", cursor="made-up", count=2).json


@pytest.mark.rfc("9865-5.2-02")
def test_a_cursor_grants_nothing(scim: ScimClient) -> None:
    UserFactory.create_batch(3)
    cursor = cursor_of(scim)
    assert ScimClient(None).get("/Users", cursor=cursor, count=2).status == 401
    connections.disable()
    assert scim.get("/Users", cursor=cursor, count=2).status == 401


@pytest.mark.rfc("9865-2.1-03", "9865-4-04")
def test_a_cursor_grows_old(scim: ScimClient) -> None:
    UserFactory.create_batch(3)
    cursor = cursor_of(scim)
    with time_machine.travel(timezone.now() + timedelta(seconds=3590)):
        assert scim.get("/Users", cursor=cursor, count=2).status == 200
    with time_machine.travel(timezone.now() + timedelta(seconds=3610)):
        assert scim.get("/Users", cursor=cursor, count=2).scim_type == "expiredCursor"


@pytest.mark.rfc("9865-2.3-01", "9865-2.4-01", "9865-2.4-02")
def test_who_names_no_cursor_gets_pages_by_index(scim: ScimClient) -> None:
    UserFactory.create_batch(3)
    page = scim.get("/Users", count=2).json
    assert page["startIndex"] == 1
    assert "nextCursor" not in page


def test_a_page_far_down_costs_what_the_second_costs(scim: ScimClient, django_assert_num_queries: Any) -> None:
    User.objects.bulk_create(User(username=f"u{number}", password="!") for number in range(1000))
    near = cursor_of(scim)
    far = scim.get("/Users", cursor="", count=998).json["nextCursor"]
    for cursor, size in ((near, 2), (far, 998)):
        scim.get("/Users", cursor=cursor, count=size)
        with django_assert_num_queries(5):
            scim.get("/Users", cursor=cursor, count=size, attributes="userName,groups")


@pytest.mark.rfc("9865-4-01", "9865-4-02")
def test_what_can_be_asked_of_pages_is_published(scim: ScimClient) -> None:
    assert scim.get("/ServiceProviderConfig").json["pagination"] == {
        "cursor": True,
        "index": True,
        "defaultPaginationMethod": "index",
        "defaultPageSize": 100,
        "maxPageSize": 1000,
        "cursorTimeout": 3600,
    }
