"""How the requests are sent and counted, and how what is read is compared with the model."""

from __future__ import annotations

from collections import Counter
from typing import Any, ClassVar

from django.core.cache import caches
from django.db import transaction
from hypothesis import assume
from hypothesis.stateful import RuleBasedStateMachine

from example_project.scim import EmployeeAdapter
from scim_provisioning.operations import connections
from scim_provisioning.protocol.documents import difference
from tests.factories import ProfileFactory, ProjectFactory
from tests.scim import Answer, ScimClient

from .documents import OURS, Flat, flat
from .model import Model

USER = EmployeeAdapter.get_resource_type()


class Client(RuleBasedStateMachine):
    """A client in a transaction of its own, its model, and the comparison of the two."""

    sent: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        connection, token = connections.enable()
        self.scim = ScimClient(token, connection)
        project = ProjectFactory()
        profiles = [f"profile-{ProfileFactory().pk}" for _ in range(2)]
        self.model = Model([*profiles, f"project-{project.pk}-read", f"project-{project.pk}-full"])

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    # Requests

    def send(self, kind: str, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        """Send a request; that the answer is SCIM and no 5xx, the client sees to."""
        if sum(self.sent.values()) % 1_000 == 0:
            caches["default"].clear()  # there are more than one minute may have
        self.sent[kind] += 1
        answer = self.scim.request(method, path, body, **more)
        assert answer.status < 500, answer
        return answer

    def check(self, id: str) -> Answer:
        """Read a user, and compare."""
        answer = self.send("read", "GET", f"/Users/{id}")
        if id not in self.model.users:
            assert answer.status == 404, answer
        else:
            assert answer.status == 200, answer
            self.compare(answer.json)
        return answer

    def compare(self, document: dict[str, Any]) -> None:
        found = flat(document, USER)
        groups = {one["value"] for one in found.get("groups", [])}
        id = found["id"]
        written, due = {key: one for key, one in found.items() if not key.startswith(OURS)}, self.model.seen(id)
        assert written == due, f"The model differs: {difference(written, due)}"
        assert groups == {group for group, members in self.model.members.items() if id in members}

    def user(self, number: int) -> str:
        assume(self.model.users)
        ids = sorted(self.model.users)
        return ids[number % len(ids)]

    def group(self, number: int) -> str:
        return sorted(self.model.members)[number % len(self.model.members)]

    def everybody(self) -> list[Flat]:
        answer = self.send("list", "GET", "/Users", count=1000)
        assert {*answer.ids} == {*self.model.users} and answer.json["totalResults"] == len(self.model.users)
        for document in answer.json["Resources"]:
            self.compare(document)
        return [flat(document, USER) for document in answer.json["Resources"]]
