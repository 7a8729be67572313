"""A bulk job: each operation is the single request, in a transaction of its own (RFC 7644 §3.7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from ..adapters.mapping import version_of
from ..models import Event
from ..protocol import bulk
from ..protocol.bulk import Job, Operation, Pass
from ..protocol.errors import Conflict, InvalidValue, ScimError, Unavailable
from . import refusals, resources
from .caller import Caller
from .refusals import Refusal
from .write import Write

Result = dict[str, Any]


class Run:
    """A job under way: the results by the numbers of their operations, the ids of what was made by the bulkIds.

    `refusal` says what a client is told of an exception.
    """

    def __init__(self, caller: Caller, job: Job, refusal: Callable[[Exception], ScimError]) -> None:
        self.caller = caller
        self.job = job
        self.refusal = refusal
        self.results: dict[int, Result] = {}
        self.ids: dict[str, str] = {}
        self.errors = 0

    def all(self) -> list[Result]:
        """Do what can be done; the results of what was tried, in the client's order."""
        for number, part in bulk.steps(self.job):
            operation = self.job.operations[number]
            if part is Pass.SECOND and operation.bulk_id not in self.ids:
                continue  # the first pass failed
            try:
                self.results[number] = self._done(operation, part)
            except Exception as error:  # each stands for itself, as a single request would
                refused = self.refusal(error)
                self._note(operation, refused)
                self.results[number] = self._refused(operation, refused)
                self.errors += 1
                if isinstance(refused, Unavailable) or self.errors == self.job.fail_on_errors:
                    break
        return [self.results[number] for number in sorted(self.results)]

    def _note(self, operation: Operation, error: ScimError) -> None:
        kind = refusals.OPERATIONS.get(operation.method, Event.Operation.BULK)
        type = bulk.TYPES.get(operation.endpoint or "", "")
        refusals.note(Refusal(self.caller, kind, type, self._id(operation), error))

    def _done(self, operation: Operation, part: Pass) -> Result:
        operation.check()
        data = self._data(operation, part)
        if part is Pass.SECOND:
            return self._completed(operation, data)
        caller = self.caller.conditioned(operation.version)
        type = bulk.TYPES[str(operation.endpoint)]
        id = self._id(operation)
        match operation.method:
            case "POST":
                write = resources.create(caller, type, data)
                self.ids[operation.bulk_id] = write.id
                if part is Pass.FIRST:
                    return self._refused(operation, self._half_made(operation, "the job ended before the rest was."))
                return self._written(operation, 201, write)
            case "PUT":
                return self._written(operation, 200, resources.replace(caller, type, id, data))
            case "PATCH":
                return self._written(operation, 200 if type == "User" else 204, resources.patch(caller, type, id, data))
        resources.delete(caller, type, id)
        return self._result(operation, 204)

    def _completed(self, operation: Operation, data: Any) -> Result:
        """The second pass over what refers, in a circle, to what could only be made after it."""
        type = bulk.TYPES[str(operation.endpoint)]
        try:
            write = resources.replace(self.caller.conditioned(None), type, self.ids[operation.bulk_id], data)
        except ScimError as error:
            raise self._half_made(operation, error.detail) from error
        return self._written(operation, 201, write)

    def _half_made(self, operation: Operation, detail: str) -> Conflict:
        path = f"/{operation.endpoint}/{self.ids[operation.bulk_id]}"
        return Conflict(f"{path} was made without what it refers to in a circle: {detail}")

    def _data(self, operation: Operation, part: Pass) -> Any:
        """The body with ids in it; in a first pass without what refers to something that is still to be made."""
        if unknown := sorted(operation.names - self.job.makers.keys()):
            raise InvalidValue(f"No POST of this bulk request has the bulkId {unknown[0][:100]!r}.")
        missing = operation.names - self.ids.keys()
        for name in sorted(missing):
            if part is not Pass.FIRST or self.job.makers[name] in self.results:
                raise Conflict(f"The resource with the bulkId {name[:100]!r} was not made.")
        return bulk.filled(bulk.without(operation.data, missing) if missing else operation.data, self.ids)

    def _id(self, operation: Operation) -> str:
        """The id in the path, decoded once, as in the address of a single request."""
        return unquote(bulk.filled(operation.id or "", self.ids))

    def _written(self, operation: Operation, status: int, write: Write) -> Result:
        tag = version_of(write.collection, write.instance).tag
        return {**self._result(operation, status, write.id), "version": tag}

    def _refused(self, operation: Operation, error: ScimError) -> Result:
        return {**self._result(operation, error.status), "response": error.document()}

    def _result(self, operation: Operation, status: int, made: str = "") -> Result:
        """What every result has; a location, unless nothing was made or the path leads nowhere."""
        result = {"method": operation.method, "bulkId": operation.bulk_id}
        if id := made if operation.method == "POST" else bulk.filled(operation.id or "", self.ids):
            result["location"] = f"{self.caller.base}/{operation.endpoint}/{id}"
        return {key: value for key, value in {**result, "status": str(status)}.items() if value}
