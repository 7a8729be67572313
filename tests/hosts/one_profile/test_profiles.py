"""One profile per person: coming into one is leaving another."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scim_provisioning import signals
from scim_provisioning.adapters.overwriting import of_memberships
from scim_provisioning.models import Event, GroupRecord
from tests.scim import CORE_GROUP, CORE_USER, ScimClient, user

from .models import Person, Profile, Site, Stay
from .scim import PersonAdapter, ProfileAdapter

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> Profile:
    return Profile.objects.create(name="Clerk")


@pytest.fixture
def chief() -> Profile:
    return Profile.objects.create(name="Chief")


@pytest.fixture
def ada(clerk: Profile) -> Person:
    return Person.objects.create_user("ada", profile=clerk)


@pytest.fixture
def bob() -> Person:
    return Person.objects.create_user("bob")


def address(row: Profile | Site | Person) -> str:
    return f"/Users/{row.pk}" if isinstance(row, Person) else f"/Groups/{id_of(row)}"


def id_of(row: Profile | Site) -> str:
    return f"{type(row).__name__.lower()}-{row.pk}"


def members(*people: Person) -> list[dict[str, str]]:
    return [{"value": str(person.pk)} for person in people]


def groups(*rows: Profile | Site) -> list[dict[str, str]]:
    return [{"value": id_of(row)} for row in rows]


def add(*people: Person) -> dict[str, Any]:
    return {"op": "add", "path": "members", "value": members(*people)}


def profiles() -> dict[str, str | None]:
    return {person.username: person.profile and person.profile.name for person in Person.objects.all()}


def last_changes() -> dict[str, tuple[list[str], list[str]]]:
    """Who came into which group and who left it, by the last request."""
    changes = Event.objects.latest("pk").changes
    return {one["resource"]: (one["added"], one["removed"]) for one in changes if one["path"] == "members"}


class TestFromTheGroup:
    def test_a_member_that_comes_leaves_the_other_profile(
        self, scim: ScimClient, clerk: Profile, chief: Profile, ada: Person, bob: Person
    ) -> None:
        before = Person.objects.get(pk=ada.pk).changed_at
        assert scim.patch(address(chief), add(ada, bob)).status == 204
        assert profiles() == {"ada": "Chief", "bob": "Chief"}
        both = sorted([str(ada.pk), str(bob.pk)])
        assert last_changes() == {id_of(chief): (both, []), id_of(clerk): ([], [str(ada.pk)])}
        assert Person.objects.get(pk=ada.pk).changed_at > before
        assert [one["value"] for one in scim.get(address(chief)).json["members"]] == both
        assert "members" not in scim.get(address(clerk)).json

    def test_a_member_that_goes_has_none(self, scim: ScimClient, clerk: Profile, ada: Person) -> None:
        assert scim.patch(address(clerk), {"op": "remove", "path": f'members[value eq "{ada.pk}"]'}).status == 204
        assert profiles() == {"ada": None}
        assert last_changes() == {id_of(clerk): ([], [str(ada.pk)])}

    def test_a_replacement_moves_and_clears(
        self, scim: ScimClient, clerk: Profile, chief: Profile, ada: Person, bob: Person
    ) -> None:
        Person.objects.filter(pk=bob.pk).update(profile=chief)
        body = {"schemas": [CORE_GROUP], "displayName": "Chief", "members": members(ada)}
        assert scim.put(address(chief), body).status == 200
        assert profiles() == {"ada": "Chief", "bob": None}
        assert last_changes() == {
            id_of(chief): ([str(ada.pk)], [str(bob.pk)]),
            id_of(clerk): ([], [str(ada.pk)]),
        }

    def test_profiles_are_made_with_members_renamed_and_deleted(
        self, scim: ScimClient, clerk: Profile, ada: Person
    ) -> None:
        body = {"schemas": [CORE_GROUP], "displayName": "Guest", "members": members(ada)}
        id = scim.post("/Groups", body).json["id"]
        assert profiles() == {"ada": "Guest"}
        assert last_changes() == {id: ([str(ada.pk)], []), id_of(clerk): ([], [str(ada.pk)])}
        assert scim.patch(f"/Groups/{id}", {"op": "replace", "path": "displayName", "value": "G"}).status == 204
        assert profiles() == {"ada": "G"}
        assert scim.delete(f"/Groups/{id}").status == 204
        assert profiles() == {"ada": None}

    def test_the_product_is_told_of_both(
        self,
        scim: ScimClient,
        clerk: Profile,
        chief: Profile,
        ada: Person,
        django_capture_on_commit_callbacks: Any,
        told: dict[Profile, tuple[set[int], set[int]]],
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            scim.patch(address(chief), add(ada))
        assert told == {chief: ({ada.pk}, set()), clerk: (set(), {ada.pk})}

    def test_both_are_as_new_as_the_change(self, scim: ScimClient, clerk: Profile, chief: Profile, ada: Person) -> None:
        scim.patch(address(clerk), {"op": "add", "path": "externalId", "value": "x"})
        before = scim.get(address(clerk)).json["meta"]["lastModified"]
        time.sleep(0.002)
        scim.patch(address(chief), add(ada))
        assert scim.get(address(clerk)).json["meta"]["lastModified"] > before
        assert GroupRecord.objects.get(group=id_of(clerk)).external_id == "x"

    def test_members_are_found(self, scim: ScimClient, clerk: Profile, chief: Profile, ada: Person) -> None:
        for filter in (f'members.value eq "{ada.pk}"', f'members[value eq "{ada.pk}"]', 'members.type eq "User"'):
            assert scim.get("/Groups", filter=filter).ids == [id_of(clerk)]
        assert scim.get("/Users", filter=f'groups.value eq "{id_of(clerk)}"').ids == [str(ada.pk)]
        assert scim.get("/Users", filter='groups.display eq "chief"').ids == []
        found = scim.get("/Groups", filter='displayName sw "c"', sortBy="members.value", sortOrder="ascending").ids
        assert found == [id_of(clerk), id_of(chief)]

    def test_a_profile_that_everybody_needs_is_not_taken_away(
        self, scim: ScimClient, clerk: Profile, chief: Profile, ada: Person, needed: None
    ) -> None:
        for operation in (
            {"op": "remove", "path": f'members[value eq "{ada.pk}"]'},
            {"op": "replace", "path": "members", "value": []},
        ):
            answer = scim.patch(address(clerk), operation)
            assert (answer.status, str(ada.pk) in answer.detail, "another" in answer.detail) == (403, True, True)
        assert scim.delete(address(clerk)).status == 403
        assert profiles() == {"ada": "Clerk"}
        assert scim.patch(address(chief), add(ada)).status == 204
        assert scim.delete(address(clerk)).status == 204
        assert scim.delete(address(ada)).status == 204
        assert profiles() == {"ada": "Chief"}

    def test_a_profile_that_the_host_protects_is_not_left_for_another(
        self, scim: ScimClient, chief: Profile, ada: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ProfileAdapter, "protects", lambda self, row, what: row.name == "Clerk")
        assert scim.patch(address(chief), add(ada)).status == 403
        assert scim.patch(address(ada), {"op": "add", "path": "groups", "value": groups(chief)}).status == 403
        assert profiles() == {"ada": "Clerk"}

    @pytest.mark.parametrize("size", [10, 1_000])
    def test_one_member_costs_the_same_in_a_small_and_a_large_group(
        self, scim: ScimClient, clerk: Profile, chief: Profile, ada: Person, size: int
    ) -> None:
        crowd = [Person(username=str(number), password="!", profile=chief) for number in range(size)]
        Person.objects.bulk_create(crowd)
        for profile in (clerk, chief):
            scim.patch(address(profile), {"op": "add", "path": "externalId", "value": "x"})
        removal = {"op": "remove", "path": f'members[value eq "{ada.pk}"]'}
        for operation, cost in ((add(ada), 11), (add(ada), 4), (removal, 9)):
            with CaptureQueriesContext(connection) as queries:
                assert scim.patch(address(chief), operation).status == 204
            asked = [sql for query in queries if not (sql := query["sql"]).startswith(("SAVEPOINT", "RELEASE"))]
            assert len(asked) == cost + (connection.vendor == "sqlite"), asked


@pytest.fixture
def told() -> Iterator[dict[Profile, tuple[set[int], set[int]]]]:
    """Who came into which profile and who left it, as the product is told."""
    came: dict[Profile, tuple[set[int], set[int]]] = {}

    def receive(group: Profile, added: set[int], removed: set[int], **arguments: Any) -> None:
        came[group] = (added, removed)

    signals.membership_changed.connect(receive)
    yield came
    signals.membership_changed.disconnect(receive)


@pytest.fixture
def needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A product whose column takes no null."""
    monkeypatch.setattr(Person._meta.get_field("profile"), "null", False)


class TestFromTheUser:
    """`groups` in the user's document, where the adapter says that they are writable."""

    def test_the_schema_says_that_groups_are_written(self, scim: ScimClient) -> None:
        (published,) = (
            attribute
            for attribute in scim.get(f"/Schemas/{CORE_USER}").json["attributes"]
            if attribute["name"] == "groups"
        )
        assert published["mutability"] == "readWrite"
        subs = {sub["name"]: sub["mutability"] for sub in published["subAttributes"]}
        assert subs == {"value": "immutable", "$ref": "readOnly", "display": "immutable", "type": "readOnly"}

    def test_a_new_user_comes_with_its_groups(self, scim: ScimClient, clerk: Profile, site: Site) -> None:
        answer = scim.post("/Users", user("ada", groups=[*groups(clerk), {"display": "YARD"}]))
        assert answer.status == 201
        assert [one["display"] for one in answer.json["groups"]] == ["Clerk", "Yard"]
        id = answer.json["id"]
        assert last_changes() == {id_of(clerk): ([id], []), id_of(site): ([id], [])}
        assert [one["value"] for one in scim.get(address(clerk)).json["members"]] == [id]

    @pytest.mark.parametrize("sent", [{}, {"groups": []}, {"groups": None}])
    def test_nothing_sent_in_a_whole_document_changes_nothing(
        self, scim: ScimClient, ada: Person, site: Site, sent: dict[str, Any]
    ) -> None:
        Stay.objects.create(site=site, person=ada)
        assert [one["display"] for one in scim.put(address(ada), user("ada", **sent)).json["groups"]] == [
            "Clerk",
            "Yard",
        ]

    def test_a_list_in_a_whole_document_is_what_the_groups_become(
        self, scim: ScimClient, clerk: Profile, chief: Profile, ada: Person, site: Site
    ) -> None:
        Stay.objects.create(site=site, person=ada)
        answer = scim.put(address(ada), user("ada", groups=groups(chief)))
        assert [one["display"] for one in answer.json["groups"]] == ["Chief"]
        id = str(ada.pk)
        assert last_changes() == {id_of(clerk): ([], [id]), id_of(chief): ([id], []), id_of(site): ([], [id])}

    def test_what_was_read_can_be_sent_back(self, scim: ScimClient, ada: Person, site: Site) -> None:
        Stay.objects.create(site=site, person=ada)
        scim.patch(address(ada), {"op": "add", "path": "externalId", "value": "x"})
        events = Event.objects.count()
        assert scim.put(address(ada), scim.get(address(ada)).json).status == 200
        assert Event.objects.count() == events

    def test_groups_are_added_replaced_and_removed(
        self, scim: ScimClient, clerk: Profile, chief: Profile, ada: Person, site: Site
    ) -> None:
        def after(*operations: dict[str, Any]) -> list[str]:
            answer = scim.patch(address(ada), *operations)
            assert answer.status == 200, answer
            return [one["display"] for one in answer.json.get("groups", [])]

        assert after({"op": "add", "path": "groups", "value": groups(site)}) == ["Clerk", "Yard"]
        assert after({"op": "add", "path": "groups", "value": [{"display": "Chief"}]}) == ["Chief", "Yard"]
        assert after({"op": "remove", "path": f'groups[value eq "{id_of(chief)}"]'}) == ["Yard"]
        assert after({"op": "remove", "path": 'groups[display eq "yard"]'}) == []
        assert after({"op": "add", "value": {"groups": groups(clerk, site)}}) == ["Clerk", "Yard"]
        assert after({"op": "replace", "path": "groups", "value": groups(chief)}) == ["Chief"]
        assert after({"op": "remove", "path": "groups", "value": [{"display": "Chief"}]}) == []
        assert after({"op": "add", "path": "groups", "value": groups(site)}, {"op": "remove", "path": "groups"}) == []
        new = {"op": "add", "path": "groups", "value": groups(clerk, site)}
        assert after(new, {"op": "remove", "path": 'groups[display sw "y"]'}) == ["Clerk"]
        assert after({"op": "replace", "path": "groups", "value": []}) == []

    def test_a_group_that_there_is_not_is_named(self, scim: ScimClient, ada: Person, clerk: Profile) -> None:
        for id in ("profile-9999", "nothing-1", f"profile-0{clerk.pk}", str(ada.pk)):
            answer = scim.patch(address(ada), {"op": "add", "path": "groups", "value": [{"value": id}]})
            assert (answer.status, answer.scim_type, id in answer.detail) == (400, "invalidValue", True)
        assert profiles() == {"ada": "Clerk"}

    def test_a_name_stands_for_the_one_group_that_has_it(self, scim: ScimClient, ada: Person, clerk: Profile) -> None:
        Site.objects.create(name="Clerk")
        for name in ("Clerk", "Nobody"):
            answer = scim.patch(address(ada), {"op": "add", "path": "groups", "value": [{"display": name}]})
            assert (answer.status, answer.scim_type, name in answer.detail) == (400, "invalidValue", True)
        answer = scim.patch(address(ada), {"op": "add", "path": "groups", "value": [{"type": "direct"}]})
        assert (answer.status, answer.scim_type) == (400, "invalidValue")

    def test_two_profiles_at_once_are_refused(
        self, scim: ScimClient, clerk: Profile, chief: Profile, ada: Person
    ) -> None:
        answer = scim.put(address(ada), user("ada", groups=groups(clerk, chief)))
        assert (answer.status, answer.scim_type, id_of(chief) in answer.detail) == (400, "invalidValue", True)
        assert profiles() == {"ada": "Clerk"}

    def test_a_profile_that_everybody_needs_is_changed_for_another_only(
        self, scim: ScimClient, clerk: Profile, chief: Profile, ada: Person, needed: None
    ) -> None:
        assert scim.patch(address(ada), {"op": "remove", "path": "groups"}).status == 403
        assert profiles() == {"ada": "Clerk"}
        assert scim.patch(address(ada), {"op": "replace", "path": "groups", "value": groups(chief)}).status == 200
        assert profiles() == {"ada": "Chief"}

    def test_a_user_whose_memberships_the_host_protects_keeps_them(
        self, scim: ScimClient, chief: Profile, ada: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(PersonAdapter, "protects", lambda self, row, what: what == "membership")
        assert scim.patch(address(ada), {"op": "add", "path": "groups", "value": groups(chief)}).status == 403
        assert profiles() == {"ada": "Clerk"}

    def test_the_groups_that_are_joined_or_left_are_as_new_as_the_change(
        self, scim: ScimClient, clerk: Profile, chief: Profile, ada: Person, site: Site
    ) -> None:
        Stay.objects.create(site=site, person=ada)
        scim.patch(address(ada), {"op": "add", "path": "groups", "value": groups(chief)})
        first = dict(GroupRecord.objects.values_list("group", "last_modified"))
        assert set(first) == {id_of(clerk), id_of(chief)}
        scim.delete(address(ada))
        then = dict(GroupRecord.objects.values_list("group", "last_modified"))
        assert then[id_of(clerk)] == first[id_of(clerk)]
        assert then[id_of(chief)] > first[id_of(chief)]
        assert id_of(site) in then

    def test_receivers_get_the_user_with_the_new_profile(
        self,
        scim: ScimClient,
        chief: Profile,
        ada: Person,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        seen: list[Profile | None] = []

        def receive(user: Person, **arguments: Any) -> None:
            seen.append(user.profile)

        heard = (signals.user_changed, signals.user_deprovisioned)
        for signal in heard:
            signal.connect(receive)
        with django_capture_on_commit_callbacks(execute=True):
            scim.put(address(ada), user("ada", groups=groups(chief)))
            scim.delete(address(ada))
        for signal in heard:
            signal.disconnect(receive)
        assert seen == [chief, None]

    def test_a_bulk_job_makes_a_group_and_its_user(self, scim: ScimClient) -> None:
        body = {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
            "Operations": [
                {
                    "method": "POST",
                    "path": "/Users",
                    "bulkId": "u",
                    "data": user("ada", groups=[{"value": "bulkId:g"}]),
                },
                {
                    "method": "POST",
                    "path": "/Groups",
                    "bulkId": "g",
                    "data": {"schemas": [CORE_GROUP], "displayName": "Clerk"},
                },
            ],
        }
        answer = scim.post("/Bulk", body)
        assert [one["status"] for one in answer.json["Operations"]] == ["201", "201"]
        assert profiles() == {"ada@example.com": "Clerk"}

    def test_a_deleted_account_that_comes_back_comes_with_the_groups_that_are_sent(
        self, scim: ScimClient, clerk: Profile, chief: Profile
    ) -> None:
        id = scim.post("/Users", user("ada", groups=groups(clerk))).json["id"]
        scim.delete(f"/Users/{id}")
        assert profiles() == {"ada@example.com": None}
        again = scim.post("/Users", user("ada", groups=groups(chief))).json
        assert (again["id"], [one["display"] for one in again["groups"]]) == (id, ["Chief"])


@pytest.fixture
def site() -> Site:
    return Site.objects.create(name="Yard")


class TestAStorageOfTheHostsOwn:
    """Stays are ended, not deleted: a membership in fifteen lines."""

    def test_members_come_go_and_come_back(self, scim: ScimClient, ada: Person, site: Site) -> None:
        for _ in range(2):
            assert scim.patch(address(site), add(ada)).status == 204
            assert [one["value"] for one in scim.get(address(site)).json["members"]] == [str(ada.pk)]
            assert scim.patch(address(site), {"op": "remove", "path": "members"}).status == 204
            assert "members" not in scim.get(address(site)).json
        assert Stay.objects.exclude(until=None).count() == Stay.objects.count() == 2

    def test_who_was_there_is_not_found(self, scim: ScimClient, ada: Person, bob: Person, site: Site) -> None:
        scim.patch(address(site), add(ada, bob))
        scim.patch(address(site), {"op": "remove", "path": f'members[value eq "{ada.pk}"]'})
        assert scim.get("/Users", filter='groups.display eq "Yard"').ids == [str(bob.pk)]
        assert scim.get("/Groups", filter=f'members.value eq "{ada.pk}" and displayName eq "Yard"').ids == []

    def test_a_deleted_user_leaves_and_what_was_is_kept(self, scim: ScimClient, ada: Person, site: Site) -> None:
        scim.patch(address(site), add(ada))
        scim.delete(address(ada))
        assert Stay.objects.exclude(until=None).count() == 1


def test_a_foreign_key_that_holds_the_group_is_called_overwritten() -> None:
    assert "profile" in of_memberships().fields
