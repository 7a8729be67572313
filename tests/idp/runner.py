"""Plays a scenario against a host: what is given, the requests in their order, what has to come back."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, Final

from tests.scim import CORE_USER, ENTERPRISE_USER, Answer, ScimClient

from .answers import check_form
from .comparison import equals, value_at
from .hosts import Host
from .scenarios import Scenario, encoded, filled

REFUSED: Final = {"group-create": ("POST",), "group-rename": ("PATCH", "PUT"), "group-delete": ("DELETE",)}
"""The requests to /Groups that a host without the ability refuses."""


class Player:
    """Plays one scenario."""

    def __init__(self, scim: ScimClient, host: Host) -> None:
        self.scim = scim
        self.host = host
        self.run = uuid.uuid4().hex[:8]
        self.known: dict[str, Any] = {}

    def play(self, scenario: Scenario) -> None:
        """Raise AssertionError, saying which step, unless everything is as the identity provider expects."""
        for resource in scenario.given.get("users", ()):
            self._give_user(self._filled(resource))
        for resource in scenario.given.get("groups", ()):
            self._give_group(self._filled(resource))
        for number, step in enumerate(scenario.steps, 1):
            where = f"step {number}: {step['request']['method']} {step['request']['path']}"
            if _is_refused(step["request"], scenario.needs - self.host.does):
                self._expect_refusal(where, step["request"])
                return  # what comes after would be about a group that is not there
            self._step(where, step)

    # What is given

    def _give_user(self, resource: dict[str, Any]) -> None:
        ref = resource.pop("ref")
        schemas = [CORE_USER, *({ENTERPRISE_USER} & resource.keys())]
        answer = self.scim.post("/Users", {"schemas": schemas, **resource})
        assert answer.status == 201, answer
        self.known[ref] = answer.json

    def _give_group(self, resource: dict[str, Any]) -> None:
        """Groups are made in the product, with the members that they have there."""
        members = [int(self.known[ref]["id"]) for ref in resource["members"]]
        path = f"/Groups/{self.host.make_group(resource['displayName'], members)}"
        if "externalId" in resource:
            linked = self.scim.patch(path, {"op": "add", "path": "externalId", "value": resource["externalId"]})
            assert linked.status == 204, linked
        self.known[resource["ref"]] = self.scim.get(path).json

    # Requests

    def _step(self, where: str, step: dict[str, Any]) -> None:
        answer = self._send(step["request"])
        expected = step["expect"]
        self._check(where, answer, expected)
        if "save" in step and answer.status == 201:
            self.known[step["save"]] = answer.json
        then = expected.get("then", [])
        for read in [then] if isinstance(then, dict) else then:
            answer = self._send({"method": "GET", "path": read["GET"]})
            self._check(f"{where}, then {read['GET']}", answer, {"status": [200], **read})

    def _check(self, where: str, answer: Answer, expected: dict[str, Any]) -> None:
        assert answer.status in expected["status"], f"{where}: {expected['status']} was expected, not {answer}"
        assert answer.status < 500, f"{where}: {answer}"
        for name, value in expected.get("headers", {}).items():
            actual = answer.headers.get(name)
            assert equals(actual, value), f"{where}: {name} is {actual!r}, not {value!r}"
        if answer.is_error and "scimType" in expected:
            types = expected["scimType"]
            types = types if isinstance(types, list) else [types]
            assert answer.scim_type in types, f"{where}: {types} was expected, not {answer}"
        elif answer.status != 204:
            for path, value in self._filled(expected.get("json", {})).items():
                actual = value_at(answer.json, path)
                assert equals(actual, value), f"{where}: {path} is {actual!r}, not {value!r}, in {answer}"

    def _send(self, request: dict[str, Any]) -> Answer:
        path = encoded(self._filled(request["path"]), request.get("encoding", "percent"))
        body = self._filled(request.get("body"))
        answer = self.scim.request(request["method"], path, body, headers=request.get("headers"))
        check_form({**request, "path": path}, answer)
        return answer

    def _expect_refusal(self, where: str, request: dict[str, Any]) -> None:
        before = self._everything()
        answer = self._send(request)
        assert answer.status == 403, f"{where}: 403 was expected, not {answer}"
        assert self._everything() == before

    def _everything(self) -> list[Any]:
        pages = [self.scim.get(endpoint, count=1000).json for endpoint in ("/Users", "/Groups")]
        assert all(page["totalResults"] == page["itemsPerPage"] for page in pages)
        return pages

    def _filled(self, value: Any) -> Any:
        return filled(value, self.run, self.known)


def _is_refused(request: dict[str, Any], missing: Iterable[str]) -> bool:
    methods = {method for need in missing for method in REFUSED[need]}
    return request["path"].startswith("/Groups") and request["method"] in methods
