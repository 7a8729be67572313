"""Groups of every adapter, at every level: found, filled, emptied, and changed as far as the policy goes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..adapters.collections import GroupCollection
from ..protocol.constants import GROUP
from ..protocol.documents import Document
from .case import ContractCase

SCOPE = "its get_queryset, which has to give the rows that new() makes"


class GroupContract(ContractCase):
    """The group adapters."""

    def test_groups_are_listed_and_found_by_their_names(self) -> None:
        for groups, group, about in self.kinds():
            id, name = group["id"], group["displayName"]
            shown = self.expect(self.scim.get(f"/Groups/{id}"), 200, f"{about}: {SCOPE}").json
            self.assertEqual(shown, group)
            self.assertIn(id, self.scim.get("/Groups", count=1000).ids, f"{about}: {SCOPE}")
            for filter in (f'displayName eq "{name}"', f'displayName eq "{name.upper()}"', f'id eq "{id}"'):
                answer = self.expect(self.scim.get("/Groups", filter=filter), 200, f"{about}: displayName's source")
                self.assertEqual(answer.ids, [id], f"{about}: {filter}")
            start = self.scim.get("/Groups", filter=f'displayName sw "{name[:5]}"')
            self.assertIn(id, self.expect(start, 200, about).ids, f"{about}: displayName's `expression`")
            self.assertEqual(self.scim.get(f"/Groups/{groups.identifier.before}nothing").status, 404)

    def test_groups_are_sorted_and_paged_as_one_list(self) -> None:
        list(self.kinds())
        everything = self.scim.get("/Groups", count=1000).ids
        orders: list[dict[str, Any]] = [{}, {"sortBy": "displayName"}]
        for more in orders:
            pages: list[str] = []
            for start in range(1, len(everything) + 1, 2):
                page = self.expect(self.scim.get("/Groups", startIndex=start, count=2, **more), 200, SCOPE)
                self.assertEqual(page.json["totalResults"], len(everything))
                pages += page.ids
            self.assertEqual(sorted(pages), sorted(everything), f"Paging groups ({more}) loses some. Look at: {SCOPE}")

    def test_members_are_added_removed_and_replaced(self) -> None:
        first, second, third, *_ = (user["id"] for user in self.made)
        for groups, group, about in self.kinds():
            if groups.membership is None:
                continue
            steps: list[tuple[dict[str, Any], list[str]]] = [
                ({"op": "add", "path": "members", "value": _members(first, second)}, [first, second]),
                ({"op": "add", "path": "members", "value": _members(first)}, [first, second]),
                ({"op": "remove", "path": f'members[value eq "{first}"]'}, [second]),
                ({"op": "remove", "path": f'members[value eq "{first}"]'}, [second]),
                ({"op": "replace", "path": "members", "value": _members(first, third)}, [first, third]),
                ({"op": "add", "value": {"members": _members(second)}}, [first, second, third]),
                ({"op": "remove", "path": "members"}, []),
            ]
            for operation, due in steps:
                answer = self.scim.patch(f"/Groups/{group['id']}", operation)
                self.expect(answer, 204, f"{about}: the source of members, and columns that its table wants filled")
                self.members_are(group["id"], due, f"{about}: {operation}")

    def test_put_makes_the_members_those_that_are_sent(self) -> None:
        first, second, *_ = (user["id"] for user in self.made)
        for groups, group, about in self.kinds():
            if groups.membership is None:
                continue
            for due in ([first, second], [second], []):
                body = {"schemas": [GROUP], "displayName": group["displayName"], "members": _members(*due)}
                self.expect(self.scim.put(f"/Groups/{group['id']}", body), 200, f"{about}: its protects and clean")
                self.members_are(group["id"], due, f"{about}: PUT with {due}")

    def test_members_are_found_by_filters_of_both_sides(self) -> None:
        user, other = self.made[0], self.made[1]["id"]
        for groups, group, about in self.kinds():
            if groups.membership is None:
                continue
            self.expect(self.scim.patch(f"/Groups/{group['id']}", _add(user["id"])), 204, about)
            hint = f"{about}: the source of members"
            found = self.expect(self.scim.get("/Groups", filter=f'members.value eq "{user["id"]}"'), 200, hint)
            self.assertIn(group["id"], found.ids, hint)
            none = self.scim.get("/Groups", filter=f'members.value eq "{other}" and id eq "{group["id"]}"')
            self.assertEqual(self.expect(none, 200, hint).ids, [], hint)
            for sub, value in (("value", group["id"]), ("display", group["displayName"])):
                answer = self.expect(self.scim.get("/Users", filter=f'groups.{sub} eq "{value}"'), 200, hint)
                self.assertEqual(answer.ids, [user["id"]], f"{hint}; groups.{sub}")

    def test_groups_in_a_user_s_document_count_where_they_can_be_written(self) -> None:
        user = self.made[0]["id"]
        shown = self.users().mapping.get("groups")
        for groups, group, about in self.kinds():
            if groups.membership is None or shown is None:
                continue
            answer = self.scim.patch(f"/Users/{user}", {"op": "add", "path": "groups", "value": _members(group["id"])})
            if shown.writable:
                self.expect(answer, 200, f"{about}: the source of members")
            else:
                self.expect(answer, 400, "the user adapter's `groups`", "mutability")
            self.members_are(group["id"], [user] if shown.writable else [], f"{about}: written by the user's document")

    def test_who_is_nobody_is_refused_and_nobody_else_comes_in(self) -> None:
        for groups, group, about in self.kinds():
            if groups.membership is None:
                continue
            answer = self.scim.patch(f"/Groups/{group['id']}", _add(self.made[0]["id"], "no-such-id"))
            self.expect(answer, 400, f"{about}: the source of members", "invalidValue")
            self.members_are(group["id"], [], f"{about}: refused")

    def test_who_is_deleted_is_in_no_group(self) -> None:
        gone, stays, *_ = (user["id"] for user in self.made)
        made = [one for one in self.kinds() if one[0].membership is not None]
        for _, group, about in made:
            self.expect(self.scim.patch(f"/Groups/{group['id']}", _add(gone, stays)), 204, about)
        self.expect(self.scim.delete(f"/Users/{gone}"), 204, "the user adapter's delete")
        for _, group, about in made:
            left = [one["value"] for one in self.group(group["id"]).get("members", [])]
            self.assertNotIn(gone, left, f"{about}: a deleted user is still a member")
            self.expect(self.scim.patch(f"/Groups/{group['id']}", _add(gone)), 400, about)

    def test_an_external_id_is_kept_and_changes_nothing_else(self) -> None:
        for _, group, about in self.kinds():
            change = {"op": "replace", "path": "externalId", "value": f"E {group['id']}"}
            self.expect(self.scim.patch(f"/Groups/{group['id']}", change), 204, about)
            found = self.scim.get("/Groups", filter=f'externalId eq "E {group["id"]}"')
            self.assertEqual(found.ids, [group["id"]], about)
            self.assertEqual(self.group(group["id"])["displayName"], group["displayName"], about)

    def test_a_group_that_is_sent_back_does_not_change(self) -> None:
        for _, group, about in self.kinds():
            answer = self.scim.put(f"/Groups/{group['id']}", group)
            self.assertEqual(self.expect(answer, 200, f"{about}: clean, protects").json, group, about)

    def test_groups_are_made_where_the_policy_says_so(self) -> None:
        makers = [groups for groups in self.directory().groups if groups.adapter.can_create]
        body = {"schemas": [GROUP], "displayName": "Made over SCIM"}
        before = self.scim.get("/Groups", count=1000).json["totalResults"]
        answer = self.scim.post("/Groups", body)
        if not makers:
            self.expect(answer, 403, "can_create of the group adapters")
            self.assertEqual(self.scim.get("/Groups", count=1000).json["totalResults"], before)
            return
        maker = type(makers[0].adapter).__name__
        made = self.expect(answer, 201, f"{maker}.new and save: columns that have to have a value").json
        self.assertEqual(made["displayName"], body["displayName"], f"{maker}: displayName's source")
        self.assertEqual(self.group(made["id"]), made, f"{maker}: {SCOPE}")
        self.expect(self.scim.post("/Groups", body), 409, f"{maker}: a name that a group has", "uniqueness")

    def test_a_name_that_a_group_has_is_not_given_to_a_second_one(self) -> None:
        for _, group, about in self.kinds():
            body = {"schemas": [GROUP], "displayName": group["displayName"].swapcase()}
            self.expect(self.scim.post("/Groups", body), 409, f"{about}: displayName's source", "uniqueness")

    def test_groups_are_renamed_where_the_policy_says_so(self) -> None:
        for number, (groups, group, about) in enumerate(self.kinds()):
            change = {"op": "replace", "path": "displayName", "value": f"Renamed {number}"}
            may = groups.adapter.can_rename
            written = self.scim.patch(f"/Groups/{group['id']}", change)
            self.expect(written, 204 if may else (400, 403), f"{about}: can_rename")
            due = change["value"] if may else group["displayName"]
            self.assertEqual(self.group(group["id"])["displayName"], due, f"{about}: displayName's `write`")
            same = {"op": "replace", "path": "displayName", "value": due}
            self.expect(self.scim.patch(f"/Groups/{group['id']}", same), 204, f"{about}: the name that it has")

    def test_groups_are_deleted_where_the_policy_says_so(self) -> None:
        for groups, group, about in self.kinds():
            may = groups.adapter.can_delete
            self.expect(self.scim.delete(f"/Groups/{group['id']}"), 204 if may else 403, f"{about}: can_delete, delete")
            hint = f"{about}: its delete, after which get_queryset has to leave the group out"
            self.expect(self.scim.get(f"/Groups/{group['id']}"), 404 if may else 200, hint)

    def test_the_levels_of_a_group_are_groups_of_their_own(self) -> None:
        for groups, group, about in self.kinds():
            if groups.level is None or groups.membership is None:
                continue
            row = groups.find(group["id"]).get()
            levels = [one for one in self.directory().groups if one.adapter.kind == groups.adapter.kind]
            ids = [one.id_of(row) for one in levels]
            user = self.made[0]["id"]
            for id in ids:
                self.expect(self.scim.patch(f"/Groups/{id}", _add(user)), 204, about)
            for id in ids:
                self.members_are(id, [user], f"{about}: a user at several levels is in the group of each")
            for left, id in enumerate(ids, 1):
                change = {"op": "remove", "path": f'members[value eq "{user}"]'}
                self.expect(self.scim.patch(f"/Groups/{id}", change), 204, about)
                for place, other in enumerate(ids):
                    self.members_are(other, [] if place < left else [user], f"{about}: taken from {id}")

    # What the tests share

    def kinds(self) -> Iterator[tuple[GroupCollection, dict[str, Any], str]]:
        """A new group of each adapter at each level, its document, and what a failure calls it."""
        for number, groups in enumerate(self.directory().groups):
            name = type(groups.adapter).__name__
            about = f"{name} at the level {groups.level!r}" if groups.level else name
            row = self.make_group(groups.adapter, f"Group {number + 1}")
            yield groups, self.group(groups.id_of(row)), about

    def group(self, id: str) -> dict[str, Any]:
        """A group as GET shows it."""
        shown: dict[str, Any] = self.expect(self.scim.get(f"/Groups/{id}"), 200, SCOPE).json
        return shown

    def members_are(self, id: str, due: list[str], about: str) -> None:
        """Fail unless the group has these members, and each user says the same of the group."""
        members = [one["value"] for one in self.group(id).get("members", [])]
        self.assertEqual(sorted(members), sorted(due), f"{about}: the members of {id}")
        said = {
            user["id"]
            for user in self.expect(self.scim.get("/Users", attributes="groups"), 200, about).json["Resources"]
            if id in [one["value"] for one in user.get("groups", [])]
        }
        self.assertEqual(said, set(due), f"{about}: which users say that they are in {id}")


def _members(*ids: str) -> list[Document]:
    return [{"value": id} for id in ids]


def _add(*ids: str) -> dict[str, Any]:
    return {"op": "add", "path": "members", "value": _members(*ids)}
