"""The only module that knows what time it is."""

from __future__ import annotations

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """Epoch seconds, and a way to let some of them pass."""

    def now(self) -> float:
        """The present, in seconds since 1970."""

    def sleep(self, seconds: float) -> None:
        """Return when `seconds` have passed."""


class RealClock:
    """The wall clock."""

    def now(self) -> float:
        """The present, in seconds since 1970."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Block the calling thread for `seconds`."""
        time.sleep(seconds)


class ManualClock:
    """A clock that moves only when told; safe to share between threads.

    Args:
        start: epoch seconds it shows at first.
    """

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        self._now = start
        self._lock = threading.Lock()

    def now(self) -> float:
        """The time it was last moved to, in seconds since 1970."""
        with self._lock:
            return self._now

    def advance(self, seconds: float) -> None:
        """Move forward by `seconds`; a negative number is a ValueError."""
        if seconds < 0:
            raise ValueError(f"a clock does not run backwards: {seconds}")
        with self._lock:
            self._now += seconds

    def sleep(self, seconds: float) -> None:
        """Advance by `seconds` instead of waiting."""
        self.advance(seconds)
