"""What is measured: calls by outcome, calls a second, and what happened to each number when."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from .clock import Clock
from .models import Number
from .world import World

THROTTLES = ("ThrottlingException", "TooManyRequestsException", "throttled")
RATE_SECONDS = 60


class Counters:
    """Calls by operation, Region and outcome: `ok`, `throttled`, `lost`, `reset`, or the error's code."""

    def __init__(self) -> None:
        self._calls: Counter[tuple[str, str, str]] = Counter()
        self.total = 0

    def add(self, operation: str, region: str, outcome: str) -> None:
        """Count one call."""
        self.total += 1
        self._calls[operation, region, "throttled" if outcome in THROTTLES else outcome] += 1

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


@dataclass(frozen=True)
class NumberEvent:
    """One thing that happened to a number; `time` in epoch seconds, `region` empty where it concerns both."""

    time: float
    number_id: str
    e164: str
    region: str
    what: str


class Timeline:
    """The history of every number: moved, claimed, failed, flow set, flow removed, mirrored, dark, lit, released.

    Also `claim lapsed`: a claim that FAILED was not made again in time.

    `dark` and `lit` (no longer dark) are recorded per Region, at the moment the world changed and not when somebody
    looked.
    """

    def __init__(self, clock: Clock, notify: Callable[[NumberEvent], None] = lambda _: None) -> None:
        self._clock = clock
        self._notify = notify
        self._events: list[NumberEvent] = []
        self._dark: dict[str, dict[str, float]] = {}
        self._claimed_in: dict[str, str] = {}

    def begin(self, world: World) -> None:
        """Forget everything; numbers that are dark already count as dark from now."""
        self._events.clear()
        self._dark.clear()
        for number in world.numbers.values():
            self.check_dark(world, number, self._clock.now())

    def record(self, number: Number, at: float, what: str, region: str) -> None:
        """Add one event."""
        event = NumberEvent(at, number.id, number.e164, region, what)
        self._events.append(event)
        self._notify(event)

    def check_dark(self, world: World, number: Number, at: float) -> None:
        """Note in which Regions a number went dark, or came back, at `at`."""
        self._claimed_in[number.id] = number.region
        exists = number.id in world.numbers
        before = self._dark.get(number.id, {})
        dark = {region: before.get(region, at) for region in (world.dark_regions(number) if exists else ())}
        for region in sorted(dark.keys() - before.keys()):
            self.record(number, at, "dark", region)
        for region in sorted(before.keys() - dark.keys()):
            self.record(number, at, "lit", region)
        self._dark[number.id] = dark

    def dark_since(self, number_id: str, region: str) -> float | None:
        """When a number went dark in a Region where it is dark now, epoch seconds; else None."""
        return self._dark.get(number_id, {}).get(region)

    def events(self, number: str | None = None) -> list[NumberEvent]:
        """The events of one number, by id or E.164, or all of them, in order."""
        return [e for e in list(self._events) if number in (None, e.number_id, e.e164)]

    def dark_seconds(self, number: str, region: str | None = None) -> float:
        """How long a number had no flow in one Region so far, the present darkness included.

        Args:
            number: id or E.164.
            region: the Region looked at; None is the one it was claimed in.
        """
        events = self.events(number)
        return self._dark_in(events, region or self._claimed_in[events[0].number_id]) if events else 0.0

    def _dark_in(self, events: list[NumberEvent], region: str) -> float:
        total, since = 0.0, None
        for event in events:
            if event.region == region and event.what == "dark":
                since = event.time
            elif event.region == region and event.what == "lit" and since is not None:
                total, since = total + event.time - since, None
        return total if since is None else total + self._clock.now() - since

    def rows(self, number: str | None = None) -> list[dict[str, Any]]:
        """The same events as plain data."""
        return [asdict(event) for event in self.events(number)]
