"""Who gets the next request: a queue per account and Region, ordered by what a call is for.

Connect answers 2 requests a second with a burst of 5 (service quotas page). What is left of that, the ledger knows;
here threads wait for it. A thread that waits here holds nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Condition, RLock

from acgr_connect.bucket import Rate
from acgr_connect.clock import Clock
from acgr_connect.errors import Cancelled
from acgr_connect.ledger import Purpose
from acgr_connect.ledger_store import FileStore, MemoryStore

BEGINS = frozenset({Purpose.START, Purpose.AGENT})
"""What is not begun any more once the run is cancelled."""

TICK = 0.001
"""Seconds that are waited at least: less than that a clock may not be able to show."""

AGENTS_SHARE = 10
"""One request in so many goes to agents, whatever else is waiting."""


@dataclass(eq=False)
class Ticket:
    """A place in the queue, and where its thread waits for its turn."""

    operation: str
    purpose: Purpose
    number: int
    turn: Condition = field(default_factory=Condition)
    granted: bool = False


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
    """One account's request rate in one Region, shared by all threads and, with a file, by all processes.

    Whoever comes, or wakes, hands out all turns that are due. One waiting thread, the leader, sleeps until the next one
    is; the others sleep until they are given theirs.
    """

    def __init__(self, clock: Clock, store: MemoryStore | FileStore | None = None) -> None:
        self._clock = clock
        self._store = store or MemoryStore(Rate(), "auto", clock)
        self._lock = RLock()
        self._waiting: list[Ticket] = []
        self._leader: Ticket | None = None
        self._next_at = 0.0
        self._issued = 0
        self._since_agents = 0
        self._dark = 0
        self._is_learning = True
        self._is_cancelled = False

    def take(self, operation: str, purpose: Purpose) -> None:
        """Wait until a call of the operation may go out.

        Raises:
            Cancelled: the run was cancelled, and the call would have begun something.
        """
        with self._lock:
            ticket = self._join(operation, purpose)
            self._hand_out()
            try:
                while not ticket.granted:
                    self._insist_on_going_on(ticket)
                    self._wait(ticket)
            finally:
                self._leave(ticket)

    def cancel(self) -> None:
        """Begin nothing from now on; what is under way is finished."""
        with self._lock:
            self._is_cancelled = True
            for ticket in self._waiting:
                ticket.turn.notify()

    def answered(self) -> None:
        """Note an accepted call, as long as there is something to learn from it."""
        with self._lock:
            if not self._is_learning:
                return
            with self._store.open() as ledger:
                ledger.answered(self._clock.now())
                self._is_learning = ledger.scope(self._clock.now()) == "auto"

    def refused(self, operation: str) -> None:
        """Note a throttled call."""
        with self._lock, self._store.open() as ledger:
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
        with self._lock:
            self._dark += change
            self._hand_out()

    def _join(self, operation: str, purpose: Purpose) -> Ticket:
        self._issued += 1
        ticket = Ticket(operation, purpose, self._issued, Condition(self._lock))
        self._waiting.append(ticket)
        return ticket

    def _insist_on_going_on(self, ticket: Ticket) -> None:
        if self._is_cancelled and ticket.purpose in BEGINS:
            raise Cancelled("the run was cancelled before this began; run again")

    def _wait(self, ticket: Ticket) -> None:
        if self._leader is not None:
            self._clock.wait(ticket.turn, None)
            return
        self._leader = ticket
        try:
            if (delay := self._next_at - self._clock.now()) > 0:
                self._clock.wait(ticket.turn, delay)
        finally:
            self._leader = None
        self._hand_out()

    def _leave(self, ticket: Ticket) -> None:
        """Go, and see to it that somebody leads."""
        if not ticket.granted:
            self._waiting.remove(ticket)
        if self._waiting and self._leader is None:
            self._waiting[0].turn.notify()

    def _hand_out(self) -> None:
        """Give all turns that are due, and note when the next one is."""
        with self._store.open() as ledger:
            now = self._clock.now()
            if self._dark:
                ledger.moves.darken(now)
            while self._waiting:
                chosen, delay = next_ticket(
                    self._waiting,
                    self._since_agents,
                    lambda t: ledger.delay(t.operation, t.purpose, now, self._dark),
                )
                if chosen is None:
                    self._sleep_until(now + max(delay, TICK))
                    return
                ledger.draw(chosen.operation, chosen.purpose, now)
                self._grant(chosen)

    def _grant(self, ticket: Ticket) -> None:
        ticket.granted = True
        self._waiting.remove(ticket)
        self._since_agents = 0 if ticket.purpose is Purpose.AGENT else self._since_agents + 1
        ticket.turn.notify()

    def _sleep_until(self, moment: float) -> None:
        """The leader sleeps no longer than until then."""
        sooner, self._next_at = moment < self._next_at, moment
        if sooner and self._leader is not None:
            self._leader.turn.notify()
