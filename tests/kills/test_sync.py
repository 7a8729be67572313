"""A worker is killed again and again in the middle of a synchronisation.

Here it is a small one; `tox run -e kill-sqlite,kill-postgres` runs one of 2,000 users and 50 groups.
"""

from __future__ import annotations

import os
import random
import sqlite3
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import connection

from example_project.access.models import Profile
from example_project.accounts.models import User
from scim_provisioning.models import Event, UserRecord
from tests.factories import ProfileFactory
from tests.scim import ScimClient, user

from .client import Client
from .workers import Workers, running

USERS = int(os.environ.get("SCIM_SYNC_USERS", "60"))
GROUPS = max(5, USERS // 40)
KILLS = USERS // 20

State = dict[str, dict[str, Any]]


@contextmanager
def shared(folder: Path) -> Iterator[Mapping[str, str]]:
    """The environment in which another process has the database of the test."""
    if connection.vendor == "sqlite":
        file = folder / "sync.sqlite3"
        copy(connection.connection, file)
        yield {"SCIM_DATABASE": "sqlite", "SCIM_SQLITE": str(file)}
        copy(file, connection.connection)
    else:
        of = {name: quote(str(value), safe="") for name, value in connection.settings_dict.items()}
        who = f"{of['USER']}:{of['PASSWORD']}@" if of["USER"] else ""
        where = f"{of['HOST']}:{of['PORT']}" if of["PORT"] else of["HOST"]
        options = urlencode(connection.settings_dict["OPTIONS"])
        yield {"SCIM_DATABASE": "postgres", "DATABASE_URL": f"postgresql://{who}{where}/{of['NAME']}?{options}"}


def copy(source: Any, target: Any) -> None:
    """All that is in one SQLite database, in another."""
    opened = [sqlite3.connect(it) if isinstance(it, Path) else it for it in (source, target)]
    opened[0].backup(opened[1])
    for it, given in zip(opened, (source, target), strict=True):
        if isinstance(given, Path):
            it.close()


class Killer:
    """Kills the worker some milliseconds after requests that were drawn by lot have been sent."""

    def __init__(self, workers: Workers, lot: random.Random, requests: int) -> None:
        self.workers = workers
        self.lot = lot
        self.due = sorted(lot.sample(range(requests), KILLS))
        self.sent = 0
        self.under_way: Thread | None = None

    def before_a_request(self) -> None:
        self.sent += 1
        if self.due and self.sent > self.due[0]:
            self.due.pop(0)
            self.join()
            self.under_way = Thread(target=self._kill, args=[self.lot.uniform(0, 0.02)])
            self.under_way.start()

    def join(self) -> None:
        """Wait until nobody is about to be killed."""
        if self.under_way:
            self.under_way.join()

    def _kill(self, after: float) -> None:
        time.sleep(after)
        self.workers.kill()


def synchronise(idp: Client, groups: dict[str, str]) -> State:
    """Make, change, assign and remove; what the product is to have in the end."""
    people = {name: user(name, externalId=f"ext-{name}", title="Trainee") for name in map("u{}".format, range(USERS))}
    ids = {name: idp.ensure(person) for name, person in people.items()}
    names = list(people)
    joined = {group: set(names[number::GROUPS]) | set(names[:5]) for number, group in enumerate(groups)}
    for group, members in joined.items():
        idp.members("add", groups[group], sorted(ids[name] for name in members))
    for name in names[::3]:
        people[name]["title"] = "Engineer"
        idp.put(ids[name], people[name])
    for name in names[::7]:
        people[name]["active"] = False
        idp.deactivate(ids[name])
    for group in list(groups)[::2]:
        leaving = sorted(joined[group])[::4]
        joined[group] -= {*leaving}
        idp.members("remove", groups[group], [ids[name] for name in leaving])
    gone = {*names[1::11]}
    for name in sorted(gone):
        people[name]["active"] = False
        idp.delete(ids[name])
    users = {ids[name]: person for name, person in people.items()}
    return {
        "users": {
            id: {"userName": one["userName"], "title": one["title"], "active": one.get("active", True)}
            for id, one in users.items()
        },
        "groups": {
            groups[group]: {ids[name] for name in members if name not in gone} for group, members in joined.items()
        },
        "gone": {ids[name]: True for name in gone},
    }


def stored() -> State:
    """What the product has."""
    return {
        "users": {
            str(row.pk): {"userName": row.username, "title": row.job_title, "active": row.is_active}
            for row in User.objects.all()
        },
        "groups": {f"profile-{row.pk}": {str(one.pk) for one in row.users.all()} for row in Profile.objects.all()},
        "gone": {str(row.pk): True for row in UserRecord.objects.filter(deprovisioned_at__isnull=False)},
    }


def told(groups: dict[str, str]) -> State:
    """What the Events add up to, each a step from where the one before has led."""
    users: dict[str, Any] = {}
    members: dict[str, Any] = {id: set() for id in groups.values()}
    gone: dict[str, Any] = {}
    for event in Event.objects.filter(outcome__lt=400).order_by("pk"):
        if event.operation == "create":
            assert event.resource not in users
            users[event.resource] = {}
        if event.operation == "delete":
            assert event.resource not in gone
            gone[event.resource] = True
        assert event.changes or event.operation == "delete"  # an echo is no Event
        for change in event.changes:
            if change["path"] == "members":
                added, removed = {*change["added"]}, {*change["removed"]}
                assert not added & members[change["resource"]]
                assert removed <= members[change["resource"]]
                members[change["resource"]] = (members[change["resource"]] | added) - removed
            elif change["path"] in ("userName", "title", "active"):
                assert users[change["resource"]].get(change["path"]) == change["before"]
                users[change["resource"]][change["path"]] = change["after"]
    return {"users": users, "groups": members, "gone": gone}


@pytest.mark.once_per_database
@pytest.mark.skipif(not hasattr(os, "fork"), reason="workers are forked")
@pytest.mark.django_db(transaction=True)
@pytest.mark.threat(35, 62)
def test_a_worker_that_is_killed_costs_nothing_but_a_second_attempt(scim: ScimClient, tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10**9)
    print(f"{seed=}", file=sys.stderr)  # of a run that fails
    groups = {profile.name: f"profile-{profile.pk}" for profile in ProfileFactory.create_batch(GROUPS)}
    with shared(tmp_path) as environment, running(environment) as workers:
        killer = Killer(workers, random.Random(seed), 3 * USERS // 2)
        idp = Client(workers.port, str(scim.token), killer.before_a_request)
        intended = synchronise(idp, groups)
        killer.join()
    assert workers.killed == KILLS
    assert stored() == intended
    assert told(groups) == intended
    print(f"{killer.sent} requests, {KILLS} kills, {idp.again} sent again", file=sys.stderr)
