"""Checks that the id of a group says which group it is, and fits into an address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import permutations
from uuid import UUID

from django.core.checks import CheckMessage

from ..adapters.base import GroupAdapter
from ..adapters.sources import Identifier
from .messages import error

UNRESERVED = re.compile(r"[A-Za-z0-9._~-]+")
"""What stands in an address as it is (RFC 3986 §2.3)."""

Ids = tuple[type[GroupAdapter], Identifier]


def check(adapters: Sequence[type[GroupAdapter]]) -> Iterator[CheckMessage]:
    """Letters, kinds, and whether two kinds or levels can make the same id."""
    kinds: dict[str, type[GroupAdapter]] = {}
    for adapter in adapters:
        yield from _letters(adapter)
        if adapter.kind in kinds:
            yield error(
                "E006",
                f"{adapter.__name__}.kind is {adapter.kind!r}, as that of {kinds[adapter.kind].__name__}.",
                "Give each group adapter a `kind` of its own: ids begin with it.",
            )
        kinds.setdefault(adapter.kind, adapter)
    all_ids = [(one, one.identifier(level)) for one in kinds.values() for level in (one.levels or (None,))]
    yield from _ambiguities(all_ids)


def _letters(adapter: type[GroupAdapter]) -> Iterator[CheckMessage]:
    for attribute, texts in (("kind", [adapter.kind]), ("levels", adapter.levels)):
        for text in texts:
            if not UNRESERVED.fullmatch(str(text)):
                yield error(
                    "E018",
                    f"{adapter.__name__}.{attribute}: {text!r} cannot stand in an address, and ids are made of it.",
                    "Use letters without accents, digits, and any of `-._~`.",
                )


def _ambiguities(all_ids: Sequence[Ids]) -> Iterator[CheckMessage]:
    told = set()
    for (one, ids), (other, others) in permutations(all_ids, 2):
        pair = frozenset((one, other))
        example = next((id for id in _samples(others, ids) if ids.key(id) is not None), None)
        if example and pair not in told:
            told.add(pair)
            names = " and ".join(sorted({one.__name__, other.__name__}))
            yield error(
                "E019",
                f"{names}: the id {example!r} can mean two groups, by their `kind` and `levels`.",
                f"Let no `kind` begin with another one, and no key of `levels` end in another one: see {names}.",
            )


def _samples(ids: Identifier, beside: Identifier) -> Iterator[str]:
    """Ids of one kind that are the likeliest to be read as ids of the other."""
    parts = f"{ids.before}{ids.behind}-{beside.before}{beside.behind}".split("-")
    for key in ["1", str(UUID(int=1)), *parts, *(f"{part}{beside.behind}" for part in ["1", *parts])]:
        if (id := ids.text(key)) and ids.key(id) is not None:
            yield id
