"""What the processes of a machine tell each other about numbers that are moving. Pure.

They share one request rate: what one keeps back for a dark number, another should not take; and one process makes the
looks that find out how long a claim takes, for all. What others say only ever holds a process back for seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

DARK_FOR = 2.0
"""Seconds for which a process's word counts that a number is dark; it is renewed as long as that is so."""

KNOWN_FOR = 120.0
"""Seconds for which it counts how long a claim took."""

WATCHED_FOR = 3.0
"""Seconds after a look for which a process is taken to watch a number."""


@dataclass(frozen=True)
class Moves:
    """What one process says of its moves.

    Attributes:
        started_at: when it last started one.
        dark_until: until when a number of its own has to be taken for dark.
        claim: seconds that a claim took, seen at `claim_at`.
        watched_until: until when it is taken to watch a number.
    """

    started_at: float | None = None
    dark_until: float | None = None
    claim: float | None = None
    claim_at: float | None = None
    watched_until: float | None = None


@dataclass
class SharedMoves:
    """The moves of this process, and what the others said last.

    Attributes:
        who: this process.
        own: what it says itself.
        others: what the others said, by process.
    """

    who: str = ""
    own: Moves = field(default_factory=Moves)
    others: dict[str, Moves] = field(default_factory=dict)

    def started(self, now: float) -> None:
        """A move is started."""
        self._say(started_at=now)

    def last_started(self) -> float | None:
        """When another process last started a move."""
        return max((moves.started_at for moves in self.others.values() if moves.started_at is not None), default=None)

    def darken(self, now: float) -> None:
        """A number is dark; said again at the earliest when half of the time is up."""
        if self.own.dark_until is None or self.own.dark_until < now + DARK_FOR / 2:
            self._say(dark_until=now + DARK_FOR)

    def are_dark(self, now: float) -> bool:
        """Whether some process has said that a number is dark."""
        return any(_is_ahead(moves.dark_until, now) for moves in (self.own, *self.others.values()))

    def arrived(self, expected: float | None, now: float) -> None:
        """A claim is expected to take so many seconds."""
        self._say(claim=expected, claim_at=now)

    def expected(self, now: float) -> float | None:
        """Seconds that a claim takes, as far as some process has seen one lately."""
        seen = [
            (moves.claim_at, moves.claim)
            for moves in (self.own, *self.others.values())
            if moves.claim is not None and moves.claim_at is not None and now - moves.claim_at < KNOWN_FOR
        ]
        return max(seen)[1] if seen else None

    def may_watch(self, now: float) -> bool:
        """Whether this process watches a number from now on: nobody else does, or one that is to give way."""
        watching = _is_ahead(self.own.watched_until, now)
        for who, moves in self.others.items():
            if _is_ahead(moves.watched_until, now) and not (watching and self.who < who):
                return False
        self._say(watched_until=now + WATCHED_FOR)
        return True

    def _say(self, **said: float | None) -> None:
        self.own = Moves(**{**vars(self.own), **said})


def _is_ahead(moment: float | None, now: float) -> bool:
    return moment is not None and now < moment
