"""What has to become of a user's levels in a project, said with plain sets; and the same asked of the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from scim_provisioning.adapters.collections import GroupCollection
from scim_provisioning.adapters.registry import Directory

from .models import Access, Project

LEVELS = ["viewer", "editor", "owner"]
RANK = {level: rank for rank, level in enumerate([*LEVELS, "root"])}


@dataclass(frozen=True)
class Cell:
    """One user in one project: the level in the product's row, and what was granted besides, while the row is there."""

    row: str | None = None
    beside: frozenset[str] = frozenset()

    @property
    def granted(self) -> frozenset[str]:
        """What counts: the row's level, and what is below it."""
        if self.row is None:
            return frozenset()
        return frozenset({self.row, *(level for level in self.beside if RANK[level] < RANK[self.row])})

    def after(self, step: tuple[str, str]) -> Cell:
        """What a grant or a removal over SCIM makes of it, or a change in the product."""
        verb, level = step
        match verb:
            case "add":
                return self._holding(self.granted | {level})
            case "remove":
                return self._holding(self.granted - {level})
            case "put":  # the product makes the row, or raises or lowers it
                return Cell(level, self.beside if self.row else frozenset())
        return Cell()  # the product deletes the row

    def _holding(self, levels: frozenset[str]) -> Cell:
        if levels == self.granted:
            return self
        highest = max(levels, key=RANK.__getitem__, default=None)
        return Cell(highest, levels - {highest})


def put(project: Project, users: Iterable[int], level: str) -> None:
    """The product gives the users that level."""
    users = set(users)
    rows = Access.objects.filter(project=project, user__in=users)
    there = set(rows.values_list("user", flat=True))
    rows.update(level=level)
    Access.objects.bulk_create(Access(project=project, user_id=user, level=level) for user in users - there)


def delete(project: Project, users: Iterable[int]) -> None:
    """The product takes the users' access away."""
    Access.objects.filter(project=project, user__in=list(users)).delete()


def members(directory: Directory, project: Project) -> dict[str, set[int]]:
    """Level to the users in its Group, as the Groups read."""
    return {str(groups.level): set(shown(groups, project)) for groups in directory.groups}


def shown(groups: GroupCollection, project: Project) -> list[int]:
    """The users in a Group."""
    stored: Any = groups.mapping["members"]
    found = stored.fetch(groups, [project.pk]).get(project.pk, [])
    return [int(member["value"]) for member in found]


def rows(project: Project) -> dict[int, str]:
    """The product's rows."""
    return dict(Access.objects.filter(project=project).values_list("user", "level"))
