"""Seconds that may be spent on something, shared by all resources of a run."""

from __future__ import annotations

from threading import Lock


class TimeBudget:
    """What is left of so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._lock = Lock()
        self.seconds = self._left = seconds

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left."""
        return self._left <= 0

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return max(0.0, self._left)

    def charge(self, seconds: float) -> bool:
        """Take away seconds that were spent; True for whoever spends the last of them."""
        with self._lock:
            had, self._left = self._left, self._left - seconds
            return had > 0 >= self._left
