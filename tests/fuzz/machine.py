"""A client that sends whatever it likes, and knows from its model what has to come of it."""

from __future__ import annotations

from itertools import chain
from typing import Any

from django.db import connection as db
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from scim_provisioning.protocol.binding import bind
from scim_provisioning.protocol.dialects import Leniency
from scim_provisioning.protocol.evaluation import matches
from tests.protocol.strategies import questions
from tests.scim import patch_op

from .client import USER, Client
from .documents import OURS, Flat, body, documents, flat, value, written

LEAVES = written(USER)
SINGLE = sorted(key for key, leaf in LEAVES.items() if key != "userName" and not leaf.attribute.multi_valued)
LISTS = sorted(key for key, leaf in LEAVES.items() if leaf.attribute.multi_valued)
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"

cases = st.sampled_from([str, str.lower, str.upper, str.swapcase])
ops = st.sampled_from(["add", "replace", "Add", "REPLACE"])
numbers = st.integers(0, 10**6)
wrong: Any = st.one_of(
    *(
        st.tuples(st.just(key), st.sampled_from([[1, 2], {"x": [1]}, [[]]]))
        for key in ("title", "nickName", "userName")
    ),
    st.tuples(st.just("active"), st.sampled_from(["maybe", 2, [True, False], {"a": 1}])),
    st.tuples(st.just("emails"), st.sampled_from([[[1]], [{"value": {"a": 1}}], [{"value": "a", "primary": "x"}]])),
    st.tuples(st.just("name"), st.sampled_from([3, [1, 2], {"givenName": {"a": 1}}])),
    st.tuples(st.just("x509Certificates"), st.just([{"value": "no base64!"}])),
)
bad_filters = st.sampled_from(
    ["userName", "userName eq", "(userName pr", 'nothing eq "a"', "active gt true", "[", "\x00"]
)
bad_bodies = st.sampled_from(
    [b"{", b"[]", b"null", b'{"userName": "a", "USERNAME": "b"}', b'{"userName": "\\ud800"}', b"\xff"]
)


class Machine(Client):
    """Each rule sends some requests; what comes of them is compared with the model at once."""

    # Users

    @initialize(first=documents(USER), second=documents(USER))
    def begin(self, first: Flat, second: Flat) -> None:
        self.create(first)
        self.create(second)

    @rule(document=documents(USER))
    def create(self, document: Flat) -> None:
        holder = self.model.holder(document["userName"])
        answer = self.send("create", "POST", "/Users", body(document, USER))
        if holder in self.model.users:
            assert (answer.status, answer.scim_type) == (409, "uniqueness"), answer
            return
        assert answer.status == 201, answer
        assert holder in (None, answer.json["id"]), "who was deleted comes back"
        self.model.put(answer.json["id"], document)
        self.compare(answer.json)
        self.check(answer.json["id"])

    @rule(number=numbers, document=documents(USER), same=st.booleans())
    def replace(self, number: int, document: Flat, same: bool) -> None:
        id = self.user(number)
        if same:
            document = {**document, "userName": self.model.users[id]["userName"]}
        answer = self.send("replace", "PUT", f"/Users/{id}", body(document, USER))
        if self.model.is_free(document["userName"], id):
            assert answer.status == 200, answer
            self.model.put(id, document)
            self.compare(answer.json)
        else:
            assert (answer.status, answer.scim_type) == (409, "uniqueness"), answer
        self.check(id)

    @rule(number=numbers, key=st.sampled_from([*SINGLE, *LISTS, "name.givenName", "name.familyName"]), data=st.data())
    def replace_as_read(self, number: int, key: str, data: st.DataObject) -> None:
        """What a client does that reads a user, changes one thing and sends the whole."""
        id = self.user(number)
        self.replace(number, {**self.model.seen(id), key: data.draw(value(LEAVES[key]))}, same=True)

    @rule(number=numbers, op=ops, case=cases, data=st.data(), qualified=st.booleans())
    def patch_one(self, number: int, op: str, case: Any, data: st.DataObject, qualified: bool) -> None:
        id = self.user(number)
        key = data.draw(st.sampled_from(SINGLE))
        new = data.draw(value(LEAVES[key]))
        path = f"{USER.schema.id}:{key}" if qualified and not LEAVES[key].prefix and key != "externalId" else key
        self.patched(id, {key: new}, {"op": op, "path": case(path), "value": new})

    @rule(number=numbers, keys=st.lists(st.sampled_from(SINGLE), min_size=1, max_size=4, unique=True), data=st.data())
    def patch_without_path(self, number: int, keys: list[str], data: st.DataObject) -> None:
        id = self.user(number)
        changes = {key: data.draw(value(LEAVES[key])) for key in keys}
        sent = body(changes, USER)
        del sent["schemas"]
        self.patched(id, changes, {"op": data.draw(ops), "value": sent})

    @rule(number=numbers, key=st.sampled_from([key for key in SINGLE if key != "active"] + LISTS), case=cases)
    def patch_away(self, number: int, key: str, case: Any) -> None:
        self.patched(self.user(number), {key: None}, {"op": "remove", "path": case(key)})

    @rule(number=numbers, key=st.sampled_from(LISTS), data=st.data(), case=cases)
    def patch_list(self, number: int, key: str, data: st.DataObject, case: Any) -> None:
        new = data.draw(value(LEAVES[key]))
        self.patched(self.user(number), {key: new}, {"op": "replace", "path": case(key), "value": new})

    @rule(number=numbers, key=st.sampled_from(["emails", "phoneNumbers", "roles", "ims"]), data=st.data())
    def patch_elements(self, number: int, key: str, data: st.DataObject) -> None:
        """Of the elements that a filter picks, one sub-attribute, or the elements themselves."""
        id = self.user(number)
        before = self.model.users[id].get(key)
        assume(before)
        picked = data.draw(st.sampled_from(before))["value"]
        assume('"' not in picked and "\\" not in picked and picked.isprintable())
        path = f'{key}[value eq "{picked}"]'
        are = [one["value"].lower() == picked.lower() for one in before]
        if data.draw(st.booleans()):
            left = [one for one, is_picked in zip(before, are, strict=True) if not is_picked]
            self.patched(id, {key: left or None}, {"op": "remove", "path": path})
        else:
            after = [{**one, "display": "D"} if is_picked else one for one, is_picked in zip(before, are, strict=True)]
            self.patched(id, {key: after}, {"op": data.draw(ops), "path": f"{path}.display", "value": "D"})

    def patched(self, id: str, changes: Flat, *operations: Any) -> None:
        answer = self.send("patch", "PATCH", f"/Users/{id}", patch_op(*operations))
        assert answer.status == 200, answer
        self.model.change(id, changes)
        self.compare(answer.json)
        self.check(id)

    @rule(number=numbers)
    def delete(self, number: int) -> None:
        id = self.user(number)
        assert self.send("delete", "DELETE", f"/Users/{id}").status == 204
        self.model.delete(id)
        self.check(id)
        assert self.send("delete", "DELETE", f"/Users/{id}").status == 404

    @rule(number=numbers, title=st.sampled_from(["a", "b"]), method=st.sampled_from(["PATCH", "DELETE"]))
    def stale(self, number: int, title: str, method: str) -> None:
        """Who has read another version changes nothing; who has read this one does."""
        id = self.user(number)
        tag = self.check(id).headers["ETag"]
        operation = patch_op({"op": "replace", "path": "title", "value": title})
        old = self.send("condition", method, f"/Users/{id}", operation, headers={"If-Match": 'W/"0123"'})
        assert old.status == 412, old
        assert self.check(id).headers["ETag"] == tag
        fresh = self.send("condition", "PATCH", f"/Users/{id}", operation, headers={"If-Match": tag})
        assert fresh.status == 200, fresh
        self.model.change(id, {"title": title})
        known = self.send("condition", "GET", f"/Users/{id}", headers={"If-None-Match": fresh.headers["ETag"]})
        assert known.status == 304, known

    # Groups

    @rule(number=numbers, op=st.sampled_from(["add", "remove", "replace", "put"]), picks=st.lists(numbers, max_size=3))
    def members(self, number: int, op: str, picks: list[int]) -> None:
        group = self.group(number)
        ids = sorted({self.user(pick) for pick in picks})
        elements = [{"value": id} for id in ids]
        path = f"/Groups/{group}"
        shown = self.send("read", "GET", path).json
        if op == "put":
            answer = self.send("group", "PUT", path, {**shown, "members": elements})
        elif op == "remove":
            operations = [{"op": "remove", "path": f'members[value eq "{id}"]'} for id in ids]
            answer = self.send("group", "PATCH", path, patch_op(*operations))
        else:
            answer = self.send("group", "PATCH", path, patch_op({"op": op, "path": "members", "value": elements}))
        assert answer.status in (200, 204), answer
        held = self.model.members[group]
        self.model.members[group] = {"add": held | {*ids}, "remove": held - {*ids}}.get(op, {*ids})
        found = self.send("read", "GET", path).json
        assert {one["value"] for one in found.get("members", [])} == self.model.members[group]
        assert found["displayName"] == shown["displayName"]
        for id in ids:
            self.check(id)

    @rule(number=numbers, id=st.sampled_from(["0", "x", "９", "99999999999999999999", ""]))
    def members_that_are_none(self, number: int, id: str) -> None:
        operation = {"op": "add", "path": "members", "value": [{"value": id}]}
        answer = self.send("refused", "PATCH", f"/Groups/{self.group(number)}", patch_op(operation))
        assert answer.status in (400, 404), answer

    # Lists

    @rule(question=questions(USER), posted=st.booleans())
    def search(self, question: Any, posted: bool) -> None:
        bound = bind(question, USER, Leniency())
        due = [document["id"] for document in self.everybody() if matches(bound, document)]
        if posted:
            sent = {"schemas": [SEARCH], "filter": str(question), "count": 1000}
            answer = self.send("search", "POST", "/Users/.search", sent)
        else:
            answer = self.send("search", "GET", "/Users", filter=str(question), count=1000)
        if "meta.version" in str(question) and answer.scim_type == "invalidFilter":
            return  # it is worked out of the whole resource, and compared by If-Match alone
        assert answer.status == 200, answer
        if not str(question).isascii() and db.vendor == "sqlite":
            return  # its `lower()` knows ASCII
        assert sorted(answer.ids) == sorted(due), f"`{question}` finds {answer.ids}, not {due}"

    @rule(
        key=st.sampled_from(["userName", "name.familyName", "emails", "title", "meta.created"]), count=st.integers(1, 4)
    )
    def pages(self, key: str, count: int) -> None:
        sort = {"sortBy": key, "sortOrder": "descending" if count % 2 else "ascending"}
        whole = self.send("page", "GET", "/Users", count=1000, **sort).ids
        assert {*whole} == {*self.model.users}
        starts = range(1, len(whole) + 1, count)
        by_index = [self.send("page", "GET", "/Users", startIndex=start, count=count, **sort).ids for start in starts]
        assert [*chain.from_iterable(by_index)] == whole
        by_cursor, cursor = [], ""
        while cursor is not None:
            answer = self.send("page", "GET", "/Users", cursor=cursor, count=count, **sort)
            by_cursor += answer.ids
            cursor = answer.json.get("nextCursor")
        assert by_cursor == whole

    @rule(number=numbers, keys=st.lists(st.sampled_from(sorted(LEAVES)), min_size=1, max_size=4), case=cases)
    def projection(self, number: int, keys: list[str], case: Any) -> None:
        id = self.user(number)
        found = flat(self.send("read", "GET", f"/Users/{id}", attributes=case(",".join(keys))).json, USER)
        due = {key: held for key, held in self.model.seen(id).items() if key in keys}
        assert {key: held for key, held in found.items() if not key.startswith(OURS)} == due

    # Bulk

    @rule(documents=st.lists(documents(USER), min_size=1, max_size=3), number=numbers)
    def bulk(self, documents: list[Flat], number: int) -> None:
        made = [
            {"method": "POST", "path": "/Users", "bulkId": str(place), "data": body(document, USER)}
            for place, document in enumerate(documents)
        ]
        answer = self.send("bulk", "POST", "/Bulk", {"schemas": [BULK], "Operations": made})
        assert answer.status == 200, answer
        for document, result in zip(documents, answer.json["Operations"], strict=True):
            is_taken = self.model.holder(document["userName"]) in self.model.users
            assert result["status"] == ("409" if is_taken else "201"), result
            if not is_taken:
                self.model.put(result["location"].rpartition("/")[2], document)
        self.everybody()

    # What is refused

    @rule(number=numbers, fault=wrong, method=st.sampled_from(["POST", "PUT", "PATCH"]))
    def wrong_value(self, number: int, fault: tuple[str, Any], method: str) -> None:
        id = self.user(number)
        key, bad = fault
        sent = {"schemas": [USER.schema.id], "userName": "new@example.com", key: bad}
        operation = patch_op(
            {"op": "replace", "path": "title", "value": "half"}, {"op": "add", "path": key, "value": bad}
        )
        path = "/Users" if method == "POST" else f"/Users/{id}"
        answer = self.send("refused", method, path, operation if method == "PATCH" else sent)
        assert answer.status == 400, answer
        self.check(id)

    @rule(number=numbers, key=st.sampled_from(["id", "meta.version", "groups", "meta"]), op=ops)
    def read_only(self, number: int, key: str, op: str) -> None:
        id = self.user(number)
        answer = self.send("refused", "PATCH", f"/Users/{id}", patch_op({"op": op, "path": key, "value": "x"}))
        assert answer.status == 400, answer
        self.check(id)

    @rule(text=bad_filters)
    def bad_filter(self, text: str) -> None:
        answer = self.send("refused", "GET", "/Users", filter=text)
        assert (answer.status, answer.scim_type) == (400, "invalidFilter"), answer

    @rule(number=numbers, sent=bad_bodies, method=st.sampled_from(["POST", "PUT", "PATCH"]))
    def bad_body(self, number: int, sent: bytes, method: str) -> None:
        id = self.user(number)
        answer = self.send("refused", method, "/Users" if method == "POST" else f"/Users/{id}", sent)
        assert answer.status == 400, answer
        self.check(id)
