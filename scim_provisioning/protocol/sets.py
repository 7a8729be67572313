"""A set that is changed without ever being loaded: the members of a group, the groups of a user."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from .binding import Bound

ALL: Final = "all"

Drop = frozenset[str] | Literal["all"] | Bound
"""The ids that leave, or everybody, or whoever satisfies a condition."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a client names by its display instead of its id; whoever knows the ids puts the id in its place."""

    display: str


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a set: whoever is in `drop` leaves, then `add` comes in."""

    drop: Drop
    add: frozenset[str]


@dataclass(frozen=True, slots=True)
class SetChange:
    """Changes of a set, in order; neighbours fold into one where the ids are known.

    `SetChange()` is the set as it is. `changed(members)` says what becomes of a set in memory.
    """

    steps: tuple[Step, ...] = ()

    def then(self, drop: Drop = frozenset(), add: frozenset[str] = frozenset()) -> SetChange:
        """This change and then another one."""
        if not self.steps:
            return SetChange((Step(drop, add),)) if drop or add else self
        *before, last = self.steps
        if drop == ALL:
            return SetChange((Step(ALL, add),))
        if not isinstance(drop, frozenset):
            return SetChange((*self.steps, Step(drop, add)))
        kept_add = (last.add - drop) | add
        if isinstance(last.drop, frozenset):
            return SetChange((*before, Step(last.drop | drop, kept_add)))
        if last.drop == ALL:
            return SetChange((*before, Step(ALL, kept_add)))
        return SetChange((*self.steps, Step(drop, add)))

    def changed(self, members: frozenset[str], satisfies: Callable[[Bound, str], bool]) -> frozenset[str]:
        """The set after the change."""
        for step in self.steps:
            if step.drop == ALL:
                members = frozenset()
            elif isinstance(step.drop, frozenset):
                members -= step.drop
            else:
                members = frozenset(one for one in members if not satisfies(step.drop, one))
            members |= step.add
        return members
