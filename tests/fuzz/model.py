"""What the service provider should hold: users, those that were deleted, and who is in which group."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from .documents import Flat

FULL_NAMES = ("name.formatted", "displayName")


class Model:
    """Users by their ids, as flat documents of what was written; the example's own rules, told once more."""

    def __init__(self, groups: list[str]) -> None:
        self.users: dict[str, Flat] = {}
        self.deleted: dict[str, str] = {}
        """Id to userName."""
        self.members: dict[str, set[str]] = {group: set() for group in groups}

    def seen(self, id: str) -> Flat:
        """What a client sees of a user, but for what is the service provider's to say."""
        document = self.users[id]
        full = full_name(document)
        return {**(dict.fromkeys(FULL_NAMES, full) if full else {}), **document}

    def holder(self, name: str) -> str | None:
        """Who has the userName, deleted or not."""
        names = {id: user["userName"] for id, user in self.users.items()} | self.deleted
        return next((id for id, held in names.items() if held.lower() == folded(name).lower()), None)

    def is_free(self, name: str, id: str | None = None) -> bool:
        return self.holder(name) in (None, id)

    def put(self, id: str, document: Mapping[str, Any]) -> None:
        """POST, also of a deleted user, and PUT: what is not there any more is gone, but for `active`."""
        before = self.users.get(id, {})
        after = {"active": before.get("active", True), **document, "userName": folded(document["userName"])}
        self.users[id] = self.without_echoes(before, after) if before else after
        self.deleted.pop(id, None)

    def change(self, id: str, changes: Mapping[str, Any]) -> None:
        """PATCH of some leaves; None removes one. A full name that nobody sent goes with the names that it was of."""
        before = self.users[id]
        after = {**before, **changes}
        names = ("name.givenName", "name.familyName")
        if "name.formatted" not in changes and any(before.get(name) != after.get(name) for name in names):
            after.pop("name.formatted", None)
        after["userName"] = folded(after["userName"])
        after = {key: value for key, value in after.items() if value is not None}
        self.users[id] = self.without_echoes(before, after)

    def without_echoes(self, before: Flat, after: Flat) -> Flat:
        """A full name that was made of its parts, and is sent as it was, is an echo: it goes on being made of them."""
        echoes = {key: full_name(before) for key in FULL_NAMES if key not in before}
        return {key: value for key, value in after.items() if echoes.get(key) != value}

    def delete(self, id: str) -> None:
        """A user who is deleted is in no group; the name stays taken, for whoever comes back."""
        self.deleted[id] = self.users.pop(id)["userName"]
        for members in self.members.values():
            members.discard(id)


def full_name(document: Flat) -> str:
    return " ".join(filter(None, (document.get("name.givenName"), document.get("name.familyName")))).strip(" ")


def folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name)
