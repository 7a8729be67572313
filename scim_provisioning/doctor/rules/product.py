"""Rules about the product itself: its columns, its policies, what its adapters refuse."""

from __future__ import annotations

import re

from ..diagnosis import Case, Rule

NOT_NULL = re.compile(r'NOT NULL constraint failed: (\S+)|null value in column "(\w+)"')
NOT_UNIQUE = re.compile(r"UNIQUE constraint failed: (.+)|unique constraint \"(\w+)\"")


def _named(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return next(filter(None, found.groups())) if found else ""


def _whose(case: Case) -> str:
    """The attribute that an error begins with."""
    return case.answer.detail.partition(" ")[0].rstrip(":")


RULES = (
    Rule(
        "protected-account",
        lambda case: case.answer.status == 403 and case.says("superusers and staff"),
        "The account is a superuser's or a staff member's. If it is an administrator whom somebody assigned in the "
        "provider, take them out of the assignment there. If the doctor's own account is one, `new()` or `save()` of "
        "the adapter makes new users staff: it should not. To have staff provisioned, override `protects`.",
    ),
    Rule(
        "protected-membership",
        lambda case: case.answer.status == 403 and case.says("protected in the product"),
        "`protects` of an adapter keeps this account or this group from being changed over SCIM: take it out of the "
        "assignment in the provider, or let `protects` allow it.",
    ),
    Rule(
        "group-creation",
        lambda case: case.answer.status == 403 and case.asks("POST", below="/Groups"),
        "Groups are made in the product: in the provider, link the group that is there (or import groups) instead of "
        "pushing a new one. To allow it, set `can_create = True` on a group adapter without levels.",
    ),
    Rule(
        "group-deletion",
        lambda case: case.answer.status == 403 and case.asks("DELETE", below="/Groups"),
        "Groups are deleted in the product: in the provider, unlink without deleting. To allow it, set `can_delete = "
        "True` on the group adapter.",
    ),
    Rule(
        "group-renaming",
        lambda case: case.answer.status == 403 and case.says("cannot be renamed"),
        "Groups are named in the product: give the group in the provider the same name. To allow it, set `can_rename "
        "= True` on the group adapter.",
    ),
    Rule(
        "membership-required",
        lambda case: case.answer.status == 403 and case.says("cannot be without such a group"),
        "A user is in one of these groups at any time: in the provider, assign the new group, and the old one is "
        "left. To let users be without, allow null in the foreign key.",
    ),
    Rule(
        "read-only",
        lambda case: case.answer.scim_type == "mutability" or case.says("managed in the product"),
        lambda case: (
            f"The adapter maps {_whose(case)} so that it cannot be written: take it out of the provider's attribute "
            "mapping, or map it to a column that can be."
        ),
    ),
    Rule(
        "out-of-sight",
        lambda case: case.says("this connection sees") or (case.answer.status == 404 and case.answer.is_scim),
        "What is written is not found again: `get_queryset` of the adapter leaves new rows out, or `new` does not "
        "put them into the tenant.",
    ),
    Rule(
        "refused-by-product",
        lambda case: case.answer.status == 403,
        "Code of the product refuses it (PermissionDenied, or an adapter's own error): see `clean`, `save` and "
        "receivers.",
    ),
    Rule(
        "column-too-short",
        lambda case: case.says("holds at most") or case.refuses("value too long"),
        lambda case: (
            f"The column behind {_whose(case)} is too short for what providers send: enlarge its max_length and "
            "migrate (user names and e-mail addresses have up to 254 characters)."
        ),
    ),
    Rule(
        "required-column",
        lambda case: case.answer.status == 400 and bool(NOT_NULL.search(case.answer.refused)),
        lambda case: (
            f"Nothing fills {_named(NOT_NULL, case.answer.refused)}, which must have a value: map it, give it a "
            "default, or fill it in the adapter's `new`."
        ),
    ),
    Rule(
        "unique-column",
        lambda case: (
            case.answer.status == 409
            and (bool(NOT_UNIQUE.search(case.answer.refused)) or not case.says("userName", "displayName"))
        ),
        lambda case: (
            f"{_named(NOT_UNIQUE, case.answer.refused) or _whose(case)} must be unique, and has this value already. "
            "Two people may have no e-mail address, or share one: let the column be null, make it unique with a "
            "condition, or drop the constraint; at the least, see that the provider sends a value of its own for "
            "everybody."
        ),
    ),
    Rule(
        "name-taken",
        lambda case: case.answer.status == 409,
        "Another account or group has the name: look it up and link it. If it was deleted over SCIM, `revives` of "
        "the user adapter decides whether POST brings it back.",
    ),
    Rule(
        "strict",
        lambda case: case.answer.status == 400 and case.is_strict,
        "The connection keeps to the RFC to the letter, and this provider does not: set its dialect to automatic.",
    ),
    Rule(
        "value-refused",
        lambda case: case.answer.status == 400 and case.answer.scim_type == "invalidValue",
        lambda case: (
            "The product does not take a value that was sent. If the doctor's own value cannot be meant, give it "
            "another (`--value title=…`); else let the adapter translate it (`Choice`, `prepare`), or relax `clean`."
            + (f" The database said: {case.answer.refused}" if case.answer.refused else "")
        ),
    ),
    Rule(
        "not-kept",
        lambda case: case.answer.is_scim and case.answer.status in case.step.status,
        "What was written is not what is read: look at the source of that attribute, at `save` and `get_queryset` of "
        "the adapter, and at receivers that change rows.",
    ),
)
