"""What is logged, under `scim_provisioning`: each write, each refusal and each fault, in words of our own.

No record holds what a client sent, but for an X-Request-Id that is well-formed and the address that the server tells:
no name, no token, no path, no line break. Events have the rest, under the same X-Request-Id.
"""

from __future__ import annotations

import logging
from typing import Any

from ..models import Connection
from ..protocol.errors import ScimError

logger = logging.getLogger("scim_provisioning")

KEYS: dict[str, Any] = {
    "request_id": "",
    "connection": None,
    "address": None,
    "operation": "",
    "resource_type": "",
    "resource": "",
    "outcome": None,
    "scim_type": "",
    "error": "",
}
"""What each record has as `extra`, with its value where there is nothing to say; docs/operations.md describes them."""

EVERYDAY = (404, 409, 412, 501)
"""What clients are told in the course of their work: what they ask for is not there, or there already, or changed."""

LINKS = 10
"""How many exceptions of a chain are told."""


class Fault(Exception):
    """Stands in for an exception, whose own words may quote somebody's data: its class, and where it was raised."""


def written(operation: str, outcome: int, resource_type: str, resource: str, **who: Any) -> None:
    """A write was carried out; called when its transaction is over. `who` is as `Caller.trace` has it."""
    values = {"operation": operation, "outcome": outcome, "resource_type": resource_type, "resource": _line(resource)}
    _log(logging.INFO, "SCIM %(operation)s of %(resource_type)s %(resource)s", **who, **values)


def refused(error: ScimError, operation: str, resource_type: str, **who: Any) -> None:
    """A request, or one of a bulk request, was refused. Of which resource is left out: the id is the client's text."""
    if error.status == 500:
        return  # `failed` tells of it
    level = logging.INFO if error.status in EVERYDAY else logging.WARNING
    values = {"operation": operation, "resource_type": resource_type}
    behind = _name(error.__cause__) if error.__cause__ else ""
    outcome = {"outcome": error.status, "scim_type": error.scim_type or "", "error": behind}
    _log(level, "SCIM %(operation)s refused with %(outcome)s", **who, **values, **outcome)


def failed(error: BaseException, operation: str, resource_type: str, **who: Any) -> None:
    """A request met a fault of ours, or of the product's: with its traceback, but without its words."""
    values = {"operation": operation, "resource_type": resource_type, "outcome": 500, "error": _name(error)}
    told = _without_words(error, LINKS)
    _log(logging.ERROR, "SCIM %(operation)s failed: %(error)s", told, **who, **values)


def missed(what: str, error: Exception, **who: Any) -> None:
    """Something beside the answer did not work; `what` says it, in words of our own."""
    _log(logging.WARNING, f"{what}: %(error)s", **who, error=_name(error))


def _log(level: int, message: str, told: Exception | None = None, /, **values: Any) -> None:
    extra = {**KEYS, **values}
    if isinstance(extra["connection"], Connection):
        extra["connection"] = extra["connection"].pk
    logger.log(level, f"{message} (request %(request_id)s)", extra, extra=extra, exc_info=told)


def _name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")


def _without_words(error: BaseException, links: int) -> Fault:
    """What stands in for the exception and for those that led to it."""
    fault = Fault(_name(error)).with_traceback(error.__traceback__)
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None and links > 1:
        fault.__cause__ = _without_words(earlier, links - 1)
    return fault


def _line(text: str) -> str:
    """The text as it may stand in a line."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
