"""What a request changed, as data: one Event for each request that changed something."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from ..models import Event
from .caller import Caller


@dataclass(frozen=True, slots=True)
class Change:
    """The net difference of one value of one resource."""

    resource: str
    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class SetChanged:
    """Who came into a group and who left it, by their SCIM ids."""

    resource: str
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    path: str = "members"


def record(
    caller: Caller,
    operation: str,
    resource_type: str,
    resource: str,
    changes: list[Change | SetChanged],
    *,
    outcome: int,
    adopted: bool = False,
) -> Event:
    """Write the Event; called in the transaction of the change."""
    return Event.objects.create(
        connection=caller.connection,
        operation=operation,
        resource_type=resource_type,
        resource=resource,
        request_id=caller.request_id,
        address=caller.address,
        outcome=outcome,
        tolerances=caller.leniency.used,
        adopted=adopted,
        changes=[asdict(change) for change in changes],
    )
