"""What this service provider offers (RFC 7644 §4): exactly what works, no more."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from ..conf import settings
from ..protocol import discovery_schemas
from ..protocol.constants import RESOURCE_TYPE, SCHEMA, SERVICE_PROVIDER_CONFIG
from ..protocol.errors import Forbidden, NotFound
from ..protocol.messages import list_response
from ..protocol.schemas import ResourceType, Schema
from .base import ScimView


class DiscoveryView(ScimView):
    """An endpoint that describes; it is read whole, so paging is ignored and a filter refused (RFC 7644 §4)."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if "filter" in self.parameters:
            raise Forbidden("Discovery cannot be filtered: leave out `filter` and read the whole.")

    def described(self, document: dict[str, Any], kind: str, path: str) -> dict[str, Any]:
        """The document with its `meta`."""
        return {**document, "meta": {"resourceType": kind, "location": f"{self.caller.base}{path}"}}


class ServiceProviderConfigView(DiscoveryView):
    """/ServiceProviderConfig (RFC 7643 §5)."""

    def get(self, request: Request) -> Response:
        """The one configuration, for all connections alike."""
        document: dict[str, Any] = {
            "schemas": [SERVICE_PROVIDER_CONFIG],
            "patch": {"supported": True},
            "bulk": {
                "supported": True,
                "maxOperations": settings.MAX_BULK_OPERATIONS,
                "maxPayloadSize": settings.MAX_BODY_BYTES,
            },
            "filter": {"supported": True, "maxResults": settings.MAX_COUNT},
            "changePassword": {"supported": "password" in self.caller.directory.users.mapping},
            "sort": {"supported": True},
            "etag": {"supported": True},
            "pagination": {
                "cursor": True,
                "index": True,
                "defaultPaginationMethod": "index",
                "defaultPageSize": settings.DEFAULT_COUNT,
                "maxPageSize": settings.MAX_COUNT,
                "cursorTimeout": settings.CURSOR_SECONDS,
            },
            "authenticationSchemes": [
                {
                    "type": "oauthbearertoken",
                    "name": "OAuth Bearer Token",
                    "description": "The token that a superuser is shown when SCIM provisioning is enabled (RFC 6750).",
                    "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
                    "primary": True,
                }
            ],
        }
        if settings.DOCUMENTATION_URI:
            document["documentationUri"] = settings.DOCUMENTATION_URI
        return Response(self.described(document, "ServiceProviderConfig", "/ServiceProviderConfig"))


class ResourceTypesView(DiscoveryView):
    """/ResourceTypes (RFC 7643 §6)."""

    def get(self, request: Request, name: str | None = None) -> Response:
        """All resource types, or the one of that name."""
        directory = self.caller.directory
        found = {kind.name: self._document(kind) for kind in (directory.users.resource_type, directory.group_type)}
        if name is None:
            return Response(list_response(list(found.values()), len(found)))
        if name not in found:
            raise NotFound(f"There is no resource type {name[:100]!r}.")
        return Response(found[name])

    def _document(self, kind: ResourceType) -> dict[str, Any]:
        document: dict[str, Any] = {
            "schemas": [RESOURCE_TYPE],
            "id": kind.name,
            "name": kind.name,
            "endpoint": kind.endpoint,
            "description": kind.description,
            "schema": kind.schema.id,
        }
        if kind.extensions:
            document["schemaExtensions"] = [{"schema": one.id, "required": False} for one in kind.extensions]
        return self.described(document, "ResourceType", f"/ResourceTypes/{kind.name}")


class SchemasView(DiscoveryView):
    """/Schemas (RFC 7643 §7): what this host keeps, no more."""

    def get(self, request: Request, id: str | None = None) -> Response:
        """All schemas, or the one of that URN."""
        directory = self.caller.directory
        kinds = (directory.users.resource_type, directory.group_type)
        schemas = [schema for kind in kinds for schema in (kind.schema, *kind.extensions)]
        found = {schema.id: self._document(schema) for schema in (*schemas, *discovery_schemas.ALL)}
        if id is None:
            return Response(list_response(list(found.values()), len(found)))
        if id not in found:
            raise NotFound(f"There is no schema {id[:100]!r}.")
        return Response(found[id])

    def _document(self, schema: Schema) -> dict[str, Any]:
        document = {
            "schemas": [SCHEMA],
            "id": schema.id,
            "name": schema.name,
            "description": schema.description,
            "attributes": [attribute.document() for attribute in schema.attributes],
        }
        return self.described(document, "Schema", f"/Schemas/{schema.id}")
