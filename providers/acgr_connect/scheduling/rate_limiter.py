"""The request rate of one account and Region: a queue in which threads wait for their turn.

Connect answers 2 requests a second with a burst of 5 (service quotas page). What is left of that, the limiter's state
knows (`limiter_state`), who is next, the priority decides (`priority`); here threads wait for it. A thread that waits
here holds nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from math import inf
from threading import Condition, Lock, RLock

from acgr_connect.model.clock import Clock
from acgr_connect.model.errors import Cancelled, WaitTimeout
from acgr_connect.model.operation import Deadline
from acgr_connect.scheduling.limiter_state import LimiterState
from acgr_connect.scheduling.priority import BEGINS, ENDS_DARKNESS, Purpose, QueuedRequest, next_request
from acgr_connect.scheduling.shared_state import PATIENCE, MemoryStore, StateStore
from acgr_connect.scheduling.token_bucket import Rate

TICK = 0.001
"""Seconds that are waited at least: less than that a clock may not be able to show."""


HELD = 1.0
"""Seconds after which a limiter whose moves are held looks again, should nobody wake it."""


class MoveGate:
    """Whether numbers may start to move: not while a flow that is owed cannot be restored, in whatever Region.

    Whatever keeps one number dark (an outage, a missing permission) would keep the next one dark too.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._closed = 0
        self._limiters: list[RateLimiter] = []

    @property
    def is_open(self) -> bool:
        """Whether nothing is overdue."""
        return self._closed == 0

    @contextmanager
    def closed(self) -> Iterator[None]:
        """A restore is overdue meanwhile."""
        with self._lock:
            self._closed += 1
        try:
            yield
        finally:
            with self._lock:
                self._closed -= 1
                limiters = list(self._limiters)
            for limiter in limiters:
                limiter.wake()

    def add(self, limiter: RateLimiter) -> None:
        """The limiter's moves go through this gate."""
        with self._lock:
            self._limiters.append(limiter)


class RateLimiter:
    """One account's request rate in one Region, shared by all threads and, with a folder, by all processes.

    Whoever comes, or wakes, hands out all turns that are due. One waiting thread, the leader, sleeps until the next one
    is; the others sleep until they are given theirs.
    """

    def __init__(self, clock: Clock, store: StateStore | None = None, gate: MoveGate | None = None) -> None:
        self._clock = clock
        self._gate = gate or MoveGate()
        self._gate.add(self)
        self._store = store or MemoryStore(Rate(), "auto", clock)
        self._lock = RLock()
        self._waiting: list[QueuedRequest] = []
        self._leader: QueuedRequest | None = None
        self._next_at = 0.0
        self._issued = 0
        self._since_agents = 0
        self._dark = 0
        self._is_cancelled = self._is_silent = False

    def acquire(self, operation: str, purpose: Purpose, deadline: Deadline | None = None) -> float:
        """Wait until a request of the operation may go out; the seconds waited.

        Raises:
            Cancelled: the run was cancelled, and the request would have begun something.
            WaitTimeout: the deadline passed, and the request would have begun something.
        """
        began = self._clock.now()
        with self._lock:
            request = self._join(operation, purpose, deadline)
            self._hand_out()
            try:
                while not request.granted:
                    self._require_going_on(request, began)
                    self._wait(request)
            finally:
                self._leave(request)
        return self._clock.now() - began

    def cancel(self) -> None:
        """Begin nothing from now on; what is under way is finished."""
        with self._lock:
            self._is_cancelled = True
            for request in self._waiting:
                request.turn.notify()

    def wake(self) -> None:
        """Something has changed outside: hand out the turns that are due."""
        with self._lock:
            if self._waiting:
                self._hand_out()

    def answered(self, operation: str) -> None:
        """Note an accepted request."""
        self.heard()
        with self._lock, self._store.open() as state:
            state.answered(operation, self._clock.now())

    def heard(self) -> None:
        """The service has answered, whatever it said."""
        with self._lock:
            if self._is_silent:
                self._is_silent = False
                self._hand_out()

    def unanswered(self) -> None:
        """The service has not answered a request: while a number is dark, none starts to move until it does again."""
        with self._lock:
            self._is_silent = True

    @property
    def is_cancelled(self) -> bool:
        """Whether the run was cancelled."""
        return self._is_cancelled

    def refused(self, operation: str, purpose: Purpose) -> None:
        """Note a throttled request: the next one waits."""
        with self._lock, self._opened() as state:
            state.refused(operation, purpose, self._clock.now())

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

    def _join(self, operation: str, purpose: Purpose, deadline: Deadline | None) -> QueuedRequest:
        self._issued += 1
        until = deadline.at if deadline is not None and purpose in BEGINS else inf
        request = QueuedRequest(operation, purpose, self._issued, Condition(self._lock), until)
        self._waiting.append(request)
        return request

    def _require_going_on(self, request: QueuedRequest, began: float) -> None:
        if self._is_cancelled and request.purpose in BEGINS:
            raise Cancelled("the run was cancelled before this began; run again")
        if request.expired:
            waited = self._clock.now() - began
            text = f"the deadline passed while {request.operation} was queued for the request rate ({waited:.0f} s)"
            raise WaitTimeout(text, status="", waited=waited)

    def _wait(self, request: QueuedRequest) -> None:
        if self._leader is not None:
            self._clock.wait(request.turn, None)
            return
        self._leader = request
        try:
            if (delay := self._next_at - self._clock.now()) > 0:
                self._clock.wait(request.turn, delay)
        finally:
            self._leader = None
        self._hand_out()

    def _leave(self, request: QueuedRequest) -> None:
        """Go, and see to it that somebody leads."""
        if request in self._waiting:
            self._waiting.remove(request)
        if self._waiting and self._leader is None:
            self._waiting[0].turn.notify()

    def _hand_out(self) -> None:
        """Give all turns that are due, and note when the next one is, or a deadline passes."""
        with self._opened() as state:
            now = self._clock.now()
            if self._dark:
                state.moves.darken(now)
            self._expire(now)
            while self._waiting:
                may_start = self._gate.is_open and not (self._is_silent and self._dark)
                ready = self._waiting if may_start else [r for r in self._waiting if r.purpose is not Purpose.START]
                if not ready:
                    self._sleep_until(min(now + HELD, *(r.until + TICK for r in self._waiting)))
                    return
                chosen, delay = next_request(
                    ready,
                    self._since_agents,
                    lambda r: state.delay(r.operation, r.purpose, now, self._dark),
                )
                if chosen is None:
                    self._sleep_until(min(now + max(delay, TICK), *(r.until + TICK for r in self._waiting)))
                    return
                state.draw(chosen.operation, chosen.purpose, now)
                self._grant(chosen)

    def _opened(self) -> AbstractContextManager[LimiterState]:
        """The state. While a number is dark, in whatever Region, nobody waits for what other processes say."""
        is_dark = self._dark or any(request.purpose in ENDS_DARKNESS for request in self._waiting)
        return self._store.open(0.0 if is_dark else PATIENCE)

    def _expire(self, now: float) -> None:
        for request in [request for request in self._waiting if now >= request.until]:
            request.expired = True
            self._waiting.remove(request)
            request.turn.notify()

    def _grant(self, request: QueuedRequest) -> None:
        request.granted = True
        self._waiting.remove(request)
        self._since_agents = 0 if request.purpose is Purpose.AGENT else self._since_agents + 1
        request.turn.notify()

    def _sleep_until(self, moment: float) -> None:
        """The leader sleeps no longer than until then."""
        sooner, self._next_at = moment < self._next_at, moment
        if sooner and self._leader is not None:
            self._leader.turn.notify()
