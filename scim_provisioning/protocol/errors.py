"""What a client is told when a request cannot be honoured (RFC 7644 §3.12).

ScimError
├── BadRequest (400)
│   ├── ExpiredCursor      expiredCursor
│   ├── InvalidCount       invalidCount
│   ├── InvalidCursor      invalidCursor
│   ├── InvalidFilter      invalidFilter
│   ├── InvalidPath        invalidPath
│   ├── InvalidSyntax      invalidSyntax
│   ├── InvalidValue       invalidValue
│   ├── InvalidVersion     invalidVers
│   ├── Mutability         mutability
│   ├── NoTarget           noTarget
│   └── TooMany            tooMany
├── Unauthorized (401)
├── Forbidden (403)
│   └── Sensitive          sensitive
├── NotFound (404)
├── Conflict (409)
│   └── Uniqueness         uniqueness
├── PreconditionFailed (412)
├── TooLarge (413)
├── TooManyRequests (429)
├── NotImplementedHere (501)
└── Unavailable (503)
"""

from __future__ import annotations

from typing import Any, ClassVar

from .constants import ERROR


class ScimError(Exception):
    """A request that is refused; `detail` says what was wrong, where, and what would be right."""

    status: ClassVar[int] = 500
    scim_type: ClassVar[str | None] = None

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    def document(self) -> dict[str, Any]:
        """The body of the answer (RFC 7644 §3.12); `status` is a string there."""
        document: dict[str, Any] = {"schemas": [ERROR], "status": str(self.status)}
        if self.scim_type:
            document["scimType"] = self.scim_type
        document["detail"] = self.detail
        return document


class BadRequest(ScimError):
    """The request cannot be parsed, or breaks the schema."""

    status = 400


class _Located(BadRequest):
    """An error in a text; `position` is the zero-based offset of the first character that cannot stand there."""

    def __init__(self, detail: str, position: int | None = None) -> None:
        super().__init__(detail if position is None else f"{detail} (column {position + 1})")
        self.position = position


class InvalidCursor(BadRequest):
    """A cursor is none of ours, or belongs to another question (RFC 9865 §2.1)."""

    scim_type = "invalidCursor"


class ExpiredCursor(BadRequest):
    """A cursor is too old (RFC 9865 §2.1)."""

    scim_type = "expiredCursor"


class InvalidCount(BadRequest):
    """The size of a page by cursor is too large, or not that of the pages before (RFC 9865 §2.1)."""

    scim_type = "invalidCount"


class InvalidFilter(_Located):
    """A filter is malformed, or compares what cannot be compared."""

    scim_type = "invalidFilter"


class InvalidPath(_Located):
    """The path of a PATCH operation is malformed or names no attribute."""

    scim_type = "invalidPath"


class InvalidSyntax(BadRequest):
    """The structure of a body is wrong."""

    scim_type = "invalidSyntax"


class InvalidValue(BadRequest):
    """A required value is missing, or a value does not fit its attribute."""

    scim_type = "invalidValue"


class InvalidVersion(BadRequest):
    """The protocol version that was asked for is not supported."""

    scim_type = "invalidVers"


class Mutability(BadRequest):
    """The change does not fit the attribute's mutability."""

    scim_type = "mutability"


class NoTarget(BadRequest):
    """The path of a PATCH operation yields nothing to operate on."""

    scim_type = "noTarget"


class TooMany(BadRequest):
    """The filter yields more than the service provider is willing to work out."""

    scim_type = "tooMany"


class Unauthorized(ScimError):
    """No token, or one that is not valid (any more)."""

    status = 401


class Forbidden(ScimError):
    """The service provider's policy does not permit the operation."""

    status = 403


class Sensitive(Forbidden):
    """Personal data stood in a request's URI."""

    scim_type = "sensitive"


class NotFound(ScimError):
    """No such resource or endpoint."""

    status = 404


class Conflict(ScimError):
    """The request collides with the present state."""

    status = 409


class Uniqueness(Conflict):
    """A value is taken."""

    scim_type = "uniqueness"


class PreconditionFailed(ScimError):
    """The resource is not in the version that the client expects."""

    status = 412


class TooLarge(ScimError):
    """The request is larger than the service provider accepts."""

    status = 413


class TooManyRequests(ScimError):
    """More is sent than is answered; the next may be sent after `wait` seconds (RFC 6585 §4).

    `is_first`: nothing else was refused for this in the time that is counted.
    """

    status = 429

    def __init__(self, detail: str, wait: int, *, is_first: bool) -> None:
        super().__init__(detail)
        self.wait = wait
        self.is_first = is_first


class NotImplementedHere(ScimError):
    """The service provider does not offer this part of the protocol."""

    status = 501


class Unavailable(ScimError):
    """The database is away; the request may be sent again."""

    status = 503
