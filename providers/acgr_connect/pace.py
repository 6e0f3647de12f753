"""The request rate: a token bucket per account and Region, handed out by purpose.

Connect answers 2 requests a second with a burst of 5, per account and Region (service quotas page). Whether that is per
operation or over all is documented both ways, so one bucket serves all operations. Who gets the next token is decided
by what the call is *for*, so that a number without a flow never waits behind a list of agents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from threading import Condition

from acgr_connect.clock import Clock

MARGIN = 0.01
"""Part of the documented rate that is left unused, against the difference between two clocks."""

SPARE_BURST = 0.5
"""Tokens of the documented burst that are left unused, for the same reason."""

ROUNDING = 1e-6
"""Part of a token that nobody waits for: less than a clock can show."""

AGENTS_SHARE = 10
"""One token in so many goes to agents, whatever else is waiting."""


class Purpose(IntEnum):
    """What a call is for; the lower goes first."""

    LIGHT = 0
    """Ends a darkness: sets a flow."""
    LOOK = 1
    """A look that is due while a number is moving."""
    CHECK = 2
    """The engine waits for it before it goes on."""
    MOVE = 3
    """Starts a move, or reads what a move needs."""
    AGENT = 4
    """Associates or disassociates agents."""
    REFRESH = 5
    """Reads for a refresh."""


@dataclass(frozen=True)
class Rate:
    """Requests a second and the burst, as documented for the account."""

    per_second: float = 2.0
    burst: float = 5.0


@dataclass
class Bucket:
    """A token bucket. Pure: the moments are arguments."""

    rate: Rate
    level: float
    at: float

    @classmethod
    def full(cls, rate: Rate, now: float) -> Bucket:
        """A bucket that nobody has drawn from."""
        return cls(rate, max(1.0, rate.burst - SPARE_BURST), now)

    def delay(self, now: float) -> float:
        """Seconds until a token is there; 0 if one is."""
        self._fill(now)
        missing = 1.0 - self.level
        return missing / self._speed if missing > ROUNDING else 0.0

    def draw(self, now: float) -> None:
        """Take one token, which must be there."""
        self._fill(now)
        self.level -= 1.0

    def drain(self, now: float) -> None:
        """Empty it: a throttled answer says that others drew from it too."""
        self._fill(now)
        self.level = min(self.level, 0.0)

    @property
    def _speed(self) -> float:
        return self.rate.per_second * (1 - MARGIN)

    def _fill(self, now: float) -> None:
        top = max(1.0, self.rate.burst - SPARE_BURST)
        self.level = min(top, self.level + max(0.0, now - self.at) * self._speed)
        self.at = now


@dataclass(eq=False)
class Ticket:
    """A place in the queue."""

    purpose: Purpose
    number: int


def next_ticket(waiting: Sequence[Ticket], since_agents: int) -> Ticket:
    """Whose turn it is: by purpose, then by arrival; agents at the latest after `AGENTS_SHARE` - 1 others."""
    agents = [t for t in waiting if t.purpose is Purpose.AGENT]
    eligible = agents if agents and since_agents >= AGENTS_SHARE - 1 else waiting
    return min(eligible, key=lambda t: (t.purpose, t.number))


class Pace:
    """One account's request rate in one Region, shared by all threads. A thread that waits here holds nothing else."""

    def __init__(self, clock: Clock, rate: Rate | None = None) -> None:
        self._clock = clock
        self._turn = Condition()
        self._bucket = Bucket.full(rate or Rate(), clock.now())
        self._waiting: list[Ticket] = []
        self._issued = 0
        self._since_agents = 0

    def take(self, purpose: Purpose) -> None:
        """Wait for a token and take it."""
        with self._turn:
            ticket = self._join(purpose)
            try:
                self._await_turn(ticket)
                self._bucket.draw(self._clock.now())
                self._since_agents = 0 if purpose is Purpose.AGENT else self._since_agents + 1
            finally:
                self._waiting.remove(ticket)
                self._turn.notify_all()

    def refused(self) -> None:
        """Note a throttled answer."""
        with self._turn:
            self._bucket.drain(self._clock.now())

    def _join(self, purpose: Purpose) -> Ticket:
        self._issued += 1
        ticket = Ticket(purpose, self._issued)
        self._waiting.append(ticket)
        self._turn.notify_all()
        return ticket

    def _await_turn(self, ticket: Ticket) -> None:
        while True:
            if next_ticket(self._waiting, self._since_agents) is not ticket:
                self._clock.wait(self._turn, None)
            elif (delay := self._bucket.delay(self._clock.now())) > 0:
                self._clock.wait(self._turn, delay)
            else:
                return
