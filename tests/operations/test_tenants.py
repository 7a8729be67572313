"""A product with tenants, each with a connection: nothing that one does reaches what is another's.

A tenant of this product is a department; its profiles and projects are described by its name.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import QuerySet

from example_project.access.models import ProjectAccess
from example_project.accounts.models import User
from example_project.scim import EmployeeAdapter, ProfileAdapter, ProjectAccessAdapter
from scim_provisioning.adapters import Stored
from scim_provisioning.models import Event
from scim_provisioning.operations import connections, locks, members
from scim_provisioning.protocol.errors import Forbidden, InvalidValue, NotFound, ScimError, Uniqueness
from tests.api.unchanged import nothing_changes
from tests.factories import ProfileFactory, ProjectAccessFactory, ProjectFactory, UserFactory
from tests.scim import CORE_GROUP, ENTERPRISE_USER, ScimClient, user

from .provider import Provider, last_event, member_ids

pytestmark = pytest.mark.django_db

DEPARTMENT = f"{ENTERPRISE_USER}:department"


class Employees(EmployeeAdapter):
    """The people of one department, which no client sets."""

    attributes = {**EmployeeAdapter.attributes, DEPARTMENT: Stored()}

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().filter(department=self.connection.tenant)

    def new(self) -> Any:
        row = super().new()
        row.department = self.connection.tenant
        return row


class Mapped(Employees):
    """A host that lets clients set what it scopes by."""

    attributes = EmployeeAdapter.attributes


class HidesInactive(Employees):
    """A host that scopes by more than the tenant."""

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().filter(is_active=True)


class Numbered(Employees):
    """Their ids are phone numbers, which two departments may share."""

    lookup_field = "phone"


class Forgetful(Employees):
    """A host that does not say whose a new user is."""

    def new(self) -> Any:
        return EmployeeAdapter.new(self)


class Profiles(ProfileAdapter):
    """The profiles of one department."""

    can_create = can_rename = can_delete = True

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().filter(name__startswith=self.connection.tenant)


class Projects(ProjectAccessAdapter):
    """The projects of one department."""

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().filter(description=self.connection.tenant)


@pytest.fixture(autouse=True)
def _tenants(settings: Any) -> None:
    use(settings, "Employees")


@pytest.fixture
def ours(db: None) -> Provider:
    return of("Ours")


@pytest.fixture
def theirs(db: None) -> Provider:
    return of("Theirs")


def use(settings: Any, users: str) -> None:
    settings.SCIM_PROVISIONING = {
        "USER_ADAPTER": f"{__name__}.{users}",
        "GROUP_ADAPTERS": [f"{__name__}.Profiles", f"{__name__}.Projects"],
    }


def of(tenant: str) -> Provider:
    connection, _ = connections.enable(tenant=tenant)
    return Provider(connection)


def client_of(tenant: str) -> ScimClient:
    connection, token = connections.enable(tenant=tenant)
    return ScimClient(token, connection)


def add(*users: User) -> dict[str, Any]:
    return {"op": "add", "path": "members", "value": member_ids(*users)}


class TestUsers:
    @pytest.mark.threat(55)
    def test_of_another_tenant_are_out_of_reach_of_each_request(self, ours: Provider) -> None:
        row = UserFactory(department="Theirs")
        assert ours.get(row.pk) is None
        assert ours.listed() == []
        with nothing_changes():
            for attempt in (
                lambda: ours.replace(row.pk, "title", "x"),
                lambda: ours.put(row.pk, user("ada")),
                lambda: ours.delete(row.pk),
            ):
                with pytest.raises(NotFound):
                    attempt()

    def test_are_made_in_the_tenant_of_the_connection(self, ours: Provider, theirs: Provider) -> None:
        id = ours.post(user("ada"))["id"]
        assert ours.get(id) is not None
        assert theirs.get(id) is None

    @pytest.mark.parametrize("how", ["post", "put", "patch"])
    def test_are_not_put_into_another_tenant(self, ours: Provider, settings: Any, how: str) -> None:
        use(settings, "Mapped")
        row = UserFactory(department="Ours")
        body = user("ada", **{ENTERPRISE_USER: {"department": "Theirs"}})
        with nothing_changes(), pytest.raises(Forbidden, match="this connection sees"):
            match how:
                case "post":
                    ours.post(body)
                case "put":
                    ours.put(row.pk, body)
                case "patch":
                    ours.replace(row.pk, DEPARTMENT, "Theirs")

    def test_are_not_made_where_the_host_forgets_to_say_whose_they_are(self, ours: Provider, settings: Any) -> None:
        use(settings, "Forgetful")
        with nothing_changes(), pytest.raises(Forbidden, match="the user would not be among those"):
            ours.post(user("ada"))

    def test_who_were_deleted_come_back_to_their_own_tenant_only(self, ours: Provider, theirs: Provider) -> None:
        id = theirs.post(user("ada"))["id"]
        theirs.delete(id)
        with nothing_changes(), pytest.raises(Uniqueness) as refused:
            ours.post(user("ada"))
        assert str(id) not in refused.value.detail.split()
        assert theirs.post(user("ada"))["id"] == id

    def test_are_deactivated_also_where_the_host_hides_them_then(self, ours: Provider, settings: Any) -> None:
        use(settings, "HidesInactive")
        row = UserFactory(department="Ours")
        ours.replace(row.pk, "active", False)
        row.refresh_from_db()
        assert not row.is_active

    def test_are_deactivated_and_deleted_by_their_own_tenant(self, ours: Provider) -> None:
        row = UserFactory(department="Ours")
        ours.replace(row.pk, "active", False)
        ours.delete(row.pk)
        assert ours.listed() == []


class TestGroups:
    @pytest.mark.threat(55)
    def test_of_another_tenant_are_out_of_reach_of_each_request(self, ours: Provider) -> None:
        ada = UserFactory(department="Ours")
        profile, project = ProfileFactory(name="Theirs: Audit"), ProjectFactory(description="Theirs")
        groups = ours.of("Group")
        for id in (f"profile-{profile.pk}", f"project-{project.pk}-read"):
            assert groups.get(id) is None
            with nothing_changes():
                for attempt in (
                    lambda id=id: groups.patch(id, add(ada)),
                    lambda id=id: groups.put(id, {"schemas": [CORE_GROUP], "displayName": "Ours: x"}),
                    lambda id=id: groups.delete(id),
                ):
                    with pytest.raises(NotFound):
                        attempt()  # type: ignore[no-untyped-call]
        assert groups.listed() == []

    def test_are_not_put_into_another_tenant(self, ours: Provider) -> None:
        profile = ProfileFactory(name="Ours: Audit")
        groups = ours.of("Group")
        with nothing_changes():
            with pytest.raises(Forbidden, match="the group would not be among those"):
                groups.post({"schemas": [CORE_GROUP], "displayName": "Theirs: New"})
            with pytest.raises(Forbidden, match="the group would not be among those"):
                groups.replace(f"profile-{profile.pk}", "displayName", "Theirs: Audit")

    def test_get_no_member_of_another_tenant_and_lose_none(self, ours: Provider) -> None:
        inside, outside = UserFactory.create_batch(2, department="Theirs")
        profile = ProfileFactory(name="Ours: Audit", users=[inside])
        groups = ours.of("Group")
        with nothing_changes():
            with pytest.raises(InvalidValue, match=str(outside.pk)):
                groups.patch(f"profile-{profile.pk}", add(outside))
            groups.patch(f"profile-{profile.pk}", {"op": "remove", "path": "members"})
            groups.patch(f"profile-{profile.pk}", {"op": "remove", "path": f'members[value eq "{inside.pk}"]'})
        document = groups.get(f"profile-{profile.pk}")
        assert document is not None
        assert "members" not in document

    def test_that_another_tenant_has_stay_with_a_user_who_is_deleted(self, ours: Provider) -> None:
        row = UserFactory(department="Ours")
        mine, other = ProfileFactory(name="Ours: A", users=[row]), ProfileFactory(name="Theirs: A", users=[row])
        here, there = ProjectFactory(description="Ours"), ProjectFactory(description="Theirs")
        for project in (here, there):
            ProjectAccessFactory(user=row, project=project, level="read")
        ours.delete(row.pk)
        assert set(row.profiles.all()) == {other}
        assert [access.project for access in ProjectAccess.objects.all()] == [there]
        left = [change["resource"] for change in last_event().changes if change["path"] == "members"]
        assert left == [f"profile-{mine.pk}", f"project-{here.pk}-read"]

    def test_that_another_tenant_has_are_not_shown_on_a_user(self, ours: Provider) -> None:
        row = UserFactory(department="Ours")
        mine = ProfileFactory(name="Ours: A", users=[row])
        ProfileFactory(name="Theirs: A", users=[row])
        document = ours.get(row.pk)
        assert document is not None
        assert [group["value"] for group in document["groups"]] == [f"profile-{mine.pk}"]

    def test_that_tenants_share_keep_what_each_client_says_of_them(self, settings: Any) -> None:
        settings.SCIM_PROVISIONING = {**settings.SCIM_PROVISIONING, "GROUP_ADAPTERS": [f"{__name__}.ProfileAdapter"]}
        id = f"profile-{ProfileFactory().pk}"
        clients = {tenant: client_of(tenant) for tenant in ("Ours", "Theirs")}
        for tenant, scim in clients.items():
            scim.patch(f"/Groups/{id}", {"op": "add", "path": "externalId", "value": f"of {tenant}"})
        for tenant, scim in clients.items():
            assert scim.get(f"/Groups/{id}").json["externalId"] == f"of {tenant}"
            assert scim.get("/Groups", filter=f'externalId eq "of {tenant}"').ids == [id]
        assert clients["Ours"].get("/Groups", filter='externalId eq "of Theirs"').ids == []
        assert clients["Ours"].get("/Groups", filter='externalId sw "of"').ids == [id]


class TestIdsThatTwoTenantsShare:
    @pytest.fixture(autouse=True)
    def _numbered(self, settings: Any) -> None:
        use(settings, "Numbered")

    @pytest.mark.parametrize("order", [("Ours", "Theirs"), ("Theirs", "Ours")])
    def test_mean_the_own_user(self, ours: Provider, order: tuple[str, str]) -> None:
        rows = {tenant: UserFactory(department=tenant, phone="4711") for tenant in order}
        profile = ProfileFactory(name="Ours: Audit")
        groups, id = ours.of("Group"), f"profile-{profile.pk}"
        ours.replace("4711", "title", "Engineer")
        groups.patch(id, {"op": "add", "path": "members", "value": [{"value": "4711"}]})
        assert User.objects.get(job_title="Engineer") == rows["Ours"]
        assert set(profile.users.all()) == {rows["Ours"]}
        groups.patch(id, {"op": "remove", "path": 'members[value eq "4711"]'})
        assert not profile.users.exists()
        ours.delete("4711")
        assert list(User.objects.filter(is_active=True)) == [rows["Theirs"]]

    def test_of_somebody_else_mean_nobody(self, ours: Provider) -> None:
        UserFactory(department="Theirs", phone="4711")
        profile = ProfileFactory(name="Ours: Audit")
        with nothing_changes(), pytest.raises(InvalidValue, match="4711"):
            ours.of("Group").patch(
                f"profile-{profile.pk}", {"op": "add", "path": "members", "value": [{"value": "4711"}]}
            )

    def test_of_somebody_who_goes_meanwhile_mean_nobody(self, ours: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
        UserFactory(department="Ours", phone="4711")
        profile = ProfileFactory(name="Ours: Audit")

        def lock_late(*arguments: Any) -> Any:
            User.objects.all().delete()
            return locks.lock(*arguments)

        monkeypatch.setattr(members, "lock", lock_late)
        with pytest.raises(InvalidValue, match="4711"):
            ours.of("Group").patch(
                f"profile-{profile.pk}", {"op": "add", "path": "members", "value": [{"value": "4711"}]}
            )


class TestSearches:
    QUESTIONS = (
        {},
        {"filter": 'userName sw "u" or not (userName pr)'},
        {"filter": 'not (title eq "x")'},
        {"filter": "groups.display pr"},
        {"sortBy": "userName"},
        {"count": "0"},
        {"cursor": "", "count": "1"},
    )

    @pytest.mark.threat(55)
    @pytest.mark.parametrize("question", QUESTIONS, ids=str)
    def test_find_the_own_users_only(self, question: dict[str, str]) -> None:
        mine, other = UserFactory(department="Ours"), UserFactory(department="Theirs")
        ProfileFactory(name="Ours: A", users=[mine, other])
        answer = client_of("Ours").get("/Users", **question)
        assert answer.json["totalResults"] == 1
        assert [resource["id"] for resource in answer.json.get("Resources", [])] in ([], [str(mine.pk)])

    @pytest.mark.parametrize(
        "question",
        [{}, {"filter": "not (members pr)"}, {"filter": 'displayName co "s"'}, {"sortBy": "displayName"}],
        ids=str,
    )
    def test_find_the_own_groups_only(self, question: dict[str, str]) -> None:
        profile, project = ProfileFactory(name="Ours: A"), ProjectFactory(description="Ours", name="Lines")
        ProfileFactory(name="Theirs: A"), ProjectFactory(description="Theirs", name="Stations")
        found = client_of("Ours").get("/Groups", **question).ids
        assert sorted(found) == [f"profile-{profile.pk}", f"project-{project.pk}-full", f"project-{project.pk}-read"]

    def test_do_not_tell_by_a_filter_on_members_who_else_is_in_a_group(self) -> None:
        other = UserFactory(department="Theirs", first_name="Zoe", last_name="Zander")
        ProfileFactory(name="Ours: A", users=[other])
        scim = client_of("Ours")
        for filter in (f'members.value eq "{other.pk}"', 'members.display sw "Zoe"', "members pr"):
            assert scim.get("/Groups", filter=filter).ids == []

    def test_of_everything_find_the_own_only(self) -> None:
        mine, _ = UserFactory(department="Ours"), UserFactory(department="Theirs")
        ProfileFactory(name="Theirs: A")
        body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}
        assert client_of("Ours").post("/.search", body).ids == [str(mine.pk)]

    def test_by_the_cursor_of_another_tenant_are_refused(self) -> None:
        UserFactory.create_batch(3, department="Ours")
        cursor = client_of("Ours").get("/Users", cursor="", count="1").json["nextCursor"]
        answer = client_of("Theirs").get("/Users", cursor=cursor, count="1")
        assert (answer.status, answer.scim_type) == (400, "invalidCursor")


@pytest.mark.threat(55)
def test_a_bulk_job_reaches_the_own_tenant_only() -> None:
    row, profile = UserFactory(department="Theirs"), ProfileFactory(name="Ours: A")
    patch = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [add(row)]}
    operations = [
        {"method": "DELETE", "path": f"/Users/{row.pk}"},
        {"method": "PATCH", "path": f"/Groups/profile-{profile.pk}", "data": patch},
        {"method": "POST", "path": "/Users", "bulkId": "ada", "data": user("ada")},
    ]
    request = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations}
    answer = client_of("Ours").post("/Bulk", request)
    assert [done["status"] for done in answer.json["Operations"]] == ["404", "400", "201"]
    assert User.objects.get(username__startswith="ada").department == "Ours"


def test_each_event_names_the_connection(ours: Provider, theirs: Provider) -> None:
    ours.post(user("ada"))
    with pytest.raises(ScimError):
        theirs.post(user("ada"))
    theirs.post(user("bob"))
    assert [event.connection for event in Event.objects.order_by("pk")] == [ours.connection, theirs.connection]
