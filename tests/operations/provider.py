"""An identity provider that calls the operations themselves, without HTTP."""

from __future__ import annotations

from typing import Any

from example_project.accounts.models import User
from scim_provisioning.adapters.mapping import Plan
from scim_provisioning.adapters.registry import Directory
from scim_provisioning.models import Connection, Event
from scim_provisioning.operations import resources
from scim_provisioning.operations.caller import Caller
from scim_provisioning.operations.write import Write
from scim_provisioning.protocol.documents import Projection
from tests.scim import patch_op

BASE = "https://app.example.com/scim/v2"

Document = dict[str, Any]


class Provider:
    """Sends one request at a time; what is not said to be of another type is about users."""

    def __init__(self, connection: Connection, type: str = "User") -> None:
        self.connection = connection
        self.type = type

    def of(self, type: str) -> Provider:
        """The same, for resources of another type."""
        return Provider(self.connection, type)

    def post(self, body: Any) -> Document:
        return self._document(resources.create(self.caller(), self.type, body))

    def put(self, id: Any, body: Any) -> Document:
        return self._document(resources.replace(self.caller(), self.type, str(id), body))

    def patch(self, id: Any, *operations: Any) -> Document:
        return self._document(resources.patch(self.caller(), self.type, str(id), patch_op(*operations)))

    def replace(self, id: Any, path: str, value: Any) -> Document:
        """A PATCH that replaces one value."""
        return self.patch(id, {"op": "replace", "path": path, "value": value})

    def delete(self, id: Any) -> None:
        resources.delete(self.caller(), self.type, str(id))

    def get(self, id: Any) -> Document | None:
        """The resource as it is read; None where there is none."""
        collection = resources.find(self.caller(), self.type, str(id))
        keys = list(collection.find(str(id)).values_list("pk", flat=True))
        return next(iter(Plan(collection, Projection(collection.resource_type)).documents(keys).values()), None)

    def listed(self) -> list[str]:
        """The ids of all resources."""
        return [
            collection.id_of(row)
            for collection in Directory(self.connection, BASE).collections(self.type)
            for row in collection.queryset().order_by("pk")
        ]

    def caller(self) -> Caller:
        """A new request."""
        return Caller(self.connection, BASE, request_id="request-1", address="192.0.2.7")

    def _document(self, written: Write) -> Document:
        projection = Projection(written.collection.resource_type)
        document: Document = Plan(written.collection, projection).document(written.instance)
        return document


def member_ids(*users: User) -> list[dict[str, str]]:
    """Users as the value of `members`."""
    return [{"value": str(user.pk)} for user in users]


def last_event() -> Event:
    event = Event.objects.order_by("pk").last()
    assert event is not None
    return event


def changed(event: Event) -> dict[str, tuple[Any, Any]]:
    """Path to before and after of what the event lists as changed in the resource itself."""
    return {
        change["path"]: (change["before"], change["after"])
        for change in event.changes
        if change["resource"] == event.resource and "before" in change
    }
