"""What the conversations have in common: whom they are about, and the steps that most providers spell alike."""

from __future__ import annotations

from typing import Any

from ...protocol.constants import GROUP, PATCH_OP, USER
from ..conversations import Has, Lacks, Step

EMAILS = [{"value": "{login}", "type": "work", "primary": True}]
NAME = {"givenName": "{given}", "familyName": "{family}"}
CHANGED_NAME = {"givenName": "{given}", "familyName": "{other_family}"}

CHANGED = (200, 204)
"""How a PATCH may be answered."""


def person(**more: Any) -> dict[str, Any]:
    """The body of a POST, with what a provider adds or says otherwise; None takes an attribute away."""
    body = {"schemas": [USER], "userName": "{login}", "name": NAME, "emails": EMAILS, "active": True, **more}
    return {key: value for key, value in body.items() if value is not None}


def create(body: dict[str, Any]) -> Step:
    """The account is made."""
    shows = {"userName": "{login}", "active": True}
    return Step("create the account", "POST", "/Users", body, (201,), saves="user", shows=shows)


def look_up(does: str = "look the account up", path: str = '/Users?filter=userName eq "{login}"') -> Step:
    """The account is found, and no other."""
    return Step(does, "GET", path, saves="user", shows={"Resources.id": ["{user}"]})


def nobody(does: str, path: str) -> Step:
    """A look-up that must find nothing."""
    return Step(does, "GET", path, shows={"totalResults": 0, "Resources": None})


def read_user(does: str = "read the account again", /, **shows: Any) -> Step:
    """The account as it stands; `__` in a name is a dot."""
    due = {path.replace("__", "."): value for path, value in shows.items()}
    return Step(does, "GET", "/Users/{user}", saves="user", shows=due)


def patch(does: str, path: str, *operations: dict[str, Any], needs: str = "") -> Step:
    """A change by operations."""
    return Step(does, "PATCH", path, {"schemas": [PATCH_OP], "Operations": list(operations)}, CHANGED, needs=needs)


def patch_user(does: str, *operations: dict[str, Any], needs: str = "") -> Step:
    """The account is changed by operations."""
    return patch(does, "/Users/{user}", *operations, needs=needs)


def patch_group(does: str, *operations: dict[str, Any]) -> Step:
    """The group is changed by operations."""
    return patch(does, "/Groups/{group}", *operations)


def put_user(does: str, body: Any) -> Step:
    """The account is sent as a whole."""
    return Step(does, "PUT", "/Users/{user}", body)


def put_group(does: str, body: Any) -> Step:
    """The group is sent as a whole."""
    return Step(does, "PUT", "/Groups/{group}", body)


def find_group(path: str = '/Groups?filter=displayName eq "{target.displayName}"') -> Step:
    """The group is found by its name."""
    shows = {"Resources.id": Has("{target}")}
    return Step("find the group", "GET", path, shows=shows)


def push(body: dict[str, Any]) -> Step:
    """A group is made over SCIM."""
    shows = {"displayName": "{new_group}"}
    return Step("create a group", "POST", "/Groups", body, (201,), saves="pushed", shows=shows)


def group(**more: Any) -> dict[str, Any]:
    """The body of a POST of a group."""
    return {"schemas": [GROUP], "displayName": "{new_group}", **more}


NOT_THERE_YET = nobody("look the account up, before it is there", '/Users?filter=userName eq "{login}"')

IS_IN = Step("read who is in it", "GET", "/Groups/{group}", saves="group", shows={"members.value": Has("{user}")})
IS_OUT = Step(
    "read who is in it now", "GET", "/Groups/{group}", saves="group", shows={"members.value": Lacks("{user}")}
)
SHOWS_GROUP = Step(
    "ask in which groups it is",
    "GET",
    '/Groups?filter=members.value eq "{user}"',
    shows={"Resources.id": Has("{group}")},
)

IS_AWAY = read_user("read that it is inactive", active=False)
IS_BACK = read_user("read that it is active, under the same id", active=True)
STILL_FOUND = look_up("look the inactive account up", '/Users?filter=userName eq "{user.userName}"')

DELETE_USER = Step("delete the account", "DELETE", "/Users/{user}", status=(204,))
GONE = Step("read that it is gone", "GET", "/Users/{user}", status=(404,))
NO_LONGER_FOUND = nobody("look it up: gone", '/Users?filter=userName eq "{user.userName}"')
RENAME_GROUP = patch(
    "rename the group", "/Groups/{pushed}", {"op": "replace", "path": "displayName", "value": "{renamed}"}
)
DELETE_GROUP = Step("delete the group", "DELETE", "/Groups/{pushed}", status=(204,))
