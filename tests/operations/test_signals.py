"""What the product is told: which signals, with what, after which requests, and only after commit."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Group
from django.db import OperationalError, transaction
from django.db import connection as database
from django.dispatch import Signal
from django.test.utils import CaptureQueriesContext

from example_project.access.models import Profile, Project
from example_project.accounts.models import User
from scim_provisioning import signals
from scim_provisioning.models import Connection, Event
from scim_provisioning.operations import connections
from scim_provisioning.protocol.errors import InvalidValue
from tests.factories import ProfileFactory, ProjectAccessFactory, ProjectFactory, SuperuserFactory, UserFactory
from tests.scim import CORE_GROUP, ENTERPRISE_USER, ScimClient, user

from .provider import Provider, member_ids

pytestmark = pytest.mark.django_db(transaction=True)

SIGNALS: dict[str, Signal] = {name: it for name, it in vars(signals).items() if isinstance(it, Signal)}
PAGE = (Path(django_settings.BASE_DIR) / "docs" / "signals.md").read_text("utf-8")

Told = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def told(idp: Provider) -> Iterator[Told]:
    """Names of signals and their arguments, as they come."""
    came: Told = []
    receivers = {}
    for name, signal in SIGNALS.items():

        def receive(signal: Signal, name: str = name, **arguments: Any) -> None:
            came.append((name, arguments))

        receivers[name] = receive
        signal.connect(receive)
    yield came
    for name, signal in SIGNALS.items():
        signal.disconnect(receivers[name])


@pytest.fixture
def listening() -> Iterator[Callable[..., None]]:
    """Connects a receiver for the length of a test."""
    connected: list[tuple[Signal, Any, Any]] = []

    def listen(signal: Signal, receiver: Any, sender: Any = None) -> None:
        signal.connect(receiver, sender, weak=False)
        connected.append((signal, receiver, sender))

    yield listen
    for signal, receiver, sender in connected:
        signal.disconnect(receiver, sender)


def names(told: Told) -> list[str]:
    came = [name for name, _ in told]
    told.clear()
    return came


def id_of(profile: Profile) -> str:
    return f"profile-{profile.pk}"


def add(*users: User) -> dict[str, Any]:
    return {"op": "add", "path": "members", "value": member_ids(*users)}


def explode(**arguments: Any) -> None:
    raise RuntimeError("out of order")


class TestAUser:
    def test_who_is_made_is_provisioned(self, idp: Provider, told: Told) -> None:
        id = idp.post(user("ada", title="Engineer", active=True))["id"]
        ((name, arguments),) = told
        assert name == "user_provisioned"
        assert arguments["sender"] is User
        assert arguments["user"] == User.objects.get(pk=id)
        assert arguments["user"].job_title == "Engineer"
        assert arguments["connection"] == idp.connection
        assert arguments["request_id"] == "request-1" == Event.objects.get().request_id

    def test_who_is_made_inactive_is_provisioned_and_no_more(self, idp: Provider, told: Told) -> None:
        idp.post(user("ada", active=False))
        assert names(told) == ["user_provisioned"]

    @pytest.mark.parametrize("active", [True, False])
    def test_who_comes_back_after_a_deletion_is_provisioned(self, idp: Provider, told: Told, active: bool) -> None:
        idp.delete(idp.post(user("ada"))["id"])
        told.clear()
        idp.post(user("ada", active=active))
        assert names(told) == ["user_provisioned"]

    @pytest.mark.parametrize("how", ["put", "patch"])
    def test_who_is_changed_is_told_with_what_changed(self, idp: Provider, told: Told, how: str) -> None:
        row = UserFactory(job_title="Trainee")
        if how == "put":
            document: Any = idp.get(row.pk)
            idp.put(row.pk, {**document, "title": "Engineer"})
        else:
            idp.replace(row.pk, "title", "Engineer")
        ((name, arguments),) = told
        assert (name, arguments["sender"]) == ("user_changed", User)
        assert arguments["changes"] == {"title": ("Trainee", "Engineer")}
        assert arguments["user"].job_title == "Engineer"

    def test_whom_a_request_leaves_as_is_is_not_told_of(self, idp: Provider, told: Told) -> None:
        row = UserFactory(job_title="Engineer", is_active=False)
        idp.replace(row.pk, "title", "Engineer")
        idp.replace(row.pk, "active", False)
        idp.put(row.pk, idp.get(row.pk))
        assert told == []

    @pytest.mark.threat(7, 9)
    def test_who_is_switched_off_and_on_is_changed_and_then_deactivated_and_reactivated(
        self, idp: Provider, told: Told
    ) -> None:
        row = UserFactory()
        idp.replace(row.pk, "active", False)
        assert told[1][1]["changes"] == {"active": (True, False)}
        assert names(told) == ["user_changed", "user_deactivated"]
        idp.replace(row.pk, "active", True)
        assert names(told) == ["user_changed", "user_reactivated"]

    @pytest.mark.threat(9)
    def test_who_is_deleted_is_deactivated_and_then_deprovisioned(self, idp: Provider, told: Told) -> None:
        row = UserFactory()
        idp.delete(row.pk)
        assert [arguments["user"].is_active for _, arguments in told] == [False, False]
        assert names(told) == ["user_deactivated", "user_deprovisioned"]

    def test_who_was_inactive_before_is_deprovisioned_only(self, idp: Provider, told: Told) -> None:
        idp.delete(UserFactory(is_active=False).pk)
        assert names(told) == ["user_deprovisioned"]

    def test_whose_row_goes_is_told_of_as_it_was(self, idp: Provider, told: Told, settings: Any) -> None:
        settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "DELETE_USERS": True}
        row = UserFactory(job_title="Engineer")
        idp.delete(row.pk)
        assert not User.objects.exists()
        for _, arguments in told:
            assert arguments["user"].pk == row.pk
            assert arguments["changes"]["title"] == ("Engineer", None)
        assert names(told) == ["user_deactivated", "user_deprovisioned"]

    @pytest.mark.threat(7)
    def test_sessions_have_ended_before_the_product_hears_of_the_deactivation(
        self, idp: Provider, listening: Callable[..., None], client: Any
    ) -> None:
        row = UserFactory(password="correct horse")
        client.force_login(row)
        answers = []
        listening(signals.user_deactivated, lambda **arguments: answers.append(client.get("/").status_code))
        idp.replace(row.pk, "active", False)
        assert answers == [302]


class TestMembers:
    @pytest.mark.threat("C23")
    def test_are_told_by_their_primary_keys_once_for_each_group(self, idp: Provider, told: Told) -> None:
        ada, bob, eve = UserFactory.create_batch(3)
        profile = ProfileFactory(users=[ada, bob])
        removal = {"op": "remove", "path": f'members[value eq "{ada.pk}"]'}
        idp.of("Group").patch(id_of(profile), add(eve, bob), removal)
        ((name, arguments),) = told
        assert name == "membership_changed"
        connection = arguments.pop("connection")
        assert connection == idp.connection
        assert arguments == {
            "sender": Profile,
            "group": profile,
            "group_id": id_of(profile),
            "level": None,
            "added": {eve.pk},
            "removed": {ada.pk},
            "request_id": "request-1",
        }

    def test_of_a_project_come_with_their_level(self, idp: Provider, told: Told) -> None:
        project, ada = ProjectFactory(), UserFactory()
        idp.of("Group").patch(f"project-{project.pk}-full", add(ada))
        ((_, arguments),) = told
        assert (arguments["sender"], arguments["group"], arguments["level"]) == (Project, project, "full")

    def test_that_are_so_already_are_not_told(self, idp: Provider, told: Told) -> None:
        ada = UserFactory()
        profile = ProfileFactory(users=[ada])
        idp.of("Group").patch(id_of(profile), add(ada))
        idp.of("Group").replace(id_of(profile), "externalId", "x")
        assert told == []

    @pytest.mark.parametrize("rows_go", [True, False])
    def test_who_are_deleted_leave_each_group_with_a_signal(
        self, idp: Provider, told: Told, settings: Any, rows_go: bool
    ) -> None:
        settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "DELETE_USERS": rows_go}
        row = UserFactory()
        profile, access = ProfileFactory(users=[row]), ProjectAccessFactory(user=row, level="read")
        ProfileFactory(users=[UserFactory()])
        idp.delete(row.pk)
        left = [
            (arguments["group"], arguments["group_id"], arguments["level"], arguments["added"], arguments["removed"])
            for name, arguments in told
            if name == "membership_changed"
        ]
        assert left == [
            (profile, id_of(profile), None, set(), {row.pk}),
            (access.project, f"project-{access.project_id}-read", "read", set(), {row.pk}),
        ]
        assert names(told)[:2] == ["user_deactivated", "user_deprovisioned"]

    def test_of_a_group_that_is_made_and_deleted_come_and_go(self, idp: Provider, told: Told, settings: Any) -> None:
        adapter = "tests.operations.test_groups.OpenAdapter"
        settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "GROUP_ADAPTERS": [adapter]}
        ada = UserFactory()
        body = {"schemas": [CORE_GROUP], "displayName": "Audit", "members": member_ids(ada)}
        id = idp.of("Group").post(body)["id"]
        profile = Profile.objects.get()
        idp.of("Group").delete(id)
        assert [(it["group"], it["group_id"], it["added"], it["removed"]) for _, it in told] == [
            (profile, id, {ada.pk}, set()),
            (profile, id, set(), {ada.pk}),
        ]
        assert names(told) == ["membership_changed"] * 2

    @pytest.mark.parametrize("listened_to", [True, False])
    def test_who_leave_many_groups_cost_one_query_for_each_kind_and_none_where_nobody_listens(
        self, idp: Provider, listening: Callable[..., None], listened_to: bool
    ) -> None:
        if listened_to:
            listening(signals.membership_changed, lambda **arguments: None, sender=Profile)
        costs = []
        for size in (1, 20):
            row = UserFactory()
            for profile in ProfileFactory.create_batch(size):
                profile.users.add(row)
            with CaptureQueriesContext(database) as queries:
                idp.delete(row.pk)
            costs.append(sum('FROM "access_profile" ' in query["sql"] for query in queries))
        assert costs == [int(listened_to)] * 2


class TestTheConnection:
    def test_is_told_when_it_is_switched_and_by_whom(self, told: Told) -> None:
        root = SuperuserFactory()
        enabled, _ = connections.enable(by=root, tenant="acme")
        connections.enable(by=root, tenant="acme")
        connections.rotate(by=root, tenant="acme")
        connections.disable(tenant="acme")
        connections.disable(tenant="acme")
        assert told == [
            ("connection_enabled", {"sender": Connection, "connection": enabled, "by": root}),
            ("connection_rotated", {"sender": Connection, "connection": enabled, "by": root}),
            ("connection_disabled", {"sender": Connection, "connection": enabled, "by": None}),
        ]

    def test_is_not_told_of_a_decision_on_what_has_passed(self, told: Told) -> None:
        with pytest.raises(connections.ConnectionMovedError):
            connections.disable(seen="new")
        with pytest.raises(connections.ConnectionMovedError):
            connections.rotate(seen="new")
        assert told == []


class TestNothingIsTold:
    def test_of_what_is_refused(self, idp: Provider, told: Told) -> None:
        profile = ProfileFactory()
        with pytest.raises(InvalidValue):
            idp.of("Group").patch(id_of(profile), {"op": "add", "path": "members", "value": [{"value": "99999999"}]})
        assert told == []

    @pytest.mark.threat("C23")
    def test_before_somebodys_transaction_around_it_commits(self, idp: Provider, told: Told) -> None:
        with transaction.atomic():
            idp.post(user("ada"))
            assert told == []
        assert names(told) == ["user_provisioned"]

    @pytest.mark.threat("C23")
    def test_of_what_is_rolled_back(self, idp: Provider, told: Told) -> None:
        with transaction.atomic():
            idp.post(user("ada"))
            transaction.set_rollback(True)
        assert not User.objects.exists()
        assert told == []

    def test_to_who_listens_to_another_model(self, idp: Provider, listening: Callable[..., None]) -> None:
        listening(signals.user_provisioned, explode, sender=Group)
        listening(signals.membership_changed, explode, sender=Project)
        ada, profile = UserFactory(), ProfileFactory()
        idp.post(user("bob"))
        with CaptureQueriesContext(database) as queries:
            idp.of("Group").patch(id_of(profile), add(ada))
        assert not [query for query in queries if "project" in query["sql"]]

    def test_and_nothing_is_put_by_where_nobody_listens(self, idp: Provider) -> None:
        with transaction.atomic():
            idp.of("Group").patch(id_of(ProfileFactory()), add(UserFactory()))
            idp.post(user("ada"))
            connections.disable()
            assert database.run_on_commit == []


class TestAReceiver:
    @pytest.mark.threat("C11")
    def test_that_fails_changes_neither_the_answer_nor_what_others_hear(
        self, scim: ScimClient, idp: Provider, listening: Callable[..., None], caplog: pytest.LogCaptureFixture
    ) -> None:
        def rename(user: User, **arguments: Any) -> None:
            user.username = "somebody else"
            raise RuntimeError("out of order")

        heard = []
        listening(signals.user_provisioned, rename)
        listening(signals.user_provisioned, lambda **arguments: heard.append(arguments["user"].pk))
        answer = scim.post("/Users", user("ada"))
        assert (answer.status, answer.json["userName"]) == (201, "ada@example.com")
        assert heard == [int(answer.json["id"])]
        (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
        assert record.name == "django.dispatch"
        assert "rename" in record.getMessage()
        assert "out of order" in record.getMessage()
        assert "ada" not in caplog.text

    @pytest.mark.threat("C11")
    @pytest.mark.parametrize("error", [RuntimeError, OperationalError])
    def test_of_any_signal_may_fail(
        self,
        scim: ScimClient,
        told: Told,
        listening: Callable[..., None],
        caplog: pytest.LogCaptureFixture,
        error: type[Exception],
    ) -> None:
        def fail(**arguments: Any) -> None:
            raise error("out of order")

        for signal in SIGNALS.values():
            listening(signal, fail)
        connections.enable(tenant="other")
        connections.rotate(tenant="other")
        connections.disable(tenant="other")
        created = scim.post("/Users", user("ada"))
        path = f"/Users/{created.json['id']}"
        switch = {"op": "replace", "path": "active"}
        member = {"op": "add", "path": "members", "value": [{"value": created.json["id"]}]}
        answers = [
            created,
            scim.patch(path, {**switch, "value": False}),
            scim.patch(path, {**switch, "value": True}),
            scim.patch(f"/Groups/{id_of(ProfileFactory())}", member),
            scim.delete(path),
        ]
        assert [answer.status for answer in answers] == [201, 200, 200, 204, 204]
        heard = names(told)
        assert {*heard} == SIGNALS.keys()
        failed = [record for record in caplog.records if record.levelno >= logging.ERROR]
        assert [record.name for record in failed] == ["django.dispatch"] * len(heard)
        assert "ada" not in caplog.text

    def test_that_has_no_name_fails_as_quietly(
        self, scim: ScimClient, listening: Callable[..., None], caplog: pytest.LogCaptureFixture
    ) -> None:
        listening(signals.user_provisioned, partial(explode))
        assert scim.post("/Users", user("ada")).status == 201
        assert [record.levelno for record in caplog.records if record.levelno >= logging.ERROR]
        assert "ada" not in caplog.text

    def test_may_write_to_the_database(self, idp: Provider, listening: Callable[..., None]) -> None:
        listening(signals.user_provisioned, lambda user, **arguments: ProfileFactory(name="New", users=[user]))
        id = idp.post(user("ada"))["id"]
        assert Profile.objects.get().users.get().pk == int(id)


def test_a_bulk_job_tells_of_each_operation_as_it_is_done(scim: ScimClient, idp: Provider, told: Told) -> None:
    profile = ProfileFactory()
    operations = [
        {"method": "POST", "path": "/Users", "bulkId": "ada", "data": user("ada")},
        {"method": "PATCH", "path": "/Users/99999999", "data": {}},
        {"method": "POST", "path": "/Users", "bulkId": "bob", "data": user("bob")},
        {
            "method": "PUT",
            "path": f"/Groups/{id_of(profile)}",
            "data": {
                "schemas": [CORE_GROUP],
                "displayName": profile.name,
                "members": [{"value": "bulkId:ada"}, {"value": "bulkId:bob"}],
            },
        },
    ]
    request = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations}
    answer = scim.post("/Bulk", request)
    assert [done["status"] for done in answer.json["Operations"]] == ["201", "400", "201", "200"]
    assert told[-1][1]["added"] == set(User.objects.values_list("pk", flat=True))
    assert {arguments["request_id"] for _, arguments in told} == {answer.headers["X-Request-Id"]}
    assert names(told) == ["user_provisioned", "user_provisioned", "membership_changed"]


class TestThePage:
    ROWS = {match[1]: match[0] for match in re.finditer(r"^\| `(\w+)` \|.+$", PAGE, re.MULTILINE)}

    @pytest.mark.threat("C23")
    def test_names_each_signal(self) -> None:
        assert list(self.ROWS) == list(SIGNALS)

    def test_names_each_argument(self, idp: Provider, told: Told) -> None:
        row = UserFactory()
        profile = ProfileFactory()
        id = idp.post(user("ada"))["id"]
        idp.replace(id, "active", False)
        idp.replace(id, "active", True)
        idp.of("Group").patch(id_of(profile), add(row))
        idp.delete(row.pk)
        connections.rotate()
        connections.disable()
        connections.enable()
        assert {name for name, _ in told} == set(SIGNALS)
        for name, arguments in told:
            documented = set(re.findall(r"`(\w+)`", self.ROWS[name].split("|")[3]))
            assert documented == arguments.keys() - {"sender"}, name

    def test_the_docstring_names_them_too(self) -> None:
        rows = re.findall(r"^\| `(\w+)` \|", signals.__doc__ or "", re.MULTILINE)
        assert rows == list(SIGNALS)


def test_a_custom_attribute_of_ours_is_told_as_well(idp: Provider, told: Told) -> None:
    row = UserFactory()
    idp.replace(row.pk, f"{ENTERPRISE_USER}:costCenter", "4711")
    assert told[0][1]["changes"] == {f"{ENTERPRISE_USER}:costCenter": (None, "4711")}
