"""What each kind of source does with what an identity provider sends."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scim_provisioning.adapters import Column, UserAdapter
from scim_provisioning.adapters.overwriting import Places, of_account, of_memberships
from scim_provisioning.models import Event
from scim_provisioning.protocol.constants import ENTERPRISE_USER, USER
from tests.scim import Answer, ScimClient

from .models import Department, Employee, Phone, User

pytestmark = pytest.mark.django_db


def person(name: str, **attributes: Any) -> User:
    return User._base_manager.create(username=name, **attributes)


def address(user: User) -> str:
    return f"/Users/{user.pk}"


def replace(scim: ScimClient, user: User, path: str, value: Any) -> Answer:
    return scim.patch(address(user), {"op": "replace", "path": path, "value": value})


def names(scim: ScimClient, filter: str) -> list[str]:
    return [one["userName"] for one in scim.get("/Users", filter=filter).json["Resources"]]


def attribute(scim: ScimClient, schema: str, name: str) -> dict[str, Any]:
    (found,) = [one for one in scim.get(f"/Schemas/{schema}").json["attributes"] if one["name"] == name]
    return found


class DepartmentFirstAdapter(UserAdapter):
    """The department stands before the number that may be taken."""

    attributes = {
        "userName": Column("username"),
        "active": Column("is_active"),
        f"{ENTERPRISE_USER}:department": Column("employee.department.name"),
        f"{ENTERPRISE_USER}:employeeNumber": Column("employee.number"),
    }


class TestAColumnOfCodes:
    def test_is_shown_found_and_written_by_the_values_it_stands_for(self, scim: ScimClient) -> None:
        ada = person("ada", kind="C")
        assert scim.get(address(ada)).json["userType"] == "Contractor"
        assert names(scim, 'userType eq "contractor"') == ["ada"]
        assert names(scim, 'userType sw "Emp"') == []
        assert replace(scim, ada, "userType", "EMPLOYEE").json["userType"] == "Employee"
        assert User.objects.get(pk=ada.pk).kind == "E"

    def test_refuses_what_it_has_no_code_for_and_lists_what_it_has(self, scim: ScimClient) -> None:
        ada = person("ada")
        answer = replace(scim, ada, "userType", "Visitor")
        assert (answer.status, answer.scim_type) == (400, "invalidValue")
        assert "Employee, Contractor" in answer.json["detail"]

    def test_publishes_its_values(self, scim: ScimClient) -> None:
        assert attribute(scim, USER, "userType")["canonicalValues"] == ["Employee", "Contractor"]

    def test_shows_a_code_that_is_not_listed_as_it_is(self, scim: ScimClient) -> None:
        ada = person("ada", kind="X")
        assert scim.get(address(ada)).json["userType"] == "X"
        assert names(scim, 'userType eq "x"') == ["ada"]


class TestAColumnOfARowOfTheUsersOwn:
    def test_is_written_there_and_the_row_is_made(self, scim: ScimClient) -> None:
        ada = person("ada")
        assert replace(scim, ada, f"{ENTERPRISE_USER}:costCenter", "K-7").status == 200
        assert Employee.objects.get(user=ada).cost_centre == "K-7"
        assert names(scim, f'{ENTERPRISE_USER}:costCenter eq "k-7"') == ["ada"]

    def test_is_left_alone_where_there_is_no_row_and_nothing_to_keep(self, scim: ScimClient) -> None:
        ada = person("ada")
        assert scim.patch(address(ada), {"op": "remove", "path": f"{ENTERPRISE_USER}:costCenter"}).status == 200
        assert not Employee.objects.exists()
        assert not Event.objects.exists()

    def test_comes_with_a_new_user(self, scim: ScimClient) -> None:
        body = {"schemas": [USER], "userName": "ada", ENTERPRISE_USER: {"costCenter": "K-7", "employeeNumber": "12"}}
        assert scim.post("/Users", body).status == 201
        row = Employee.objects.get(user__username="ada")
        assert (row.cost_centre, row.number) == ("K-7", 12)

    def test_saves_that_column_alone_and_what_the_model_keeps_itself(self, scim: ScimClient) -> None:
        ada = person("ada")
        row = Employee.objects.create(user=ada, cost_centre="K-1", number=4)
        with CaptureQueriesContext(connection) as queries:
            assert replace(scim, ada, f"{ENTERPRISE_USER}:costCenter", "K-2").status == 200
        (update,) = [one["sql"] for one in queries if one["sql"].startswith('UPDATE "employees_employee"')]
        assert '"cost_centre"' in update
        assert '"number"' not in update
        assert Employee.objects.get(pk=row.pk).changed > row.changed

    @pytest.mark.parametrize(("value", "limit"), [("twelve", "integer"), ("-1", "0"), ("9" * 20, "less than or equal")])
    def test_refuses_what_it_cannot_hold(self, scim: ScimClient, value: str, limit: str) -> None:
        answer = replace(scim, person("ada"), f"{ENTERPRISE_USER}:employeeNumber", value)
        assert (answer.status, answer.scim_type) == (400, "invalidValue")
        assert f"{ENTERPRISE_USER}:employeeNumber" in answer.json["detail"]
        assert limit in answer.json["detail"]

    def test_of_numbers_is_a_text_to_clients_and_found_by_its_exact_text_only(self, scim: ScimClient) -> None:
        Employee.objects.create(user=person("ada"), number=12)
        shown = scim.get("/Users").json["Resources"][0][ENTERPRISE_USER]
        assert shown["employeeNumber"] == "12"
        assert names(scim, f'{ENTERPRISE_USER}:employeeNumber eq "12"') == ["ada"]
        assert names(scim, f'{ENTERPRISE_USER}:employeeNumber eq "012"') == []
        assert names(scim, f'{ENTERPRISE_USER}:employeeNumber sw "1"') == ["ada"]

    def test_that_is_unique_answers_409_and_names_the_attribute_and_the_other(self, scim: ScimClient) -> None:
        other = person("ada")
        Employee.objects.create(user=other, number=12)
        answer = replace(scim, person("bob"), f"{ENTERPRISE_USER}:employeeNumber", "12")
        assert (answer.status, answer.scim_type) == (409, "uniqueness")
        assert "employeeNumber" in answer.json["detail"]
        assert f"'{other.pk}'" in answer.json["detail"]


class TestAColumnOfASharedRow:
    def test_picks_the_row_and_changes_none(self, scim: ScimClient) -> None:
        sales, grid = Department.objects.create(name="Sales"), Department.objects.create(name="Grid")
        ada = person("ada")
        Employee.objects.create(user=ada, department=sales)
        assert replace(scim, ada, f"{ENTERPRISE_USER}:department", "grid").json[ENTERPRISE_USER]["department"] == "Grid"
        assert Employee.objects.get(user=ada).department == grid
        assert sorted(Department.objects.values_list("name", flat=True)) == ["Grid", "Sales"]
        assert names(scim, f'{ENTERPRISE_USER}:department eq "GRID"') == ["ada"]

    def test_refuses_a_name_that_no_row_has(self, scim: ScimClient) -> None:
        answer = replace(scim, person("ada"), f"{ENTERPRISE_USER}:department", "Moon")
        assert (answer.status, answer.scim_type) == (400, "invalidValue")
        assert "no department 'Moon'" in answer.json["detail"]
        assert not Employee.objects.exists()

    def test_is_taken_by_nobody_although_the_row_s_name_is_unique(self, scim: ScimClient, settings: Any) -> None:
        settings.SCIM_PROVISIONING = {
            **settings.SCIM_PROVISIONING,
            "USER_ADAPTER": f"{__name__}.DepartmentFirstAdapter",
        }
        sales = Department.objects.create(name="Sales")
        Employee.objects.create(user=person("ada"), department=sales, number=12)
        bob = person("bob")
        Employee.objects.create(user=bob, department=sales)
        answer = replace(scim, bob, f"{ENTERPRISE_USER}:employeeNumber", "12")
        assert (answer.status, answer.scim_type) == (409, "uniqueness")
        assert answer.json["detail"].startswith(f"{ENTERPRISE_USER}:employeeNumber is taken")

    def test_is_cleared(self, scim: ScimClient) -> None:
        ada = person("ada")
        Employee.objects.create(user=ada, department=Department.objects.create(name="Sales"))
        assert scim.patch(address(ada), {"op": "remove", "path": f"{ENTERPRISE_USER}:department"}).status == 200
        assert Employee.objects.get(user=ada).department is None


class TestAComputedValue:
    def test_is_shown_sorted_and_filtered_and_never_written(self, scim: ScimClient) -> None:
        ada = person("ada", first_name="Ada", last_name="Lovelace")
        person("bob", first_name="Bob", last_name="Adams")
        assert scim.get(address(ada)).json["displayName"] == "Lovelace, Ada"
        assert names(scim, 'displayName co "e, a"') == ["ada"]
        listed = scim.get("/Users", sortBy="displayName").json["Resources"]
        assert [one["displayName"] for one in listed] == ["Adams, Bob", "Lovelace, Ada"]
        assert attribute(scim, USER, "displayName")["mutability"] == "readOnly"
        answer = replace(scim, ada, "displayName", "X")
        assert (answer.status, answer.scim_type) == (400, "mutability")

    def test_of_a_user_is_the_display_of_a_member(self, scim: ScimClient) -> None:
        group = scim.post("/Groups", {"displayName": "Crew"}).json["id"]
        ada = person("ada", first_name="Ada", last_name="Lovelace")
        member = {"op": "add", "path": "members", "value": [{"value": str(ada.pk)}]}
        assert scim.patch(f"/Groups/{group}", member).status == 204
        (shown,) = scim.get(f"/Groups/{group}").json["members"]
        assert shown["display"] == "Lovelace, Ada"
        assert len(scim.get("/Groups", filter='members.display eq "lovelace, ada"').ids) == 1


class TestTheManager:
    def test_is_a_user_and_shown_with_address_and_name(self, scim: ScimClient) -> None:
        boss = person("boss", first_name="Grace", last_name="Hopper")
        ada = person("ada")
        shown = replace(scim, ada, f"{ENTERPRISE_USER}:manager", {"value": str(boss.pk)}).json[ENTERPRISE_USER]
        assert shown["manager"] == {
            "value": str(boss.pk),
            "$ref": f"http://testserver/scim/v2/Users/{boss.pk}",
            "displayName": "Hopper, Grace",
        }
        assert User.objects.get(pk=ada.pk).manager == boss
        assert names(scim, f'{ENTERPRISE_USER}:manager.value eq "{boss.pk}"') == ["ada"]
        assert names(scim, f'{ENTERPRISE_USER}:manager.displayName sw "hop"') == ["ada"]
        assert names(scim, f"not ({ENTERPRISE_USER}:manager pr)") == ["boss"]

    def test_can_be_sent_as_a_bare_id_and_taken_away(self, scim: ScimClient) -> None:
        boss, ada = person("boss"), person("ada")
        assert replace(scim, ada, f"{ENTERPRISE_USER}:manager", str(boss.pk)).status == 200
        assert User.objects.get(pk=ada.pk).manager == boss
        assert scim.patch(address(ada), {"op": "remove", "path": f"{ENTERPRISE_USER}:manager"}).status == 200
        assert User.objects.get(pk=ada.pk).manager is None

    @pytest.mark.parametrize("id", ["999999", "boss", "007"])
    def test_that_nobody_is_is_refused(self, scim: ScimClient, id: str) -> None:
        answer = replace(scim, person("ada"), f"{ENTERPRISE_USER}:manager", {"value": id})
        assert (answer.status, answer.scim_type) == (400, "invalidValue")
        assert f"{ENTERPRISE_USER}:manager.value: no user has the id '{id}'" in answer.json["detail"]

    def test_who_left_may_stay_the_manager_but_who_was_deleted_is_not_shown(self, scim: ScimClient) -> None:
        boss = person("boss", is_active=False)
        ada = person("ada", manager=boss)
        assert scim.get(address(ada)).json[ENTERPRISE_USER]["manager"]["value"] == str(boss.pk)
        assert scim.delete(address(boss)).status == 204
        assert "manager" not in scim.get(address(ada)).json.get(ENTERPRISE_USER, {})
        assert names(scim, f'{ENTERPRISE_USER}:manager.value eq "{boss.pk}"') == []
        assert replace(scim, ada, f"{ENTERPRISE_USER}:manager", str(boss.pk)).status == 400

    def test_reads_the_same_in_one_and_in_a_list(self, scim: ScimClient) -> None:
        ada = person("ada", manager=person("boss", first_name="Grace", last_name="Hopper"))
        listed = scim.get("/Users", filter='userName eq "ada"').json["Resources"][0]
        assert listed == scim.get(address(ada)).json

    def test_of_two_new_users_can_be_each_other_in_one_bulk_request(self, scim: ScimClient) -> None:
        def maker(name: str, boss: str) -> dict[str, Any]:
            data = {"schemas": [USER], "userName": name, ENTERPRISE_USER: {"manager": {"value": f"bulkId:{boss}"}}}
            return {"method": "POST", "path": "/Users", "bulkId": name, "data": data}

        answer = scim.post("/Bulk", {"Operations": [maker("ada", "bob"), maker("bob", "ada")]})
        assert [one["status"] for one in answer.json["Operations"]] == ["201", "201"]
        ada, bob = User.objects.order_by("username")
        assert (ada.manager, bob.manager) == (bob, ada)


class TestATableOfValues:
    def test_is_shown_as_elements(self, scim: ScimClient) -> None:
        ada = person("ada")
        Phone.objects.create(user=ada, number="1", kind="m", is_main=True)
        Phone.objects.create(user=ada, number="2")
        assert scim.get(address(ada)).json["phoneNumbers"] == [
            {"value": "1", "type": "mobile", "primary": True},
            {"value": "2", "type": "work", "primary": False},
        ]

    def test_keeps_rows_that_still_say_the_same_and_changes_makes_and_deletes_the_others(
        self, scim: ScimClient
    ) -> None:
        ada = person("ada")
        same = Phone.objects.create(user=ada, number="1", note="kept")
        moved = Phone.objects.create(user=ada, number="2", kind="m", note="kept")
        gone = Phone.objects.create(user=ada, number="3", kind="m")
        phones = [{"value": "1", "type": "work"}, {"value": "22", "type": "mobile"}, {"value": "4", "type": "work"}]
        assert replace(scim, ada, "phoneNumbers", phones).status == 200
        assert not Phone.objects.filter(pk=gone.pk).exists()
        rows = list(Phone.objects.order_by("pk").values_list("number", "kind", "note"))
        assert rows == [("1", "o", "kept"), ("22", "m", "kept"), ("4", "o", "new")]
        assert {same.pk, moved.pk} < set(Phone.objects.values_list("pk", flat=True))

    def test_is_patched_by_element(self, scim: ScimClient) -> None:
        ada = person("ada")
        Phone.objects.create(user=ada, number="1", kind="m")
        Phone.objects.create(user=ada, number="2")
        assert replace(scim, ada, 'phoneNumbers[type eq "mobile"].value', "11").status == 200
        assert scim.patch(address(ada), {"op": "remove", "path": 'phoneNumbers[value eq "2"]'}).status == 200
        assert list(Phone.objects.values_list("number", "kind")) == [("11", "m")]

    def test_is_searched_with_one_row_satisfying_the_whole_of_a_value_path(self, scim: ScimClient) -> None:
        ada = person("ada")
        Phone.objects.create(user=ada, number="1", kind="m")
        Phone.objects.create(user=ada, number="2")
        assert names(scim, 'phoneNumbers[type eq "mobile" and value eq "1"]') == ["ada"]
        assert names(scim, 'phoneNumbers[type eq "mobile" and value eq "2"]') == []
        assert names(scim, "phoneNumbers.primary eq true") == []

    def test_sorts_by_the_primary_value_else_the_first(self, scim: ScimClient) -> None:
        ada, bob = person("ada"), person("bob")
        Phone.objects.create(user=ada, number="1")
        Phone.objects.create(user=ada, number="9", is_main=True)
        Phone.objects.create(user=bob, number="5")
        listed = scim.get("/Users", sortBy="phoneNumbers.value").json["Resources"]
        assert [one["userName"] for one in listed] == ["bob", "ada"]

    def test_publishes_the_sub_attributes_that_it_has(self, scim: ScimClient) -> None:
        subs = attribute(scim, USER, "phoneNumbers")["subAttributes"]
        assert [sub["name"] for sub in subs] == ["value", "type", "primary"]
        assert subs[1]["canonicalValues"] == ["work", "mobile"]

    def test_counts_in_the_version_and_a_repeated_request_changes_nothing(self, scim: ScimClient) -> None:
        ada = person("ada")
        before = scim.get(address(ada))
        answer = replace(scim, ada, "phoneNumbers", [{"value": "1", "type": "work"}])
        assert answer.headers["ETag"] != before.headers["ETag"]
        assert answer.headers["ETag"] == scim.get(address(ada)).headers["ETag"]
        assert Event.objects.count() == 1
        assert replace(scim, ada, "phoneNumbers", [{"value": "1", "type": "work"}]).status == 200
        assert Event.objects.count() == 1
        stale = scim.patch(
            address(ada), {"op": "remove", "path": "phoneNumbers"}, headers={"If-Match": before.headers["ETag"]}
        )
        assert stale.status == 412
        assert Phone.objects.count() == 1

    def test_refuses_what_a_row_cannot_hold_and_keeps_the_others(self, scim: ScimClient) -> None:
        ada = person("ada")
        Phone.objects.create(user=ada, number="1")
        answer = replace(scim, ada, "phoneNumbers", [{"value": "2" * 31, "type": "work"}])
        assert (answer.status, answer.scim_type) == (400, "invalidValue")
        assert "phoneNumbers.value holds at most 30 characters" in answer.json["detail"]
        assert list(Phone.objects.values_list("number", flat=True)) == ["1"]

    def test_costs_a_page_one_statement_however_many_users(self, scim: ScimClient) -> None:
        def cost(users: int) -> int:
            for number in range(User.objects.count(), users):
                Phone.objects.create(user=person(f"u{number}"), number=str(number))
            with CaptureQueriesContext(connection) as queries:
                assert len(scim.get("/Users").ids) == users
            return len(queries)

        scim.get("/Users")  # the first request of a connection is noted
        assert cost(3) == cost(30)


class TestThePassword:
    @pytest.mark.threat(10, "C2")
    def test_is_set_checked_by_the_site_s_validators_and_never_shown(self, scim: ScimClient) -> None:
        body = {"schemas": [USER], "userName": "ada", "password": "correct horse"}
        answer = scim.post("/Users", body)
        ada = User.objects.get(username="ada")
        assert check_password("correct horse", ada.password)
        assert "password" not in answer.json
        assert "password" not in scim.get(address(ada), attributes="password").json
        refused = replace(scim, ada, "password", "short")
        assert (refused.status, refused.scim_type) == (400, "invalidValue")
        assert "password: " in refused.json["detail"]
        assert "short" not in refused.json["detail"].replace("too short", "")

    def test_is_no_change_when_it_is_sent_again_and_kept_by_a_put_without_it(self, scim: ScimClient) -> None:
        scim.post("/Users", {"schemas": [USER], "userName": "ada", "password": "correct horse"})
        ada = User.objects.get(username="ada")
        assert replace(scim, ada, "password", "correct horse").status == 200
        assert scim.put(address(ada), {"schemas": [USER], "userName": "ada"}).status == 200
        assert User.objects.get(pk=ada.pk).password == ada.password
        assert Event.objects.count() == 1

    @pytest.mark.threat(67)
    def test_leaves_no_trace_in_events(self, scim: ScimClient) -> None:
        scim.post("/Users", {"schemas": [USER], "userName": "ada", "password": "correct horse"})
        ada = User.objects.get(username="ada")
        assert replace(scim, ada, "password", "battery staple").status == 200
        kept = [change for event in Event.objects.all() for change in event.changes if change["path"] == "password"]
        assert [(one["before"], one["after"]) for one in kept] == [(None, None)] * 2

    @pytest.mark.threat(11)
    def test_cannot_be_searched_for(self, scim: ScimClient) -> None:
        for question in ({"filter": 'password sw "p"'}, {"filter": "password pr"}):
            answer = scim.get("/Users", **question)
            assert (answer.status, answer.scim_type) == (400, "invalidFilter")
        assert scim.get("/Users", sortBy="password").status == 400

    def test_is_advertised(self, scim: ScimClient) -> None:
        assert scim.get("/ServiceProviderConfig").json["changePassword"] == {"supported": True}


@pytest.mark.threat("C22")
def test_people_who_left_keep_their_names_although_the_default_manager_hides_them(scim: ScimClient) -> None:
    gone = person("gone", is_active=False)
    answer = scim.post("/Users", {"schemas": [USER], "userName": "GONE"})
    assert (answer.status, answer.scim_type) == (409, "uniqueness")
    assert f"'{gone.pk}'" in answer.detail


@pytest.mark.threat("C22")
def test_people_who_left_are_found_although_the_default_manager_hides_them(scim: ScimClient) -> None:
    gone = person("gone", is_active=False)
    assert scim.get(address(gone)).json["active"] is False
    assert names(scim, 'userName eq "gone"') == ["gone"]
    assert replace(scim, gone, "active", True).status == 200
    assert scim.post("/Users", {"schemas": [USER], "userName": "GONE"}).status == 409


class TestWhatIsOverwritten:
    def test_names_the_fields_of_the_login_that_are_written(self) -> None:
        names = {"username", "first_name", "last_name", "email", "is_active", "password"}
        assert of_account().fields == names | {"kind", "language", "country", "manager"}

    def test_names_the_tables_with_rows_of_the_persons_own(self) -> None:
        assert of_account().tables == {Employee, Phone}

    def test_names_the_field_that_holds_the_groups(self) -> None:
        assert of_memberships() == Places(frozenset({"groups"}), frozenset({User.groups.through}))
