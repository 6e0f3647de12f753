"""Token buckets, one per account and Region, or one per operation in each."""

from __future__ import annotations

from .switches import Switches


class Throttle:
    """The buckets of all callers. Not locked: `Sandbox` calls it under its own lock."""

    def __init__(self) -> None:
        self._levels: dict[tuple[str, str, str], tuple[float, float]] = {}

    def admits(self, account: str, region: str, operation: str, now: float, switches: Switches) -> bool:
        """Take a token if there is one; `now` in seconds."""
        if switches.rate <= 0:
            return True
        key = (account, region, operation if switches.bucket_scope == "per-operation" else "")
        level, seen = self._levels.get(key, (float(switches.burst), now))
        rate = max(switches.rate - switches.noise, 0.0)
        level = min(float(switches.burst), level + (now - seen) * rate)
        # A token that is due to the nanosecond counts: sums of floats fall short of whole numbers.
        admitted = level >= 1.0 - 1e-9
        self._levels[key] = (level - 1.0 if admitted else level, now)
        return admitted

    def fill(self) -> None:
        """Fill every bucket."""
        self._levels.clear()
