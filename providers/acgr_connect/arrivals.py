"""When to look at numbers that are moving: the first is watched alone, the others when they are due.

A look costs a request of two a second. So until one number has arrived only the oldest is looked at; from then on each
one when the shortest time that a claim took in this run is up, and then again and again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition

from acgr_connect.clock import Clock

WATCH = 0.75
"""Seconds between looks at a number that is watched, or that is overdue."""

AT_LEAST = 45.0
"""Seconds after which a number is looked at although an older one is being watched."""

MOMENT = 0.05
"""Seconds after the moment at which a number is due: the claim that set it took that long at most."""


@dataclass(eq=False)
class Departure:
    """A number whose move was accepted."""

    at: float
    looked_at: float


class Arrivals:
    """One Region's moves under way, shared by all threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = Condition()
        self._under_way: list[Departure] = []
        self._shortest: float | None = None

    @contextmanager
    def departure(self) -> Iterator[Departure]:
        """A move has just been accepted, and is watched meanwhile."""
        now = self._clock.now()
        departed = Departure(now, now)
        with self._changed:
            self._under_way.append(departed)
        try:
            yield departed
        finally:
            with self._changed:
                self._under_way.remove(departed)
                self._changed.notify_all()

    def arrived(self, departed: Departure) -> None:
        """The number was seen to be there."""
        took = self._clock.now() - departed.at
        with self._changed:
            self._shortest = took if self._shortest is None else min(took, self._shortest)
            self._changed.notify_all()

    def pause(self, departed: Departure) -> float:
        """Wait until the number is to be looked at; the seconds waited."""
        began = self._clock.now()
        while (due := self._due(departed)) is None:
            with self._changed:
                self._clock.wait(self._changed, WATCH)
        self._clock.sleep(max(0.0, due - self._clock.now()))
        departed.looked_at = max(self._clock.now(), due)
        return departed.looked_at - began

    def _due(self, departed: Departure) -> float | None:
        """When the next look is due, or None: not before something changes."""
        with self._changed:
            now = self._clock.now()
            if self._shortest is not None:
                first = departed.at + self._shortest + MOMENT
                return first if departed.looked_at < first else departed.looked_at + WATCH
            if self._under_way[0] is departed:
                return departed.looked_at + WATCH
            return now if now >= departed.looked_at + AT_LEAST else None


@dataclass(frozen=True)
class Watch:
    """One move under way: when to look, and what to note."""

    arrivals: Arrivals
    departed: Departure

    def pause(self) -> float:
        """Wait until the number is to be looked at; the seconds waited."""
        return self.arrivals.pause(self.departed)

    def arrived(self) -> None:
        """The number was seen to be there."""
        self.arrivals.arrived(self.departed)
