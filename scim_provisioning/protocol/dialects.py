"""What identity providers get wrong and we forgive: one table of named tolerances, each with its reason.

A connection's dialect is `automatic` (all of them, whatever the provider) or `strict` (none: the RFC to the letter).
docs/tolerances.md shows the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PROVIDERS: Final = {
    "authentik": "authentik",
    "aws": "AWS IAM Identity Center (ssosync)",
    "cyberark": "CyberArk Identity",
    "duo": "Duo",
    "entra": "Microsoft Entra ID",
    "github": "Google Workspace by g2g-scim-sync",
    "google": "Google Workspace",
    "jumpcloud": "JumpCloud",
    "keycloak": "Keycloak",
    "mulesoft": "MuleSoft",
    "okta": "Okta",
    "onelogin": "OneLogin",
    "ping": "PingOne and PingFederate",
    "rippling": "Rippling",
    "sailpoint": "SailPoint",
    "salesforce": "Salesforce",
    "wso2": "WSO2 Identity Server",
}
"""The identity providers whose requests are known, by the names under which the table speaks of them."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """One forgiven deviation: what is sent instead of what the RFC has, and which of PROVIDERS need it."""

    reason: str
    rfc: str
    needed_by: tuple[str, ...] = ()


TOLERANCES: Final = {
    # PATCH messages
    "op-case": Tolerance(
        "The operation is capitalised: `Replace`.", "7644 §3.5.2: add, replace or remove, in lower case", ("entra",)
    ),
    "empty-operations": Tolerance(
        "`Operations` is an empty list, as the Microsoft SCIM Validator sends it: nothing is changed.",
        "7644 §3.5.2: one operation or more",
        ("entra",),
    ),
    "empty-path": Tolerance("`path` is an empty string: none is meant.", "7644 §3.5.2: no `path` at all"),
    "remove-with-value": Tolerance(
        "A removal has a `value`: of a multi-valued attribute those elements go and no others, for anything else it is "
        "passed over.",
        "7644 §3.5.2.2: the elements are picked by a filter in `path`",
        ("authentik", "aws", "entra", "jumpcloud", "onelogin", "salesforce"),
    ),
    "wrapped-value": Tolerance(
        'The value repeats the path: `"path": "members", "value": {"members": […]}`.',
        "7644 §3.5.2.1: the value of what `path` names",
        ("salesforce",),
    ),
    "element-from-filter": Tolerance(
        "The filter in `path` finds no element: the one that it describes is made, and found by later operations.",
        "7644 §3.5.2.3: noTarget",
        ("entra",),
    ),
    # Names
    "dotted-key": Tolerance(
        "A key of a path-less value names a sub-attribute: `name.givenName`.",
        "7643 §2.3.8: an object in an object",
        ("entra", "sailpoint"),
    ),
    "urn-key": Tolerance(
        "A key names an attribute by its full URN, or the core schema by its own.",
        "7643 §3.3: an extension's attributes stand in an object under its URN",
        ("entra",),
    ),
    "unqualified-key": Tolerance(
        "An attribute of an extension stands beside those of the core schema.",
        "7643 §3.3: an object under the schema's URN",
        ("entra",),
    ),
    "value-path-key": Tolerance(
        'A key of a path-less value is a whole path: `emails[type eq "work"].value`.',
        "7644 §3.5.2: filters stand in `path`",
    ),
    "unknown-attribute": Tolerance(
        "A body has attributes or schemas that are not ours, or a message has members that the RFC does not know; what "
        "nobody asked for by a path is passed over.",
        "7643 §3: the attributes of the schemas that are named",
        ("authentik", "entra", "github", "mulesoft", "okta"),
    ),
    "read-only-attribute": Tolerance(
        "A path-less value has `id`, `meta`, `schemas` or `groups` in it: they are passed over.",
        "7644 §3.5.2: readOnly attributes are not modified",
        ("authentik", "okta"),
    ),
    # Values
    "boolean-text": Tolerance(
        'A boolean is text: "True", "False", in values and in filters.',
        "7643 §2.3.2: true or false",
        ("aws", "entra", "keycloak"),
    ),
    "number-text": Tolerance(
        "Text stands for a number, or a number for text.", "7643 §2.3: values have the type of their attribute"
    ),
    "bare-reference": Tolerance(
        "A manager or an element of a list is its bare `value`.", "7643 §2.3.8: an object", ("entra",)
    ),
    "value-in-object": Tolerance(
        "A simple value is an object's `value`.",
        "7643 §2.3: the value itself",
        ("entra",),
    ),
    "list-for-single": Tolerance(
        "A single-valued attribute has a list of one.",
        "7643 §2.4: lists are for multi-valued attributes",
        ("entra", "okta"),
    ),
    "one-for-list": Tolerance(
        "A single value stands where a list is due.",
        "7643 §2.4: a list, whatever its length",
        ("entra", "onelogin", "rippling"),
    ),
    "empty-value": Tolerance(
        "An empty string stands for absence, or an empty list or object where none is due.",
        "7643 §2.5: null, or an empty list for a multi-valued attribute",
        ("mulesoft", "okta"),
    ),
    # Bodies
    "missing-schemas": Tolerance(
        "`schemas` is missing, or does not name an extension that is used: the endpoint and the URN tell.",
        "7643 §3: `schemas` names every schema",
        ("entra", "okta", "wso2"),
    ),
    # Filters
    "value-behind-filter": Tolerance(
        '`emails[type eq "work"].value eq "x"` means `emails[type eq "work" and value eq "x"]`.',
        "7644 §3.4.2.2: the comparison stands in the brackets",
        ("entra",),
    ),
    "complex-comparison": Tolerance(
        '`manager eq "x"` compares its `value`.',
        "7644 §3.4.2.2: a sub-attribute is compared",
        ("entra",),
    ),
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
