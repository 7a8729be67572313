"""What the tests say to the service provider, with the client that the package gives to hosts."""

from __future__ import annotations

from typing import Any, Final

from scim_provisioning.models import Connection
from scim_provisioning.testing.client import Answer, ScimClient, patch_op

__all__ = [
    "BASE",
    "CORE_GROUP",
    "CORE_USER",
    "ENTERPRISE_USER",
    "ERROR",
    "LIST_RESPONSE",
    "MEDIA_TYPE",
    "PATCH_OP",
    "Answer",
    "ScimClient",
    "make_strict",
    "patch_op",
    "user",
]

BASE: Final = "/scim/v2"
MEDIA_TYPE: Final = "application/scim+json"

CORE_USER: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
CORE_GROUP: Final = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE_USER: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH_OP: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
LIST_RESPONSE: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR: Final = "urn:ietf:params:scim:api:messages:2.0:Error"


def make_strict(scim: ScimClient) -> None:
    """From now on nothing is forgiven to the client."""
    assert scim.connection is not None
    scim.connection.dialect = Connection.Dialect.STRICT
    scim.connection.save(update_fields=["dialect"])


def user(name: str, **attributes: Any) -> dict[str, Any]:
    """The body of a POST that makes the user `<name>@example.com`."""
    address = f"{name}@example.com"
    return {
        "schemas": [CORE_USER, *({ENTERPRISE_USER} & attributes.keys())],
        "userName": address,
        "name": {"givenName": name.capitalize(), "familyName": "Example"},
        "emails": [{"value": address, "type": "work", "primary": True}],
        "active": True,
        **attributes,
    }
