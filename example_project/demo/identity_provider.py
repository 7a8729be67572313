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


class IdentityProvider:
    """Provisions one person; `exchanges` holds the requests, with their answers, since the list was last replaced."""

    # A refusal, an answer that is not as the RFCs want it, and a group that is not there.
    errors = (SCIMException, SCIMClientException, LookupError)

    def __init__(self, base_url: str, token: str, person: dict[str, Any]) -> None:
        self.person = person
        self.exchanges: list[Exchange] = []
        self._http = Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {token}"},
            event_hooks={"response": [self._note]},
            trust_env=False,  # a proxy of the environment is not for this machine itself
            timeout=30,
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

    def look_up(self) -> None:
        """Ask for the person by user name, as every identity provider does before anything else."""
        name = self.person["userName"]
        self._scim.query(self._user_model, SearchRequest(filter=f"userName eq {json.dumps(name)}"))

    def create(self) -> None:
        """Create the person's account."""
        self._user = self._scim.create(self._user_model, self.person)

    def change(self, attribute: str, value: object) -> None:
        """Replace one attribute of the account."""
        operation = PatchOperation(op="replace", path=attribute, value=value)
        self._scim.modify(self._user_model, self._user.id, PatchOp[self._user_model](operations=[operation]))

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
        if not found:
            raise LookupError(f"There is no group {name!r}.")
        (group,) = found
        self._scim.modify(self._group_model, group.id, PatchOp[self._group_model](operations=[operation]))

    def _note(self, response: Response) -> None:
        response.read()
        request = response.request
        self.exchanges.append(
            Exchange(
                method=request.method,
                target=request.url.raw_path.decode(),
                sent=json.loads(request.content or b"null"),
                status=response.status_code,
                answer=json.loads(response.content or b"null"),
            )
        )
