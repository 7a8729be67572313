"""What identity providers get wrong and we forgive: one table of named tolerances, each with its reason.

A connection's dialect is `automatic` (all of them, whatever the provider) or `strict` (none: the RFC to the letter).
"""

from __future__ import annotations

from typing import Final

TOLERANCES: Final = {
    "op-case": "Entra ID capitalises the operation: `Replace` instead of `replace`.",
    "boolean-text": 'Entra ID sends booleans as text: "True", "False".',
    "dotted-key": "Entra ID and others name sub-attributes in the keys of a path-less value: `name.givenName`.",
    "urn-key": "Entra ID names attributes by their full URN in the keys of a path-less value.",
    "value-path-key": "Some clients put a value path into the keys of a path-less value.",
    "remove-with-value": "Entra ID, OneLogin and JumpCloud remove `members` with a list of those who are to go.",
    "bare-reference": "Entra ID sends a manager or a member as its bare id instead of an object.",
    "list-for-single": "Entra ID sends a manager as a list of one.",
    "one-for-list": "Several clients send one object where a list is due.",
    "element-from-filter": "Entra ID writes to an element that is not there yet; it is made from the filter.",
    "missing-schemas": "Okta and others leave out `schemas` where the endpoint tells the type.",
    "unknown-attribute": "Most clients send attributes of their own; what nobody asked for by path is passed over.",
    "read-only-attribute": "Most clients echo `id`, `meta` and `groups`; in path-less values they are passed over.",
    "empty-path": "Some clients send an empty `path` where they mean none.",
    "number-text": "Some clients send a number where text is due, or the reverse.",
}


class Leniency:
    """Which tolerances a request may use, and which it did use."""

    def __init__(self, *, strict: bool = False) -> None:
        self.strict = strict
        self.used: list[str] = []

    def forgives(self, tolerance: str) -> bool:
        """Whether the deviation is forgiven; it is noted for the Event."""
        if tolerance not in TOLERANCES:
            raise KeyError(tolerance)
        if self.strict:
            return False
        if tolerance not in self.used:
            self.used.append(tolerance)
        return True
