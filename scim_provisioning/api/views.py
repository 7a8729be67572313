"""/Users and /Groups."""

from __future__ import annotations

from typing import Any

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from ..adapters.collections import Collection
from ..adapters.mapping import Plan, version_of
from ..models import Event
from ..operations import resources
from ..operations.write import Write
from ..protocol import versions
from ..protocol.documents import Projection
from ..protocol.errors import NotImplementedHere
from ..protocol.versions import Version
from .base import ScimView
from .content import sent
from .searching import found, parameters_of


class ResourceViewSet(ViewSetMixin, ScimView):
    """The resources of one type."""

    @property
    def operation(self) -> str:
        """A search is a read, though it is a POST."""
        return Event.Operation.READ if self.action == "search" else super().operation

    def list(self, request: Request) -> Response:
        """A page of what the filter finds (RFC 7644 §3.4.2)."""
        return found(self, self.resource_type)

    def search(self, request: Request) -> Response:
        """The same, asked in a body, so that it stands in no log (RFC 7644 §3.4.3)."""
        self.parameters = parameters_of(sent(request), self.caller.leniency)
        return found(self, self.resource_type)

    def retrieve(self, request: Request, id: str) -> Response:
        """One resource (RFC 7644 §3.4.1)."""
        collection = resources.find(self.caller, self.resource_type, id)
        keys = list(collection.find(id).values_list("pk", flat=True)[:1])
        plan = Plan(collection, self._projection(), versioned=True)
        documents = plan.documents(keys)
        if not documents:
            raise resources.not_found(self.resource_type, id)
        version = plan.versions[keys[0]]
        known = self.caller.if_none_match
        if known is not None and versions.names(known, version, lambda: self._whole(collection, keys[0])):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": version.tag})
        return self._located(documents[keys[0]], version)

    def create(self, request: Request) -> Response:
        """A new resource (RFC 7644 §3.3)."""
        projection = self._projection()
        written = resources.create(self.caller, self.resource_type, sent(request))
        return self._written(written, projection, status.HTTP_201_CREATED)

    def update(self, request: Request, id: str) -> Response:
        """The resource as the body has it (RFC 7644 §3.5.1)."""
        projection = self._projection()
        written = resources.replace(self.caller, self.resource_type, id, sent(request))
        return self._written(written, projection)

    def partial_update(self, request: Request, id: str) -> Response:
        """The resource with some changes (RFC 7644 §3.5.2)."""
        projection = self._projection()
        written = resources.patch(self.caller, self.resource_type, id, sent(request))
        return self._written(written, projection)

    def destroy(self, request: Request, id: str) -> Response:
        """Gone (RFC 7644 §3.6)."""
        resources.delete(self.caller, self.resource_type, id)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _projection(self) -> Projection:
        return self.projection(self.caller.directory.resource_type(self.resource_type))

    def _written(self, write: Write, projection: Projection, status: int = 200) -> Response:
        projection.after_writing(write.sent)
        plan = Plan(write.collection, projection, versioned=True)
        document = plan.document(write.instance)
        return self._located(document, plan.versions[write.instance.pk], status)

    def _located(self, document: dict[str, Any], version: Version, status: int = 200) -> Response:
        endpoint = self.caller.directory.resource_type(self.resource_type).endpoint
        location = f"{self.caller.base}{endpoint}/{document['id']}"
        return Response(document, status, headers={"Location": location, "ETag": version.tag})

    def _whole(self, collection: Collection, key: Any) -> Version:
        """The version with what the answer leaves out."""
        everything = Plan(collection, Projection(collection.resource_type), versioned=True)
        everything.documents([key])
        return everything.versions[key]


class UserViewSet(ResourceViewSet):
    """The endpoint /Users."""

    resource_type = "User"


class GroupViewSet(ResourceViewSet):
    """The endpoint /Groups."""

    resource_type = "Group"

    def partial_update(self, request: Request, id: str) -> Response:
        """No body, unless the client says what of the group it wants to see: a group may have very many members."""
        if "attributes" in self.parameters or "excludedAttributes" in self.parameters:
            return super().partial_update(request, id)
        write = resources.patch(self.caller, self.resource_type, id, sent(request))
        own = version_of(write.collection, write.instance)
        return Response(status=status.HTTP_204_NO_CONTENT, headers={"ETag": own.tag})


class NotOffered(ScimView):
    """A part of the protocol that is optional and not offered; `detail` says why."""

    detail = "This part of SCIM is not offered; /ServiceProviderConfig tells what is."

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotImplementedHere(self.detail)
