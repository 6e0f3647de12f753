"""What the processes of a machine share about numbers that are moving. Pure.

They share one request rate: what one keeps back for a dark number, another must not take; and one process makes the
looks that find out how long a claim takes, for all.
"""

from __future__ import annotations

from dataclasses import dataclass

DARK_FOR = 2.0
"""Seconds for which a process's word counts that a number is dark; it is renewed as long as that is so."""

KNOWN_FOR = 120.0
"""Seconds for which it counts how long a claim took."""

WATCHED_FOR = 3.0
"""Seconds after a look for which a process is taken to watch a number."""


@dataclass
class SharedMoves:
    """The moves of all processes, as they were last written down.

    Attributes:
        dark_until: until when a number has to be taken for dark.
        claim: seconds that a claim took, written at `claim_at`.
        watcher: the process that watches a number, until `watched_until`.
    """

    dark_until: float = 0.0
    claim: float | None = None
    claim_at: float = 0.0
    watcher: str = ""
    watched_until: float = 0.0

    def darken(self, now: float) -> None:
        """A number is dark; written again at the earliest when half of the time is up."""
        if self.dark_until < now + DARK_FOR / 2:
            self.dark_until = now + DARK_FOR

    def are_dark(self, now: float) -> bool:
        """Whether some process has said that a number is dark."""
        return now < self.dark_until

    def arrived(self, expected: float | None, now: float) -> None:
        """A claim is expected to take so many seconds."""
        self.claim, self.claim_at = expected, now

    def expected(self, now: float) -> float | None:
        """Seconds that a claim takes, as far as some process has seen one lately."""
        return self.claim if now - self.claim_at < KNOWN_FOR else None

    def may_watch(self, who: str, now: float) -> bool:
        """Whether the process watches a number from now on: nobody else does."""
        if who != self.watcher and now < self.watched_until:
            return False
        self.watcher, self.watched_until = who, now + WATCHED_FOR
        return True
