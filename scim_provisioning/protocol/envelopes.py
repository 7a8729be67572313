"""What is around the values of a body: the members of its objects, and the schemas that it names (RFC 7643 §3)."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from .dialects import Leniency
from .errors import InvalidSyntax, InvalidValue
from .values import is_nothing


def members(body: Any, what: str = "The body") -> dict[str, Any]:
    """The members of an object by their names in lower case; InvalidSyntax for what is none."""
    if not isinstance(body, dict):
        raise InvalidSyntax(f"{what} is a JSON object.")
    return {key.lower(): value for key, value in body.items()}


def message(body: Any, what: str, known: Set[str], leniency: Leniency) -> dict[str, Any]:
    """The members of an object that is part of a message of the protocol; others are passed over by a tolerance."""
    found = members(body, what)
    if found.keys() <= known or leniency.forgives("unknown-attribute"):
        return found
    raise InvalidSyntax(f"{what} has no `{min(found.keys() - known)[:100]}`.")


def check_schemas(
    schemas: Any, base: str, extensions: Set[str], leniency: Leniency, used: Set[str] = frozenset()
) -> None:
    """Raise InvalidSyntax or InvalidValue unless `schemas` names the base, what is used, and nothing unknown."""
    if is_nothing(schemas):
        if not leniency.forgives("missing-schemas"):
            raise InvalidSyntax("The body has no `schemas`.")
        return
    if isinstance(schemas, str) and leniency.forgives("one-for-list"):
        schemas = [schemas]
    if not isinstance(schemas, list) or not all(isinstance(urn, str) for urn in schemas):
        raise InvalidSyntax("`schemas` is a list of URNs.")
    named, known = _folded(schemas), {base, *extensions}
    if base.lower() not in named:
        raise InvalidSyntax(f"`schemas` has to name {base}.")
    if named - _folded(known) and not leniency.forgives("unknown-attribute"):
        raise InvalidValue(f"`schemas` may name {', '.join(sorted(known))}, no others.")
    missing = sorted(urn for urn in used if urn.lower() not in named)
    if missing and not leniency.forgives("missing-schemas"):
        raise InvalidSyntax(f"`schemas` has to name {missing[0]}, which the body uses.")


def _folded(urns: list[str] | Set[str]) -> set[str]:
    """URNs are compared without regard to case (RFC 7644 §3.10)."""
    return {urn.lower() for urn in urns}
