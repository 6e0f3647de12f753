"""What is measured: calls by outcome, calls a second, and what happened to each number when."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .clock import Clock
from .events import CAPACITY
from .models import Number
from .world import World

THROTTLES = ("ThrottlingException", "TooManyRequestsException", "throttled")
RATE_SECONDS = 60
NO_OPERATION = "(none)"
"""What is counted in place of an operation where a request was refused before it was known, or is for none."""

MOST_ROWS, MOST_LACKED, OTHERS = 5_000, 200, "(others)"
"""How many rows and how many names are counted; what comes after them is counted together."""


class Counters:
    """Calls by operation, Region and outcome: `ok`, `throttled`, `lost`, `reset`, or the error's code.

    `lacked` counts, by name, the operations that were asked for and that the sandbox does not have.
    """

    def __init__(self) -> None:
        self._calls: Counter[tuple[str, str, str]] = Counter()
        self._lacked: Counter[str] = Counter()
        self.total = 0

    def add(self, operation: str, region: str, outcome: str, *, lacked: str = "") -> None:
        """Count one call; `lacked` is the name of an operation that the sandbox does not have."""
        self.total += 1
        row = (operation, region, "throttled" if outcome in THROTTLES else outcome)
        # Regions and paths are what somebody wrote: there is no end of them.
        self._calls[row if row in self._calls or len(self._calls) < MOST_ROWS else (OTHERS, OTHERS, row[2])] += 1
        if lacked:
            self._lacked[lacked if lacked in self._lacked or len(self._lacked) < MOST_LACKED else OTHERS] += 1

    @property
    def lacked(self) -> dict[str, int]:
        """How often each operation was asked for that the sandbox does not have, the most wanted first."""
        return dict(self._lacked.most_common())

    def calls(self, operation: str | None = None, region: str | None = None, outcome: str | None = None) -> int:
        """How many calls there were; each argument left out stands for all.

        Args:
            operation: name in the service model.
            region: where it was called.
            outcome: `ok`, `throttled`, `lost`, `reset`, an error code, or `failed` for all but `ok`.
        """
        return sum(
            count
            for (name, where, what), count in list(self._calls.items())
            if operation in (None, name)
            and region in (None, where)
            and (outcome in (None, what) or (outcome == "failed" and what != "ok"))
        )

    def rows(self) -> list[dict[str, Any]]:
        """One entry for each operation, Region and outcome."""
        return [
            {"operation": name, "region": region, "outcome": outcome, "calls": count}
            for (name, region, outcome), count in sorted(self._calls.items())
        ]

    def table(self) -> str:
        """The counts as lines of text."""
        rows = self.rows()
        width = max([len(str(row["operation"])) for row in rows], default=0)
        return "\n".join(
            f"{row['operation']:<{width}}  {row['region']:<14}  {row['outcome']:<26}  {row['calls']:>6}" for row in rows
        )

    def reset(self) -> None:
        """Start again at nothing."""
        self.total = 0
        self._calls.clear()
        self._lacked.clear()


class CallRate:
    """How many calls there were, and how many of them throttled, in each of the last 60 seconds."""

    def __init__(self) -> None:
        self._seconds: deque[list[int]] = deque(maxlen=RATE_SECONDS)

    def add(self, now: float, *, throttled: bool) -> None:
        """Count one call; `now` in epoch seconds."""
        second = int(now)
        if not self._seconds or self._seconds[-1][0] != second:
            self._seconds.append([second, 0, 0])
        self._seconds[-1][1] += 1
        self._seconds[-1][2] += throttled

    def rows(self, now: float) -> list[tuple[int, int]]:
        """(calls, throttled) of the last 60 seconds, the present one last."""
        counted = {second: (calls, throttled) for second, calls, throttled in list(self._seconds)}
        last = int(now)
        return [counted.get(second, (0, 0)) for second in range(last - RATE_SECONDS + 1, last + 1)]


class NumberEvent(NamedTuple):
    """One thing that happened to a number; `time` in epoch seconds, `region` empty where it concerns both.

    `calls` is how many phone calls it happened to, where it is about those.
    """

    time: float
    number_id: str
    e164: str
    region: str
    what: str
    calls: int = 0


class Timeline:
    """The history of every number: moved, claimed, failed, flow set, flow removed, mirrored, dark, lit, released.

    Also `claim lapsed`: a claim that FAILED was not made again in time.

    `dark` and `lit` (no longer dark) are recorded per Region, at the moment the world changed and not when somebody
    looked. So are `first call lost`, and `calls lost` with their number once calls are answered there again. The newest
    events are kept, and how long each number was dark is added up besides: what is forgotten of the events changes no
    total.

    Args:
        clock: what time it is.
        notify: called with each event.
        capacity: how many events are kept, and of how many numbers that are no more the totals.
    """

    def __init__(
        self, clock: Clock, notify: Callable[[NumberEvent], None] = lambda _: None, *, capacity: int = CAPACITY
    ) -> None:
        self._clock = clock
        self._notify = notify
        self._capacity = capacity
        self._events: deque[NumberEvent] = deque(maxlen=capacity)
        self._histories: dict[str, _History] = {}
        self._gone: dict[str, None] = {}  # numbers that are no more, the first to go first

    def begin(self, world: World) -> None:
        """Forget everything; numbers that are dark already count as dark from now."""
        self._events.clear()
        self._histories.clear()
        self._gone.clear()
        for number in world.numbers.values():
            self.check_dark(world, number, self._clock.now())

    def record(self, number: Number, at: float, what: str, region: str, calls: int = 0) -> None:
        """Add one event."""
        event = NumberEvent(at, number.id, number.e164, region, what, calls)
        self._events.append(event)
        self._notify(event)

    def check_dark(self, world: World, number: Number, at: float) -> None:
        """Note in which Regions a number went dark, or came back, at `at`."""
        history, exists = self._history(number), number.id in world.numbers
        before = history.dark
        dark = {region: before.get(region, at) for region in (world.dark_regions(number) if exists else ())}
        for region in sorted(dark.keys() - before.keys()):
            self.record(number, at, "dark", region)
        for region in sorted(before.keys() - dark.keys()):
            history.seconds[region] = history.seconds.get(region, 0.0) + at - before[region]
            self.record(number, at, "lit", region)
        history.dark = dark
        if not exists:
            self._forget_oldest(number.id)

    def _history(self, number: Number) -> _History:
        return self._histories.setdefault(number.id, _History(number.e164, number.region))

    def _forget_oldest(self, gone: str) -> None:
        self._gone[gone] = None
        while len(self._gone) > self._capacity:
            oldest = next(iter(self._gone))
            del self._gone[oldest]
            self._histories.pop(oldest, None)

    def dark_since(self, number_id: str, region: str) -> float | None:
        """When a number went dark in a Region where it is dark now, epoch seconds; else None."""
        history = self._histories.get(number_id)
        return history.dark.get(region) if history else None

    def events(self, number: str | None = None) -> list[NumberEvent]:
        """The newest events of one number, by id or E.164, or of all of them, in order."""
        return [e for e in list(self._events) if number in (None, e.number_id, e.e164)]

    def dark_seconds(self, number: str, region: str | None = None) -> float:
        """How long a number had no flow in one Region so far, the present darkness included.

        Args:
            number: id or E.164.
            region: the Region looked at; None is the one it was claimed in.
        """
        found = self._histories.get(number)
        histories = [found] if found else [each for each in list(self._histories.values()) if each.e164 == number]
        return sum(each.seconds_in(region or each.region, self._clock.now()) for each in histories)

    def rows(self, number: str | None = None) -> list[dict[str, Any]]:
        """The same events as plain data."""
        return [event._asdict() for event in self.events(number)]


@dataclass
class _History:
    """A number's darkness: since when it is dark where it is now, and how long it was before; by Region."""

    e164: str
    region: str
    dark: dict[str, float] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def seconds_in(self, region: str, now: float) -> float:
        """All of its darkness in a Region, until `now`."""
        since = self.dark.get(region)
        return self.seconds.get(region, 0.0) + (0.0 if since is None else max(0.0, now - since))
