"""Everything that happened, one JSON object a line, in order.

Each event has `n` (1, 2, 3 …), `time` (epoch seconds of the sandbox's clock) and `kind`:

    call            operation, region, account, outcome, status, on (the ids and ARNs in its path); asked (method and
                    path, or the action of another service) where it is for no operation that the sandbox has
    number          number, number_id, region ("" for both), what: moved, claimed, failed, dark, lit (no longer dark), …
                    and first call lost, calls lost, which have `calls`
    fault           fault (its kind), operation, region
    second-writer   change, outcome
    world           what: reset, restored, claims held, claims released, switches set, faults set, clock moved,
                    phone calls at …
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

CAPACITY = 20_000
"""How many events are kept in memory; a file keeps them all."""

LONGEST = 300
"""Characters of an id, an ARN or a path that an event keeps."""

_MOST = 4_000  # characters of what a client wrote

Event = dict[str, Any]


class EventLog:
    """The last events, and who is notified of each. Not locked: `Simulation` writes under its own lock.

    Args:
        notify: called with each event.
        capacity: how many are kept.
    """

    def __init__(self, notify: Callable[[Event], None] | None = None, *, capacity: int = CAPACITY) -> None:
        self._notify = notify
        self._kept: deque[Event] = deque(maxlen=capacity)
        self._last = 0

    @property
    def last(self) -> int:
        """The `n` of the newest event; 0 when there is none."""
        return self._last

    def add(self, time: float, kind: str, facts: Mapping[str, Any]) -> None:
        """Write one event."""
        self._last += 1
        event = {"n": self._last, "time": time, "kind": kind, **facts}
        self._kept.append(event)
        if self._notify:
            self._notify(event)

    def after(self, n: int = 0, limit: int = 1000) -> list[Event]:
        """The events that came after the `n`-th, oldest first, at most `limit`; those no longer kept are left out."""
        skipped = max(0, n - (self._last - len(self._kept)))
        return list(islice(self._kept, skipped, skipped + limit))

    def newest(self, count: int) -> list[Event]:
        """The last `count` events, oldest first."""
        return self.after(self._last - count, count)


def bounded(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """The facts as they are, or their beginning as text where they are so large that a few would fill the memory."""
    text = json.dumps(facts, default=str)
    return facts if len(text) <= _MOST else {"shortened": text[:_MOST]}


def line(event: Event) -> str:
    """One event as a line of text."""
    return json.dumps(event, separators=(",", ":"), default=str) + "\n"
