"""Filters and paths as frozen nodes (RFC 7644 §3.4.2.2); `str()` of a node is a text that parses to the node again.

`Not`, `And` and `Or` join whatever can be true or false: these expressions, or the bound ones of `binding`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Generic, TypeVar

Node = TypeVar("Node")


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was written, so that `1e3` and `1000` stay apart."""

    text: str

    def __str__(self) -> str:
        return self.text


Literal = str | Number | bool | None


@dataclass(frozen=True, slots=True)
class AttributePath:
    """An attribute's name, perhaps with the URN of its schema before and a sub-attribute behind it."""

    name: str
    sub: str | None = None
    urn: str | None = None

    def __str__(self) -> str:
        return (f"{self.urn}:" if self.urn else "") + self.name + (f".{self.sub}" if self.sub else "")


@dataclass(frozen=True, slots=True)
class Present:
    """Says `path pr`: there is a value."""

    path: AttributePath

    def __str__(self) -> str:
        return f"({self.path} pr)"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`path operator value`; the operator in lower case."""

    path: AttributePath
    operator: str
    value: Literal

    def __str__(self) -> str:
        value = str(self.value) if isinstance(self.value, Number) else json.dumps(self.value, ensure_ascii=False)
        return f"({self.path} {self.operator} {value})"


@dataclass(frozen=True, slots=True)
class Not(Generic[Node]):
    """Says `not (operand)`."""

    operand: Node

    def __str__(self) -> str:
        return f"(not {self.operand})"


@dataclass(frozen=True, slots=True)
class And(Generic[Node]):
    """Says `left and right`."""

    left: Node
    right: Node

    def __str__(self) -> str:
        return f"({self.left} and {self.right})"


@dataclass(frozen=True, slots=True)
class Or(Generic[Node]):
    """Says `left or right`."""

    left: Node
    right: Node

    def __str__(self) -> str:
        return f"({self.left} or {self.right})"


@dataclass(frozen=True, slots=True)
class ValuePath:
    """`path[condition]`: one and the same element of the multi-valued attribute satisfies the condition.

    `behind` is a comparison behind the brackets, which the grammar does not have: `path[condition].value eq "x"`.
    """

    path: AttributePath
    condition: Expression
    behind: Comparison | None = None

    def __str__(self) -> str:
        behind = "." + str(self.behind)[1:-1] if self.behind else ""
        return f"({self.path}[{self.condition}]{behind})"


Expression = Present | Comparison | ValuePath | Not["Expression"] | And["Expression"] | Or["Expression"]


@dataclass(frozen=True, slots=True)
class PatchPath:
    """The target of a PATCH operation: `path`, `path[condition]` or `path[condition].sub` (RFC 7644 §3.5.2)."""

    path: AttributePath
    condition: Expression | None = None
    sub: str | None = None

    def __str__(self) -> str:
        condition = f"[{self.condition}]" if self.condition is not None else ""
        return f"{self.path}{condition}" + (f".{self.sub}" if self.sub else "")
