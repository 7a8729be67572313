"""What the Events hold is enough to go back: replayed backwards onto the end they lead to the beginning."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from example_project.access.models import Profile, Project, ProjectAccess
from example_project.accounts.models import User
from scim_provisioning.models import Event
from scim_provisioning.operations import connections
from scim_provisioning.protocol.errors import ScimError
from tests.factories import ProfileFactory, ProjectFactory, UserFactory
from tests.scim import user

from .provider import Provider

pytestmark = [pytest.mark.django_db, pytest.mark.once]

NAMES = ["ada", "bob", "cyd", "dee"]
GROUPS = ["profile one", "profile two", "project read", "project full"]

who = st.integers(0, len(NAMES) - 1)
group = st.integers(0, len(GROUPS) - 1)
several = st.sets(who, max_size=3)
active = st.booleans()
STEPS = st.one_of(
    st.tuples(st.just("create"), who, active),
    st.tuples(st.just("rename"), who, who),
    st.tuples(st.just("activate"), who, active),
    st.tuples(st.just("put"), who, active),
    st.tuples(st.just("delete"), who),
    st.tuples(st.just("add"), group, several),
    st.tuples(st.just("remove"), group, several),
    st.tuples(st.just("replace"), group, several),
)


class State:
    """Login names, who is active and who is in which group, as the product's own tables have it."""

    def __init__(self) -> None:
        rows = User.objects.values_list("pk", "username", "is_active")
        self.users = {str(pk): {"userName": name, "active": active} for pk, name, active in rows}
        self.members: dict[str, set[str]] = {
            f"profile-{pk}": set() for pk in Profile.objects.values_list("pk", flat=True)
        }
        for pk in Project.objects.values_list("pk", flat=True):
            self.members |= {f"project-{pk}-read": set(), f"project-{pk}-full": set()}
        for profile, member in Profile.users.through.objects.values_list("profile", "user"):
            self.members[f"profile-{profile}"].add(str(member))
        for project, level, member in ProjectAccess.objects.values_list("project", "level", "user"):
            self.members[f"project-{project}-{level}"].add(str(member))

    def undo(self, event: Event) -> None:
        """Take back what the Event tells."""
        for change in event.changes:
            if change["path"] == "members":
                members = self.members[change["resource"]]
                assert members >= set(change["added"])
                members -= set(change["added"])
                assert members.isdisjoint(change["removed"])
                members |= set(change["removed"])
            elif change["path"] in ("userName", "active"):
                values = self.users.setdefault(change["resource"], {})
                assert values.get(change["path"]) == change["after"]
                values[change["path"]] = change["before"]
        # Without a login name there is no account.
        self.users = {id: values for id, values in self.users.items() if values["userName"] is not None}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, State) and vars(self) == vars(other)

    def __repr__(self) -> str:
        return repr(vars(self))


class History:
    """An identity provider at work in a product that has two users, two profiles and a project already."""

    def __init__(self) -> None:
        self.idp = Provider(connections.enable()[0])
        first, second, project = ProfileFactory(), ProfileFactory(), ProjectFactory()
        self.groups = [f"profile-{first.pk}", f"profile-{second.pk}"]
        self.groups += [f"project-{project.pk}-{level}" for level in ("read", "full")]
        for name in NAMES[:2]:
            UserFactory(username=f"{name}@example.com")
        first.users.set(User.objects.all())

    def ids(self, *which: int) -> list[str]:
        """The ids behind names; who is not there has one that nobody has."""
        found = dict(User.objects.values_list("username", "pk"))
        return [str(found.get(f"{NAMES[number]}@example.com", 0)) for number in which]

    def take(self, verb: str, *what: Any) -> None:
        step: Callable[..., Any] = getattr(self, verb)
        step(*what)

    def create(self, who: int, active: bool) -> None:
        self.idp.post(user(NAMES[who], active=active))

    def rename(self, who: int, to: int) -> None:
        self.idp.replace(self.ids(who)[0], "userName", f"{NAMES[to]}@EXAMPLE.com")

    def activate(self, who: int, active: bool) -> None:
        self.idp.replace(self.ids(who)[0], "active", active)

    def put(self, who: int, active: bool) -> None:
        self.idp.put(self.ids(who)[0], user(NAMES[who], active=active))

    def delete(self, who: int) -> None:
        self.idp.delete(self.ids(who)[0])

    def add(self, group: int, members: set[int]) -> None:
        self._members("add", group, members)

    def replace(self, group: int, members: set[int]) -> None:
        self._members("replace", group, members)

    def remove(self, group: int, members: set[int]) -> None:
        self._members("remove", group, members)

    def _members(self, op: str, group: int, members: set[int]) -> None:
        values = [{"value": id} for id in self.ids(*members)]
        self.idp.of("Group").patch(self.groups[group], {"op": op, "path": "members", "value": values})


@pytest.mark.parametrize("delete_rows", [False, True], ids=["accounts stay", "accounts are deleted"])
@settings(max_examples=40)
@given(steps=st.lists(STEPS, min_size=3, max_size=15))
def test_events_replayed_backwards_lead_from_the_end_to_the_beginning(delete_rows: bool, steps: list[Any]) -> None:
    ours = {**django_settings.SCIM_PROVISIONING, "DELETE_USERS": delete_rows}
    with transaction.atomic(), override_settings(SCIM_PROVISIONING=ours):
        history = History()
        beginning = State()
        for step in steps:
            with suppress(ScimError):
                history.take(*step)
        state = State()
        for event in Event.objects.order_by("-pk"):
            state.undo(event)
        assert state == beginning
        transaction.set_rollback(True)
