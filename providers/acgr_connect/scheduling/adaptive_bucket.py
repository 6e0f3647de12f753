"""A bucket that gives way to callers that nobody here knows of. Pure.

Runners that share no disk have one account's rate and know nothing of each other. But each of them sees what it is
refused. So the part of the rate that a process uses is halved by a refusal that its own calls do not explain, and rises
slowly again: additive increase, multiplicative decrease, as TCP shares a line. A process that is alone is refused
nothing and keeps all of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from acgr_connect.scheduling.token_bucket import Bucket, Rate

LEAST_SHARE = 1 / 16
"""Part of the rate that a process keeps whatever it is refused."""

DECREASE = 0.7
"""What is left of the part after a refusal."""

RISE = 0.005
"""Part of the rate that comes back each second."""

ACCELERATION = 0.0003
"""What the rise gains each second without a refusal: where the others have gone, all of it is back within a minute."""

ONE_EVENT = 1.0
"""Seconds in which several refusals count as one: they went out before the first of them was known."""

EXPLAINED = 0.5
"""Tokens below zero from which on the bucket itself explains a refusal."""

LONGEST_PAUSE = 1.0
"""Seconds that the next try waits at most, however often the last ones were refused."""

DARK_PAUSE = 0.15
"""Seconds that what ends a darkness waits at least before the next try, and twice that at most."""


@dataclass
class AdaptiveBucket:
    """A bucket of this process alone.

    Attributes:
        full: at the account's whole rate, which is never exceeded.
        paced: at the part of it that is used; what ends a darkness may overdraw it.
        spread: a number from 0 to 1, another one each time, so that runners do not try again in step.
    """

    full: Bucket
    paced: Bucket
    spread: Callable[[], float] = field(default=lambda: 0.0, repr=False, compare=False)
    _least: float = 1.0
    _reduced_at: float | None = None
    _refused_in_a_row: int = 0
    _paused_at: float = -inf
    _pause: float = 0.0
    _dark_pause: float = 0.0

    @classmethod
    def of(cls, rate: Rate, now: float, spread: Callable[[], float]) -> AdaptiveBucket:
        """A bucket that nobody has drawn from."""
        return cls(Bucket.full(rate, now), Bucket.full(rate, now), spread)

    def share(self, now: float) -> float:
        """The part of the rate that is used, from `LEAST_SHARE` to 1."""
        if self._reduced_at is None:
            return 1.0
        passed = max(0.0, now - self._reduced_at)
        return min(1.0, self._least + passed * (RISE + ACCELERATION * passed))

    def delay(self, now: float, tokens: float = 1.0, *, ends_darkness: bool = False) -> float:
        """Seconds until a call may go out that leaves all but one of so many tokens."""
        if ends_darkness:
            return max(self._paused(now, self._dark_pause), self.full.delay(now, tokens))
        self._adapt(now)
        return max(self._paused(now, self._pause), self.full.delay(now, tokens), self.paced.delay(now))

    def is_full(self, now: float) -> bool:
        """Whether nobody has drawn from it lately."""
        return self.full.is_full(now)

    def draw(self, now: float) -> None:
        """A call goes out."""
        self._adapt(now)
        self.full.draw(now)
        self.paced.draw(now)

    def accepted(self) -> None:
        """The service answered a call."""
        self._refused_in_a_row = 0

    def refused(self, now: float, *, is_explained: bool) -> None:
        """The service throttled a call: the next try waits, longer each time, and the rate falls.

        Args:
            now: the moment.
            is_explained: whether what is known of all calls explains it, so that nobody unknown has called.
        """
        if now >= self._paused_at + self._dark_pause:
            self._refused_in_a_row += 1
            spread = 1.0 + self.spread()
            doubled = spread * 2.0 ** min(self._refused_in_a_row - 1, 10) / self.full.rate.per_second
            self._paused_at, self._pause, self._dark_pause = now, min(doubled, LONGEST_PAUSE), DARK_PAUSE * spread
        if not is_explained and (self._reduced_at is None or now - self._reduced_at >= ONE_EVENT):
            self._least, self._reduced_at = max(LEAST_SHARE, self.share(now) * DECREASE), now
        self.drain(now)

    def forgive(self, now: float) -> None:
        """Calls went out that it did not hold, to find out whether it counts: what was refused of them is not owed."""
        self.full.forgive(now)
        self.paced.forgive(now)
        self._least, self._reduced_at = self.share(now), now

    def drain(self, now: float) -> None:
        """Nothing is left of it."""
        self._adapt(now)
        self.paced.drain(now)

    def _paused(self, now: float, seconds: float) -> float:
        return max(0.0, self._paused_at + seconds - now)

    def _adapt(self, now: float) -> None:
        whole, share = self.full.rate, self.share(now)
        self.paced.at_rate(Rate(whole.per_second * share, max(1.0, whole.burst * share)), now)
