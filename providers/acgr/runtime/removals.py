"""How many numbers leave a group in one run: counted as they go, because no other step of a resource knows.

A resource that is taken out of a program is not checked any more: the engine shows it to its provider once, to delete
it. By then the run has diffed everything that stays. So each delete asks how many have gone before it and how many
stay, and no more go than may. A run that checks nothing is a destroy, and says so in its name.
"""

from __future__ import annotations

from threading import Lock
from typing import Any

from acgr_connect.model.removal_guard import DEFAULT, Allowance, allowance


class Removals:
    """By group: the numbers that stay and those that have left it in this run, and how many may."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._staying: dict[str, set[str]] = {}
        self._left: dict[str, set[str]] = {}
        self._allowed: dict[str, Any] = {}

    def stays(self, group: str, number: str, allowed: Any) -> None:
        """The program goes on declaring a number that was on the group, and says how many may leave."""
        with self._lock:
            self._staying.setdefault(group, set()).add(number)
            self._allowed[group] = allowed

    def objection(self, group: str, number: str, allowed: Any) -> str | None:
        """Why one more number may not leave the group, or None: it may, and counts from then on.

        Args:
            group: what it leaves.
            number: what leaves.
            allowed: how many may, as the state says; what a number that stays says now goes before it.
        """
        with self._lock:
            left = self._left.setdefault(group, set())
            total = len(self._staying.get(group, set()) | left | {number})
            gone = len(left | {number})
            most = _allowance(self._allowed.get(group, allowed))
            if gone > most.of(total):
                said = f"{most}, {most.of(total)} here" if most.is_share else f"{most}"
                return f"{gone} of {total} numbers would leave it in one run, and max_number_removals is {said}"
            left.add(number)
            return None


def _allowance(written: Any) -> Allowance:
    return allowance(DEFAULT if written is None else written)
