"""What a request changed, as data: one Event for each request that changed something (`refusals` has the others)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils import timezone

from ..adapters.collections import GroupCollection
from ..models import Event, GroupRecord
from .caller import Caller


@dataclass(frozen=True, slots=True)
class Change:
    """The net difference of one value of one resource."""

    resource: str
    path: str
    before: Any
    after: Any

    def data(self) -> dict[str, Any]:
        """As the Event keeps it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class SetChanged:
    """Who came into a group and who left it: SCIM ids by primary keys; `group` is the key of the group's row."""

    groups: GroupCollection
    group: Any
    resource: str
    added: dict[Any, str] = field(default_factory=dict)
    removed: dict[Any, str] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """As the Event keeps it."""
        added, removed = sorted(self.added.values()), sorted(self.removed.values())
        return {"resource": self.resource, "path": "members", "added": added, "removed": removed}


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
        changes=[change.data() for change in changes],
    )


def touch(caller: Caller, groups: list[str]) -> None:
    """Note, in our records with these keys, that groups changed beside what the request is about."""
    now = timezone.now()
    records = [GroupRecord(group=key, connection=caller.connection, created=now, last_modified=now) for key in groups]
    GroupRecord.objects.bulk_create(
        records, update_conflicts=True, update_fields=["last_modified"], unique_fields=["group"]
    )
