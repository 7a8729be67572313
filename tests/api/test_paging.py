"""Pages by index (RFC 7644 §3.4.2.4): what the numbers mean, and one total order over everything."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import ProfileFactory, ProjectFactory, UserFactory
from tests.scim import LIST_RESPONSE, Answer, ScimClient

FAR = ["2147483647", "2147483648", "9223372036854775807", "9223372036854775808", "1" + "0" * 40, "9" * 4_000]


@pytest.fixture
def seven(db: None) -> list[str]:
    """The ids of seven users, in the order in which they were made."""
    return [str(user.pk) for user in UserFactory.create_batch(7)]


@pytest.fixture
def groups(db: None) -> list[str]:
    """The ids of all groups in their order: profiles, then projects at the lower level, then at the higher one."""
    profiles = [f"profile-{profile.pk}" for profile in ProfileFactory.create_batch(3)]
    projects = [f"project-{project.pk}" for project in ProjectFactory.create_batch(2)]
    return [*profiles, *(f"{id}-read" for id in projects), *(f"{id}-full" for id in projects)]


def numbers(answer: Answer) -> tuple[int, int, int]:
    """What the page says of itself; everything is there whatever was asked, and Resources are what it says."""
    page = answer.json
    assert answer.status == 200
    assert page["schemas"] == [LIST_RESPONSE]
    assert len(page["Resources"]) == page["itemsPerPage"]
    return page["totalResults"], page["startIndex"], page["itemsPerPage"]


@pytest.mark.rfc(
    "7644-3.4.2-03", "7644-3.4.2-04", "7644-3.4.2-06", "7644-3.4.2-07", "7644-3.4.2.4-02", "7644-3.4.2.4-07"
)
@pytest.mark.parametrize(
    ("query", "found", "start"),
    [
        ({}, slice(7), 1),
        ({"startIndex": 1, "count": 2}, slice(0, 2), 1),
        ({"startIndex": 3, "count": 2}, slice(2, 4), 3),
        ({"startIndex": 7, "count": 2}, slice(6, 7), 7),
        ({"startIndex": 6}, slice(5, 7), 6),
        ({"count": 3}, slice(0, 3), 1),
        ({"count": 7}, slice(0, 7), 1),
        ({"count": 8}, slice(0, 7), 1),
    ],
    ids=str,
)
def test_a_page_is_a_part_of_the_whole(
    scim: ScimClient, seven: list[str], query: Any, found: slice, start: int
) -> None:
    answer = scim.get("/Users", **query)
    assert answer.ids == seven[found]
    assert numbers(answer) == (7, start, len(seven[found]))


@pytest.mark.rfc("7644-3.4.2.4-01")
@pytest.mark.parametrize("start", ["0", "-1", "-7", *(f"-{number}" for number in FAR)], ids=range(9))
def test_a_start_before_the_first_is_the_first(scim: ScimClient, seven: list[str], start: str) -> None:
    answer = scim.get("/Users", startIndex=start, count=2)
    assert (answer.ids, numbers(answer)) == (seven[:2], (7, 1, 2))


@pytest.mark.rfc("7644-3.4.2.4-04", "7644-3.4.2.4-05")
@pytest.mark.parametrize("count", [0, -1, -1000, "-" + "9" * 40], ids=str)
@pytest.mark.parametrize("start", [1, 3, 100])
def test_a_count_of_none_counts_only(scim: ScimClient, seven: list[str], count: object, start: int) -> None:
    assert numbers(scim.get("/Users", count=count, startIndex=start)) == (7, start, 0)


@pytest.mark.rfc("7644-3.4.2.4-08")
@pytest.mark.parametrize("start", [8, 9, 1000])
def test_a_start_beyond_the_end_finds_nothing(scim: ScimClient, seven: list[str], start: int) -> None:
    assert numbers(scim.get("/Users", startIndex=start, count=2)) == (7, start, 0)
    assert numbers(scim.get("/Users", startIndex=start)) == (7, start, 0)


@pytest.mark.threat(24)
@pytest.mark.parametrize("start", FAR, ids=range(6))
def test_no_number_is_too_large(scim: ScimClient, seven: list[str], groups: list[str], start: str) -> None:
    for endpoint in ("/Users", "/Groups"):
        total, _, items = numbers(scim.get(endpoint, startIndex=start, count=2))
        assert (total, items) == (7, 0)
        assert numbers(scim.get(endpoint, count=start)) == (7, 1, 7)


@pytest.mark.rfc("7643-5-05", "7644-3.4.2.4-03", "7644-3.4.2.4-06")
def test_a_page_has_at_most_what_the_configuration_says(scim: ScimClient, seven: list[str], settings: Any) -> None:
    settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "MAX_COUNT": 3, "DEFAULT_COUNT": 2}
    assert scim.get("/ServiceProviderConfig").json["filter"]["maxResults"] == 3
    assert numbers(scim.get("/Users", count=7)) == (7, 1, 3)
    assert numbers(scim.get("/Users")) == (7, 1, 2)


@pytest.mark.rfc("9865-2.1-01")
@pytest.mark.parametrize(
    "value", ["x", "1.5", "1e3", "0x1", "one", "１", "1_0", "١", " ", "true", "\x00", "--1", "+-1"]
)
@pytest.mark.parametrize("name", ["startIndex", "count"])
def test_what_is_no_number_is_400(scim: ScimClient, name: str, value: str) -> None:
    answer = scim.get("/Users", **{name: value})
    assert (answer.status, answer.scim_type) == (400, "invalidValue")


@pytest.mark.rfc("7644-3.4.2-08", "7644-3.4.2-05")
@pytest.mark.parametrize("endpoint", ["/Users", "/Groups"])
def test_nothing_found_is_an_empty_page(scim: ScimClient, endpoint: str) -> None:
    assert numbers(scim.get(endpoint)) == (0, 1, 0)
    assert numbers(scim.get(endpoint, filter='id eq "nothing"', startIndex=5)) == (0, 5, 0)


@pytest.mark.rfc("7644-3.4.2-02")
def test_an_unknown_parameter_is_passed_over(scim: ScimClient, seven: list[str]) -> None:
    assert scim.get("/Users", aadOptscim062020="", page=3, limit=1, search="x").ids == seven


@pytest.mark.rfc("7644-3.4.2.2-02")
def test_pages_are_of_what_the_filter_finds(scim: ScimClient, seven: list[str]) -> None:
    wanted = f'id eq "{seven[1]}" or id eq "{seven[4]}" or id eq "{seven[6]}"'
    answer = scim.get("/Users", filter=wanted, startIndex=2, count=1)
    assert (answer.ids, numbers(answer)) == ([seven[4]], (3, 2, 1))


@pytest.mark.rfc("7644-3.4.2.4-09", "7644-3.2-01")
@pytest.mark.parametrize("count", range(1, 9))
def test_the_groups_of_all_adapters_are_one_list(scim: ScimClient, groups: list[str], count: int) -> None:
    found: list[str] = []
    for start in range(1, len(groups) + 1, count):
        page = scim.get("/Groups", startIndex=start, count=count)
        assert numbers(page) == (7, start, min(count, 8 - start))
        found += page.ids
    assert found == groups


def test_a_page_across_adapters_is_filtered_like_any_other(scim: ScimClient, groups: list[str]) -> None:
    some = [groups[2], groups[3], groups[6]]
    answer = scim.get("/Groups", filter=" or ".join(f'id eq "{id}"' for id in some), startIndex=2, count=5)
    assert (answer.ids, numbers(answer)) == (some[1:], (3, 2, 2))


@pytest.mark.rfc("7644-3.6-03")
def test_who_was_deleted_is_neither_listed_nor_counted(scim: ScimClient, seven: list[str]) -> None:
    assert scim.delete(f"/Users/{seven[3]}").status == 204
    answer = scim.get("/Users")
    assert (answer.ids, numbers(answer)) == ([*seven[:3], *seven[4:]], (6, 1, 6))
