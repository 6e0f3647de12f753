"""Token buckets, one per account and Region, or one per operation in each."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from .switches import Switches

# A token that is due to the nanosecond counts: sums of floats fall short of whole numbers.
_ONE = 1.0 - 1e-9
MOST_BUCKETS = 10_000
"""Accounts and Regions are what somebody wrote. The bucket that was used longest ago is forgotten: it is full again."""
_LOOK_BACK = 1000  # calls of others that are gone through; before them a bucket has been full or empty often enough


@dataclass
class Bucket:
    """Tokens of one account in one Region, that others take from as well."""

    level: float
    seen: float
    rng: random.Random = field(repr=False)
    due: float | None = None

    def fill_until(self, now: float, switches: Switches) -> None:
        """Let tokens come, and others take theirs."""
        if switches.noise > 0 and switches.noise_burst:
            self._others_until(now, switches)
            self._flow(now, switches.rate, switches.burst)
        else:
            self._flow(now, switches.rate - switches.noise, switches.burst)

    def take(self) -> bool:
        """Take a token if there is one."""
        if self.level < _ONE:
            return False
        self.level -= 1.0
        return True

    def _flow(self, now: float, rate: float, burst: int) -> None:
        self.level = min(float(burst), max(0.0, self.level + (now - self.seen) * rate))
        self.seen = now

    def _others_until(self, now: float, switches: Switches) -> None:
        every = switches.noise_burst / switches.noise
        due = self._next(self.seen, every) if self.due is None else self.due
        due = max(due, now - _LOOK_BACK * every)
        while due <= now:
            self._flow(due, switches.rate, switches.burst)
            self.level = max(0.0, self.level - switches.noise_burst)
            due = self._next(due, every)
        self.due = due

    def _next(self, after: float, every: float) -> float:
        return after + self.rng.expovariate(1.0 / every)


class Throttle:
    """The buckets of all callers. Not locked: `Simulation` calls it under its own lock."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str, str], Bucket] = {}

    def admits(self, account: str, region: str, operation: str, now: float, switches: Switches) -> bool:
        """Take a token if there is one; `now` in seconds."""
        if switches.rate <= 0:
            return True
        bucket = self._bucket(account, region, operation, now, switches)
        bucket.fill_until(now, switches)
        return bucket.take()

    def drain(self, account: str, region: str, operation: str, now: float, switches: Switches) -> None:
        """Others take every token there is."""
        bucket = self._bucket(account, region, operation, now, switches)
        bucket.level, bucket.seen = 0.0, now

    def fill(self) -> None:
        """Fill every bucket."""
        self._buckets.clear()

    def _bucket(self, account: str, region: str, operation: str, now: float, switches: Switches) -> Bucket:
        key = (account, region, operation if switches.bucket_scope == "per-operation" else "")
        bucket = self._buckets.pop(key, None)
        if bucket is None:
            rng = random.Random(f"{switches.seed}/{'/'.join(key)}")
            bucket = Bucket(float(switches.burst), now, rng)
        self._buckets[key] = bucket  # the one that was used last is the last
        if len(self._buckets) > MOST_BUCKETS:
            del self._buckets[next(iter(self._buckets))]
        return bucket
