"""On whose behalf an operation runs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from ..adapters.registry import Directory
from ..models import Connection
from ..protocol.dialects import Leniency


@dataclass
class Caller:
    """One request of one connection: what it sees, what it is forgiven, and what its Event says of it.

    `base` is the provisioning URL, with which the locations in documents begin; `if_match` and `if_none_match` are the
    conditions under which a change is wanted (RFC 7644 §3.14).
    """

    connection: Connection
    base: str
    request_id: str = ""
    address: str | None = None
    if_match: str | None = None
    if_none_match: str | None = None
    leniency: Leniency = field(init=False)

    def __post_init__(self) -> None:
        self.leniency = Leniency(strict=self.connection.dialect == Connection.Dialect.STRICT)

    def conditioned(self, if_match: str | None) -> Caller:
        """The same for one operation of a bulk job: its own condition, and its own account of what it is forgiven."""
        caller = replace(self, if_match=if_match, if_none_match=None)
        caller.directory = self.directory
        return caller

    @property
    def trace(self) -> dict[str, Any]:
        """By what a record in the log is found again."""
        return {"request_id": self.request_id, "connection": self.connection, "address": self.address}

    @cached_property
    def directory(self) -> Directory:
        """The users and groups that the connection sees."""
        return Directory(self.connection, self.base)
