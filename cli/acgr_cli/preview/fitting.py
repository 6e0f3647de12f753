"""Makes rows fit into so many characters: the first and the last stay, and a count stands for those between. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

OPEN_ROWS = 20
"""Rows that stand open; the others are folded."""


@dataclass(frozen=True)
class Rows:
    """A table or list that may be cut.

    Attributes:
        before: lines that stand before the rows, such as a heading and the head of a table.
        rows: one line each.
        left_out: the line that stands for so many rows.
        folded: the lines that fold so many rows away: those before, and those after; None where nothing is folded.
        after: lines that stand after the rows.
    """

    before: Sequence[str]
    rows: Sequence[str]
    left_out: Callable[[int], str]
    folded: Callable[[int], tuple[Sequence[str], Sequence[str]]] | None = None
    after: Sequence[str] = ()

    @property
    def need(self) -> int:
        """Characters for all of it."""
        return _size(self.lines(self.rows))

    def lines(self, rows: Sequence[str]) -> list[str]:
        """The lines with these rows."""
        if not self.rows:
            return []
        if self.folded is None or len(rows) <= OPEN_ROWS:
            return [*self.before, *rows, *self.after, ""]
        first, last = self.folded(len(self.rows) - OPEN_ROWS)
        return [*self.before, *rows[:OPEN_ROWS], "", *first, *rows[OPEN_ROWS:], *last, ""]

    def within(self, most: int) -> list[str]:
        """The lines, in at most so many characters, as long as a row fits at all."""
        if self.need <= most:
            return self.lines(self.rows)
        around = _size(self.lines([""] * (OPEN_ROWS + 1))) - (OPEN_ROWS + 1)
        spare = most - around - len(self.left_out(len(self.rows))) - 1
        return self.lines(_cut(self.rows, max(0, spare), self.left_out))


def _size(lines: Sequence[str]) -> int:
    return sum(len(line) + 1 for line in lines)


def _cut(rows: Sequence[str], most: int, left_out: Callable[[int], str]) -> list[str]:
    """The first rows and the last; a third of the room is for the last."""
    first, used = 0, 0
    while first < len(rows) and used + len(rows[first]) + 1 <= most * 2 // 3:
        used += len(rows[first]) + 1
        first += 1
    last = len(rows)
    while last > first and used + len(rows[last - 1]) + 1 <= most:
        used += len(rows[last - 1]) + 1
        last -= 1
    return [*rows[:first], left_out(last - first), *rows[last:]]


def shared(needs: Sequence[int], most: int) -> list[int]:
    """How many characters each part gets: what it needs, or its part of what is left."""
    given = [0] * len(needs)
    for rank, part in enumerate(sorted(range(len(needs)), key=lambda one: needs[one])):
        given[part] = min(needs[part], max(0, most) // (len(needs) - rank))
        most -= given[part]
    return given
