"""Every attribute that an adapter maps is written in every way there is, and read as it was written."""

from __future__ import annotations

from typing import Any

from ..adapters.columns import Choice
from ..protocol.documents import Document, nested
from .case import ContractCase
from .client import Answer
from .mapped import Mapped


class AttributeContract(ContractCase):
    """The user adapter's attributes, one after the other in one request."""

    def setUp(self) -> None:
        super().setUp()
        self.user = self.made[0]
        self.address = f"/Users/{self.user['id']}"
        self.old, self.new = self.sample().document(1), self.sample().document(10)
        self.attributes = self.sample().attributes

    def test_post_keeps_what_it_sends(self) -> None:
        self.all_read(self.old, self.user, "made by POST", "what its `write` puts on a new row, and the adapter's save")
        self.all_read(self.old, self.shown(), "read by GET after POST", "its `columns` and `read`")

    def test_put_replaces_everything(self) -> None:
        answer = self.scim.put(self.address, nested(self.new, self.users().resource_type))
        self.expect(answer, 200, self.culprits())
        self.all_read(self.new, answer.json, "replaced by PUT", "what its `write` puts on the row")
        self.all_read(self.new, self.shown(), "read by GET after PUT", "the adapter's save: are all columns written?")

    def test_put_removes_what_it_leaves_out(self) -> None:
        kept = {key: value for key, value in self.old.items() if self.attributes[key].can_be_removed is False}
        kept |= {"userName": self.old["userName"], **self.twins(kept)}
        answer = self.scim.put(self.address, nested(kept, self.users().resource_type))
        self.expect(answer, 200, "columns that have to have a value and cannot be emptied")
        gone = {key: kept.get(key) for key, found in self.attributes.items() if found.can_be_removed is not None}
        self.all_read(gone, self.shown(), "left out by PUT", "what its `write` does with None")

    def test_patch_with_paths_replaces_each_attribute(self) -> None:
        operations = {key: {"op": "replace", "path": key, "value": value} for key, value in self.new.items()}
        self.expect(self.scim.patch(self.address, *operations.values()), 200, self.culprits(operations))
        self.all_read(self.new, self.shown(), "replaced by PATCH with a path", "its `write` on a row that has a value")

    def test_patch_without_paths_replaces_what_it_names(self) -> None:
        value = nested(self.new, self.users().resource_type)
        value.pop("schemas")
        self.expect(self.scim.patch(self.address, {"op": "replace", "value": value}), 200, self.culprits())
        self.all_read(self.new, self.shown(), "replaced by PATCH without a path", "its `write`")

    def test_patch_adds_to_a_user_who_has_nothing(self) -> None:
        new = {key: value for key, value in self.new.items() if not self.is_shared(self.attributes[key])}
        operations = {key: {"op": "add", "path": key, "value": value} for key, value in new.items()}
        address = f"/Users/{self.manager['id']}"
        self.expect(self.scim.patch(address, *operations.values()), 200, self.culprits(operations))
        self.all_read(new, self.scim.get(address).json, "added by PATCH", "its `write` on a row that has no value yet")

    def test_patch_changes_one_attribute_and_no_other(self) -> None:
        for key, found in self.attributes.items():
            if found.is_ours:
                continue
            with self.subTest(attribute=key):
                before = self.flat(self.shown())
                change = {"op": "replace", "path": key, "value": self.new[key]}
                after = self.flat(self.expect(self.scim.patch(self.address, change), 200, str(found)).json)
                self.reads(found, self.new[key], after, "replaced by PATCH", "its `write`")
                moved = {other for other in before if before[other] != after.get(other)} - self.related(found)
                self.assertEqual(moved, set(), f"{found}: a change of it changed others. Look at: its `write`")

    def test_patch_removes_what_can_be_removed(self) -> None:
        gone = {key: None for key, found in self.attributes.items() if found.can_be_removed and not self.is_due(found)}
        operations = {key: {"op": "remove", "path": key} for key in gone}
        self.expect(self.scim.patch(self.address, *operations.values()), 200, self.culprits(operations))
        self.all_read(gone, self.shown(), "removed by PATCH", "what its `write` does with None")

    def test_what_has_to_have_a_value_is_not_removed(self) -> None:
        for key, found in self.attributes.items():
            if found.can_be_removed and not self.is_due(found):
                continue
            with self.subTest(attribute=key):
                before = self.shown()
                answer = self.scim.patch(self.address, {"op": "remove", "path": key})
                self.assertEqual(self.shown()["userName"], before["userName"], f"{found} was removed, and userName too")
                if answer.status == 200 and (found.can_be_removed is None or self.is_shared(found)):
                    continue
                self.expect(answer, 400, f"{found}: its column has to have a value, so it cannot be removed")
                self.assertEqual(self.shown(), before, f"{found}: removing it was refused, and something changed")

    def test_a_value_that_is_too_long_is_refused_with_the_limit(self) -> None:
        for found in self.attributes.values():
            limit = getattr(found.field, "max_length", None)
            if limit is None or found.target.attribute.canonical_values or found.field.choices:
                continue
            with self.subTest(attribute=found.key):
                text = f"{'x' * limit}@example.com"
                value = [{"value": text, "primary": True}] if found.target.attribute.multi_valued else text
                answer = self.scim.patch(self.address, {"op": "replace", "path": found.key, "value": value})
                self.expect(answer, 400, f"{found}: {limit} characters is all that its column holds", "invalidValue")
                self.reads(found, self.old[found.key], self.flat(self.shown()), "refused", "its `write`")

    def test_a_value_that_is_none_of_the_choices_is_refused(self) -> None:
        for found in self.attributes.values():
            if found.target.attribute.multi_valued or not (isinstance(found.source, Choice) or has_choices(found)):
                continue
            with self.subTest(attribute=found.key):
                answer = self.scim.patch(self.address, {"op": "replace", "path": found.key, "value": "\u2603"})
                self.expect(answer, 400, f"{found}: its `write` takes what is none of its choices", "invalidValue")
                self.reads(found, self.old[found.key], self.flat(self.shown()), "refused", "its `write`")

    def test_a_user_without_anything_but_a_name_is_shown(self) -> None:
        shown = self.scim.get(f"/Users/{self.manager['id']}")
        self.expect(shown, 200, "columns and relations that a new row has no value in yet")
        self.assertEqual(shown.json["userName"], self.manager["userName"])

    # What the tests share

    def shown(self) -> dict[str, Any]:
        """The user as GET shows it."""
        shown: dict[str, Any] = self.expect(self.scim.get(self.address), 200, "the adapter's get_queryset").json
        return shown

    def all_read(self, sent: Document, document: dict[str, Any], step: str, hint: str) -> None:
        """Fail for each attribute that does not read as it was sent; None is what was taken away."""
        shown = self.flat(document)
        for key, value in sent.items():
            with self.subTest(attribute=key):
                self.reads(self.attributes[key], value, shown, step, hint)

    def is_due(self, found: Mapped) -> bool:
        """Whether it has to have a value, or shares its column with an attribute that has to."""
        return found.can_be_removed is False or self.is_shared(found)

    def is_shared(self, found: Mapped) -> bool:
        """Whether it shares its column with another attribute, which has to have a value."""
        others = (one for one in self.attributes.values() if found.column and one.column == found.column)
        return any(one.key != found.key and one.can_be_removed is False for one in others)

    def related(self, found: Mapped) -> set[str]:
        """What changes with it: what is worked out of it, what shares its column, and the time of the change."""
        mapping = self.users().mapping
        worked_out = {key for key, source in mapping.items() if found.column and found.column in _columns(source)}
        return {found.key, "meta.lastModified", "meta.version", *worked_out, *self._parts(found)}

    def twins(self, document: Document) -> Document:
        """The values of what shares a column with something in the document."""
        columns = {self.attributes[key].column for key in (*document, "userName")} - {None}
        return {key: self.old[key] for key, found in self.attributes.items() if found.column in columns}

    def _parts(self, found: Mapped) -> set[str]:
        """The other parts of a complex attribute, which one source may keep together."""
        whole = found.target.attribute_key
        return {key for key in self.users().mapping if found.target.sub and key.startswith(f"{whole}.")} - {
            key for key in self.attributes if key.startswith(f"{whole}.") and self.attributes[key].column
        }

    def culprits(self, operations: dict[str, Any] | None = None) -> Culprits:
        """Which attributes are refused when each is sent alone: the hint for a request that was refused as a whole."""
        alone = operations or {key: {"op": "replace", "path": key, "value": value} for key, value in self.new.items()}
        return Culprits(self, alone)


class Culprits:
    """Asks, only when it is to be shown, which of some operations is refused."""

    def __init__(self, case: AttributeContract, operations: dict[str, Any]) -> None:
        self.case = case
        self.operations = operations

    def __str__(self) -> str:
        refused: list[str] = []
        for key, operation in self.operations.items():
            answer: Answer = self.case.scim.patch(self.case.address, operation)
            if answer.is_error:
                refused.append(f"{self.case.attributes[key]}: {operation} is answered {answer!r}")
        return "\n".join(refused) or "each attribute alone is accepted; only together they are not"


def has_choices(found: Mapped) -> bool:
    """Whether the column behind takes certain values only."""
    return bool(found.field is not None and found.field.choices)


def _columns(source: Any) -> set[str]:
    """The host's columns that a source reads."""
    return {column for column in source.columns() if isinstance(column, str)} if hasattr(source, "columns") else set()
