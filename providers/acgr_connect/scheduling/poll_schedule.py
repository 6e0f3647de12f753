"""When a number that is moving is looked at again: the first is watched, the others when they are due.

A look costs a request of two a second. So until one number has arrived the oldest is watched, and of the others one at
a time is looked at now and then, should the oldest take longer than they do. From then on each is looked at when the
usual duration of a claim is up, and then again and again. Where claims are long, one number at a time is the early
probe: it is looked at before that duration is up, should claims be quicker by now.

Only a look tells that a number has arrived, so what is known is when it was seen: an arrival found by the look that was
due says "not longer than expected", one that an earlier look had seen under way says how long it really took.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf
from threading import Condition

from acgr_connect.model.clock import Clock
from acgr_connect.scheduling.shared_state import MemoryStore, StateStore
from acgr_connect.scheduling.token_bucket import Rate

WATCH_EVERY = 0.75
"""Seconds between looks at a number that is watched, or that is overdue."""

WATCH_LEAST_EVERY = 1.5
"""The same where others call too and leave little of the rate."""

ANOTHER_EVERY = 5.0
"""Seconds between looks at numbers that are not watched, while nothing is known of how long a claim takes."""

AT_LEAST_EVERY = 45.0
"""Seconds after which a number is looked at in any case."""

EARLY_PROBE_EVERY = 15.0
"""Seconds between looks at an early probe."""

LONG_CLAIM = 10.0
"""Seconds of a claim from which on an early probe is worth its look."""

TICK = 0.001
"""Seconds that nobody waits for: less than a clock may be able to show."""

MOMENT = 0.05
"""Seconds after the moment at which a number is due: the claims before took that long at most."""

COUNTED = 5
"""Arrivals that the next one is judged by: so few that a change is noticed, so many that one outlier does not count."""

MUCH_SOONER = 0.9
"""Part of the expected duration; who is there before shows that all expectations were too long."""


@dataclass
class ClaimDurations:
    """How long the last claims of a run took, in seconds from the accepted move. Pure."""

    _took: deque[float] = field(default_factory=lambda: deque(maxlen=COUNTED))

    @property
    def expected(self) -> float | None:
        """The longest but one of the last claims, in seconds; None before the first.

        Most are there by then, so that few looks are wasted: where every number is looked at twice, looks queue.
        """
        return sorted(self._took)[-2:][0] if self._took else None

    def note(self, took: float, *, seen_in_flight: bool) -> None:
        """A number was there after so many seconds; `seen_in_flight`, where the look that was due found it moving."""
        expected = self.expected
        if expected is not None and took < MUCH_SOONER * expected:
            self._took.clear()
        self._took.append(took if seen_in_flight or expected is None else min(took, expected))


@dataclass(eq=False)
class MoveInFlight:
    """A number whose move was accepted at `at`; an early probe is looked at before the usual duration is up.

    `seen_in_flight_at` is the look before the last one, `looked_at`. At `until`, the operation's deadline, it is looked
    at for the last time.
    """

    at: float
    looked_at: float
    is_early_probe: bool = False
    until: float = inf
    seen_in_flight_at: float = -inf

    def due(self, expected: float) -> float:
        """When to look next, where a claim is expected to take so many seconds."""
        due = self.at + expected + MOMENT
        if self.looked_at >= due:
            return self.looked_at + WATCH_EVERY
        step = min(expected / 2, EARLY_PROBE_EVERY) if self.is_early_probe else AT_LEAST_EVERY
        ahead = self.looked_at + step
        return ahead if ahead < due - step / 2 else due


class PollSchedule:
    """One Region's moves in flight, shared by all threads; what they teach is shared by all processes."""

    def __init__(self, clock: Clock, store: StateStore | None = None) -> None:
        self._clock = clock
        self._store = store or MemoryStore(Rate(), "auto", clock)
        self._changed = Condition()
        self._in_flight: list[MoveInFlight] = []
        self._durations = ClaimDurations()
        self._probed_at = -inf
        self._is_watching = False

    @contextmanager
    def in_flight(self, until: float = inf) -> Iterator[TrackedMove]:
        """A move has just been accepted, and is tracked until this ends; `until` is the operation's deadline."""
        move = self._begun(until)
        try:
            yield TrackedMove(self, move)
        finally:
            with self._changed:
                self._in_flight.remove(move)
                self._changed.notify_all()

    def _begun(self, until: float) -> MoveInFlight:
        with self._changed:
            now, expected = self._clock.now(), self._expected()
            is_early_probe = expected is not None and expected > LONG_CLAIM and now - self._probed_at >= expected
            if is_early_probe:
                self._probed_at = now
            move = MoveInFlight(now, now, is_early_probe, until)
            self._in_flight.append(move)
            return move

    def arrived(self, move: MoveInFlight) -> None:
        """The number was seen to be there."""
        with self._changed:
            now, expected = self._clock.now(), self._durations.expected
            is_late = expected is not None and move.seen_in_flight_at >= move.at + expected
            self._durations.note(self._took(move, now, expected), seen_in_flight=is_late)
            with self._store.open() as state:
                state.moves.arrived(self._durations.expected, now)
            self._changed.notify_all()

    def _took(self, move: MoveInFlight, now: float, expected: float | None) -> float:
        """Seconds that a claim took. For what the last look at a watched number waited, or was refused, it did not."""
        took, is_watched = now - move.at, self._is_watching and move is self._in_flight[0]
        if expected is not None or not is_watched or move.seen_in_flight_at <= move.at:
            return took
        return min(took, move.seen_in_flight_at - move.at + WATCH_LEAST_EVERY)

    def pause(self, move: MoveInFlight) -> float:
        """Wait until the number is to be looked at; the seconds waited."""
        began = self._clock.now()
        with self._changed:
            while (due := self._due_in_time(move)) is None or due - self._clock.now() > TICK:
                self._clock.wait(self._changed, WATCH_EVERY if due is None else due - self._clock.now())
            move.seen_in_flight_at, move.looked_at = move.looked_at, max(self._clock.now(), due)
        return move.looked_at - began

    def _due_in_time(self, move: MoveInFlight) -> float | None:
        if self._clock.now() >= move.until:
            return self._clock.now()
        due = self._due(move)
        return None if due is None else min(due, move.until)

    def _due(self, move: MoveInFlight) -> float | None:
        """When the next look is due, or None: not before something changes."""
        if (expected := self._expected()) is not None:
            return move.due(expected)
        now = self._clock.now()
        if move is self._in_flight[0]:
            self._is_watching, every = self._may_watch(now)
            if self._is_watching:
                return move.looked_at + every
        others = self._in_flight[1:] if self._is_watching else self._in_flight
        if move is min(others, key=lambda m: m.looked_at) and now - self._another_at(move) >= ANOTHER_EVERY:
            self._probed_at = now
            return now
        return now if now >= move.looked_at + AT_LEAST_EVERY else None

    def _expected(self) -> float | None:
        """What this process has seen or, before it has seen anything, what another one has: a long claim is doubted."""
        if (expected := self._durations.expected) is not None:
            return expected
        with self._store.open() as state:
            shared = state.moves.expected(self._clock.now())
        return shared if shared is not None and shared <= LONG_CLAIM else None

    def _may_watch(self, now: float) -> tuple[bool, float]:
        """Whether this process watches a number, and how many seconds are between two looks."""
        with self._store.open() as state:
            return state.moves.may_watch(now), min(WATCH_EVERY / state.share(now), WATCH_LEAST_EVERY)

    def _another_at(self, move: MoveInFlight) -> float:
        return max(move.looked_at, self._probed_at)


@dataclass(frozen=True)
class TrackedMove:
    """One move in flight: when to look, and what to note."""

    schedule: PollSchedule
    move: MoveInFlight

    def pause(self) -> float:
        """Wait until the number is to be looked at; the seconds waited."""
        return self.schedule.pause(self.move)

    def arrived(self) -> None:
        """The number was seen to be there."""
        self.schedule.arrived(self.move)
