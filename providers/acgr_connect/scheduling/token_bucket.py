"""A token bucket, pure: the moments are arguments."""

from __future__ import annotations

from dataclasses import dataclass

MARGIN = 0.01
"""Part of the documented rate that is left unused, against the difference between two clocks."""

SPARE_BURST = 0.5
"""Tokens of the documented burst that are left unused, for the same reason."""

ROUNDING = 1e-6
"""Part of a token that nobody waits for: less than a clock can show."""


@dataclass(frozen=True)
class Rate:
    """Requests a second and the burst, as documented for the account."""

    per_second: float = 2.0
    burst: float = 5.0

    @property
    def kept(self) -> Rate:
        """The rate that is kept to, so that the documented one is never reached."""
        return Rate(self.per_second * (1 - MARGIN), max(1.0, self.burst - SPARE_BURST))


@dataclass
class Bucket:
    """What is left of a rate. The level may be negative: calls were made that it did not hold.

    What is owed is never more than a burst: a service that went on answering does not keep count of it for ever.
    """

    rate: Rate
    level: float
    at: float

    @classmethod
    def full(cls, rate: Rate, now: float) -> Bucket:
        """A bucket that nobody has drawn from."""
        return cls(rate, rate.burst, now)

    def delay(self, now: float, tokens: float = 1.0) -> float:
        """Seconds until so many tokens are there, of as many as it can hold; 0 if they are."""
        self._fill(now)
        missing = min(tokens, self.rate.burst) - self.level
        return missing / self.rate.per_second if missing > ROUNDING else 0.0

    def is_full(self, now: float) -> bool:
        """Whether nobody has drawn from it lately."""
        return self.delay(now, self.rate.burst) == 0.0

    def draw(self, now: float) -> None:
        """Take one token."""
        self.owe(1, now)

    def owe(self, tokens: int, now: float) -> None:
        """So many calls went out; fewer than none: so many were refused, and spent nothing."""
        self._fill(now)
        self.level = max(-self.rate.burst, min(self.rate.burst, self.level - tokens))

    def drain(self, now: float) -> None:
        """Empty it: a throttled answer says that others drew from it too."""
        self._fill(now)
        self.level = min(self.level, 0.0)

    def forgive(self, now: float) -> None:
        """Nothing is owed: what it did not hold was refused, and not spent."""
        self._fill(now)
        self.level = max(self.level, 0.0)

    def lower(self, level: float, at: float) -> None:
        """Somebody else, who knows of more calls, has found less in it."""
        found = Bucket(self.rate, max(-self.rate.burst, level), at)
        found._fill(self.at)
        self._fill(at)
        self.level = min(self.level, found.level)

    def at_rate(self, rate: Rate, now: float) -> None:
        """From now on it fills at another rate, and holds as much as that has for a burst."""
        self._fill(now)
        self.rate = rate
        self.level = max(-rate.burst, min(rate.burst, self.level))

    def _fill(self, now: float) -> None:
        self.level = min(self.rate.burst, self.level + max(0.0, now - self.at) * self.rate.per_second)
        self.at = max(self.at, now)
