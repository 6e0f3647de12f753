"""The sandbox's manual clock, as the library sees time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from math import inf
from threading import Condition, Thread
from time import monotonic, process_time

from acgr_sandbox import ManualClock

STILL = 0.5
"""Real seconds after which a process in which nothing runs is taken to wait for its clock."""

PATIENCE = 5.0
"""Real seconds for which a wait without an end waits for another thread."""


class SandboxTime:
    """Whoever waits moves the sandbox's clock on."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock

    def now(self) -> float:
        """The sandbox's time."""
        return self._clock.now()

    def sleep(self, seconds: float) -> None:
        """Let it pass."""
        self._clock.advance(seconds)

    def wait(self, condition: Condition, seconds: float | None) -> None:
        """Let it pass; a wait without an end is ended by another thread."""
        if seconds is None:
            condition.wait(PATIENCE)
        else:
            self._clock.advance(seconds)


class TimeOfThreads(SandboxTime):
    """For work in several threads: the clock moves on when all of them wait, to the moment at which the first goes on.

    So what is done takes as long as it would take if nothing but waiting took time, however busy the machine is. Who
    waits for a lock that is held by somebody who waits is seen by that nothing of the process runs for `STILL` seconds.
    """

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self._changed = Condition()
        self._threads = 0
        self._parked: dict[object, tuple[Condition, float]] = {}
        self._still: tuple[int, float, float] = (0, 0.0, 0.0)

    def sleep(self, seconds: float) -> None:
        """Wait so long."""
        condition = Condition()
        with condition:
            self.wait(condition, seconds)

    def wait(self, condition: Condition, seconds: float | None) -> None:
        """Wait until the held condition is notified, or so long at most."""
        if not self._threads:
            super().wait(condition, seconds)
            return
        token = object()
        with self._changed:
            self._parked[token] = condition, inf if seconds is None else self._clock.now() + seconds
            self._changed.notify()
        condition.wait()
        with self._changed:
            del self._parked[token]

    def together(self, work: Sequence[Callable[[], object]]) -> None:
        """Do all of it at once, each in a thread of its own, and return when it is done.

        Raises:
            Exception: what the first of them has raised.
        """
        raised: list[Exception] = []

        def do(one: Callable[[], object]) -> None:
            try:
                one()
            except Exception as error:
                raised.append(error)
            finally:
                with self._changed:
                    self._threads -= 1
                    self._changed.notify()

        self._threads = len(work)
        for one in work:
            Thread(target=do, args=(one,), daemon=True).start()
        while self._threads:
            self._move_on()
        if raised:
            raise raised[0]

    def _move_on(self) -> None:
        """Where all wait, to the moment at which the first of them goes on."""
        with self._changed:
            if not self._all_wait() and not self._is_still():
                self._changed.wait(0.001)  # nobody says when a thread that was notified has gone on
                return
            condition, until = min(self._parked.values(), key=lambda one: one[1])
        assert until < inf, "everybody waits for somebody else"
        self._clock.advance(max(0.0, until - self._clock.now()))
        with condition:
            condition.notify_all()

    def _is_still(self) -> bool:
        """Whether somebody is parked, and for a while nobody has come or gone, and next to nothing was computed."""
        parked, began, used = self._still
        if not self._parked or len(self._parked) != parked or process_time() - used > STILL / 5:
            self._still = len(self._parked), monotonic(), process_time()
            return False
        return monotonic() - began > STILL

    def _all_wait(self) -> bool:
        """Whether every thread is parked, and none of them has been notified."""
        if not 0 < len(self._parked) == self._threads:
            return False
        parked = Counter(id(condition) for condition, _ in self._parked.values())
        waiting = {id(condition): len(condition._waiters) for condition, _ in self._parked.values()}  # type: ignore[attr-defined]
        return all(waiting[one] == count for one, count in parked.items())
