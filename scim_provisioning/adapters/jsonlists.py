"""Conditions on the elements of a JSON list, in the SQL of PostgreSQL and of SQLite."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import FullResultSet
from django.db.models import BooleanField, Expression, F, Q, TextField
from django.db.models.sql.compiler import SQLCompiler

Compiled = tuple[str, tuple[Any, ...]]


class Holds(Expression):
    """Whether a JSON column holds a document, but for case: a rough test, which an index on PostgreSQL answers.

    Where there is no such index everything passes, so it always stands beside the exact condition.
    """

    output_field = BooleanField()
    conditional = True

    def __init__(self, column: str, document: dict[str, Any]) -> None:
        super().__init__()
        self.column: Any = F(column)
        self.document = json.dumps(document, ensure_ascii=False)

    def get_source_expressions(self) -> list[Any]:
        return [self.column]

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        (self.column,) = exprs

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Compiled:
        raise FullResultSet

    def as_postgresql(self, compiler: SQLCompiler, connection: Any) -> Compiled:
        column, parameters = compiler.compile(self.column)
        return f"(lower({column}::text)::jsonb @> lower(%s)::jsonb)", (*parameters, self.document)


class Leaf(Expression):
    """A member of the element at hand, or without a name the element itself, as text.

    Booleans are `true` on PostgreSQL and `1` on SQLite.
    """

    output_field = TextField()

    def __init__(self, name: str | None) -> None:
        super().__init__()
        self.path = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Compiled:
        return _leaf(self.path)

    def as_sqlite(self, compiler: SQLCompiler, connection: Any) -> Compiled:
        return _leaf_on_sqlite(self.path)


def _leaf(name: str | None) -> Compiled:
    return ("(element.value #>> '{}')", ()) if name is None else ("(element.value ->> %s)", (name,))


def _leaf_on_sqlite(name: str | None) -> Compiled:
    value = ("element.value", ()) if name is None else ("element.value ->> %s", (f'$."{name}"',))
    return f"CAST({value[0]} AS TEXT)", value[1]


class AnyElement(Expression):
    """Whether one element of a JSON list satisfies a condition on its leaves; false where there is no list."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, elements: Any, condition: Q) -> None:
        super().__init__()
        self.elements: Any = elements
        self.condition: Any = condition

    def get_source_expressions(self) -> list[Any]:
        return [self.elements, self.condition]

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        self.elements, self.condition = exprs

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Compiled:
        """An absent or a foreign value in place of the list has no elements; PostgreSQL would raise."""
        elements, parameters = compiler.compile(self.elements)
        listed = f"CASE WHEN jsonb_typeof({elements}) = 'array' THEN {elements} ELSE '[]'::jsonb END"
        return self._exists(f"jsonb_array_elements({listed})", (*parameters, *parameters), compiler)

    def as_sqlite(self, compiler: SQLCompiler, connection: Any) -> Compiled:
        elements, parameters = compiler.compile(self.elements)
        return self._exists(f"json_each({elements})", tuple(parameters), compiler)

    def _exists(self, elements: str, parameters: tuple[Any, ...], compiler: SQLCompiler) -> Compiled:
        # A condition that always holds must not climb out: the list may be empty. One that never holds may.
        try:
            condition, more = compiler.compile(self.condition)
        except FullResultSet:
            condition, more = "1 = 1", ()
        exists = f"EXISTS(SELECT 1 FROM {elements} AS element WHERE {condition})"  # noqa: S608 (compiled by Django)
        return exists, (*parameters, *more)


class FirstElement(Expression):
    """A member, as text, of the primary element of a JSON list, else of the first."""

    output_field = TextField()

    def __init__(self, elements: Any, name: str | None) -> None:
        super().__init__()
        self.elements: Any = elements
        self.path = name

    def get_source_expressions(self) -> list[Any]:
        return [self.elements]

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        (self.elements,) = exprs

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Compiled:
        elements, parameters = compiler.compile(self.elements)
        listed = f"CASE WHEN jsonb_typeof({elements}) = 'array' THEN {elements} ELSE '[]'::jsonb END"
        leaf, path = _leaf(self.path)
        first = (
            f"(SELECT {leaf} "  # noqa: S608 (compiled by Django)
            f"FROM jsonb_array_elements({listed}) WITH ORDINALITY AS element(value, place) "
            "ORDER BY COALESCE(element.value ->> 'primary', '') = 'true' DESC, place LIMIT 1)"
        )
        return first, (*path, *parameters, *parameters)

    def as_sqlite(self, compiler: SQLCompiler, connection: Any) -> Compiled:
        elements, parameters = compiler.compile(self.elements)
        leaf, path = _leaf_on_sqlite(self.path)
        primary = "" if self.path is None else "COALESCE(element.value ->> '$.primary', 0) DESC,"
        first = (
            f"(SELECT {leaf} "  # noqa: S608 (compiled by Django)
            f"FROM json_each({elements}) AS element "
            f"ORDER BY {primary} element.key LIMIT 1)"
        )
        return first, (*path, *parameters)
