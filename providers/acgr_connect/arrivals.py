"""When to look at numbers that are moving: the first is watched, the others when they are due.

A look costs a request of two a second. So until one number has arrived the oldest is watched, and of the others one at
a time is looked at now and then, should the oldest take longer than they do. From then on each is looked at when the
usual time of a claim is up, and then again and again. Where that time is long, one number at a time, the scout, is
looked at before it is up, should claims be quicker by now.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition
from uuid import uuid4

from acgr_connect.bucket import Rate
from acgr_connect.claims import Claims
from acgr_connect.clock import Clock
from acgr_connect.ledger_store import FileStore, MemoryStore

WATCH = 0.75
"""Seconds between looks at a number that is watched, or that is overdue."""

ANOTHER = 5.0
"""Seconds between looks at numbers that are not watched, while nothing is known of how long a claim takes."""

AT_LEAST = 45.0
"""Seconds after which a number is looked at in any case."""

SCOUTED_EVERY = 15.0
"""Seconds between looks at a scout."""

LONG = 10.0
"""Seconds of a claim from which on a scout is worth its look."""

TICK = 0.001
"""Seconds that nobody waits for: less than a clock may be able to show."""

MOMENT = 0.05
"""Seconds after the moment at which a number is due: the claims before took that long at most."""


@dataclass(eq=False)
class Departure:
    """A number whose move was accepted at `at`; a scout is looked at before the usual time is up.

    `seen_under_way_at` is the look before the last one, `looked_at`.
    """

    at: float
    looked_at: float
    is_scout: bool = False
    seen_under_way_at: float = float("-inf")

    def due(self, expected: float) -> float:
        """When to look next, where a claim is expected to take so many seconds."""
        due = self.at + expected + MOMENT
        if self.looked_at >= due:
            return self.looked_at + WATCH
        step = min(expected / 2, SCOUTED_EVERY) if self.is_scout else AT_LEAST
        ahead = self.looked_at + step
        return ahead if ahead < due - step / 2 else due


class Arrivals:
    """One Region's moves under way, shared by all threads; what they teach is shared by all processes."""

    def __init__(self, clock: Clock, store: MemoryStore | FileStore | None = None) -> None:
        self._clock = clock
        self._store = store or MemoryStore(Rate(), "auto", clock)
        self._who = str(uuid4())
        self._changed = Condition()
        self._under_way: list[Departure] = []
        self._claims = Claims()
        self._scouted_at = float("-inf")
        self._is_watching = False

    @contextmanager
    def departure(self) -> Iterator[Departure]:
        """A move has just been accepted, and is watched meanwhile."""
        departed = self._departed()
        try:
            yield departed
        finally:
            with self._changed:
                self._under_way.remove(departed)
                self._changed.notify_all()

    def _departed(self) -> Departure:
        with self._changed:
            now, expected = self._clock.now(), self._expected()
            is_scout = expected is not None and expected > LONG and now - self._scouted_at >= expected
            if is_scout:
                self._scouted_at = now
            departed = Departure(now, now, is_scout)
            self._under_way.append(departed)
            return departed

    def arrived(self, departed: Departure) -> None:
        """The number was seen to be there."""
        with self._changed:
            now, expected = self._clock.now(), self._claims.expected
            is_late = expected is not None and departed.seen_under_way_at >= departed.at + expected
            self._claims.note(now - departed.at, seen_under_way=is_late)
            with self._store.open() as ledger:
                ledger.moves.arrived(self._claims.expected, now)
            self._changed.notify_all()

    def pause(self, departed: Departure) -> float:
        """Wait until the number is to be looked at; the seconds waited."""
        began = self._clock.now()
        with self._changed:
            while (due := self._due(departed)) is None or due - self._clock.now() > TICK:
                self._clock.wait(self._changed, WATCH if due is None else due - self._clock.now())
            departed.seen_under_way_at, departed.looked_at = departed.looked_at, max(self._clock.now(), due)
        return departed.looked_at - began

    def _due(self, departed: Departure) -> float | None:
        """When the next look is due, or None: not before something changes."""
        if (expected := self._expected()) is not None:
            return departed.due(expected)
        now = self._clock.now()
        if departed is self._under_way[0]:
            self._is_watching = self._may_watch(now)
            if self._is_watching:
                return departed.looked_at + WATCH
        others = self._under_way[1:] if self._is_watching else self._under_way
        if departed is min(others, key=lambda d: d.looked_at) and now - self._another_at(departed) >= ANOTHER:
            self._scouted_at = now
            return now
        return now if now >= departed.looked_at + AT_LEAST else None

    def _expected(self) -> float | None:
        """What this process has seen or, before it has seen anything, what another one has: a long claim is doubted."""
        if (expected := self._claims.expected) is not None:
            return expected
        with self._store.open() as ledger:
            told = ledger.moves.expected(self._clock.now())
        return told if told is not None and told <= LONG else None

    def _may_watch(self, now: float) -> bool:
        with self._store.open() as ledger:
            return ledger.moves.may_watch(self._who, now)

    def _another_at(self, departed: Departure) -> float:
        return max(departed.looked_at, self._scouted_at)


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
