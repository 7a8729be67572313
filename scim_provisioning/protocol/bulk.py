"""A bulk job as data (RFC 7644 §3.7): what is asked, in which order it can be done, what `bulkId:…` stands for."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from heapq import heappop, heappush
from typing import Any, Final

from .constants import BULK_REQUEST, BULK_RESPONSE
from .dialects import Leniency
from .envelopes import message
from .errors import InvalidSyntax, TooLarge

METHODS: Final = ("POST", "PUT", "PATCH", "DELETE")
TYPES: Final = {"Users": "User", "Groups": "Group"}
MEMBERS: Final = frozenset({"schemas", "operations", "failonerrors"})
OPERATION_MEMBERS: Final = frozenset({"method", "bulkid", "version", "path", "data"})

PATH = re.compile(r"/(?P<endpoint>Users|Groups)(?:/(?P<id>[^/?#]+))?/?")
BULK_ID = re.compile(r'[^\s"\\/\[\](),]+')
REFERENCE = re.compile(rf"(?<!\w)bulkId:({BULK_ID.pattern})")


@dataclass(frozen=True)
class Operation:
    """One operation as it was sent; what is no text where text is due counts as missing."""

    method: str
    path: str
    bulk_id: str
    version: str | None
    data: Any
    is_ambiguous: bool = False

    @cached_property
    def endpoint(self) -> str | None:
        """`Users` or `Groups`; None where the path leads to neither."""
        match = PATH.fullmatch(self.path)
        return match and match["endpoint"]

    @cached_property
    def id(self) -> str | None:
        """The id in the path, which may be a reference."""
        match = PATH.fullmatch(self.path)
        return match and match["id"]

    @cached_property
    def names(self) -> frozenset[str]:
        """The bulkIds that it refers to."""
        return frozenset(_named([self.path, self.data]))

    def check(self) -> None:
        """Raise InvalidSyntax where the operation is malformed."""
        if self.method not in METHODS:
            raise InvalidSyntax(f"`method` is one of {', '.join(METHODS)}.")
        if self.endpoint is None:
            raise InvalidSyntax("`path` is /Users or /Groups, for all methods but POST with the id behind it.")
        if self.method == "POST":
            if self.id is not None:
                raise InvalidSyntax(f"`path` of a POST is /{self.endpoint}, without an id.")
            if not BULK_ID.fullmatch(self.bulk_id):
                raise InvalidSyntax("A POST has a `bulkId`: text without blanks, quotes, slashes, brackets and commas.")
            if self.is_ambiguous:
                raise InvalidSyntax(f"More than one POST has the bulkId {self.bulk_id!r}.")
        elif self.id is None:
            raise InvalidSyntax(f"`path` of {self.method} is /{self.endpoint}/ and an id.")
        if self.method != "DELETE" and not isinstance(self.data, dict):
            raise InvalidSyntax(f"{self.method} has `data`: the body of the single request, a JSON object.")


@dataclass(frozen=True)
class Job:
    """A bulk request; `fail_on_errors` is the number of errors that end it."""

    operations: list[Operation]
    fail_on_errors: int | None = None

    @cached_property
    def makers(self) -> dict[str, int]:
        """The numbers of the operations that make a resource, by their bulkIds."""
        listed = enumerate(self.operations)
        return {one.bulk_id: number for number, one in listed if one.method == "POST" and one.bulk_id}


def parse(body: Any, max_operations: int, leniency: Leniency) -> Job:
    """The job in a BulkRequest message. A malformed operation is an error of that operation, when its turn comes."""
    members = message(body, "The body", MEMBERS, leniency)
    schemas = members.get("schemas")
    if not schemas:
        if not leniency.forgives("missing-schemas"):
            raise InvalidSyntax("The body has no `schemas`.")
    elif not isinstance(schemas, list) or BULK_REQUEST not in schemas:
        raise InvalidSyntax(f"`schemas` is a list and has to name {BULK_REQUEST}.")
    listed = members.get("operations")
    if not isinstance(listed, list) or not listed:
        raise InvalidSyntax("A bulk request has `Operations`: one object or more with `method` and `path`.")
    if len(listed) > max_operations:
        raise TooLarge(f"A bulk request may hold {max_operations} operations; this one has {len(listed)}.")
    limit = members.get("failonerrors")
    if limit is not None and (type(limit) is not int or limit < 1):
        raise InvalidSyntax("`failOnErrors` is an integer, 1 or more.")
    objects = (one if isinstance(one, dict) else {} for one in listed)
    sent = [message(one, "An operation", OPERATION_MEMBERS, leniency) for one in objects]
    made = Counter(_text(one, "bulkid") for one in sent if one.get("method") == "POST")
    return Job([_operation(one, made) for one in sent], limit)


def response(results: list[dict[str, Any]]) -> dict[str, Any]:
    """The BulkResponse message."""
    return {"schemas": [BULK_RESPONSE], "Operations": results}


def filled(value: Any, ids: Mapping[str, str]) -> Any:
    """The value with ids in the place of the references to them."""
    match value:
        case str():
            return REFERENCE.sub(lambda match: ids.get(match[1], match[0]), value)
        case list():
            return [filled(one, ids) for one in value]
        case dict():
            return {key: filled(one, ids) for key, one in value.items()}
    return value


def without(data: dict[str, Any], names: Collection[str]) -> dict[str, Any]:
    """The body without what names one of these bulkIds: a complex value without its reference is none."""
    pruned = {key: _pruned(value, names) for key, value in data.items()}
    return {key: value for key, value in pruned.items() if value is not None or data[key] is None}


class Pass(Enum):
    """How much of an operation is done: in a circle of references, first what can be, then the rest."""

    WHOLE = "whole"
    FIRST = "first"
    SECOND = "second"


Step = tuple[int, Pass]


def steps(job: Job) -> Iterator[Step]:
    """The numbers of the operations in the order in which they are done: the client's.

    An operation is moved only behind what it names, and behind a change of the same resource that was moved. A user's
    levels of access to one project exclude each other, so all changes of groups keep their order.
    """
    return _Sequence(job).steps()


class _Sequence:
    """Operations wait for each other; only POSTs are waited for in a circle, so one of them can go ahead."""

    def __init__(self, job: Job) -> None:
        self.operations: Sequence[Operation] = job.operations
        self.awaited: list[set[int]] = []
        self.followers: dict[int, list[int]] = defaultdict(list)
        self.open = dict.fromkeys(range(len(self.operations)))
        self.begun: set[int] = set()
        self.ready: list[int] = []
        last: dict[str, int] = {}
        for number, operation in enumerate(self.operations):
            awaited = {job.makers[name] for name in operation.names if name in job.makers}
            if operation.method != "POST":
                target = "Groups" if operation.endpoint == "Groups" else operation.path.rstrip("/")
                awaited |= {last[target]} if target in last else set()
                last[target] = number
            self.awaited.append(awaited)
            for other in awaited:
                self.followers[other].append(number)

    def steps(self) -> Iterator[Step]:
        for number in range(len(self.operations)):
            if not self.awaited[number]:
                heappush(self.ready, number)
                yield from self._ready(number)
        end = len(self.operations)
        while self.open:
            number = self._in_circle()
            self.begun.add(number)
            yield number, Pass.FIRST
            self._release(number, end, made=True, complete=False)
            yield from self._ready(end)

    def _ready(self, position: int) -> Iterator[Step]:
        while self.ready:
            number = heappop(self.ready)
            del self.open[number]
            was_begun = number in self.begun
            yield number, Pass.SECOND if was_begun else Pass.WHOLE
            self._release(number, position, made=not was_begun, complete=True)

    def _release(self, number: int, position: int, *, made: bool, complete: bool) -> None:
        """A POST needs the id of what it names, any other operation all that is done to it."""
        for follower in self.followers[number]:
            if made if self.operations[follower].method == "POST" else complete:
                self.awaited[follower].discard(number)
                if not self.awaited[follower] and follower < position:
                    heappush(self.ready, follower)

    def _in_circle(self) -> int:
        """The first operation of a circle that holds up the first of those that are left."""
        number = next(iter(self.open))
        way: dict[int, None] = {}
        while number not in way:
            way[number] = None
            number = min(self.awaited[number])
        listed = list(way)
        return min(listed[listed.index(number) :])


def _operation(sent: Mapping[str, Any], made: Counter[str]) -> Operation:
    method, bulk_id = _text(sent, "method"), _text(sent, "bulkid")
    return Operation(
        method=method,
        path=_text(sent, "path"),
        bulk_id=bulk_id,
        version=_text(sent, "version") or None,
        data=sent.get("data"),
        is_ambiguous=method == "POST" and made[bulk_id] > 1,
    )


def _text(sent: Mapping[str, Any], key: str) -> str:
    value = sent.get(key)
    return value if isinstance(value, str) else ""


def _named(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield from REFERENCE.findall(value)
        case list():
            for one in value:
                yield from _named(one)
        case dict():
            for one in value.values():
                yield from _named(one)


def _pruned(value: Any, names: Collection[str]) -> Any:
    """The value without what names one of these; None where nothing is left of it."""
    match value:
        case str():
            return None if any(name in names for name in _named(value)) else value
        case list():
            return [kept for one in value if (kept := _pruned(one, names)) is not None]
        case dict():
            texts = [one for one in value.values() if isinstance(one, str)]
            if any(name in names for name in _named(texts)):
                return None
            return without(value, names)
    return value
