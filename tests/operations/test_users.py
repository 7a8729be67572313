"""Creating and changing users: what lands where, and what is no change."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from example_project.accounts.models import User
from example_project.scim import EmployeeAdapter
from scim_provisioning.adapters import ENTERPRISE_USER
from scim_provisioning.models import Event, UserRecord
from scim_provisioning.operations import resources
from scim_provisioning.protocol.errors import Forbidden, InvalidValue, Mutability, NotFound, ScimError, Uniqueness
from tests.api.unchanged import nothing_changes
from tests.factories import ProfileFactory, SuperuserFactory, UserFactory
from tests.scim import patch_op, user

from .provider import Provider, changed, last_event

pytestmark = pytest.mark.django_db

WORK = {"value": "ada@work.example", "type": "work"}
HOME = {"value": "ada@home.example", "type": "home", "primary": True}


class CarefulAdapter(EmployeeAdapter):
    """A host that has rules of its own."""

    def clean(self, instance: Any) -> None:
        if instance.job_title == "Boss":
            raise ValidationError({"job_title": "There is one boss."})
        if instance.department == "Nowhere":
            raise ValidationError("Nobody works there.")


@pytest.fixture
def careful(settings: Any) -> None:
    settings.SCIM_PROVISIONING = {
        **settings.SCIM_PROVISIONING,
        "USER_ADAPTER": f"{__name__}.{CarefulAdapter.__name__}",
    }


class TestCreate:
    @pytest.mark.rfc("7644-3.3-01", "7643-3.1-02")
    def test_fills_columns_and_keeps_the_rest(self, idp: Provider) -> None:
        document = idp.post(
            user(
                "ada",
                externalId="x-1",
                title="Engineer",
                nickName="A",
                **{ENTERPRISE_USER: {"department": "Grid", "costCenter": "7"}},
            )
        )
        row = User.objects.get()
        assert (row.username, row.email, row.first_name, row.last_name) == (
            "ada@example.com",
            "ada@example.com",
            "Ada",
            "Example",
        )
        assert (row.job_title, row.department, row.is_active, row.is_staff, row.is_superuser) == (
            "Engineer",
            "Grid",
            True,
            False,
            False,
        )
        record = UserRecord.objects.get()
        assert (record.user_id, record.external_id, record.connection) == (row.pk, "x-1", idp.connection)
        assert record.attributes["nickName"] == "A"
        assert record.attributes[f"{ENTERPRISE_USER}:costCenter"] == "7"
        assert record.attributes.keys().isdisjoint({"title", "userName", f"{ENTERPRISE_USER}:department"})
        assert document == idp.get(row.pk)

    @pytest.mark.threat(10, 67, "C2")
    @pytest.mark.rfc("7643-4.1.1-10", "7643-4.1.1-16")
    def test_gives_no_usable_password_and_keeps_none(self, idp: Provider) -> None:
        document = idp.post(user("ada", password="swordfish"))
        assert not User.objects.get().has_usable_password()
        assert "swordfish" not in f"{document}{list(Event.objects.values())}{list(UserRecord.objects.values())}"

    def test_is_active_unless_the_client_says_otherwise(self, idp: Provider) -> None:
        body = user("ada")
        del body["active"]
        assert idp.post(body)["active"] is True
        assert idp.post(user("bob", active=False))["active"] is False

    @pytest.mark.threat(27, "C5")
    def test_normalises_the_login_name(self, idp: Provider) -> None:
        assert idp.post(user("ada", userName="ﬁnn@example.com"))["userName"] == "finn@example.com"
        with pytest.raises(Uniqueness):
            idp.post(user("ada", userName="ﬁnn@example.com"))

    @pytest.mark.threat(1, 62)
    @pytest.mark.rfc("7644-3.3-07", "7643-4.1.1-02", "7643-4.1.1-03", "7644-3.12-16")
    @pytest.mark.parametrize("name", ["ada@example.com", "ADA@Example.com"])
    def test_never_takes_over_an_account_that_exists(self, idp: Provider, name: str) -> None:
        there = UserFactory(username="ada@example.com")
        with nothing_changes(), pytest.raises(Uniqueness, match=str(there.pk)):
            idp.post(user("new", userName=name))

    @pytest.mark.rfc("7643-4.1.1-01")
    def test_needs_a_login_name(self, idp: Provider) -> None:
        with nothing_changes(), pytest.raises(InvalidValue, match="userName"):
            idp.post(user("ada", userName=""))

    @pytest.mark.threat("C6")
    def test_says_how_long_a_value_may_be(self, idp: Provider) -> None:
        with nothing_changes(), pytest.raises(InvalidValue, match=r"title .*150.*151"):
            idp.post(user("ada", title="x" * 151))
        assert idp.post(user("ada", title="x" * 150))["title"] == "x" * 150


class TestChange:
    @pytest.mark.threat(65, "C3")
    def test_writes_the_columns_that_moved_and_no_others(self, idp: Provider) -> None:
        row = UserFactory(job_title="Engineer")
        with CaptureQueriesContext(database) as queries:
            idp.replace(row.pk, "title", "Architect")
        (update,) = [query["sql"] for query in queries if query["sql"].startswith('UPDATE "accounts_user"')]
        assert '"job_title"' in update
        assert '"username" =' not in update
        assert User.objects.get().job_title == "Architect"

    def test_moves_the_hosts_own_time_of_the_last_change(self, idp: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
        row = UserFactory()
        monkeypatch.setattr(User._meta.get_field("date_joined"), "auto_now", True)
        idp.replace(row.pk, "title", "Architect")
        assert User.objects.get().date_joined > row.date_joined

    @pytest.mark.threat(65)
    @pytest.mark.rfc("7644-3.5.2.1-08", "7644-3.5.2.1-07")
    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("title", "Engineer"),
            ("active", "True"),
            ("userName", "ada@example.com"),
            ("name.formatted", "Ada Example"),
            ("displayName", "Ada Example"),
            ("emails", [{"value": "ada@example.com", "type": "work", "primary": True}]),
            ('emails[type eq "work"].value', "ada@example.com"),
        ],
    )
    def test_that_echoes_what_is_there_is_none(self, idp: Provider, path: str, value: Any) -> None:
        id = idp.post(user("ada", title="Engineer"))["id"]
        with nothing_changes(), CaptureQueriesContext(database) as queries:
            idp.replace(id, path, value)
        writing = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
        assert [sql for sql in writing if "scim_provisioning_grouprecord" not in sql] == []

    @pytest.mark.threat(65)
    @pytest.mark.rfc("7644-3.5.1-02", "7644-3.5.1-09")
    def test_by_put_of_what_get_gave_is_none(self, idp: Provider) -> None:
        id = idp.post(
            user("ada", title="E", nickName="A", externalId="x", **{ENTERPRISE_USER: {"manager": {"value": "26"}}})
        )["id"]
        ProfileFactory(users=[User.objects.get()])
        with nothing_changes():
            document = idp.get(id)
            assert idp.put(id, document) == document

    @pytest.mark.threat(64)
    @pytest.mark.rfc("7644-3.5.1-03", "7644-3.5.1-04")
    def test_by_put_clears_what_is_left_out_but_active(self, idp: Provider) -> None:
        id = idp.post(user("ada", title="E", nickName="A", externalId="x", active=False))["id"]
        document = idp.put(id, {"schemas": user("ada")["schemas"], "userName": "ada@example.com"})
        assert document.keys() == {"schemas", "id", "meta", "userName", "active"}
        assert document["active"] is False
        row = User.objects.get()
        assert (row.job_title, row.email, row.first_name) == ("", "", "")

    @pytest.mark.threat(3)
    @pytest.mark.rfc("7643-3.1-06", "7644-3.5.1-07")
    def test_by_put_takes_the_id_from_the_address(self, idp: Provider) -> None:
        bystander = UserFactory()
        before = User.objects.filter(pk=bystander.pk).values().get()
        id = idp.post(user("ada"))["id"]
        assert idp.put(id, user("ada", id=str(bystander.pk), title="E"))["id"] == id
        assert User.objects.filter(pk=bystander.pk).values().get() == before

    @pytest.mark.threat(25)
    @pytest.mark.rfc("7644-3.5.1-01", "7644-3.12-07")
    @pytest.mark.parametrize("id", ["0", "99999999", "010", "+1", "１", "1 ", "x", ""])
    def test_of_nobody_is_not_found(self, idp: Provider, id: str) -> None:
        UserFactory()
        with nothing_changes():
            for attempt in (
                lambda: idp.put(id, user("ada")),
                lambda: idp.replace(id, "title", "x"),
                lambda: idp.delete(id),
            ):
                with pytest.raises(NotFound):
                    attempt()

    @pytest.mark.rfc("7644-3.5.1-10", "7643-4.1.1-02", "7644-3.12-16")
    def test_to_a_name_that_another_user_has_is_refused(self, idp: Provider) -> None:
        UserFactory(username="bob@example.com")
        id = idp.post(user("ada"))["id"]
        with nothing_changes():
            with pytest.raises(Uniqueness):
                idp.replace(id, "userName", "BOB@example.com")
            with pytest.raises(Uniqueness):
                idp.put(id, user("bob"))
        assert idp.replace(id, "userName", "ADA@example.com")["userName"] == "ADA@example.com"

    @pytest.mark.rfc("7644-3.5.2-16", "7644-3.5.2-17")
    def test_is_made_as_a_whole_or_not_at_all(self, idp: Provider) -> None:
        id = idp.post(user("ada"))["id"]
        title = {"op": "replace", "path": "title", "value": "E"}
        with nothing_changes():
            with pytest.raises(ScimError):
                idp.patch(id, title, {"op": "replace", "path": "nobody", "value": "x"})
            with pytest.raises(Mutability):
                idp.patch(id, title, {"op": "remove", "path": "userName"})

    @pytest.mark.rfc("7643-4.1.1-05")
    def test_drops_a_full_name_that_a_part_of_it_made_wrong(self, idp: Provider) -> None:
        name = {"givenName": "Ada", "familyName": "E", "formatted": "Dr. Ada E"}
        id = idp.post({**user("ada"), "name": name})["id"]
        assert idp.replace(id, "name.familyName", "Lovelace")["name"]["formatted"] == "Ada Lovelace"
        both = idp.replace(id, "name", {"givenName": "A.", "formatted": "Countess Ada"})
        assert both["name"] == {"givenName": "A.", "familyName": "Lovelace", "formatted": "Countess Ada"}

    @pytest.mark.rfc("7643-3.1-15", "7643-3.1-16")
    def test_moves_last_modified_and_not_created(self, idp: Provider) -> None:
        meta = idp.post(user("ada"))["meta"]
        assert meta["created"] == meta["lastModified"]
        id = User.objects.get().pk
        later = idp.replace(id, "title", "E")["meta"]
        assert later["created"] == meta["created"]
        assert later["lastModified"] > meta["lastModified"]


class TestEMail:
    def test_has_the_primary_one_in_the_column_and_all_in_the_answer(self, idp: Provider) -> None:
        document = idp.post(user("ada", emails=[WORK, HOME]))
        assert document["emails"] == [WORK, HOME]
        assert User.objects.get().email == HOME["value"]

    def test_is_the_one_for_work_where_none_is_primary_else_the_first(self, idp: Provider) -> None:
        other = {"value": "o@x.example", "type": "other"}
        id = idp.post(user("ada", emails=[other, WORK]))["id"]
        assert User.objects.get().email == WORK["value"]
        idp.replace(id, "emails", [other])
        assert User.objects.get().email == other["value"]

    def test_is_what_the_product_says_where_the_product_changed_it(self, idp: Provider) -> None:
        id = idp.post(user("ada", emails=[WORK, HOME]))["id"]
        User.objects.update(email="new@product.example")
        alone = {"value": "new@product.example", "type": "work", "primary": True}
        document = idp.get(id)
        assert document is not None
        assert document["emails"] == [alone]
        assert idp.patch(id, {"op": "add", "path": "emails", "value": [WORK]})["emails"] == [alone, WORK]


class TestAHostsRules:
    @pytest.mark.rfc("7644-3.12-21")
    def test_are_told_with_the_attribute_that_breaks_them(self, idp: Provider, careful: None) -> None:
        id = idp.post(user("ada"))["id"]
        with nothing_changes():
            with pytest.raises(InvalidValue, match=r"^title: There is one boss"):
                idp.replace(id, "title", "Boss")
            with pytest.raises(InvalidValue, match=r"^Nobody works there"):
                idp.replace(id, "department", "Nowhere")
            with pytest.raises(InvalidValue):
                idp.post(user("bob", title="Boss"))

    @pytest.mark.threat(63)
    def test_keep_nobody_in_who_is_deactivated(self, idp: Provider, careful: None) -> None:
        row = UserFactory(job_title="Boss")
        assert idp.replace(row.pk, "active", False)["active"] is False
        with nothing_changes(), pytest.raises(InvalidValue):
            idp.replace(row.pk, "active", True)

    def test_are_not_asked_where_nothing_changes(self, idp: Provider, careful: None) -> None:
        row = UserFactory(job_title="Boss")
        assert idp.replace(row.pk, "title", "Boss")["title"] == "Boss"


class TestAProtectedAccount:
    @pytest.mark.threat(1, 6)
    @pytest.mark.rfc("7644-3.12-06")
    @pytest.mark.parametrize("rank", ["is_superuser", "is_staff"])
    def test_is_changed_by_no_request(self, idp: Provider, rank: str) -> None:
        row = UserFactory(**{rank: True})
        body = user("x", userName=row.username)
        with nothing_changes():
            for attempt in (
                lambda: idp.replace(row.pk, "emails", [WORK]),
                lambda: idp.replace(row.pk, "active", False),
                lambda: idp.replace(row.pk, "externalId", "x"),
                lambda: idp.put(row.pk, {**body, "active": False}),
                lambda: idp.delete(row.pk),
            ):
                with pytest.raises(Forbidden, match="protected"):
                    attempt()

    def test_may_be_sent_as_it_is(self, idp: Provider) -> None:
        row = SuperuserFactory()
        with nothing_changes():
            idp.put(row.pk, idp.get(row.pk))
            idp.replace(row.pk, "active", True)


class TestAnAccountThatWasThereBefore:
    @pytest.mark.threat(1)
    def test_gets_its_record_with_the_first_write_which_the_event_calls_adoption(self, idp: Provider) -> None:
        row = UserFactory()
        assert not UserRecord.objects.exists()
        idp.replace(row.pk, "title", "E")
        assert UserRecord.objects.get().connection == idp.connection
        assert last_event().adopted
        idp.replace(row.pk, "title", "F")
        assert not last_event().adopted

    def test_gets_none_by_a_request_that_changes_nothing(self, idp: Provider) -> None:
        row = UserFactory(job_title="E")
        with nothing_changes():
            idp.replace(row.pk, "title", "E")


class TestAnEvent:
    def test_says_who_asked_for_what_and_what_came_of_it(self, idp: Provider) -> None:
        id = idp.post(user("ada"))["id"]
        event = last_event()
        assert (event.connection, event.request_id, event.address) == (idp.connection, "request-1", "192.0.2.7")
        assert (event.operation, event.resource_type, event.resource, event.outcome) == ("create", "User", id, 201)
        assert changed(event)["userName"] == (None, "ada@example.com")
        assert not event.adopted

    @pytest.mark.threat(67)
    def test_is_one_for_a_request_with_the_net_difference(self, idp: Provider) -> None:
        row = UserFactory(job_title="E")
        steps = [{"op": "Replace", "path": "title", "value": title} for title in ("F", "G")]
        idp.patch(row.pk, *steps, {"op": "replace", "path": "name.givenName", "value": row.first_name})
        event = Event.objects.get()
        assert changed(event) == {"title": ("E", "G")}
        assert (event.operation, event.outcome, event.tolerances) == ("patch", 200, ["op-case"])


def test_one_change_of_a_user_costs_the_same_among_few_and_among_many(idp: Provider) -> None:
    """Lock, record; save, record, Event; and on SQLite the statement that takes the write lock."""
    id = idp.post(user("ada"))["id"]
    for count in (1, 100):
        UserFactory.create_batch(count)
        with CaptureQueriesContext(database) as queries:
            resources.patch(idp.caller(), "User", id, patch_op({"op": "add", "path": "title", "value": f"{count}"}))
        asked = [sql for query in queries if not (sql := query["sql"]).startswith(("SAVEPOINT", "RELEASE"))]
        assert len(asked) == (6 if database.vendor == "sqlite" else 5), asked
