"""Bulk jobs as data: what is refused, in which order operations are done, and what references become."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim_provisioning.protocol import bulk
from scim_provisioning.protocol.bulk import Job, Operation, Pass
from scim_provisioning.protocol.constants import BULK_REQUEST
from scim_provisioning.protocol.dialects import Leniency
from scim_provisioning.protocol.errors import InvalidSyntax, ScimError, TooLarge

POST = {"method": "POST", "path": "/Users", "bulkId": "a", "data": {"userName": "a"}}
PUT = {"method": "PUT", "path": "/Users/1", "data": {"userName": "a"}}


def envelope(*operations: Any, **members: Any) -> dict[str, Any]:
    return {"schemas": [BULK_REQUEST], "Operations": list(operations), **members}


def parsed(body: Any, *, strict: bool = True, limit: int = 10) -> Job:
    return bulk.parse(body, limit, Leniency(strict=strict))


def job(*operations: Any) -> Job:
    return parsed(envelope(*operations))


def post(bulk_id: str, *names: str) -> dict[str, Any]:
    data = {"userName": bulk_id, "manager": [{"value": f"bulkId:{name}"} for name in names]}
    return {"method": "POST", "path": "/Users", "bulkId": bulk_id, "data": data}


def patch(path: str, *names: str) -> dict[str, Any]:
    return {"method": "PATCH", "path": path, "data": {"Operations": [f"bulkId:{name}" for name in names]}}


def steps(*operations: dict[str, Any]) -> list[tuple[int, str]]:
    return [(number, part.value) for number, part in bulk.steps(parsed(envelope(*operations), limit=1000))]


def order(*operations: dict[str, Any]) -> list[int]:
    listed = steps(*operations)
    assert {part for _, part in listed} == {"whole"}
    return [number for number, _ in listed]


class TestEnvelope:
    @pytest.mark.parametrize("body", [envelope(POST, trail="7"), envelope({**POST, "trail": "7"})])
    def test_has_no_other_members_where_nothing_is_forgiven(self, body: Any) -> None:
        assert len(parsed(body, strict=False).operations) == 1
        with pytest.raises(InvalidSyntax, match="trail"):
            parsed(body)

    @pytest.mark.rfc("7644-3.7-02", "7644-3.7-04", "7644-3.7-03")
    @pytest.mark.parametrize(
        "body",
        [
            None,
            [],
            "text",
            {"schemas": [BULK_REQUEST]},
            envelope(),
            envelope(POST) | {"Operations": POST},
            envelope(POST) | {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]},
            envelope(POST) | {"schemas": BULK_REQUEST},
            {"Operations": [POST]},
            *(envelope(POST, failOnErrors=limit) for limit in (0, -1, "1", 1.0, True, [])),
        ],
    )
    def test_a_malformed_one_is_refused_as_a_whole(self, body: Any) -> None:
        with pytest.raises(InvalidSyntax):
            parsed(body)

    def test_names_count_in_any_case_and_schemas_can_be_forgiven(self) -> None:
        assert parsed({"OPERATIONS": [PUT], "failonerrors": 2}, strict=False).fail_on_errors == 2

    @pytest.mark.rfc("7644-3.7.4-03")
    def test_there_is_a_limit_and_it_is_named(self) -> None:
        assert len(parsed(envelope(PUT, PUT, PUT), limit=3).operations) == 3
        with pytest.raises(TooLarge, match=r"\b3\b"):
            parsed(envelope(PUT, PUT, PUT, PUT), limit=3)


class TestOperation:
    @pytest.mark.parametrize("operation", [POST, PUT, {"method": "DELETE", "path": "/Groups/x/"}])
    def test_a_whole_one_is_fine(self, operation: dict[str, Any]) -> None:
        job(operation).operations[0].check()
        job({key.upper(): value for key, value in operation.items()}).operations[0].check()

    @pytest.mark.threat(37)
    @pytest.mark.rfc("7644-3.7-04", "7644-3.7-05", "7644-3.7-06", "7644-3.7-07")
    @pytest.mark.parametrize(
        "operation",
        [
            None,
            {},
            {**PUT, "method": None},
            {**PUT, "method": "GET"},
            {**PUT, "method": "put"},
            {**PUT, "path": None},
            {**PUT, "path": "/Users"},
            {**PUT, "path": "Users/1"},
            {**PUT, "path": "/Users/1/2"},
            {**PUT, "path": "/Users/1?attributes=id"},
            {**PUT, "path": "https://app.example.com/scim/v2/Users/1"},
            {**PUT, "path": "/Schemas/1"},
            {**PUT, "path": "/Me"},
            {**PUT, "path": "/Users/../admin"},
            {**PUT, "data": None},
            {**PUT, "data": []},
            {**POST, "path": "/Users/1"},
            {**POST, "path": "/Bulk"},
            {**POST, "bulkId": None},
            {**POST, "bulkId": ""},
            {**POST, "bulkId": 'a"b'},
            {**POST, "data": None},
        ],
    )
    def test_a_malformed_one_is_an_error_of_its_own(self, operation: Any) -> None:
        bad, good = job(operation, PUT).operations
        good.check()
        with pytest.raises(InvalidSyntax):
            bad.check()

    def test_two_posts_with_one_bulk_id_are_both_ambiguous(self) -> None:
        first, second, other = job(POST, POST, {**POST, "bulkId": "b"}).operations
        other.check()
        for operation in (first, second):
            with pytest.raises(ScimError, match="'a'"):
                operation.check()


class TestReferences:
    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("bulkId:a", {"a"}),
            ("/Users/bulkId:a", {"a"}),
            ('members[value eq "bulkId:a" or value eq "bulkId:b"].display', {"a", "b"}),
            ("bulkId:0f-3.b@x", {"0f-3.b@x"}),
            ("bulkId:", set()),
            ("mybulkId:a", set()),
            ("bulkid:a", set()),
        ],
    )
    def test_are_found_in_text(self, text: str, names: set[str]) -> None:
        assert Operation("PATCH", "", "", None, {"a": [{"b": text}]}).names == names
        assert Operation("PATCH", text, "", None, None).names == names

    @pytest.mark.rfc("7644-3.7.2-01", "7644-3.7.2-02")
    def test_are_filled_in_wherever_they_stand(self) -> None:
        data = {"urn:x": {"manager": {"value": "bulkId:a", "n": 1}}, "path": ['members[value eq "bulkId:b"]', None]}
        assert bulk.filled(data, {"a": "7", "b": "8"}) == {
            "urn:x": {"manager": {"value": "7", "n": 1}},
            "path": ['members[value eq "8"]', None],
        }

    def test_one_name_may_begin_with_another(self) -> None:
        assert bulk.filled("bulkId:a1 bulkId:a", {"a": "7", "a1": "8"}) == "8 7"

    def test_what_names_something_unmade_is_left_out_with_its_complex_value(self) -> None:
        data = {
            "userName": "ada",
            "nickName": None,
            "manager": "bulkId:b",
            "members": [{"value": "bulkId:b", "type": "User"}, {"value": "bulkId:a"}],
            "urn:x": {"manager": {"value": "bulkId:b", "display": "Bo"}, "department": "D"},
        }
        assert bulk.without(data, {"b"}) == {
            "userName": "ada",
            "nickName": None,
            "members": [{"value": "bulkId:a"}],
            "urn:x": {"department": "D"},
        }


@pytest.mark.rfc("7644-3.7-16")
class TestOrder:
    def test_is_the_clients_where_nothing_waits(self) -> None:
        assert order(post("a"), patch("/Users/1"), post("b", "a"), patch("/Users/bulkId:b", "a")) == [0, 1, 2, 3]

    def test_an_operation_is_moved_right_behind_what_it_names(self) -> None:
        assert order(post("a", "b"), patch("/Users/1"), post("b"), patch("/Users/2")) == [1, 2, 0, 3]
        assert order(post("a", "b"), post("b", "c"), post("c"), post("d")) == [2, 1, 0, 3]

    def test_of_two_that_wait_for_the_same_the_first_comes_first(self) -> None:
        assert order(patch("/Users/1", "a"), patch("/Users/2", "a"), post("a")) == [2, 0, 1]

    def test_a_change_of_the_same_resource_stays_behind_one_that_is_moved(self) -> None:
        assert order(patch("/Users/1", "a"), patch("/Users/1/"), patch("/Users/2"), post("a")) == [2, 3, 0, 1]

    def test_changes_of_groups_keep_their_order(self) -> None:
        assert order(patch("/Groups/1", "a"), patch("/Groups/2"), patch("/Users/2"), post("a")) == [2, 3, 0, 1]

    def test_what_nothing_makes_is_not_waited_for(self) -> None:
        assert order(patch("/Users/1", "z"), post("a", "y")) == [0, 1]


@pytest.mark.rfc("7644-3.7.1-01")
class TestCircles:
    def test_one_that_names_itself_is_done_in_two_passes(self) -> None:
        assert steps(post("a", "a"), patch("/Users/1")) == [(1, "whole"), (0, "first"), (0, "second")]

    def test_two_that_name_each_other(self) -> None:
        assert steps(post("a", "b"), post("b", "a")) == [(0, "first"), (1, "whole"), (0, "second")]

    def test_what_only_hangs_on_a_circle_is_done_whole(self) -> None:
        listed = steps(post("x", "a"), post("a", "b"), post("b", "a"))
        assert listed == [(1, "first"), (0, "whole"), (2, "whole"), (1, "second")]

    def test_what_changes_a_resource_waits_for_its_second_pass(self) -> None:
        listed = steps(patch("/Users/bulkId:a"), post("a", "b"), post("b", "a"))
        assert listed == [(1, "first"), (2, "whole"), (1, "second"), (0, "whole")]


@st.composite
def batches(draw: st.DrawFn) -> list[dict[str, Any]]:
    ids = [f"n{number}" for number in range(draw(st.integers(1, 8)))]
    named = st.lists(st.sampled_from(ids), max_size=3)
    posts = [post(id, *draw(named)) for id in ids]
    paths = st.sampled_from(["/Users/1", "/Groups/1", *(f"/Users/bulkId:{id}" for id in ids)])
    patches = [patch(draw(paths), *draw(named)) for _ in range(draw(st.integers(0, 6)))]
    return draw(st.permutations([*posts, *patches]))


@pytest.mark.rfc("7644-3.7-16", "7644-3.7.1-01")
@given(batches())
def test_each_is_done_once_and_behind_what_it_names(operations: list[dict[str, Any]]) -> None:
    batch = parsed(envelope(*operations), limit=100)
    made: set[str] = set()
    ended: list[int] = []
    for number, part in bulk.steps(batch):
        operation = batch.operations[number]
        if part is Pass.FIRST:
            assert not operation.names <= made
        else:
            assert operation.names - {operation.bulk_id} <= made
            ended.append(number)
        made |= {operation.bulk_id}
        if operation.method == "PATCH":
            of = batch.makers.get(next(iter(Operation("", operation.path, "", None, None).names), ""))
            assert of is None or of in ended
    assert sorted(ended) == list(range(len(operations)))
    for path in {one["path"] for one in operations if one["method"] == "PATCH"}:
        of_path = [
            number for number in ended if operations[number]["path"] == path and "bulkId" not in operations[number]
        ]
        assert of_path == sorted(of_path)


@given(batches())
def test_it_is_the_clients_order_if_everything_is_named_after_it_is_made(operations: list[dict[str, Any]]) -> None:
    batch = parsed(envelope(*operations), limit=100)
    ordered = [number for number, part in bulk.steps(batch) if part is not Pass.FIRST]
    sorted_job = Job([batch.operations[number] for number in ordered])
    if all(part is Pass.WHOLE for _, part in bulk.steps(batch)):
        assert list(bulk.steps(sorted_job)) == [(number, Pass.WHOLE) for number in range(len(operations))]
