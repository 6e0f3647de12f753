"""Who gets the next request: a queue per account and Region, ordered by what a call is for.

Connect answers 2 requests a second with a burst of 5 (service quotas page). What is left of that, the ledger knows;
here threads wait for it. A thread that waits here holds nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition

from acgr_connect.bucket import Rate
from acgr_connect.clock import Clock
from acgr_connect.errors import Cancelled
from acgr_connect.ledger import Purpose
from acgr_connect.ledger_store import FileStore, MemoryStore

BEGINS = frozenset({Purpose.START, Purpose.AGENT})
"""What is not begun any more once the run is cancelled."""

AGENTS_SHARE = 10
"""One request in so many goes to agents, whatever else is waiting."""


@dataclass(eq=False)
class Ticket:
    """A place in the queue."""

    operation: str
    purpose: Purpose
    number: int


def next_ticket(
    waiting: Sequence[Ticket], since_agents: int, delay: Callable[[Ticket], float]
) -> tuple[Ticket | None, float]:
    """Whose turn it is, or how many seconds it is nobody's.

    By purpose, then by arrival, among those whose call may go out now; agents at the latest after `AGENTS_SHARE` - 1
    others.
    """
    delays = {ticket: delay(ticket) for ticket in waiting}
    ready = [ticket for ticket in waiting if delays[ticket] <= 0]
    if not ready:
        return None, min(delays.values())
    agents = [t for t in ready if t.purpose is Purpose.AGENT and since_agents >= AGENTS_SHARE - 1]
    return min(agents or ready, key=lambda t: (t.purpose, t.number)), 0.0


class Pace:
    """One account's request rate in one Region, shared by all threads and, with a file, by all processes."""

    def __init__(self, clock: Clock, store: MemoryStore | FileStore | None = None) -> None:
        self._clock = clock
        self._store = store or MemoryStore(Rate(), "auto", clock)
        self._turn = Condition()
        self._waiting: list[Ticket] = []
        self._issued = 0
        self._since_agents = 0
        self._dark = 0
        self._timed = False
        self._cancelled = False

    def take(self, operation: str, purpose: Purpose) -> None:
        """Wait until a call of the operation may go out.

        Raises:
            Cancelled: the run was cancelled, and the call would have begun something.
        """
        with self._turn:
            ticket = self._join(operation, purpose)
            try:
                while not self._granted(ticket):
                    pass
                self._since_agents = 0 if purpose is Purpose.AGENT else self._since_agents + 1
            finally:
                self._waiting.remove(ticket)
                self._turn.notify_all()

    def cancel(self) -> None:
        """Begin nothing from now on; what is under way is finished."""
        with self._turn:
            self._cancelled = True
            self._turn.notify_all()

    def answered(self) -> None:
        """Note an accepted call."""
        with self._turn, self._store.open() as ledger:
            ledger.answered(self._clock.now())

    def refused(self, operation: str) -> None:
        """Note a throttled call."""
        with self._turn, self._store.open() as ledger:
            ledger.refused(operation, self._clock.now())

    @contextmanager
    def darkness(self) -> Iterator[None]:
        """A number is dark meanwhile: what ends that has tokens kept back for it."""
        self._darken(1)
        try:
            yield
        finally:
            self._darken(-1)

    def _darken(self, change: int) -> None:
        with self._turn:
            self._dark += change
            self._turn.notify_all()

    def _join(self, operation: str, purpose: Purpose) -> Ticket:
        self._issued += 1
        ticket = Ticket(operation, purpose, self._issued)
        self._waiting.append(ticket)
        self._turn.notify_all()
        return ticket

    def _granted(self, ticket: Ticket) -> bool:
        """Take the turn if it is this ticket's; otherwise wait, one thread for the clock, the others for that one."""
        if self._cancelled and ticket.purpose in BEGINS:
            raise Cancelled("the run was cancelled before this began; run again")
        chosen, delay = self._choose(ticket)
        if chosen is ticket:
            return True
        if chosen is not None or self._timed:
            if chosen is not None:
                self._turn.notify_all()
            self._clock.wait(self._turn, None)
            return False
        self._timed = True
        try:
            self._clock.wait(self._turn, delay)
        finally:
            self._timed = False
        return False

    def _choose(self, ticket: Ticket) -> tuple[Ticket | None, float]:
        with self._store.open() as ledger:
            now = self._clock.now()
            chosen, delay = next_ticket(
                self._waiting,
                self._since_agents,
                lambda t: ledger.delay(t.operation, t.purpose, now, self._dark),
            )
            if chosen is ticket:
                ledger.draw(ticket.operation, ticket.purpose, now)
        return chosen, delay
