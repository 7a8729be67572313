"""One row per user and group that holds the highest of the levels granted; we remember those that it overshadows.

A user is granted the level of the host's row, and of the levels below it those that are remembered for this very row.
So whatever order grants come and go in, each Group reads back as it was written, the row is at the highest level that
is left, and a row that the product deletes takes all with it. A level that the adapter does not know outranks all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Set
from collections.abc import Collection as Sized
from dataclasses import dataclass, field, fields
from itertools import product
from typing import Any

from django.db import IntegrityError, connections, router, transaction
from django.db.models import Exists, Expression, F, Model, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast

from ..models import Remembered
from .membership import Membership, is_unique, portions, touched

Levels = Set[str | None]


@dataclass
class Cell:
    """What is stored of one user in one group: the host's row, and what we remember of any row there ever was."""

    row: Any = None
    level: str | None = None
    memories: list[Remembered] = field(default_factory=list)


class HighestLevel(Membership):
    """The pairs at one level: the rows that hold it, and those with a higher one beside which it is remembered."""

    locks_leavers = True

    @property
    def table(self) -> QuerySet[Model]:
        rows = self.model._base_manager.all()
        if self.level is None:
            return rows
        remembered = Remembered.objects.filter(
            kind=self.kind,
            group=Cast(OuterRef(self.group_key), TextField()),
            user=OuterRef(self.user_key),
            level=self.level,
            row=Cast(OuterRef("pk"), TextField()),
        )
        higher = ~Q(**{f"{self.level_field}__in": self.levels[: self._rank(self.level) + 1]})
        return rows.filter(Q(**{str(self.level_field): self.level}) | higher & Exists(remembered))

    @property
    def whole(self) -> Membership:
        """Each level is read by a statement of its own."""
        return self

    @property
    def level_read(self) -> Expression | F:
        return Value(self.level, TextField())

    @property
    def unique_on(self) -> set[str]:
        return {self.group, self.user}

    def present(self, group: Any, users: Sized[Any]) -> set[Any]:
        """By two look-ups: the condition of `table` would have the database read all that is remembered."""
        found: set[Any] = set()
        for groups, some in portions([group], users):
            cells = self._cells(self.model._base_manager.all(), groups, some)
            found.update(user for (_, user), cell in cells.items() if self.level in self._granted(cell))
        return found

    def add(self, groups: Sized[Any], users: Sized[Any]) -> None:
        self._settle(groups, users, lambda granted: granted | {self.level})

    def remove(self, groups: Sized[Any], users: Sized[Any]) -> None:
        self._settle(groups, users, lambda granted: granted - {self.level})

    def _settle(self, groups: Sized[Any], users: Sized[Any], change: Callable[[Levels], Levels]) -> None:
        """Have all these users granted what the change makes of what they were granted in each of these groups."""
        for some_groups, some_users in portions(groups, users):
            try:
                with transaction.atomic(using=router.db_for_write(self.model)):
                    self._settle_some(some_groups, some_users, change)
            except IntegrityError:  # the product made a row meanwhile
                self._settle_some(some_groups, some_users, change)

    def _settle_some(self, groups: list[Any], users: list[Any], change: Callable[[Levels], Levels]) -> None:
        cells = self._cells(self.model._base_manager.select_for_update(), groups, users)
        made, dropped, forgotten, remembered = [], [], [], []
        moved = defaultdict(list)
        for pair in product(groups, users):
            cell = cells.get(pair) or Cell()
            granted = self._granted(cell)
            *lower, highest = sorted(change(granted.keys()), key=self._rank) or [None]
            forgotten += [one.pk for one in cell.memories if one.level not in lower or granted.get(one.level) != one]
            remembered += [self._memory(pair, cell.row, level) for level in lower if granted.get(level) is None]
            if cell.row is None:
                made += [pair] if highest else []
            elif highest is None:
                dropped.append(cell.row)
            elif highest != cell.level:
                moved[highest].append(cell.row)
        Remembered.objects.filter(pk__in=forgotten).delete()
        Remembered.objects.bulk_create(remembered)
        rows = self.model._base_manager.all()
        rows.filter(pk__in=dropped).delete()
        for level, keys in moved.items():
            rows.filter(pk__in=keys).update(**{str(self.level_field): level}, **touched(self.model))
        self._insert(made)

    def _cells(self, rows: QuerySet[Model], groups: list[Any], users: list[Any]) -> dict[tuple[Any, Any], Cell]:
        """What is stored of these users in these groups, by the pairs' primary keys."""
        cells: dict[tuple[Any, Any], Cell] = defaultdict(Cell)
        held = rows.filter(**{f"{self.group_key}__in": groups, f"{self.user_key}__in": users})
        for group, user, row, level in held.values_list(self.group_key, self.user_key, "pk", str(self.level_field)):
            cells[group, user] = Cell(row, level)
        by_text = {self._text(self.group, group): group for group in groups}
        for memory in Remembered.objects.filter(kind=self.kind, group__in=by_text, user__in=users):
            cells[by_text[memory.group], memory.user_id].memories.append(memory)
        return cells

    def _granted(self, cell: Cell) -> dict[str | None, Remembered | None]:
        """The levels that are granted, each with what is remembered of it, where the row itself does not say it."""
        if cell.row is None:
            return {}
        row, rank = self._text(self.model._meta.pk.name, cell.row), self._rank(cell.level)
        granted: dict[str | None, Remembered | None] = {cell.level: None}
        granted |= {one.level: one for one in cell.memories if one.row == row and self._rank(one.level) < rank}
        return granted

    def _memory(self, pair: tuple[Any, Any], row: Any, level: str | None) -> Remembered:
        group, user = self._text(self.group, pair[0]), pair[1]
        row = self._text(self.model._meta.pk.name, row)
        return Remembered(kind=self.kind, group=group, user_id=user, level=str(level), row=row)

    def _rank(self, level: str | None) -> int:
        return self.levels.index(level) if level in self.levels else len(self.levels)

    def _text(self, column: str, key: Any) -> str:
        """The key as the database writes it when it casts the column to text."""
        field: Any = self.model._meta.get_field(column)
        connection = connections[router.db_for_write(self.model)]
        return str(field.get_db_prep_value(key, connection))


def of_levels(membership: Membership) -> Membership:
    """The kind that a through table with levels is of: its unique constraint says what its rows are."""
    pair = {membership.group, membership.user}
    if type(membership) is not Membership or not membership.level_field or not is_unique(membership.model, pair):
        return membership
    return HighestLevel(**{name.name: getattr(membership, name.name) for name in fields(membership)})
