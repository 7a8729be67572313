"""What has happened, for the scenes of the page of the Events: a bit of everything that it tells."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from example_project.accounts.models import User
from scim_provisioning.models import Connection, Event
from tests.factories import ProfileFactory, ProjectFactory, UserFactory

Kind = Event.Operation
DEPARTMENT = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"
NOTE = "Works in the depot in Leeds on Mondays and Tuesdays, and at home for the rest of the week. "


def happen(connection: Connection, now: datetime) -> None:
    """Somebody arrives, moves and leaves; a group is filled; requests are refused."""
    for minutes, values in requests():
        at = now - timedelta(minutes=minutes)
        said = {"outcome": 200, "request_id": f"6f1d2a4e-93b7-4c58-8a0e-{at:%m%d%H%M%S}7d", "address": "203.0.113.7"}
        Event.objects.create(connection=connection, at=at, **{**said, **values})


def requests() -> Iterator[tuple[int, dict[str, Any]]]:
    """How many minutes ago, and what."""
    maria, john, anna = (str(UserFactory(username=f"{name}@example.com").pk) for name in ("maria", "john", "אנה"))
    crowd = User.objects.bulk_create(User(username=f"engineer{number}@example.com") for number in range(1, 15))
    line, profile = ProjectFactory(name="Transmission line"), ProfileFactory(name="SE - Data Entry")
    full, read, entry = f"project-{line.pk}-full", f"project-{line.pk}-read", f"profile-{profile.pk}"
    others = [str(900_000 + number) for number in range(986)]

    yield 1800, about("User", maria, Kind.CREATE, created(), outcome=201)
    filled = members(full, [*(str(user.pk) for user in crowd), *others])
    yield 1700, about("Group", full, Kind.PATCH, [filled], outcome=204, tolerances=["op-case", "bare-reference"])
    gone = [value("userName", "peter@example.com", None), members(read, [], ["4711"])]
    yield 1500, about("User", "4711", Kind.DELETE, gone, outcome=204)
    taken = "userName is taken: the user with the id '17' has it. Look it up and link it."
    yield 180, about("User", "", Kind.CREATE, outcome=409, scim_type="uniqueness", detail=taken, count=12)
    titles = value("title", None, "<b>Line & tower engineer</b>"), value("password", None, None)
    yield 120, about("User", anna, Kind.REPLACE, [*titles, value("displayName", "Anna", NOTE * 3)], adopted=True)
    yield 60, about("User", john, Kind.PATCH, [value("active", True, False)])
    yield 40, about("Group", entry, Kind.PATCH, [members(entry, [maria], [john])], outcome=204)
    wrong = "emails: 'maria' is no e-mail address."
    yield 6, about("User", maria, Kind.PATCH, outcome=400, scim_type="invalidValue", detail=wrong)


def created() -> list[dict[str, Any]]:
    """Every value is new."""
    return [
        value("userName", None, "maria@example.com"),
        value("name.givenName", None, "Maria"),
        value("name.familyName", None, "Keller"),
        value("emails", None, [{"value": "maria@example.com", "type": "work", "primary": True}]),
        value("active", None, True),
        value(DEPARTMENT, None, "Grid Planning"),
    ]


def about(kind: str, id: str, operation: str, changes: Any = (), **said: Any) -> dict[str, Any]:
    return {"resource_type": kind, "resource": id, "operation": operation, "changes": list(changes), **said}


def value(path: str, before: Any, after: Any) -> dict[str, Any]:
    return {"resource": "", "path": path, "before": before, "after": after}


def members(group: str, added: list[str], removed: list[str] | None = None) -> dict[str, Any]:
    return {"resource": group, "path": "members", "added": added, "removed": removed or []}
