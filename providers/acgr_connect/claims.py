"""How long a claim takes, learned from the arrivals of a run. Pure.

Only a look tells that a number has arrived, so what is known is when it was seen: an arrival found by the look that was
due says "not longer than expected", one that an earlier look had seen under way says how long it really took.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

COUNTED = 5
"""Arrivals that the next one is judged by: so few that a change is noticed, so many that one outlier does not count."""

MUCH_SOONER = 0.9
"""Part of the expected time; who is there before shows that all expectations were too long."""


@dataclass
class Claims:
    """The last arrivals of a run, in seconds from the accepted move."""

    _took: deque[float] = field(default_factory=lambda: deque(maxlen=COUNTED))

    @property
    def expected(self) -> float | None:
        """The longest but one of the last arrivals, in seconds; None before the first.

        Most are there by then, so that few looks are wasted: where every number is looked at twice, looks queue.
        """
        return sorted(self._took)[-2:][0] if self._took else None

    def note(self, took: float, *, seen_under_way: bool) -> None:
        """A number was there after so many seconds; `seen_under_way`, where the look that was due found it moving."""
        expected = self.expected
        if expected is not None and took < MUCH_SOONER * expected:
            self._took.clear()
        self._took.append(took if seen_under_way or expected is None else min(took, expected))
