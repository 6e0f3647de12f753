"""How many numbers may leave a group in one run."""

from __future__ import annotations

from typing import Any

import pytest

from acgr.runtime.removals import Removals


def _leaving(staying: int, leaving: int, *, says: Any = None, stored: Any = None) -> int:
    """Of so many numbers that leave, how many do."""
    removals = Removals()
    for number in range(staying):
        removals.stays("retail", f"stays-{number}", says)
    return sum(removals.objection("retail", f"leaves-{number}", stored) is None for number in range(leaving))


@pytest.mark.parametrize(
    ("staying", "leaving", "says", "stored", "gone"),
    [
        (19, 1, None, None, 1),
        (18, 2, None, None, 2),
        (17, 3, None, None, 1),
        (0, 20, None, None, 1),
        (0, 1, None, None, 1),
        (15, 5, "25%", None, 5),
        (15, 5, 5, "10%", 5),
        (15, 5, "10%", 5, 1),
        (0, 20, None, "100%", 20),
        (0, 20, None, 7, 7),
        (19, 1, 0, None, 0),
        (19, 1, "0%", None, 0),
    ],
)
def test_how_many_leave(staying: int, leaving: int, says: Any, stored: Any, gone: int) -> None:
    """Never more than may, of those that there were; all of them where so many may. What stays has the last word."""
    assert _leaving(staying, leaving, says=says, stored=stored) == gone


def test_each_group_counts_for_itself() -> None:
    """Numbers of another group are no part of it, and the same number twice is one."""
    removals = Removals()
    removals.stays("retail", "a", None)
    assert removals.objection("retail", "b", None) is None
    assert removals.objection("retail", "b", None) is None
    assert removals.objection("emergency", "c", None) is None
    said = "2 of 3 numbers would leave it in one run, and max_number_removals is 10%, 1 here"
    assert removals.objection("retail", "d", None) == said
