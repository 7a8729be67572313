"""An identity provider, played by a SCIM client library that knows nothing of this project."""

from __future__ import annotations

import json
from types import TracebackType
from typing import Any, Self

from httpx2 import Client, Response
from scim2_client import SCIMClientException
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import PatchOp, PatchOperation, SCIMException, SearchRequest

from example_project.demo.transcript import Exchange


class UnexpectedAnswerError(Exception):
    """The answer is a good one, but not the one that was due."""


class IdentityProvider:
    """Provisions one person; `exchanges` holds the requests, with their answers, since the list was last replaced."""

    # A refusal, an answer that is not as the RFCs want it, and one that says something else.
    errors = (SCIMException, SCIMClientException, UnexpectedAnswerError)

    def __init__(self, base_url: str, token: str, person: dict[str, Any], **options: Any) -> None:
        """The options are the HTTP client's, such as whom it trusts."""
        self.person = person
        self.exchanges: list[Exchange] = []
        self._http = Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {token}", **options.pop("headers", {})},
            event_hooks={"response": [self._note]},
            trust_env=False,  # a proxy of the environment is not for this machine itself
            timeout=30,
            **options,
        )
        self._scim = SyncSCIMClient(self._http)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    def discover(self) -> None:
        """Read what the service provider offers; what follows is made of the schemas that it publishes."""
        self._scim.discover()
        self._user_model = self._scim.get_resource_model("User")
        self._group_model = self._scim.get_resource_model("Group")

    def look_up_in_vain(self) -> None:
        """Ask for the person by user name, as before every creation; there should be none."""
        name = self.person["userName"]
        self._scim.query(self._user_model, SearchRequest(filter=f"userName eq {json.dumps(name)}"))
        self._expect({"totalResults": 0})

    def create(self) -> None:
        """Create the person's account."""
        self._user = self._scim.create(self._user_model, self.person)
        self._expect({name: value for name, value in self.person.items() if isinstance(value, str | bool)})

    def change(self, attribute: str, value: object) -> None:
        """Replace one attribute of the account."""
        operation = PatchOperation(op="replace", path=attribute, value=value)
        self._scim.modify(self._user_model, self._user.id, PatchOp[self._user_model](operations=[operation]))
        self._expect({attribute: value})

    def assign(self, group: str) -> None:
        """Add the person to the group of that name."""
        operation = PatchOperation(op="add", path="members", value=[{"value": self._user.id}])
        self._change_group(group, operation)

    def move(self, group: str, other: str) -> None:
        """Take the person from one group to another: two requests, as there is no single one for it."""
        self.unassign(group)
        self.assign(other)

    def unassign(self, group: str) -> None:
        """Remove the person from the group of that name."""
        self._change_group(group, PatchOperation(op="remove", path=f"members[value eq {json.dumps(self._user.id)}]"))

    def delete(self) -> None:
        """Delete the account."""
        self._scim.delete(self._user_model, self._user.id)

    def _change_group(self, name: str, operation: PatchOperation) -> None:
        by_name = SearchRequest(filter=f"displayName eq {json.dumps(name)}", excluded_attributes=["members"])
        found = self._scim.query(self._group_model, by_name).resources
        self._expect({"totalResults": 1})
        (group,) = found
        self._scim.modify(self._group_model, group.id, PatchOp[self._group_model](operations=[operation]))

    def _expect(self, attributes: dict[str, Any]) -> None:
        """Raise UnexpectedAnswerError where the latest answer has other values."""
        answer = self.exchanges[-1].answer
        for name, value in attributes.items():
            if answer.get(name) != value:
                raise UnexpectedAnswerError(f"`{name}` should be {value!r}, and it is {answer.get(name)!r}.")

    def _note(self, response: Response) -> None:
        response.read()
        request = response.request
        self.exchanges.append(
            Exchange(
                method=request.method,
                target=request.url.raw_path.decode(),
                sent=_parsed(request.content),
                status=response.status_code,
                answer=_parsed(response.content),
            )
        )


def _parsed(body: bytes) -> Any:
    """The JSON document; None where there is none, about which the library has its say."""
    try:
        return json.loads(body)
    except ValueError:
        return None
