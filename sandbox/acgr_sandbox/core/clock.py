"""The only module that knows what time it is."""

from __future__ import annotations

import math
import threading
import time
from typing import Protocol

MANUAL_START = 1_700_000_000.0
"""Epoch seconds that a manual clock shows at first."""


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


class SteadyClock:
    """Seconds since some moment; nobody can set it, so that it is right for how long something takes."""

    def now(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Block the calling thread for `seconds`."""
        time.sleep(seconds)


class ManualClock:
    """A clock that moves only when told; safe to share between threads.

    Args:
        start: epoch seconds it shows at first.
    """

    def __init__(self, start: float = MANUAL_START) -> None:
        self._now = start
        self._lock = threading.Lock()

    def now(self) -> float:
        """The time it was last moved to, in seconds since 1970."""
        with self._lock:
            return self._now

    def advance(self, seconds: float) -> None:
        """Move forward by `seconds`; a negative number is a ValueError."""
        with self._lock:
            self._now += _forward(seconds)

    def sleep(self, seconds: float) -> None:
        """Advance by `seconds` instead of waiting."""
        self.advance(seconds)


class AcceleratedClock:
    """A clock that runs faster, or slower, than another; safe to share between threads.

    Args:
        factor: its seconds in one of the other's, above zero.
        start: epoch seconds it shows at first; what the other shows unless given.
        of: the other clock; the wall clock unless given.
    """

    def __init__(self, factor: float, start: float | None = None, *, of: Clock | None = None) -> None:
        self._of: Clock = of or RealClock()
        self._began = self._of.now()
        self._start = self._began if start is None else start
        self._lock = threading.Lock()
        self.factor = _positive(factor)

    def now(self) -> float:
        """The time it shows, in seconds since 1970."""
        with self._lock:
            return self._shown()

    def run(self, factor: float) -> None:
        """Go on from here at another speed; a factor of zero or less is a ValueError."""
        with self._lock:
            self._start, self._began = self._shown(), self._of.now()
            self.factor = _positive(factor)

    def advance(self, seconds: float) -> None:
        """Jump forward by `seconds`; a negative number is a ValueError."""
        with self._lock:
            self._start += _forward(seconds)

    def sleep(self, seconds: float) -> None:
        """Block the calling thread until `seconds` have passed on this clock."""
        self._of.sleep(seconds / self.factor)

    def _shown(self) -> float:
        return self._start + (self._of.now() - self._began) * self.factor


def clock_named(name: str, start: float = 0.0) -> Clock:
    """The clock a command line names: `real`, `manual`, or how many times as fast as the wall clock, e.g. `60x`.

    Args:
        name: as above.
        start: epoch seconds that it shows at least, so that a world does not go back in time.

    Raises:
        ValueError: there is no such clock.
    """
    if name == "real":
        return RealClock()
    if name == "manual":
        return ManualClock(start or MANUAL_START)
    try:
        factor = _positive(float(name.removesuffix("x")))
    except ValueError:
        raise ValueError(f"There is no clock {name!r}; there are real, manual, and a speed such as 60x.") from None
    return AcceleratedClock(factor, max(start, RealClock().now()))


def clock_name(clock: Clock) -> str:
    """The name of a clock, as `clock_named` takes it."""
    if isinstance(clock, AcceleratedClock):
        return f"{clock.factor:g}x"
    return "real" if isinstance(clock, RealClock) else "manual"


def _positive(factor: float) -> float:
    if not 0 < factor < math.inf:
        raise ValueError(f"a clock runs forwards, at a speed above zero: {factor}")
    return factor


def _forward(seconds: float) -> float:
    if not 0 <= seconds < math.inf:
        raise ValueError(f"a clock does not run backwards: {seconds}")
    return seconds
