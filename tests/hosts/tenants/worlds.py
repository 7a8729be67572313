"""Two organisations with the same people and groups, and what a product may have let happen between them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Q

from scim_provisioning.adapters import ENTERPRISE_USER
from scim_provisioning.models import Connection, Event, GroupRecord, UserRecord
from scim_provisioning.operations import connections
from tests.scim import Answer, ScimClient, user

from .models import Access, Organisation, Project, Team, User

PEOPLE = ("boss", "ann", "bob", "cid")


@dataclass(frozen=True)
class World:
    """An organisation, its identity provider's client, and the SCIM ids of what it has, by short names."""

    organisation: Organisation
    scim: ScimClient
    ids: dict[str, str]

    def __getattr__(self, name: str) -> str:
        return self.ids[name]

    @property
    def connection(self) -> Connection:
        """The organisation's connection."""
        return Connection.objects.get(tenant=self.organisation.slug)

    def rows(self) -> dict[str, list[Any]]:
        """All that the database holds of the organisation."""
        mine = {"organisation": self.organisation}
        people = {"user__organisation": self.organisation}
        members, access = Team.members.through.objects.all(), Access.objects.all()
        shared = Q(**people) | Q(team__organisation=self.organisation)
        granted = Q(**people) | Q(project__organisation=self.organisation)
        return {
            "users": list(User.objects.filter(**mine).order_by("pk").values()),
            "records": list(UserRecord.objects.filter(**people).order_by("pk").values()),
            "teams": list(Team.objects.filter(**mine).order_by("pk").values()),
            "projects": list(Project.objects.filter(**mine).order_by("pk").values()),
            "memberships": list(members.filter(shared).order_by("pk").values()),
            "access": list(access.filter(granted).order_by("pk").values()),
            "shared": list(User.groups.through.objects.filter(**people).order_by("pk").values()),
            "groups": list(GroupRecord.objects.filter(connection=self.connection).order_by("pk").values()),
            "events": list(Event.objects.filter(connection=self.connection).order_by("pk").values()),
            "connection": list(Connection.objects.filter(pk=self.connection.pk).values()),
        }


def world(slug: str) -> World:
    """A new organisation; whatever its slug, people and groups have the same names and external ids."""
    organisation = Organisation.objects.create(slug=slug)
    connection, token = connections.enable(tenant=slug)
    scim = ScimClient(token, connection, **{"X-Request-Id": "the-same-for-all"})
    ids = {}
    for name in PEOPLE:
        manager = {ENTERPRISE_USER: {"manager": {"value": ids["boss"]}}} if ids else {}
        ids[name] = made(scim.post("/Users", user(name, externalId=f"E-{name}", title=f"The {name}", **manager)))
    team = Team.objects.create(organisation=organisation, name="Editors")
    empty = Team.objects.create(organisation=organisation, name="Readers")
    project = Project.objects.create(organisation=organisation, name="Grid")
    ids |= {"editors": f"team-{team.pk}", "readers": f"team-{empty.pk}", "grid": f"project-{project.pk}-read"}
    ids["shared"] = f"group-{Group.objects.get_or_create(name='Shared by all')[0].pk}"
    members = [{"value": ids["ann"]}, {"value": ids["bob"]}]
    for group in ("editors", "grid", "shared"):
        operations = [
            {"op": "add", "path": "members", "value": members},
            {"op": "add", "path": "externalId", "value": f"E-{group}"},
        ]
        assert scim.patch(f"/Groups/{ids[group]}", *operations).status == 204
    assert scim.delete(f"/Users/{ids['cid']}").status == 204
    return World(organisation, scim, ids)


def left_of(rows: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The rows that are to stay: who owns a team may delete it, whoever is in it."""
    teams = set(Team.objects.values_list("pk", flat=True))
    return {**rows, "memberships": [row for row in rows["memberships"] if row["team_id"] in teams]}


def entangle(one: World, other: World) -> None:
    """Have the product put a user of each in the groups of the other, and under the other's manager."""
    for mine, theirs in ((one, other), (other, one)):
        user = User.objects.get(pk=mine.ann)
        Team.objects.get(organisation=theirs.organisation, name="Editors").members.add(user)
        Access.objects.create(project=theirs.organisation.projects.get(), user=user, level="read")
        User.objects.filter(pk=mine.bob).update(manager=theirs.boss)


def made(answer: Answer) -> str:
    assert answer.status == 201, answer
    return str(answer.json["id"])


def comparable(texts: list[str], known: World) -> list[str]:
    """Texts without the ids of what was just made, and its versions: they follow from what else is in the database."""
    whole = "\n".join(texts)
    new = {id for _, id in re.findall(r"/(Users|Groups)/([\w-]+)", whole)} - set(known.ids.values())
    for id in new:
        whole = re.sub(rf'(["/]){id}(?=["\n])', r"\1new", whole)
    return (re.sub(r'W/\\*"[^"\\]*\\*"', "version", whole) if new else whole).split("\n")
