"""Users come, are found, are switched off and on, go and come back (RFC 7644 §3)."""

from __future__ import annotations

from typing import Any

from ..conf import settings
from ..models import Event
from ..protocol.constants import USER
from .case import ContractCase

NOBODY = "no-such-id"


class UserContract(ContractCase):
    """The life of a user."""

    def setUp(self) -> None:
        super().setUp()
        self.user = self.made[0]
        self.address = f"/Users/{self.user['id']}"
        self.adapter = type(self.users().adapter).__name__

    def test_a_user_who_was_made_is_there(self) -> None:
        hint = f"{self.adapter}.get_queryset, which has to give the rows that new() and save() make"
        shown = self.expect(self.scim.get(self.address), 200, hint)
        self.assertEqual(shown.json, self.user, f"GET and the answer to POST differ. Look at: {self.adapter}.save")
        self.assertEqual(shown.json["meta"]["location"], f"{self.directory().base}{self.address}")
        self.assertIn(self.user["id"], self.scim.get("/Users", attributes="id").ids, hint)

    def test_a_user_is_found_by_its_name_in_any_case_of_letters(self) -> None:
        name = self.user["userName"]
        for text in (name, name.upper(), name.lower()):
            answer = self.expect(self.scim.get("/Users", filter=f'userName eq "{text}"'), 200, "userName's source")
            self.assertEqual(answer.ids, [self.user["id"]], f'{self.adapter}: userName eq "{text}"')

    def test_what_was_read_can_be_sent_back_and_changes_nothing(self) -> None:
        events = Event.objects.count()
        for document in (self.user, self.manager):
            answer = self.expect(self.scim.put(f"/Users/{document['id']}", document), 200, f"{self.adapter}.clean")
            self.assertEqual(answer.json, document, f"A PUT of what GET gave changed it. Look at: {self.adapter}")
        self.assertEqual(Event.objects.count(), events, "A PUT of what GET gave is noted as a change.")

    def test_a_name_that_is_taken_is_refused_in_any_case_of_letters(self) -> None:
        hint = "a unique constraint on Lower(…) of userName's column, and get_queryset, which has to give all rows"
        taken = self.user["userName"].swapcase()
        self.expect(self.scim.post("/Users", self.body(20) | {"userName": taken}), 409, hint, "uniqueness")
        rename = {"op": "replace", "path": "userName", "value": taken}
        self.expect(self.scim.patch(f"/Users/{self.manager['id']}", rename), 409, hint, "uniqueness")

    def test_a_user_has_to_have_a_name(self) -> None:
        hint = f"{self.adapter}.attributes['userName']"
        self.expect(self.scim.post("/Users", {"schemas": [USER]}), 400, hint, "invalidValue")
        self.expect(self.scim.patch(self.address, {"op": "remove", "path": "userName"}), 400, hint)
        self.unchanged()

    def test_an_id_that_nobody_has_is_not_found(self) -> None:
        hint = f"{self.adapter}.lookup_field"
        for id in (NOBODY, f"{self.user['id']}0", f"0{self.user['id']}", "%00", "~"):
            address = f"/Users/{id}"
            self.expect(self.scim.get(address), 404, hint)
            self.expect(self.scim.put(address, self.body(20)), 404, hint)
            self.expect(self.scim.patch(address, {"op": "replace", "path": "active", "value": False}), 404, hint)
            self.expect(self.scim.delete(address), 404, hint)

    def test_what_cannot_be_understood_is_refused_and_changes_nothing(self) -> None:
        hint = f"the sources in {self.adapter}.attributes"
        self.expect(self.scim.get("/Users", filter='noSuchAttribute eq "x"'), 400, hint, "invalidFilter")
        self.expect(self.scim.get("/Users", filter="active gt true"), 400, hint, "invalidFilter")
        for operation, scim_type in (
            ({"op": "replace", "path": "active", "value": "perhaps"}, "invalidValue"),
            ({"op": "replace", "path": "userName", "value": ["a", "b"]}, "invalidValue"),
            ({"op": "replace", "path": "noSuchAttribute", "value": "x"}, "invalidPath"),
        ):
            first = {"op": "replace", "path": "active", "value": False}
            self.expect(self.scim.patch(self.address, first, operation), 400, hint, scim_type)
        self.unchanged()

    def test_a_user_is_switched_off_and_on(self) -> None:
        hint = f"{self.adapter}.attributes['active'], and get_queryset, which has to give inactive rows too"
        for active in (False, True):
            change = {"op": "replace", "path": "active", "value": active}
            self.expect(self.scim.patch(self.address, change), 200, hint)
            shown = self.expect(self.scim.get(self.address), 200, hint)
            self.assertIs(shown.json["active"], active, hint)
            self.assertEqual(self.flat_but_meta(shown.json) | {"active": None}, self.expected() | {"active": None})
            found = self.scim.get("/Users", filter=f'active eq {str(active).lower()} and id eq "{self.user["id"]}"')
            self.assertEqual(found.ids, [self.user["id"]], hint)

    def test_a_deleted_user_is_gone(self) -> None:
        hint = f"{self.adapter}.delete, protects, and rows that refer to the user's (PROTECT)"
        self.expect(self.scim.delete(self.address), 204, hint)
        self.expect(self.scim.get(self.address), 404, hint)
        self.expect(self.scim.delete(self.address), 404, hint)
        self.assertNotIn(self.user["id"], self.scim.get("/Users", attributes="id").ids)
        self.assertEqual(self.scim.get("/Users", filter=f'userName eq "{self.user["userName"]}"').ids, [])

    def test_a_deleted_user_who_is_made_again_is_as_new(self) -> None:
        self.expect(self.scim.delete(self.address), 204, f"{self.adapter}.delete")
        sent = {"schemas": [USER], "userName": self.user["userName"]}
        answer = self.scim.post("/Users", sent)
        if not self.users().adapter.revives and not settings.DELETE_USERS:
            self.expect(answer, 409, f"{self.adapter}.revives", "uniqueness")
            return
        self.expect(answer, 201, f"{self.adapter}.new, and columns that are unique and cannot be null")
        self.assertEqual(answer.json["id"] == self.user["id"], not settings.DELETE_USERS)
        self.assertEqual(answer.json["userName"], sent["userName"], f"{self.adapter}.attributes['userName']")
        self.assertTrue(answer.json["active"], f"{self.adapter}: who is made again is active")
        left = {key for key, found in self.sample().attributes.items() if found.is_ours} & set(self.flat(answer.json))
        self.assertEqual(left - {"displayName"}, set(), f"{self.adapter}: left over from the deleted account")

    def test_a_protected_account_is_out_of_reach(self) -> None:
        users = self.users()
        row: Any = users.find(self.user["id"]).get()
        for name in ("is_superuser", "is_staff"):
            if name in {field.name for field in row._meta.concrete_fields}:
                setattr(row, name, True)
        row.save()
        if not users.adapter.protects(row, "account"):
            self.skipTest(f"{self.adapter} protects no account that this test could make.")
        before = self.flat_but_meta(self.expect(self.scim.get(self.address), 200, f"{self.adapter}.get_queryset").json)
        hint = f"{self.adapter}.protects"
        self.expect(self.scim.patch(self.address, {"op": "replace", "path": "active", "value": False}), 403, hint)
        self.expect(self.scim.put(self.address, self.body(20)), 403, hint)
        self.expect(self.scim.delete(self.address), 403, hint)
        self.assertEqual(self.flat_but_meta(self.scim.get(self.address).json), before)

    def test_a_password_is_taken_and_never_shown(self) -> None:
        if "password" not in self.users().mapping:
            self.skipTest(f"{self.adapter} maps no password.")
        password = self.sample().given.get("password", ["Contract-4-every-1!"])
        text = password(0) if callable(password) else password[0]
        answer = self.scim.post("/Users", self.body(20) | {"password": text})
        self.expect(answer, 201, f"{self.adapter}.attributes['password']; name one that is accepted in `examples`")
        self.assertNotIn(text.encode(), answer.body + self.scim.get(f"/Users/{answer.json['id']}").body)
        row: Any = self.users().find(answer.json["id"]).get()
        self.assertTrue(row.check_password(text), f"{self.adapter}.attributes['password'] did not set the password.")

    def expected(self) -> dict[str, Any]:
        """The user as it was made, but for `meta`."""
        return self.flat_but_meta(self.user)

    def flat_but_meta(self, document: dict[str, Any]) -> dict[str, Any]:
        """A document without what any change changes."""
        return {key: value for key, value in self.flat(document).items() if not key.startswith("meta.")}

    def unchanged(self) -> None:
        """Fail unless the user is as it was made."""
        shown = self.expect(self.scim.get(self.address), 200, f"{self.adapter}.get_queryset").json
        self.assertEqual(shown, self.user, "A request that was refused has changed something.")
