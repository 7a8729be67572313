"""Creating, replacing and patching a resource: one function does all three, from one list of operations.

Lock, read `before`, apply, check, write in memory, read `after`; what differs between the two is the change, so that an
echo or a value that the column normalises is none. Nothing changed: nothing written, no Event.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone

from ..adapters.collections import Collection, GroupCollection, UserCollection
from ..adapters.mapping import read
from ..adapters.many import InRow, SingleValue
from ..adapters.sources import Column, Source
from ..models import Event, GroupRecord, UserRecord
from ..protocol import patch as patching
from ..protocol.changes import SETS, Operation
from ..protocol.documents import Document, check, difference
from ..protocol.errors import Forbidden
from ..protocol.sets import SetChange
from . import conflicts, events
from .caller import Caller
from .events import Change, SetChanged
from .members import change_members
from .sessions import delete_noted, end_sessions

Kind = Event.Operation
OUTCOMES = {Kind.CREATE: 201, Kind.REPLACE: 200, Kind.PATCH: 200, Kind.DELETE: 204}


class Write:
    """One resource being written, in a transaction."""

    def __init__(self, caller: Caller, collection: Collection, instance: Model, kind: Kind) -> None:
        self.caller = caller
        self.collection = collection
        self.instance = instance
        self.kind = kind
        self.is_new = instance._state.adding
        self.record = self._load_record()
        self.columns = _columns(instance)
        self.record_columns = _columns(self.record)
        self.before: Document = {} if self.is_new else read(collection, instance)

    def run(self, operations: list[Operation]) -> bool:
        """Apply the operations; tells whether they changed anything."""
        wanted = patching.apply(self.before, operations, self.collection.resource_type, self.caller.leniency)
        check(self.collection.resource_type, wanted)
        sets = {key: wanted.pop(key) for key in SETS if isinstance(wanted.get(key), SetChange)}
        self._assign(wanted, {operation.key for operation in operations})
        changed = difference(self.before, read(self.collection, self.instance))
        if changed or self.is_new:
            self._allow(changed)
            self._clean()
            self._save(changed)
        id = self.collection.id_of(self.instance)
        changes: list[Change | SetChanged] = [Change(id, key, old, new) for key, (old, new) in changed.items()]
        if isinstance(self.collection, GroupCollection) and "members" in sets:
            changes += change_members(self.collection, self.instance, sets["members"])
        if changes or self.is_new:
            self._finish(id, changes)
        return bool(changes) or self.is_new

    def revive(self) -> None:
        """Make the record that of a new account; `run` does the rest."""
        assert isinstance(self.record, UserRecord)
        self.record.deprovisioned_at = None
        self.record.created = timezone.now()

    def deprovision(self, changes: list[Change | SetChanged]) -> None:
        """Make the account one that is gone for SCIM: not active, hidden, and its other unique values free again."""
        assert isinstance(self.record, UserRecord)
        self._write("active", False)
        for key, source in self.collection.mapping.items():
            if isinstance(source, (Column, SingleValue)) and key != "userName" and source.field.unique and source.field.null:
                source.write(self.instance, None)
        self.record.deprovisioned_at = timezone.now()
        changed = difference(self.before, read(self.collection, self.instance))
        self._save({})
        id = self.collection.id_of(self.instance)
        self._finish(id, [*(Change(id, key, old, new) for key, (old, new) in changed.items()), *changes])

    def _load_record(self) -> UserRecord | GroupRecord:
        """Our record of the resource, an unsaved one where there is none; sources find it on the instance."""
        record: UserRecord | GroupRecord | None = None
        connection = self.caller.connection
        if isinstance(self.collection, UserCollection):
            if not self.is_new:
                record = UserRecord.objects.filter(user=self.instance.pk).first()
            record = record or UserRecord(user=self.instance, connection=connection)  # type: ignore[misc]
        else:
            id = "" if self.is_new else self.collection.id_of(self.instance)
            record = GroupRecord.objects.filter(group=id).first() if id else None
            record = record or GroupRecord(group=id, connection=connection)
        self.instance.__dict__["_scim_record"] = record
        return record

    def _assign(self, wanted: Document, sent: set[str]) -> None:
        """Write what differs, in memory, and drop what was worked out of it unless the same request sends it."""
        differing = difference(self.before, wanted)
        for key, (_, value) in differing.items():
            self._write(key, value)
        for key, source in self.collection.mapping.items():
            if key not in sent and differing.keys() & set(source.depends) and isinstance(source, Source):
                source.write(self.instance, None)

    def _write(self, key: str, value: Any) -> None:
        source = self.collection.mapping[key]
        if key == "displayName" and isinstance(self.collection, GroupCollection):
            self._allow_name(self.collection, value)
        if not source.writable or not isinstance(source, (Source, InRow)):
            raise Forbidden(f"{key} is managed in the product; it cannot be changed over SCIM.")
        source.write(self.instance, value)

    def _allow_name(self, groups: GroupCollection, name: Any) -> None:
        for others in groups.directory.groups:
            conflicts.check_free(others, "displayName", name, self.instance if others is groups else None)
        if not self.is_new and not groups.adapter.can_rename:
            raise Forbidden("Groups are named in the product: this one cannot be renamed over SCIM. Link it by its name.")

    def _allow(self, changed: dict[str, tuple[Any, Any]]) -> None:
        if not self.is_new and self.collection.adapter.protects(self.instance, "account"):
            raise Forbidden(
                f"The account {self.collection.id_of(self.instance)!r} is protected: superusers and staff are managed "
                "in the product. Take it out of the identity provider's assignment."
            )
        for key, target in self.collection.resource_type.leaves.items():
            if target.leaf.uniqueness != "none" and key in changed and key != "id":
                conflicts.check_free(self.collection, key, changed[key][1], self.instance)

    def _clean(self) -> None:
        try:
            self.collection.adapter.clean(self.instance)
        except ValidationError as error:
            raise conflicts.invalid(error, self.collection) from error

    def _save(self, changed: dict[str, tuple[Any, Any]]) -> None:
        """Save the columns that changed, and those that the host's model keeps by `auto_now`."""
        match changed.get("active"):
            case (True, False):
                end_sessions(self.instance)
            case (False, True):
                # Should a worker have died between deactivation and the end of the sessions: they must not come back.
                delete_noted(self.instance.pk)
        moved = {name for name, value in _columns(self.instance).items() if value != self.columns[name]}
        if not moved and not self.is_new:
            return
        moved |= {field.attname for field in self.instance._meta.concrete_fields if getattr(field, "auto_now", False)}
        try:
            with transaction.atomic():
                self.collection.adapter.save(self.instance, None if self.is_new else sorted(moved))
        except (IntegrityError, DataError) as error:
            raise conflicts.translated(error, self.collection, self.instance) from error

    def _finish(self, id: str, changes: list[Change | SetChanged]) -> None:
        """The record and the Event, last in the transaction."""
        adopted = self.record._state.adding and not self.is_new
        self.record.last_modified = timezone.now()
        if self.is_new:
            self.record.created = self.record.last_modified
        if isinstance(self.record, GroupRecord):
            self.record.group = id
        else:
            self.record.user_id = self.instance.pk
        if self.record._state.adding:
            self.record.save(force_insert=True)
        else:
            now = _columns(self.record)
            self.record.save(update_fields=[name for name, value in now.items() if value != self.record_columns[name]])
        events.record(
            self.caller, self.kind, self.collection.resource_type.name, id, changes,
            outcome=OUTCOMES[self.kind], adopted=adopted,
        )  # fmt: skip


def _columns(row: Model) -> dict[str, Any]:
    """What the row's columns hold, by the fields' names."""
    return {field.attname: row.__dict__.get(field.attname) for field in row._meta.concrete_fields}
