"""What the changes of Events speak of, asked in SQL: by an index on PostgreSQL, row by row elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import BooleanField, Expression, F, Q
from django.db.models.sql.compiler import SQLCompiler

Compiled = tuple[str, tuple[Any, ...]]


class Mentions(Expression):
    """Whether one of an Event's changes has all these members: a text, or a list that contains one."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, **members: str | list[str]) -> None:
        super().__init__()
        self.changes: Any = F("changes")
        self.members = members

    def get_source_expressions(self) -> list[Any]:
        return [self.changes]

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        (self.changes,) = exprs

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Compiled:
        changes, parameters = compiler.compile(self.changes)
        tests = list(self._tests())
        condition = " AND ".join(sql for sql, _ in tests)
        exists = f"EXISTS(SELECT 1 FROM json_each({changes}) AS change WHERE {condition})"  # noqa: S608 (no value in it)
        return exists, (*parameters, *(value for _, values in tests for value in values))

    def as_postgresql(self, compiler: SQLCompiler, connection: Any) -> Compiled:
        changes, parameters = compiler.compile(self.changes)
        return f"({changes} @> %s::jsonb)", (*parameters, json.dumps([self.members]))

    def _tests(self) -> Iterator[Compiled]:
        for name, value in self.members.items():
            if isinstance(value, str):
                yield "change.value ->> %s = %s", (f"$.{name}", value)
            else:
                for element in value:
                    yield "%s IN (SELECT atom FROM json_each(change.value, %s))", (element, f"$.{name}")


def of(resource_type: str, id: str) -> Q:
    """The Events in which that user joined or left a group, or in which somebody joined or left that group."""
    if resource_type == "User":
        return Q(Mentions(path="members", added=[id])) | Q(Mentions(path="members", removed=[id]))
    return Q(Mentions(path="members", resource=id))


def of_user_name(name: str) -> Q:
    """The Events by which a user was given that very name, or lost it."""
    return Q(Mentions(path="userName", before=name)) | Q(Mentions(path="userName", after=name))
