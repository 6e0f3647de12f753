"""The only module that touches the clock."""

from __future__ import annotations

import time
from calendar import timegm
from threading import Condition
from typing import Protocol


class Clock(Protocol):
    """Time as the rest of the package sees it: seconds, of which only differences mean anything."""

    def now(self) -> float:
        """Seconds since some fixed moment."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass, holding nothing."""
        ...

    def wait(self, condition: Condition, seconds: float | None) -> None:
        """Wait until the held condition is notified or, where `seconds` is given, so long at most."""
        ...


class SystemClock:
    """The machine's own monotonic clock."""

    def now(self) -> float:
        """Seconds since some fixed moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""
        time.sleep(max(0.0, seconds))

    def wait(self, condition: Condition, seconds: float | None) -> None:
        """Wait until the held condition is notified, or `seconds` at most."""
        condition.wait(seconds)


def seconds_since_1970() -> float:
    """The time of day, for what outlives a process. It may jump: durations are taken from a `Clock`."""
    return time.time()


def time_of_day(seconds: float) -> str:
    """`12:03:59 UTC`, of seconds since 1970."""
    return time.strftime("%H:%M:%S UTC", time.gmtime(seconds))


UTC = "%Y-%m-%dT%H:%M:%SZ"


def utc(seconds: float) -> str:
    """`2026-11-28T12:03:59Z`, of seconds since 1970."""
    return time.strftime(UTC, time.gmtime(seconds))


def seconds_of(moment: str) -> float:
    """Seconds since 1970, of what `utc` wrote.

    Raises:
        ValueError: it is written otherwise.
    """
    return float(timegm(time.strptime(moment, UTC)))
