"""How long a run takes at the request rate: known before it begins, from what it is going to do. Pure.

Connect answers two requests a second in each account and Region, five at once (service quotas page): so the number of
requests decides, and whether all operations share one bucket or have one each. Nobody has written down which of the two
holds; until a run has learned it, both durations are told.
"""

from __future__ import annotations

from dataclasses import dataclass

from acgr_connect.scheduling.limiter_state import CALLS_A_MOVE
from acgr_connect.scheduling.notice import Scope
from acgr_connect.scheduling.token_bucket import Rate

FIRST_CLAIM = 5.0
"""Seconds that the claim of a number is taken to last, as long as no run has seen one."""

ANSWER = 0.5
"""Seconds from a number's arrival to its flow: the look that finds it, and the request that sets the flow."""

FIRST_READS = 11
"""Requests of a run before it changes the first thing."""


@dataclass(frozen=True)
class Work:
    """What a run is going to do.

    Attributes:
        moves: numbers that move.
        flows: numbers that stay, and are given a flow.
        joins: agents who join a group.
        leaves: agents who leave one.
    """

    moves: int = 0
    flows: int = 0
    joins: int = 0
    leaves: int = 0

    def __add__(self, other: Work) -> Work:
        return Work(
            self.moves + other.moves, self.flows + other.flows, self.joins + other.joins, self.leaves + other.leaves
        )

    def __bool__(self) -> bool:
        return any((self.moves, self.flows, self.joins, self.leaves))


@dataclass(frozen=True)
class Pace:
    """How fast a run may go in one account and Region.

    Attributes:
        rate: what Connect allows.
        scope: of its buckets: "shared", "per-operation", or "auto": not known.
        claim: seconds that the claim of a number was last seen to take, or None.
    """

    rate: Rate
    scope: Scope
    claim: float | None = None

    @property
    def dark_seconds(self) -> float:
        """Seconds for which the callers of a number that moves reach nothing."""
        return self._claim + ANSWER

    @property
    def _claim(self) -> float:
        return FIRST_CLAIM if self.claim is None else self.claim

    def seconds(self, work: Work) -> tuple[float, float]:
        """Seconds from the first request to the last, at least and at most: equal where the scope is known."""
        if not work:
            return 0.0, 0.0
        moved = self._apart(work.moves) + (self._claim + ANSWER if work.moves else 0.0)
        apart = max(moved, *map(self._apart, (work.flows, work.joins, work.leaves)))
        together = FIRST_READS + CALLS_A_MOVE * work.moves + 2 * work.flows + work.joins + work.leaves
        shared = max(moved, self._apart(together))
        return (apart if self.scope != "shared" else shared), (apart if self.scope == "per-operation" else shared)

    def _apart(self, calls: float) -> float:
        """Seconds until the last of so many requests of one bucket goes out."""
        return max(0.0, calls - self.rate.burst) / self.rate.per_second


def about(seconds: float) -> str:
    """Seconds as people say them."""
    whole = max(1, round(seconds))
    return f"{whole} s" if whole < 120 else f"{whole / 60:.0f} min"


def about_between(least: float, most: float) -> str:
    """The same of what is not known exactly."""
    shortest, longest = about(least), about(most)
    return longest if shortest == longest else f"{shortest} to {longest}"
