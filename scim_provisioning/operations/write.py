"""Writing one resource: POST, PUT and PATCH are one function, fed with one list of operations.

Read `before`, apply, check, write in memory, read `after`; what differs between the two is the change, so that an echo
or a value that the column normalises is none. Nothing changed: nothing written, no Event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Model
from django.utils import timezone

from ..adapters.collections import Collection
from ..adapters.mapping import flush, read, version, version_with_members
from ..adapters.related import auto_now, held, save_rows
from ..models import Event, GroupRecord, UserRecord
from ..protocol import patch as patching
from ..protocol import versions
from ..protocol.changes import SETS, Operation
from ..protocol.documents import Document, check, difference, is_required
from ..protocol.errors import Forbidden, Mutability, PreconditionFailed
from ..protocol.sets import SetChange
from . import announcements, conflicts, events, locks
from .caller import Caller
from .events import Change, SetChanged

Kind = Event.Operation
Changed = dict[str, tuple[Any, Any]]

OUTCOMES = {Kind.CREATE: 201, Kind.REPLACE: 200, Kind.PATCH: 200, Kind.DELETE: 204}


class Write:
    """One resource being written, in a transaction, its row locked."""

    def __init__(self, caller: Caller, collection: Collection, instance: Model, kind: Kind) -> None:
        self.caller = caller
        self.collection = collection
        self.instance = instance
        self.kind = kind
        self.is_new = instance._state.adding
        self.record: UserRecord | GroupRecord = collection.attach_record(instance)
        self.sent: set[str] = set()
        self._columns = held(instance)
        self._record_columns = held(self.record)
        self.before: Document = {} if self.is_new else read(collection, instance)

    @property
    def id(self) -> str:
        """The SCIM id."""
        return self.collection.id_of(self.instance)

    def expect(self) -> None:
        """Raise PreconditionFailed unless the resource is in the version that the client expects (RFC 7644 §3.14)."""
        wanted, unwanted = self.caller.if_match, self.caller.if_none_match
        if wanted is None and unwanted is None:
            return
        own = version(self.collection, self.before)

        def named(condition: str) -> bool:
            return versions.names(condition, own, lambda: version_with_members(self.collection, self.instance))

        if wanted is not None and not named(wanted):
            raise PreconditionFailed(f"The resource has changed: its version is {own.tag} now. Read it again.")
        if unwanted is not None and named(unwanted):
            raise PreconditionFailed(f"The resource is in a version that If-None-Match excludes: {own.tag}.")

    def run(self, operations: list[Operation]) -> None:
        """Apply the operations; on success, everything is written."""
        self.sent = {operation.key for operation in operations}
        wanted = patching.apply(self.before, operations, self.collection.resource_type, self.caller.leniency)
        check(self.collection.resource_type, wanted)
        sets = {key: wanted.pop(key) for key in SETS if isinstance(wanted.get(key), SetChange)}
        self._assign(wanted, self.sent)
        changed = self.changed()
        if changed or self.kind == Kind.CREATE:
            self.allow(changed)
            if not is_deactivation(changed):
                self.collection.adapter.clean(self.instance)
            self.save(changed)
            self.stay_in_sight(changed)
        changes = [*self.listed(changed), *self.change_sets(sets)]
        if changes or self.kind == Kind.CREATE:
            self.finish(changes)

    def delete(self) -> None:
        """Delete the resource, as far as its kind and the host have it deleted."""
        raise NotImplementedError

    def delete_row(self, left: list[SetChanged]) -> None:
        """Delete the row itself; the Event keeps what it said, and the groups that were left."""
        mapping = self.collection.mapping
        gone = self.listed({key: (value, None) for key, value in self.before.items() if mapping[key].writable})
        key = self.instance.pk
        self.collection.adapter.delete(self.instance)
        self.instance.pk = key  # Django takes it away; the Event and the signals still speak of it
        events.touch(self.caller, self.others(left))
        self.note([*gone, *left])

    def changed(self) -> Changed:
        """What now reads otherwise than before; what no client can write (`id`, `meta`) does not count."""
        differing = difference(self.before, read(self.collection, self.instance))
        return {key: values for key, values in differing.items() if self.collection.mapping[key].writable}

    def listed(self, changed: Changed) -> list[Change | SetChanged]:
        """The changes as the Event lists them; of what is never returned, that it changed and no more."""
        leaves = self.collection.resource_type.leaves
        secret = {key for key in changed if leaves[key].leaf.returned == "never"}
        return [
            Change(self.id, key, None, None) if key in secret else Change(self.id, key, old, new)
            for key, (old, new) in changed.items()
        ]

    def assign(self, key: str, value: Any) -> None:
        """Write one value, in memory."""
        source = self.collection.mapping.get(key)
        if source is None or not source.writable:
            raise Forbidden(f"{key} is managed in the product; it cannot be changed over SCIM.")
        source.write(self.instance, value)

    def allow(self, changed: Changed) -> None:
        """Raise Forbidden or Uniqueness where the change must not be."""
        for key, target in self.collection.resource_type.leaves.items():
            if target.leaf.uniqueness != "none" and key in changed:
                locks.reserve(self.collection, key, changed[key][1])
                conflicts.check_free(self.collection, key, changed[key][1], self.instance.pk)

    def change_sets(self, sets: Mapping[str, SetChange]) -> list[SetChanged]:
        """Apply the changes of sets, which stand in tables of their own."""
        return []

    def save(self, changed: Changed) -> None:
        """Save the columns that moved, those that the host's model sets by `auto_now`, and rows of other tables."""
        save_rows(self.instance, first=True)
        moved = [name for name, value in held(self.instance).items() if value != self._columns[name]]
        if moved or self.is_new:
            self.collection.adapter.save(self.instance, None if self.is_new else [*moved, *auto_now(self.instance)])
        flush(self.collection, self.instance)

    def stay_in_sight(self, changed: Changed) -> None:
        """Raise Forbidden if the row is not among those that the connection sees: it would be another tenant's.

        A mere deactivation leads to no other tenant, and must not fail where the host hides who is inactive.
        """
        adapter = self.collection.adapter
        if changed.keys() == {"active"}:
            return
        if adapter.is_scoped() and not adapter.get_queryset().filter(pk=self.instance.pk).exists():
            kind = self.collection.resource_type.name.lower()
            raise Forbidden(f"So written, the {kind} would not be among those that this connection sees and manages.")

    def finish(self, changes: list[Change | SetChanged]) -> None:
        """Write the record and the Event: the last statements of the transaction."""
        record, adding = self.record, self.record._state.adding
        record.last_modified = timezone.now()
        if self.kind == Kind.CREATE:
            record.created = record.last_modified
        if adding or self.kind == Kind.CREATE:
            record.connection = self.caller.connection
        if adding:
            self.collection.name_record(record, self.instance)
        # Records are locked in the order of their keys: requests that move users between two groups may cross.
        own, others = str(record.pk), self.others(changes)
        events.touch(self.caller, [key for key in others if key < own])
        if adding:
            record.save(force_insert=True)
        else:
            columns = held(record).items()
            record.save(update_fields=[name for name, value in columns if value != self._record_columns[name]])
        events.touch(self.caller, [key for key in others if key > own])
        self.note(changes, adopted=adding and not self.is_new)

    def others(self, changes: Sequence[Change | SetChanged]) -> list[str]:
        """The keys of our records of other groups that somebody joined or left, in their order."""
        sets = (change for change in changes if isinstance(change, SetChanged) and change.resource != self.id)
        return sorted({change.groups.record_key(change.resource) for change in sets})

    def note(self, changes: list[Change | SetChanged], *, adopted: bool = False) -> None:
        """Write the Event, and tell the product once it is committed."""
        kind, outcome = self.kind, OUTCOMES[self.kind]
        resource_type = self.collection.resource_type.name
        events.record(self.caller, kind, resource_type, self.id, changes, outcome=outcome, adopted=adopted)
        announcements.announce(self.caller, self.collection, self.instance, kind, changes)

    def _assign(self, wanted: Document, sent: set[str]) -> None:
        """Write what differs, and drop what was worked out of it unless the same request sends it."""
        differing = difference(self.before, wanted)
        for key, (old, value) in differing.items():
            if old is not None and self.collection.resource_type.leaves[key].is_immutable:
                raise Mutability(f"{key} is immutable: it has a value, and that stays.")
            self.assign(key, value)
        for key, source in self.collection.mapping.items():
            if key not in sent and not differing.keys().isdisjoint(source.depends):
                self.assign(key, None)
        self._insist(wanted, sent)

    def _insist(self, wanted: Document, sent: set[str]) -> None:
        """Write what is required once more where another attribute that shares its column has overwritten it.

        Which one the client meant by two values is then told by the one that cannot be left out.
        """
        found = read(self.collection, self.instance)
        for key, target in self.collection.resource_type.leaves.items():
            if is_required(target) and found.get(key) != wanted.get(key) and (key in sent or key not in found):
                self.assign(key, wanted[key])


def is_deactivation(changed: Changed) -> bool:
    """Whether that is all: nothing else in the row may keep somebody in who has left."""
    return changed == {"active": (True, False)}
