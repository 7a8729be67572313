"""What the log holds of a request, and what it must not; and the X-Request-Id that is the same everywhere."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.db import IntegrityError, OperationalError, ProgrammingError

from example_project.scim import EmployeeAdapter
from scim_provisioning.models import Event
from scim_provisioning.operations.log import KEYS
from tests.factories import ProfileFactory, SuperuserFactory, UserFactory
from tests.scim import Answer, ScimClient, user

pytestmark = pytest.mark.django_db

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
MARK = "zqx"


class Records(logging.Handler):
    """Everything that any logger says, from DEBUG on."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.all: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.all.append(record)

    @property
    def own(self) -> list[Any]:
        return [record for record in self.all if record.name == "scim_provisioning"]

    @property
    def told(self) -> list[tuple[Any, ...]]:
        names = ("levelname", "operation", "resource_type", "outcome", "scim_type", "error")
        return [tuple(getattr(record, name) for name in names) for record in self.own]


@pytest.fixture
def records(caplog: pytest.LogCaptureFixture) -> Iterator[Records]:
    kept = Records()
    root = logging.getLogger()
    with caplog.at_level(logging.DEBUG):
        root.addHandler(kept)
        yield kept
        root.removeHandler(kept)


@pytest.fixture(autouse=True)
def _faults_are_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Answer, "_faults", lambda self: {})


def failing(error: Exception) -> Any:
    """The product's own code fails so, when it saves a user."""
    return mock.patch.object(EmployeeAdapter, "save", side_effect=error)


# ---------------------------------------------------------------------------------------------- X-Request-Id


def taken(scim: ScimClient, **kwargs: Any) -> Answer:
    return scim.post("/Users", user("x", userName=UserFactory().username), **kwargs)


def bulk(scim: ScimClient, **kwargs: Any) -> Answer:
    operations = [{"method": "POST", "path": "/Users", "bulkId": "a", "data": user("a")}, {"method": "BREW"}]
    return scim.post("/Bulk", {"schemas": [BULK], "Operations": operations}, **kwargs)


def fault(scim: ScimClient, **kwargs: Any) -> Answer:
    scim.django.raise_request_exception = False
    with failing(RuntimeError("out of order")):
        return scim.post("/Users", user("x"), **kwargs)


def unwritable(scim: ScimClient, **kwargs: Any) -> Answer:
    scim.django.raise_request_exception = False
    with mock.patch("scim_provisioning.api.views.found", side_effect=lambda *_: _answer(float("nan"))):
        return scim.get("/Users", **kwargs)


def _answer(value: Any) -> Any:
    from rest_framework.response import Response

    return Response({"value": value})


def away(scim: ScimClient, **kwargs: Any) -> Answer:
    with failing(OperationalError("gone")):
        return scim.post("/Users", user("x"), **kwargs)


def stranger(scim: ScimClient, **kwargs: Any) -> Answer:
    return ScimClient(None).get("/Users", **kwargs)


def impostor(scim: ScimClient, **kwargs: Any) -> Answer:
    return ScimClient("scim_wrong").delete("/Users/1", **kwargs)


def conditioned(scim: ScimClient, headers: dict[str, Any]) -> Answer:
    return scim.delete(f"/Users/{UserFactory().pk}", headers={**headers, "If-Match": 'W/"old"'})


def as_html(scim: ScimClient, headers: dict[str, Any]) -> Answer:
    return scim.get("/Users", headers={**headers, "Accept": "text/html"})


def as_form(scim: ScimClient, headers: dict[str, Any]) -> Answer:
    return scim.post("/Users", b"a=b", headers={**headers, "Content-Type": "application/x-www-form-urlencoded"})


Request = Callable[..., Answer]
REQUESTS: dict[Request, int] = {
    lambda scim, **kwargs: scim.get("/Users", **kwargs): 200,
    lambda scim, **kwargs: scim.request("HEAD", "/Users", **kwargs): 200,
    lambda scim, **kwargs: scim.get("/Schemas", **kwargs): 200,
    bulk: 200,
    lambda scim, **kwargs: scim.post("/Users", user("x"), **kwargs): 201,
    lambda scim, **kwargs: scim.delete(f"/Users/{UserFactory().pk}", **kwargs): 204,
    lambda scim, **kwargs: scim.get("/Users?filter=x", **kwargs): 400,
    lambda scim, **kwargs: scim.post("/Users", b"{", **kwargs): 400,
    stranger: 401,
    impostor: 401,
    lambda scim, **kwargs: scim.delete(f"/Users/{SuperuserFactory().pk}", **kwargs): 403,
    lambda scim, **kwargs: scim.get("/Users/none", **kwargs): 404,
    lambda scim, **kwargs: scim.get("/", **kwargs): 404,
    lambda scim, **kwargs: scim.post("/no/where", {}, **kwargs): 404,
    lambda scim, **kwargs: scim.delete("/Users", **kwargs): 405,
    lambda scim, **kwargs: scim.request("OPTIONS", "/Bulk", **kwargs): 405,
    as_html: 406,
    taken: 409,
    conditioned: 412,
    lambda scim, **kwargs: scim.post("/Users", b" " * 6_000_000, **kwargs): 413,
    as_form: 415,
    fault: 500,
    unwritable: 500,
    lambda scim, **kwargs: scim.get("/Me", **kwargs): 501,
    away: 503,
}
WELL_FORMED = "aB3._-" * 10


@pytest.mark.once
@pytest.mark.parametrize("sent", [WELL_FORMED, "a\r\nb"], ids=["well-formed", "ill-formed"])
@pytest.mark.parametrize(("request_", "status"), REQUESTS.items(), ids=range(len(REQUESTS)))
def test_an_answer_its_events_and_its_records_have_one_id_which_is_the_client_s_if_that_can_stand_in_a_line(
    scim: ScimClient, records: Records, request_: Request, status: int, sent: str
) -> None:
    answer = request_(scim, headers={"X-Request-Id": sent})
    assert answer.status == status
    id = answer.headers["X-Request-Id"]
    if sent == WELL_FORMED:
        assert id == sent
    else:
        assert len(id) == 32
        assert id.isalnum()
    assert {*Event.objects.values_list("request_id", flat=True), *(record.request_id for record in records.own)} <= {id}
    assert len(records.own) == {200: 2 * (request_ is bulk)}.get(status, 1)


# ---------------------------------------------------------------------------------------------- what is told


def test_each_write_is_told_and_no_read(scim: ScimClient, records: Records) -> None:
    id = scim.post("/Users", user("ada")).json["id"]
    profile = f"profile-{ProfileFactory().pk}"
    scim.put(f"/Users/{id}", user("ada", title="Lead"))
    scim.patch(f"/Groups/{profile}", {"op": "add", "path": "members", "value": [{"value": id}]})
    scim.get(f"/Users/{id}")
    scim.delete(f"/Users/{id}", headers={"X-Request-Id": "r-1"})
    assert records.told == [
        ("INFO", "create", "User", 201, "", ""),
        ("INFO", "replace", "User", 200, "", ""),
        ("INFO", "patch", "Group", 200, "", ""),
        ("INFO", "delete", "User", 204, "", ""),
    ]
    assert [record.resource for record in records.own] == [id, id, profile, id]
    last = records.own[-1]
    assert scim.connection is not None
    assert (last.request_id, last.connection, last.address) == ("r-1", scim.connection.pk, "127.0.0.1")
    assert last.getMessage() == f"SCIM delete of User {id} (request r-1)"


def test_what_happens_every_day_warns_nobody_and_what_does_not_work_does(scim: ScimClient, records: Records) -> None:
    for request in (taken, conditioned, as_html, impostor, away, fault):
        request(scim, headers={})
    scim.get("/Users/none")
    scim.get("/Users", filter="x")
    assert records.told == [
        ("INFO", "create", "User", 409, "uniqueness", ""),
        ("INFO", "delete", "User", 412, "", ""),
        ("WARNING", "read", "User", 406, "", "rest_framework.exceptions.NotAcceptable"),
        ("WARNING", "delete", "User", 401, "", "rest_framework.exceptions.AuthenticationFailed"),
        ("WARNING", "create", "User", 503, "", "django.db.utils.OperationalError"),
        ("ERROR", "create", "User", 500, "", "RuntimeError"),
        ("INFO", "read", "User", 404, "", ""),
        ("WARNING", "read", "User", 400, "invalidFilter", ""),
    ]


def test_each_operation_of_a_bulk_request_is_told(scim: ScimClient, records: Records) -> None:
    bulk(scim)
    assert records.told == [
        ("INFO", "create", "User", 201, "", ""),
        ("WARNING", "bulk", "", 400, "invalidSyntax", ""),
    ]


def test_a_fault_is_told_with_the_way_that_led_to_it_and_without_its_words(scim: ScimClient, records: Records) -> None:
    scim.django.raise_request_exception = False
    behind = KeyError(MARK)
    error = RuntimeError(MARK)
    error.__cause__ = behind
    with failing(error):
        assert scim.post("/Users", user("x")).status == 500
    (record,) = records.own
    text = logging.Formatter().format(record)
    assert "Fault: KeyError\n" in text
    assert text.endswith("Fault: RuntimeError")
    assert "in save\n    self.collection.adapter.save(self.instance" in text
    assert MARK not in text


# ---------------------------------------------------------------------------------------------- what is not


def conversation(scim: ScimClient) -> list[int]:
    """Requests of each kind, with the mark in every value that a client or the product's own code can choose."""
    scim.django.raise_request_exception = False
    name = f"{MARK}@example.com"
    person = user(MARK, externalId=MARK, title=f"{MARK}\r\n{MARK}", displayName=MARK)
    members = [{"value": MARK}]
    group = f"/Groups/profile-{ProfileFactory(name=MARK).pk}"
    noisy = {"X-Request-Id": f"{MARK}\r\n{MARK}", "User-Agent": f"{MARK}\r\n", "Cookie": f"{MARK}={MARK}"}
    made = scim.post("/Users", person, headers=noisy)
    address = f"/Users/{made.json['id']}"
    operations = [
        {"method": "POST", "path": "/Users", "bulkId": MARK, "data": person},
        {"method": "PATCH", "path": f"/Users/{MARK}%0D%0A{MARK}", "data": {}},
        {"method": MARK, "path": MARK},
    ]
    answers = [
        made,
        scim.patch(address, {"op": "replace", "path": "name.familyName", "value": MARK * 2}),
        scim.patch(group, {"op": "add", "path": "members", "value": [{"value": made.json["id"]}]}),
        scim.patch(group, {"op": "add", "path": "members", "value": members}),
        scim.get("/Users", filter=f'userName eq "{name}"'),
        scim.get("/Users", filter=f'{MARK} eq "{name}'),
        scim.get("/Users", sortBy=MARK),
        scim.get(f"/Users/{name}%0D%0A{MARK}"),
        scim.get(f"/{MARK}%0D%0A{MARK}", headers=noisy),
        scim.post("/Users", person),
        scim.post("/Users", f"{{{MARK}".encode()),
        scim.post("/Users", person, headers={"Content-Type": f"text/{MARK}"}),
        scim.get("/Users", headers={"Accept": f"text/{MARK}"}),
        scim.delete(address, headers={"If-Match": f'W/"{MARK}"'}),
        scim.request(MARK.upper(), f"/Users?{MARK}"),
        scim.post("/Bulk", {"schemas": [BULK], "Operations": operations}),
        ScimClient(f"scim_{MARK}").get(f"/Users/{MARK}"),
        scim.get("/Users", headers={"Authorization": f"{MARK}\r\n{scim.token}"}),
    ]
    errors = [RuntimeError(name), ProgrammingError(name), OperationalError(name), IntegrityError(f"({name}) exists")]
    for number, error in enumerate(errors):
        error.__context__ = ValueError(name)
        with failing(error):
            answers.append(scim.patch(address, {"op": "replace", "path": "title", "value": f"{MARK}{number}"}))
    answers.append(scim.delete(address))
    return [answer.status for answer in answers]


@pytest.mark.threat(47, 56)
def test_nothing_that_was_sent_or_is_stored_is_in_any_record(scim: ScimClient, records: Records) -> None:
    statuses = conversation(scim)
    assert {*statuses} == {200, 201, 204, 400, 401, 404, 405, 406, 409, 412, 415, 500, 503}
    formatter = logging.Formatter("%(message)s")
    for record in records.all:
        if record.name.startswith(("faker", "factory")):
            continue
        told = [formatter.format(record), repr(vars(record))]
        assert MARK not in "".join(told).lower(), record
        assert str(scim.token) not in "".join(told), record
        assert not {"\r", "\n"} & {*record.getMessage()}, record
        assert record.name == "scim_provisioning"
    assert len(records.own) > 20


def test_each_record_has_the_same_keys(scim: ScimClient, records: Records) -> None:
    conversation(scim)
    usual = vars(logging.makeLogRecord({})).keys() | {"message", "taskName"}
    assert {frozenset(vars(record).keys() - usual) for record in records.own} == {frozenset(KEYS)}


@pytest.mark.once
def test_the_documentation_lists_the_keys() -> None:
    page = (Path(settings.BASE_DIR) / "docs" / "operations.md").read_text("utf-8")
    logged = page.partition("\n## What is logged\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `([a-z_]+)` \|", logged, re.MULTILINE) == [*KEYS]


def test_other_addresses_are_logged_as_ever(scim: ScimClient, records: Records) -> None:
    scim.django.get("/nowhere")
    assert [record.name for record in records.all] == ["django.request"]
