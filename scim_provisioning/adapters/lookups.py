"""One comparison of an expression with a value, as SQL: the only place that knows Django's lookups."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Expression, F, Field, Q, Subquery, TextField, UUIDField, Value, When
from django.db.models.functions import Cast, Collate, Left, Length, Lower, NullIf, Right, StrIndex
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, IsNull, LessThan, LessThanOrEqual
from django.db.models.sql.compiler import SQLCompiler

from ..protocol.schemas import Attribute

Operand = Expression | F | Subquery

NEVER = Q(pk__in=[])
"""Selects nothing and costs no query."""

ALWAYS = ~NEVER

ORDER = {"gt": GreaterThan, "ge": GreaterThanOrEqual, "lt": LessThan, "le": LessThanOrEqual}
TEXTUAL = {"string", "reference", "binary"}


class CodePointOrder(Collate):
    """Compares text by code points on every database, so that a client's `gt` does not depend on the host's locale."""

    def __init__(self, expression: Any) -> None:
        super().__init__(expression, "C")

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> tuple[str, Any]:
        """SQLite compares bytes as it stands."""
        return compiler.compile(self.source_expressions[0])


class AsText(Cast):
    """A column as the text that documents have of it."""

    def __init__(self, expression: Any, field: Field[Any, Any]) -> None:
        super().__init__(expression, TextField())
        self.is_uuid = isinstance(field, UUIDField)

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> Any:
        """SQLite keeps a UUID as its digits alone."""
        if not self.is_uuid:
            return super().as_sqlite(compiler, connection, **extra)
        column, parameters = compiler.compile(self.source_expressions[0])
        places = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
        parts = " || '-' || ".join(f"substr({column}, {start}, {length})" for start, length in places)
        return f"({parts})", (*parameters,) * len(places)


def compare(expression: Operand, attribute: Attribute, operator: str, value: Any) -> Q:
    """The condition that `expression`, which holds an attribute of that type, stands in this relation to `value`.

    Strings are folded by the database on both sides, unless the attribute is caseExact. What is absent (null or the
    empty string, RFC 7643 §2.5) satisfies nothing. `%`, `_` and the backslash are letters.
    """
    textual = attribute.type in TEXTUAL
    if operator == "pr":
        return present(expression, textual)
    if not textual:
        lookup = Exact if operator == "eq" else ORDER[operator]
        return Q(lookup(expression, Value(value)))
    return text(expression, operator, value, fold=not attribute.case_exact)


def text(expression: Operand, operator: str, value: str, *, fold: bool) -> Q:
    """The same for text."""
    if value == "":
        return NEVER if operator == "eq" else _against_nothing(expression, operator)
    left: Any = Lower(expression) if fold else expression
    right: Any = Lower(Value(value)) if fold else Value(value)
    match operator:
        case "eq":
            return Q(Exact(left, right))
        case "co":
            return Q(GreaterThan(StrIndex(left, right), 0))
        case "sw":
            return Q(Exact(Left(left, Length(right)), right))
        case "ew":
            return Q(Exact(Right(left, Length(right)), right))
        case _:
            return Q(ORDER[operator](CodePointOrder(or_null(left)), CodePointOrder(right)))


def present(expression: Operand, textual: bool) -> Q:
    """The condition that there is a value."""
    if textual:
        return Q(IsNull(or_null(expression), False))
    return Q(IsNull(expression, False))


def or_null(expression: Any) -> NullIf:
    """The text, null where it is empty."""
    return NullIf(expression, Value(""), output_field=TextField())


def negated(condition: Q) -> Q:
    """The rows that do not satisfy the condition: whatever it gives for null, every row is on one side or the other."""
    return Q(Case(When(condition, then=Value(False)), default=Value(True)))


def _against_nothing(expression: Operand, operator: str) -> Q:
    """Everything that is present contains the empty string and comes after it."""
    return NEVER if operator in ("lt", "le") else present(expression, textual=True)
