"""/Bulk: the single requests, many in one (RFC 7644 §3.7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from scim2_client.engines.wsgi import WSGISCIMClient

from example_project.access.models import Profile
from example_project.accounts.models import User
from scim_provisioning.models import Event
from scim_provisioning.operations import resources
from tests.factories import ProfileFactory, SuperuserFactory, UserFactory
from tests.scim import BASE, ENTERPRISE_USER, ERROR, Answer, ScimClient, patch_op, user

from .unchanged import nothing_changes

BULK_REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
BULK_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
LOCATION = f"http://testserver{BASE}"

Operation = dict[str, Any]


def post(name: str, **attributes: Any) -> Operation:
    """Make a user, whose name is the bulkId."""
    return {"method": "POST", "path": "/Users", "bulkId": name, "data": user(name, **attributes)}


def managed(by: str) -> dict[str, Any]:
    return {ENTERPRISE_USER: {"manager": {"value": by}}}


def patch(path: str, *operations: Any, **members: Any) -> Operation:
    return {"method": "PATCH", "path": path, "data": patch_op(*operations), **members}


def title(path: str, value: str, **members: Any) -> Operation:
    return patch(path, {"op": "replace", "path": "title", "value": value}, **members)


def add(group: str, *ids: str) -> Operation:
    return patch(group, {"op": "add", "path": "members", "value": [{"value": id} for id in ids]})


def remove(group: str, id: str) -> Operation:
    return patch(group, {"op": "remove", "path": f'members[value eq "{id}"]'})


def send(scim: ScimClient, *operations: Any, **members: Any) -> Answer:
    return scim.post("/Bulk", {"schemas": [BULK_REQUEST], "Operations": list(operations), **members})


def results(scim: ScimClient, *operations: Any, **members: Any) -> list[dict[str, Any]]:
    answer = send(scim, *operations, **members)
    assert answer.status == 200, answer
    assert answer.json.keys() == {"schemas", "Operations"}
    assert answer.json["schemas"] == [BULK_RESPONSE]
    for result in answer.json["Operations"]:
        if int(result["status"]) >= 400:
            assert result["response"]["schemas"] == [ERROR]
            assert result["response"]["status"] == result["status"]
            assert result["response"]["detail"]
    listed: list[dict[str, Any]] = answer.json["Operations"]
    return listed


def statuses(scim: ScimClient, *operations: Any, **members: Any) -> list[str]:
    return [result["status"] for result in results(scim, *operations, **members)]


def manager(scim: ScimClient, location: str) -> str:
    value: str = scim.get(location.removeprefix(LOCATION)).json[ENTERPRISE_USER]["manager"]["value"]
    return value


class TestResults:
    @pytest.mark.rfc("7644-3.7-02", "7644-3.7-10", "7644-3.7-11", "7644-3.7-12", "7644-3.7-15")
    @pytest.mark.rfc("7644-3.7.3-01", "7644-3.7.3-02", "7644-3.7.3-03")
    def test_they_say_what_the_single_requests_would(self, scim: ScimClient) -> None:
        group = f"/Groups/profile-{ProfileFactory().pk}"
        first, gone = UserFactory(), UserFactory()
        made, put, patched, grown, deleted = results(
            scim,
            post("ada"),
            {"method": "PUT", "path": f"/Users/{first.pk}", "data": user("bo")},
            title(f"/Users/{first.pk}", "Lead"),
            add(group, str(first.pk)),
            {"method": "DELETE", "path": f"/Users/{gone.pk}"},
        )
        ada = User.objects.get(username="ada@example.com")
        assert made == {
            "method": "POST",
            "bulkId": "ada",
            "location": f"{LOCATION}/Users/{ada.pk}",
            "version": scim.get(f"/Users/{ada.pk}").headers["ETag"],
            "status": "201",
        }
        assert (put["status"], put["location"]) == ("200", f"{LOCATION}/Users/{first.pk}")
        assert (patched["status"], patched["version"]) == ("200", scim.get(f"/Users/{first.pk}").headers["ETag"])
        assert (grown["status"], grown["location"]) == ("204", f"{LOCATION}{group}")
        again = {"op": "add", "path": "members", "value": [{"value": str(first.pk)}]}
        assert scim.patch(group, again, headers={"If-Match": grown["version"]}).status == 204
        assert deleted == {"method": "DELETE", "location": f"{LOCATION}/Users/{gone.pk}", "status": "204"}

    @pytest.mark.threat(36)
    @pytest.mark.rfc("7644-3.7-09", "7644-3.7-12", "7644-3.7-13", "7644-3.7.3-02", "7644-3.7.3-03", "7644-3.7.3-04")
    def test_a_failure_is_told_and_the_rest_is_done(self, scim: ScimClient) -> None:
        taken, missing, protected, fine = results(
            scim,
            post("bo") | {"data": user(UserFactory(username="bo@example.com").username.partition("@")[0])},
            title("/Users/0", "Lead"),
            {"method": "DELETE", "path": f"/Users/{SuperuserFactory().pk}"},
            post("ada"),
        )
        assert (taken["status"], taken["response"]["scimType"]) == ("409", "uniqueness")
        assert "location" not in taken
        assert (missing["status"], missing["location"]) == ("404", f"{LOCATION}/Users/0")
        assert (protected["status"], fine["status"]) == ("403", "201")

    def test_they_come_in_the_clients_order(self, scim: ScimClient) -> None:
        listed = results(scim, post("ada", **managed("bulkId:bo")), post("bo"))
        assert [result["bulkId"] for result in listed] == ["ada", "bo"]
        ada, bo = (User.objects.get(username=f"{name}@example.com").pk for name in ("ada", "bo"))
        assert bo < ada

    @pytest.mark.rfc("7644-3.7-04", "7644-3.7-05", "7644-3.7-06", "7644-3.7-07")
    def test_a_malformed_operation_fails_alone(self, scim: ScimClient) -> None:
        unnamed = {"method": "POST", "path": "/Users", "data": user("cy")}
        bare = {"method": "POST", "path": "/Users", "bulkId": "x"}
        nested = {"method": "POST", "path": "/Bulk", "bulkId": "x", "data": {}}
        not_whole = {"method": "PATCH", "path": f"/Users/{UserFactory().pk}", "data": {"op": "add", "value": {}}}
        listed = results(scim, unnamed, bare, nested, not_whole, 7, {"path": "/Users/1"}, post("ada"))
        assert [result["status"] for result in listed] == ["400"] * 6 + ["201"]
        assert {result["response"]["scimType"] for result in listed[:-1]} == {"invalidSyntax"}

    def test_the_events_have_the_id_of_the_request(self, scim: ScimClient) -> None:
        body = {"Operations": [post("ada"), post("bo"), title("/Users/bulkId:ada", "Lead")]}
        scim.post("/Bulk", body, headers={"X-Request-Id": "bulk-1"})
        events = list(Event.objects.order_by("pk").values_list("request_id", "operation"))
        assert events == [("bulk-1", "create"), ("bulk-1", "create"), ("bulk-1", "patch")]

    def test_each_is_forgiven_for_itself(self, scim: ScimClient) -> None:
        capital = patch("/Users/bulkId:ada", {"op": "Replace", "path": "title", "value": "Lead"})
        results(scim, post("ada"), capital, title("/Users/bulkId:ada", "Head"))
        assert [event.tolerances for event in Event.objects.order_by("pk")] == [[], ["op-case"], []]


class TestVersions:
    @pytest.mark.rfc("7644-3.7-08")
    def test_each_operation_has_its_condition(self, scim: ScimClient) -> None:
        path = f"/Users/{UserFactory().pk}"
        tag = scim.get(path).headers["ETag"]
        assert statuses(scim, title(path, "A", version=tag), title(path, "B", version=tag)) == ["200", "412"]
        assert scim.get(path).json["title"] == "A"

    def test_the_request_as_a_whole_has_none(self, scim: ScimClient) -> None:
        path = f"/Users/{UserFactory().pk}"
        body = {"Operations": [title(path, "A")]}
        answer = scim.post("/Bulk", body, headers={"If-Match": 'W/"other"', "If-None-Match": "*"})
        assert answer.json["Operations"][0]["status"] == "200"


class TestReferences:
    @pytest.mark.rfc("7644-3.7.2-01", "7644-3.7.2-02")
    def test_they_stand_in_paths_values_extensions_and_filters(self, scim: ScimClient) -> None:
        profile = ProfileFactory()
        group = f"/Groups/profile-{profile.pk}"
        listed = results(
            scim,
            remove(group, "bulkId:bo"),
            add(group, "bulkId:ada", "bulkId:bo"),
            remove(group, "bulkId:bo"),
            title("/Users/bulkId:ada", "Lead"),
            post("ada", **managed("bulkId:bo")),
            post("bo"),
        )
        assert [result["status"] for result in listed] == ["204", "204", "204", "200", "201", "201"]
        ada, bo = (User.objects.get(username=f"{name}@example.com") for name in ("ada", "bo"))
        assert ada.job_title == "Lead"
        assert [*profile.users.all()] == [ada]
        assert manager(scim, f"/Users/{ada.pk}") == str(bo.pk)
        assert listed[3]["location"] == f"{LOCATION}/Users/{ada.pk}"

    def test_one_that_nothing_makes_is_an_error(self, scim: ScimClient) -> None:
        with nothing_changes():
            (refused,) = results(scim, post("ada", **managed("bulkId:nobody")))
        assert (refused["status"], refused["response"]["scimType"]) == ("400", "invalidValue")
        assert "nobody" in refused["response"]["detail"]

    def test_what_names_something_that_was_not_made_is_in_conflict(self, scim: ScimClient) -> None:
        SuperuserFactory(username="bo@example.com")
        with nothing_changes():
            listed = statuses(scim, title("/Users/bulkId:ada", "Lead"), post("ada", **managed("bulkId:bo")), post("bo"))
        assert listed == ["409", "409", "409"]


@pytest.mark.rfc("7644-3.7.1-01")
class TestCircles:
    @pytest.mark.threat(37)
    def test_two_are_each_others_managers(self, scim: ScimClient) -> None:
        ada, bo = results(scim, post("ada", **managed("bulkId:bo")), post("bo", **managed("bulkId:ada")))
        assert (ada["status"], bo["status"]) == ("201", "201")
        assert bo["location"].endswith(f"/{manager(scim, ada['location'])}")
        assert ada["location"].endswith(f"/{manager(scim, bo['location'])}")
        assert ada["version"] == scim.get(ada["location"].removeprefix(LOCATION)).headers["ETag"]

    def test_one_is_its_own_manager(self, scim: ScimClient) -> None:
        (ada,) = results(scim, post("ada", title="Lead", **managed("bulkId:ada")))
        assert ada["status"] == "201"
        assert ada["location"].endswith(f"/{manager(scim, ada['location'])}")

    @pytest.mark.threat(37)
    def test_what_cannot_be_completed_is_in_conflict(self, scim: ScimClient) -> None:
        UserFactory(username="bo@example.com")
        ada, bo = results(scim, post("ada", **managed("bulkId:bo")), post("bo", **managed("bulkId:ada")))
        assert (ada["status"], bo["status"]) == ("409", "409")
        assert "'bo'" in ada["response"]["detail"]

    def test_what_was_not_completed_when_the_job_ended_is_told(self, scim: ScimClient) -> None:
        UserFactory(username="bo@example.com")
        circle = post("ada", **managed("bulkId:bo")), post("bo", **managed("bulkId:ada"))
        ada, bo = results(scim, *circle, failOnErrors=1)
        assert (ada["status"], bo["status"]) == ("409", "409")
        assert f"/Users/{User.objects.get(username='ada@example.com').pk} was made" in ada["response"]["detail"]


class TestLimits:
    @pytest.mark.threat(36)
    @pytest.mark.rfc("7644-3.7-03", "7644-3.7-13", "7644-3.7-14", "7644-3.7.3-01")
    def test_it_ends_after_as_many_errors_as_the_client_says(self, scim: ScimClient) -> None:
        wrong = [title("/Users/0", "A"), post("ada"), title("/Users/0", "B"), post("bo"), title("/Users/0", "C")]
        assert statuses(scim, *wrong, failOnErrors=2) == ["404", "201", "404"]
        assert not User.objects.filter(username="bo@example.com").exists()
        assert len(statuses(scim, *wrong, failOnErrors=4)) == len(statuses(scim, *wrong)) == 5

    @pytest.mark.threat(37)
    @pytest.mark.rfc("7644-3.7.4-01", "7644-3.7.4-02", "7644-3.7.4-03", "7643-5-04")
    def test_too_many_operations_are_413_and_none_is_done(self, scim: ScimClient, settings: Any) -> None:
        settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "MAX_BULK_OPERATIONS": 2}
        bulk = scim.get("/ServiceProviderConfig").json["bulk"]
        assert (bulk["supported"], bulk["maxOperations"]) == (True, 2)
        with nothing_changes():
            refused = send(scim, post("ada"), post("bo"), post("cy"))
        assert refused.status == 413
        assert " 2 " in refused.detail
        assert statuses(scim, post("ada"), post("bo")) == ["201", "201"]

    @pytest.mark.threat(37)
    @pytest.mark.rfc("7644-3.7.4-01", "7644-3.7.4-02", "7644-3.7.4-03")
    def test_too_large_a_payload_is_413_and_nothing_is_done(self, scim: ScimClient, settings: Any) -> None:
        settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "MAX_BODY_BYTES": 900}
        assert scim.get("/ServiceProviderConfig").json["bulk"]["maxPayloadSize"] == 900
        with nothing_changes():
            refused = send(scim, *(post(f"ada{number}") for number in range(5)))
        assert refused.status == 413
        assert "900" in refused.detail
        assert statuses(scim, post("ada")) == ["201"]

    @pytest.mark.threat(37)
    @pytest.mark.rfc("7644-3.7-04", "7644-3.7-12")
    @pytest.mark.parametrize(
        "body", [[], {}, {"schemas": [BULK_REQUEST]}, {"schemas": [BULK_REQUEST], "Operations": {}}]
    )
    def test_a_malformed_request_is_400(self, scim: ScimClient, body: Any) -> None:
        refused = scim.post("/Bulk", body)
        assert (refused.status, refused.scim_type) == (400, "invalidSyntax")


def failing(after: int, error: Exception) -> Callable[..., Any]:
    """As `resources.create`, but the calls after some fail."""
    create, calls = resources.create, iter(range(after))

    def instead(*args: Any) -> Any:
        if next(calls, None) is None:
            raise error
        return create(*args)

    return instead


def test_an_outage_ends_the_job_and_what_was_done_is_told(scim: ScimClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "create", failing(1, OperationalError("gone")))
    assert statuses(scim, post("ada"), post("bo"), post("cy")) == ["201", "503"]
    assert User.objects.filter(username="ada@example.com").exists()


def test_a_fault_of_ours_is_logged_and_told_without_its_words(
    scim: ScimClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    scim.django.raise_request_exception = False
    monkeypatch.setattr(resources, "create", failing(1, ZeroDivisionError("secret")))
    made, failed, patched = results(scim, post("ada"), post("bo"), title("/Users/bulkId:ada", "Lead"))
    assert (made["status"], failed["status"], patched["status"]) == ("201", "500", "200")
    assert "secret" not in failed["response"]["detail"]
    (record,) = [record for record in caplog.records if record.name == "scim_provisioning"]
    assert (record.levelname, record.error) == ("ERROR", "ZeroDivisionError")


def test_each_operation_costs_what_it_costs_however_many_there_are(scim: ScimClient) -> None:
    scim.get("/ServiceProviderConfig")  # the first request of a minute notes that the connection is in use

    def queries(of: str, number: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert {*statuses(scim, *(post(f"{of}{n}") for n in range(number)))} == {"201"}
        return len(captured)

    each = 6 + (connection.vendor == "sqlite")  # SQLite cannot lock a row, so the first write locks all
    assert (queries("a", 10), queries("b", 100)) == (1 + 10 * each, 1 + 100 * each)


@pytest.mark.threat(36)
@pytest.mark.django_db(transaction=True)
def test_each_operation_is_in_a_transaction_of_its_own(scim: ScimClient, monkeypatch: pytest.MonkeyPatch) -> None:
    create, blocks = resources.create, []

    def noted(*args: Any) -> Any:
        blocks.append((connection.in_atomic_block, User.objects.count()))
        return create(*args)

    monkeypatch.setattr(resources, "create", noted)
    results(scim, post("ada"), post("ada") | {"bulkId": "again"}, post("bo"))
    assert blocks == [(False, 0), (False, 1), (False, 1)]


@pytest.mark.django_db(transaction=True)  # each request ends, as it does in a server, with its connection
def test_a_client_that_is_not_ours_understands_it(scim: ScimClient) -> None:
    headers = {"Authorization": f"Bearer {scim.token}"}
    client = WSGISCIMClient(get_wsgi_application(), f"http://testserver{BASE}", headers)
    client.discover()
    answer = client.bulk({"schemas": [BULK_REQUEST], "Operations": [post("ada"), post("bo"), title("/Users/0", "A")]})
    assert [(one.bulk_id, one.status) for one in answer.operations] == [("ada", 201), ("bo", 201), (None, 404)]


@st.composite
def batches(draw: st.DrawFn) -> list[Operation]:
    """Users with managers among each other, and changes of them and of a group, in any order."""
    names = [f"n{number}" for number in range(draw(st.integers(1, 4)))]
    one = st.sampled_from(names)
    posts = [post(name, **managed(f"bulkId:{draw(one)}")) if draw(st.booleans()) else post(name) for name in names]
    changes = st.one_of(
        st.builds(lambda name, text: title(f"/Users/bulkId:{name}", text), one, st.sampled_from("AB")),
        st.builds(
            lambda listed: add("/Groups/GROUP", *(f"bulkId:{name}" for name in listed)), st.sets(one, min_size=1)
        ),
        st.builds(lambda name: remove("/Groups/GROUP", f"bulkId:{name}"), one),
    )
    return draw(st.permutations([*posts, *draw(st.lists(changes, max_size=6))]))


def replaced(value: Any, texts: dict[str, str]) -> Any:
    match value:
        case str():
            for old, new in texts.items():
                value = value.replace(old, new)
            return value
        case list():
            return [replaced(one, texts) for one in value]
        case dict():
            return {key: replaced(one, texts) for key, one in value.items()}
    return value


def one_by_one(scim: ScimClient, batch: list[Operation]) -> None:
    """What a client does that has no /Bulk: make all, then refer to them, then change them."""
    posts = [operation for operation in batch if operation["method"] == "POST"]
    ids = {}
    for operation in posts:
        body = {key: value for key, value in operation["data"].items() if key != ENTERPRISE_USER}
        ids[f"bulkId:{operation['bulkId']}"] = scim.post("/Users", body).json["id"]
    for operation in posts:
        assert (
            scim.put(f"/Users/{ids['bulkId:' + operation['bulkId']]}", replaced(operation["data"], ids)).status == 200
        )
    for operation in batch:
        if operation["method"] != "POST":
            known = replaced(operation, ids)
            assert scim.request(known["method"], known["path"], known["data"]).status in (200, 204)


def state(scim: ScimClient, profile: Profile) -> dict[str, Any]:
    """All that the batch can have changed, by names, since each run gives ids of its own."""
    people = scim.get("/Users").json["Resources"]
    names = {person["id"]: person["userName"] for person in people}
    members = {*profile.users.values_list("username", flat=True)}
    return {
        person["userName"]: (
            person.get("title"),
            names.get(person.get(ENTERPRISE_USER, {}).get("manager", {}).get("value")),
            person["userName"] in members,
        )
        for person in people
    }


@pytest.mark.rfc("7644-3.7-16", "7644-3.7.1-01", "7644-3.7.2-01")
@pytest.mark.once_per_database
def test_a_batch_in_any_order_ends_as_its_operations_one_by_one(scim: ScimClient) -> None:
    profile = ProfileFactory()

    def end_of(run: Callable[[], Any]) -> dict[str, Any]:
        with transaction.atomic():
            run()
            end = state(scim, profile)
            transaction.set_rollback(True)
        return end

    @hypothesis_settings(max_examples=40)
    @given(batches())
    def check(batch: list[Operation]) -> None:
        known = replaced(batch, {"GROUP": f"profile-{profile.pk}"})

        def in_bulk() -> None:
            assert {*statuses(scim, *known)} <= {"200", "201", "204"}

        assert end_of(in_bulk) == end_of(lambda: one_by_one(scim, known))

    check()
