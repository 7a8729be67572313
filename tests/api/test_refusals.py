"""What is refused for what it asks, with the type of the error, and nothing of it is done (RFC 7644 §3.12)."""

from __future__ import annotations

from typing import Any

import pytest

from example_project.access.models import Profile
from tests.factories import ProfileFactory, ProjectFactory, SuperuserFactory, UserFactory
from tests.scim import CORE_GROUP, ScimClient, user

from .unchanged import nothing_changes, nothing_changes_to

DEACTIVATION = {"op": "replace", "path": "active", "value": False}


class TestUniqueness:
    @pytest.mark.threat(1, 27, 62)
    @pytest.mark.rfc("7643-4.1.1-02", "7643-4.1.1-03", "7644-3.3-07", "7644-3.12-08", "7644-3.12-16", "7643-7-18")
    @pytest.mark.parametrize("name", ["ada@example.com", "ADA@EXAMPLE.COM", "aDa@example.com", "ａｄａ@example.com"])
    def test_a_user_name_is_taken_in_any_case(self, scim: ScimClient, name: str) -> None:
        ada = UserFactory(username="ada@example.com")
        with nothing_changes():
            answer = scim.post("/Users", {**user("other"), "userName": name})
        assert (answer.status, answer.scim_type) == (409, "uniqueness")
        assert f"'{ada.pk}'" in answer.detail

    @pytest.mark.threat(27)
    @pytest.mark.rfc("7644-3.5.1-10", "7644-3.12-16")
    def test_a_taken_user_name_cannot_be_moved_to(self, scim: ScimClient) -> None:
        UserFactory(username="ada@example.com")
        bob = scim.post("/Users", user("bob")).json
        rename = {"op": "replace", "path": "userName", "value": "Ada@example.com"}
        with nothing_changes():
            for answer in (
                scim.put(f"/Users/{bob['id']}", {**user("bob"), "userName": "Ada@example.com"}),
                scim.patch(f"/Users/{bob['id']}", rename),
                scim.patch(f"/Users/{bob['id']}", {"op": "add", "path": "title", "value": "x"}, rename),
            ):
                assert (answer.status, answer.scim_type) == (409, "uniqueness")

    def test_the_own_user_name_in_another_case_is_free(self, scim: ScimClient) -> None:
        id = scim.post("/Users", user("ada")).json["id"]
        renamed = scim.patch(f"/Users/{id}", {"op": "replace", "path": "userName", "value": "Ada@Example.com"})
        assert (renamed.status, renamed.json["userName"]) == (200, "Ada@Example.com")

    def test_a_group_s_name_is_taken_before_creation_is_refused(self, scim: ScimClient) -> None:
        profile, project = ProfileFactory(name="SE - Data Entry"), ProjectFactory(name="Line")
        taken = {"se - data entry": f"profile-{profile.pk}", "Line (Full access)": f"project-{project.pk}-full"}
        for name, id in taken.items():
            answer = scim.post("/Groups", {"schemas": [CORE_GROUP], "displayName": name})
            assert (answer.status, answer.scim_type) == (409, "uniqueness")
            assert f"'{id}'" in answer.detail


class TestProtection:
    @pytest.fixture(params=["superuser", "staff"])
    def admin(self, request: Any, db: None) -> Any:
        is_superuser = request.param == "superuser"
        return SuperuserFactory(is_superuser=is_superuser, is_staff=not is_superuser)

    @pytest.mark.threat(1, 6)
    @pytest.mark.rfc("7644-3.12-06", "7644-2-03")
    def test_the_accounts_of_superusers_and_staff_are_out_of_reach(self, scim: ScimClient, admin: Any) -> None:
        path = f"/Users/{admin.pk}"
        address = {"op": "replace", "path": 'emails[type eq "work"].value', "value": "mine@example.com"}
        with nothing_changes():
            for answer in (
                scim.patch(path, DEACTIVATION),
                scim.patch(path, address),
                scim.patch(path, {"op": "replace", "value": {"userName": "mine@example.com"}}),
                scim.patch(path, {"op": "add", "path": "externalId", "value": "x"}),
                scim.put(path, user("mine")),
                scim.delete(path),
            ):
                assert answer.status == 403
                assert f"'{admin.pk}'" in answer.detail

    @pytest.mark.threat(6)
    def test_a_request_that_changes_nothing_for_them_is_a_success(self, scim: ScimClient, admin: Any) -> None:
        path = f"/Users/{admin.pk}"
        with nothing_changes():
            assert scim.put(path, scim.get(path).json).status == 200
            assert scim.patch(path, {"op": "replace", "path": "active", "value": True}).status == 200

    def test_they_are_visible_and_may_join_groups(self, scim: ScimClient, admin: Any) -> None:
        profile = ProfileFactory()
        member = {"op": "add", "path": "members", "value": [{"value": str(admin.pk)}]}
        assert scim.patch(f"/Groups/profile-{profile.pk}", member).status == 204
        assert scim.get(f"/Users/{admin.pk}").json["groups"][0]["value"] == f"profile-{profile.pk}"


class TestMutability:
    @pytest.mark.rfc("7644-3.5.2-08", "7643-7-11", "7644-3.12-17", "7643-4.1.2-08", "7643-3.1-06")
    @pytest.mark.parametrize(
        "path", ["id", "ID", "meta", "meta.created", "groups", "groups.value", 'groups[value eq "1"]']
    )
    @pytest.mark.parametrize("op", ["add", "replace", "remove"])
    def test_what_is_read_only_cannot_be_patched(self, scim: ScimClient, op: str, path: str) -> None:
        with nothing_changes_to(UserFactory()) as address:
            answer = scim.patch(address, {"op": op, "path": path, "value": "7"})
            assert (answer.status, answer.scim_type) == (400, "mutability")

    def test_an_account_cannot_be_without_active(self, scim: ScimClient) -> None:
        with nothing_changes_to(UserFactory()) as address:
            answer = scim.patch(address, {"op": "remove", "path": "active"})
            assert (answer.status, answer.scim_type) == (400, "mutability")

    @pytest.mark.rfc("7644-3.5.2.2-06")
    def test_what_is_required_cannot_be_removed(self, scim: ScimClient) -> None:
        with nothing_changes_to(UserFactory()) as address:
            assert scim.patch(address, {"op": "remove", "path": "userName"}).status == 400

    @pytest.mark.threat(3)
    @pytest.mark.rfc("7644-3.1-05", "7644-3.3-01", "7644-3.5.1-07", "7643-3.1-06", "7643-3.1-13")
    def test_what_is_read_only_is_passed_over_in_post_and_put(self, scim: ScimClient) -> None:
        own = {
            "id": "7",
            "meta": {"created": "2000-01-01T00:00:00Z", "location": "x"},
            "groups": [{"value": "profile-1"}],
        }
        created = scim.post("/Users", user("ada", **own))
        assert created.status == 201
        replaced = scim.put(f"/Users/{created.json['id']}", user("ada", **own, title="x"))
        assert replaced.status == 200
        for answer in (created, replaced):
            assert answer.json["id"] == created.json["id"] != "7"
            assert answer.json["meta"]["created"] == created.json["meta"]["created"] > "2001"
            assert "groups" not in answer.json


class TestPatch:
    @pytest.mark.threat(4, 12, 17, 66)
    @pytest.mark.rfc("7644-3.5.2-06", "7644-3.12-19", "7644-3.5.2-07")
    @pytest.mark.parametrize(
        ("path", "type"),
        [
            ("noSuch", "invalidPath"),
            ("is_superuser", "invalidPath"),
            ("__class__", "invalidPath"),
            ("_state.adding", "invalidPath"),
            ("name.noSuch", "invalidPath"),
            ("emails.noSuch", "invalidPath"),
            ('emails[type eq "work"].noSuch', "invalidPath"),
            ("urn:example:2.0:User:department", "invalidPath"),
            ("emails[0].value", "invalidFilter"),
            ("emails[", "invalidFilter"),
            ('emails[type eq "work"', "invalidFilter"),
            ('emails[noSuch eq "work"]', "invalidFilter"),
            ('title[value eq "x"]', "invalidPath"),
            ("/title", "invalidPath"),
            ("title ", "invalidPath"),
            ("title\x01", "invalidPath"),
            ("a" * 5_000, "invalidPath"),
        ],
        ids=lambda value: f"{value:.30}".encode("unicode_escape").decode(),
    )
    def test_a_path_that_leads_nowhere_is_named(self, scim: ScimClient, path: str, type: str) -> None:
        with nothing_changes_to(UserFactory()) as address:
            answer = scim.patch(address, {"op": "replace", "path": path, "value": "x"})
            assert (answer.status, answer.scim_type) == (400, type)
            assert answer.detail.startswith("Operations[0]: ")

    @pytest.mark.threat(35)
    @pytest.mark.rfc("7644-3.5.2-16", "7644-3.5.2-17", "7644-3.5.2-18")
    @pytest.mark.parametrize(
        "bad",
        [
            {"op": "replace", "path": "noSuch", "value": "x"},
            {"op": "replace", "path": "title", "value": "x" * 1_000},
            {"op": "replace", "path": "active", "value": "maybe"},
            {"op": "replace", "path": "userName", "value": "ada@example.com"},
            {"op": "remove"},
            {"op": "add", "path": "title"},
        ],
        ids=lambda bad: f"{bad!s:.50}",
    )
    def test_one_bad_operation_undoes_the_good_ones(self, scim: ScimClient, bad: dict[str, Any]) -> None:
        UserFactory(username="ada@example.com")
        good = {"op": "replace", "path": "name.givenName", "value": "New"}
        with nothing_changes_to(UserFactory()) as address:
            assert scim.patch(address, good, DEACTIVATION, bad).is_error

    @pytest.mark.rfc("7644-3.5.2.2-01", "7644-3.12-20")
    def test_remove_needs_a_path(self, scim: ScimClient) -> None:
        with nothing_changes_to(UserFactory()) as address:
            answer = scim.patch(address, {"op": "remove", "value": {"title": "x"}})
            assert (answer.status, answer.scim_type) == (400, "noTarget")

    @pytest.mark.threat("C6")
    @pytest.mark.rfc("7644-3.5.2.1-01", "7644-3.5.2-10", "7643-2.3-02", "7644-3.12-21")
    @pytest.mark.parametrize(
        "operation",
        [
            {"op": "add", "path": "title"},
            {"op": "replace", "path": "title"},
            {"op": "replace", "path": "title", "value": {"a": 1}},
            {"op": "replace", "path": "title", "value": ["a", "b"]},
            {"op": "replace", "path": "title", "value": True},
            {"op": "replace", "path": "active", "value": None},
            {"op": "replace", "path": "active", "value": 1},
            {"op": "replace", "path": "name", "value": "Ada"},
            {"op": "replace", "path": "userName", "value": ""},
            {"op": "replace", "path": "userName", "value": "x" * 151},
            {"op": "add", "value": "x"},
            {"op": "add", "value": ["x"]},
        ],
        ids=lambda operation: f"{operation!s:.60}",
    )
    def test_a_value_that_does_not_fit_is_400(self, scim: ScimClient, operation: dict[str, Any]) -> None:
        with nothing_changes_to(UserFactory()) as address:
            answer = scim.patch(address, operation)
            assert (answer.status, answer.scim_type) == (400, "invalidValue")


class TestRequired:
    @pytest.mark.rfc("7643-4.1.1-01", "7644-3.5.1-08", "7644-3.12-21")
    @pytest.mark.parametrize("name", [None, "", [], "absent"])
    def test_a_user_has_a_user_name(self, scim: ScimClient, name: Any) -> None:
        body = {**user("ada"), "userName": name}
        if name == "absent":
            del body["userName"]
        with nothing_changes_to(UserFactory()) as address:
            for answer in (scim.post("/Users", body), scim.put(address, body)):
                assert (answer.status, answer.scim_type) == (400, "invalidValue")
                assert "userName" in answer.detail


class TestGroups:
    @pytest.mark.parametrize("member", ["99", "010", "profile-1", "nobody", "9" * 40, "\u0661"])
    def test_a_member_that_is_no_user_is_named(self, scim: ScimClient, member: str) -> None:
        ada = UserFactory()
        profile = ProfileFactory(users=[ada])
        value = [{"value": str(UserFactory().pk)}, {"value": member}]
        with nothing_changes():
            for op in ("add", "replace"):
                answer = scim.patch(f"/Groups/profile-{profile.pk}", {"op": op, "path": "members", "value": value})
                assert (answer.status, answer.scim_type) == (400, "invalidValue")
                assert member in answer.detail

    @pytest.mark.parametrize("element", [{"value": ""}, {"value": None}, {"display": "Ada"}, {}, None, "", [], 7, True])
    def test_a_member_without_an_id_empties_no_group(self, scim: ScimClient, element: Any) -> None:
        profile = ProfileFactory(users=[UserFactory()])
        with nothing_changes():
            for op in ("add", "replace"):
                operation = {"op": op, "path": "members", "value": [element]}
                answer = scim.patch(f"/Groups/profile-{profile.pk}", operation)
                assert (answer.status, answer.scim_type) == (400, "invalidValue")

    @pytest.mark.threat(33)
    def test_a_member_who_was_deleted_is_no_user(self, scim: ScimClient) -> None:
        profile, ada = ProfileFactory(), UserFactory()
        assert scim.delete(f"/Users/{ada.pk}").status == 204
        with nothing_changes():
            answer = scim.patch(
                f"/Groups/profile-{profile.pk}", {"op": "add", "path": "members", "value": [{"value": str(ada.pk)}]}
            )
        assert (answer.status, answer.scim_type) == (400, "invalidValue")
        assert f"'{ada.pk}'" in answer.detail

    @pytest.mark.rfc("7644-3.12-06")
    def test_groups_are_made_named_and_deleted_in_the_product(self, scim: ScimClient) -> None:
        profile, project = ProfileFactory(), ProjectFactory()
        with nothing_changes():
            assert scim.post("/Groups", {"schemas": [CORE_GROUP], "displayName": "New"}).status == 403
            for id in (f"profile-{profile.pk}", f"project-{project.pk}-read", f"project-{project.pk}-full"):
                name = {"op": "replace", "path": "displayName", "value": "New"}
                assert scim.patch(f"/Groups/{id}", name).status == 403
                assert scim.put(f"/Groups/{id}", {"schemas": [CORE_GROUP], "displayName": "New"}).status == 403
                assert scim.delete(f"/Groups/{id}").status == 403
        assert Profile.objects.get().name == profile.name


@pytest.mark.threat(13)
def test_the_names_of_parameters_count_in_any_case(scim: ScimClient) -> None:
    """Passed over, a filter would widen the result to everybody."""
    UserFactory.create_batch(3)
    assert scim.get("/Users", FILTER='userName eq "nobody"').json["totalResults"] == 0
    assert scim.get("/Users", Count=1, STARTINDEX=2).json["startIndex"] == 2
    assert scim.get("/Users?filter=id+pr&Filter=id+pr").scim_type == "invalidFilter"


@pytest.mark.threat(18, "C8")
def test_a_filter_that_is_nested_too_deeply_for_the_database_is_refused(scim: ScimClient) -> None:
    """SQLite gives up at about sixteen levels, PostgreSQL takes all that the grammar's limit lets through."""
    text = "title pr"
    for _ in range(40):
        text = f"(nickName pr or locale pr and {text})"
    answer = scim.get("/Users", filter=text)
    assert answer.status == 200 or (answer.status, answer.scim_type) == (400, "invalidFilter"), answer
