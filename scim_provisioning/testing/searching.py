"""Filters find, sorting sorts and paging is complete, for everything that the user adapter maps (RFC 7644 §3.4.2)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ..protocol.binding import OPERATORS, bind
from ..protocol.datetimes import parse_datetime
from ..protocol.documents import Document
from ..protocol.evaluation import matches
from ..protocol.parser import parse_filter
from ..protocol.schemas import Attribute
from .case import ContractCase
from .mapped import Mapped, paths


class SearchContract(ContractCase):
    """Lists of users. What is right is told by the documents themselves, to which the filter is applied in memory."""

    def setUp(self) -> None:
        super().setUp()
        self.adapter = type(self.users().adapter).__name__
        hint = f"{self.adapter}.get_queryset"
        self.documents: dict[str, Document] = {
            document["id"]: self.flat(document)
            for document in self.expect(self.scim.get("/Users"), 200, hint).json["Resources"]
        }

    def test_every_filter_finds_whom_the_documents_say(self) -> None:
        for path, found, attribute in paths(self.users()):
            with self.subTest(attribute=path):
                for filter in self.filters(path, found, attribute):
                    self.finds(filter, found)

    def test_filters_find_through_not_and_or(self) -> None:
        (name, other) = (document["userName"] for document in self.made[:2])
        for filter in (
            f'not (userName eq "{name}")',
            f'userName eq "{name}" or userName eq "{other}"',
            f'userName eq "{name}" and active eq true',
            f'userName ne "{name}" and not (active eq false)',
            'userName eq "nobody-has-this-name"',
        ):
            self.finds(filter, None)

    def test_users_are_sorted_by_every_attribute_both_ways(self) -> None:
        for path, found, attribute in paths(self.users()):
            for order in ("descending",) if found.is_ours else ("ascending", "descending"):
                with self.subTest(attribute=path, order=order):
                    answer = self.scim.get("/Users", sortBy=path, sortOrder=order, attributes="id")
                    self.expect(answer, 200, f"{found}: its `expression`")
                    got = [self.sort_key(self.documents[id], found, path, attribute) for id in answer.ids]
                    due = sorted(got, reverse=order == "descending")
                    self.assertEqual(len(got), len(self.documents), f"{found}: sorting loses users, or shows one twice")
                    self.assertEqual(got, due, f"{self.adapter}.attributes: {found}, {order}. Look at its `expression`")

    def test_pages_by_index_show_everybody_once(self) -> None:
        seen: list[str] = []
        for start in range(1, len(self.documents) + 1, 2):
            page = self.expect(self.scim.get("/Users", startIndex=start, count=2), 200, f"{self.adapter}.get_queryset")
            self.assertEqual(page.json["totalResults"], len(self.documents))
            seen += page.ids
        self.assertEqual(seen, list(self.documents), f"Look at: {self.adapter}.get_queryset (joins, distinct, slices)")

    def test_pages_by_cursor_show_everybody_once(self) -> None:
        orders: list[dict[str, Any]] = [{}, {"sortBy": "userName", "sortOrder": "descending"}]
        for more in orders:
            seen: list[str] = []
            cursor: str | None = ""
            while cursor is not None:
                page = self.expect(self.scim.get("/Users", cursor=cursor, count=2, **more), 200, "get_queryset")
                seen += page.ids
                cursor = page.json.get("nextCursor")
            self.assertEqual(sorted(seen), sorted(self.documents), f"Look at: {self.adapter}.get_queryset")

    def test_a_search_over_everything_finds_users(self) -> None:
        body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "count": 100}
        answer = self.expect(self.scim.post("/.search", body), 200, "the get_queryset of all adapters")
        self.assertLessEqual(self.documents.keys(), set(answer.ids))

    def test_what_is_asked_for_alone_is_shown_alone(self) -> None:
        for key, found in self.sample().attributes.items():
            with self.subTest(attribute=key):
                answer = self.scim.get(f"/Users/{self.made[0]['id']}", attributes=key)
                shown = self.flat(self.expect(answer, 200, f"{found}: its `columns`").json)
                self.assertEqual(
                    {name: value for name, value in shown.items() if name not in ("schemas", "id")},
                    {key: self.documents[shown["id"]][key]},
                    f"{self.adapter}.attributes: {found} reads otherwise alone. Look at: its `columns` and `read`",
                )

    def finds(self, filter: str, found: Mapped | None) -> None:
        """Fail unless the filter selects those users whose documents satisfy it."""
        bound = bind(parse_filter(filter), self.users().resource_type)
        due = [id for id, document in self.documents.items() if matches(bound, document)]
        answer = self.expect(self.scim.get("/Users", filter=filter, attributes="id"), 200, found or self.adapter)
        if answer.ids != due:
            self.fail(
                f"{self.adapter}.attributes: {found or 'filters'}, filter {filter}\nDue:  {due}\nRead: {answer.ids}\n"
                "Look at: its `expression` and `condition`, which have to say in SQL what `read` says"
            )

    def filters(self, path: str, found: Mapped, attribute: Attribute) -> Iterator[str]:
        """What an attribute is asked for: its presence, and a value of it in every way."""
        if not found.is_ours:
            yield f"{path} pr"
        value = next(filter(None, (_first(document, found, path) for document in self.documents.values())), None)
        if value is None:
            return
        yield f"{path} eq {json.dumps(value)}"
        if not found.is_ours and isinstance(value, str) and "co" in OPERATORS[attribute.type]:
            yield f"{path} eq {json.dumps(value if attribute.case_exact else value.swapcase())}"
            yield f"{path} sw {json.dumps(value[:2])}"
            yield f"{path} co {json.dumps(value[1:-1] or value)}"
            yield f"{path} ew {json.dumps(value[-2:])}"
            yield f"{path} ne {json.dumps(value)}"
        if not found.is_ours and "ge" in OPERATORS[attribute.type]:
            yield f"{path} ge {json.dumps(value)}"

    def sort_key(self, document: Document, found: Mapped, path: str, attribute: Attribute) -> tuple[bool, Any]:
        """What a user is sorted by; what is absent comes last (RFC 7644 §3.4.2.3)."""
        value = _first(document, found, path)
        if value is None:
            return (True, "")
        if attribute.type == "dateTime":
            return (False, parse_datetime(value))
        fold = isinstance(value, str) and not attribute.case_exact
        return (False, value.lower() if fold else value)


def _first(document: Document, found: Mapped, path: str) -> Any:
    """The value there; of a list that of the primary element, else of the first."""
    value = document.get(found.key)
    if not isinstance(value, list):
        return value
    element = next((one for one in value if isinstance(one, dict) and one.get("primary")), value[0])
    return element.get(path.rpartition(".")[2]) if isinstance(element, dict) else element
