"""Requests that meet at one person's profile."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection

from scim_provisioning.models import Event
from tests.races import at_once
from tests.scim import ScimClient

from .models import Person, Profile, Site, Stay

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="writers take turns on SQLite"),
]

ROUNDS = 8


def patch(scim: ScimClient, address: str, op: str, path: str, id: str) -> Callable[[], int]:
    operation = {"op": op, "path": path, "value": [{"value": id}]}
    return lambda: ScimClient(scim.token).patch(address, operation).status


def replayed() -> dict[str, set[str]]:
    """Who is in which group, by what the Events tell in their order."""
    found: dict[str, set[str]] = {}
    for event in Event.objects.order_by("pk"):
        for change in event.changes:
            members = found.setdefault(change["resource"], set())
            assert members.isdisjoint(change["added"])
            assert members.issuperset(change["removed"])
            found[change["resource"]] = (members | set(change["added"])) - set(change["removed"])
    return {group: members for group, members in found.items() if members}


def test_people_who_are_moved_to_and_fro_at_once_are_where_the_events_say(scim: ScimClient) -> None:
    clerk, chief = (Profile.objects.create(name=name) for name in ("Clerk", "Chief"))
    first, second = f"profile-{clerk.pk}", f"profile-{chief.pk}"
    ada, bob = (Person.objects.create_user(name) for name in ("ada", "bob"))
    for person, group in ((ada, first), (bob, second)):
        assert patch(scim, f"/Groups/{group}", "add", "members", str(person.pk))() == 204
    for _ in range(ROUNDS):
        outcomes = at_once(
            patch(scim, f"/Groups/{second}", "add", "members", str(ada.pk)),
            patch(scim, f"/Groups/{first}", "add", "members", str(bob.pk)),
            patch(scim, f"/Groups/{first}", "add", "members", str(ada.pk)),
            patch(scim, f"/Groups/{second}", "remove", "members", str(ada.pk)),
            patch(scim, f"/Users/{bob.pk}", "add", "groups", second),
            patch(scim, f"/Users/{ada.pk}", "remove", "groups", first),
        )
        assert set(outcomes) <= {200, 204}
        stored = {
            f"profile-{profile.pk}": {str(key) for key in profile.people.values_list("pk", flat=True)}
            for profile in (clerk, chief)
        }
        assert {group: people for group, people in stored.items() if people} == replayed()


def test_who_comes_and_goes_from_both_sides_at_once_is_told_once(scim: ScimClient) -> None:
    site, ada = Site.objects.create(name="Yard"), Person.objects.create_user("ada")
    group, person = f"site-{site.pk}", str(ada.pk)
    for op in ["add", "remove"] * ROUNDS:
        outcomes = at_once(
            patch(scim, f"/Groups/{group}", op, "members", person),
            patch(scim, f"/Users/{person}", op, "groups", group),
            patch(scim, f"/Groups/{group}", op, "members", person),
        )
        assert set(outcomes) <= {200, 204}
        assert replayed() == ({group: {person}} if op == "add" else {})
    assert Stay.objects.count() == ROUNDS
