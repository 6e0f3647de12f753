"""What many threads wait for is waited for once: one of them waits, and all have its outcome."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from copy import copy
from dataclasses import dataclass
from threading import Condition
from typing import Any, TypeVar

from acgr_connect.model.errors import Cancelled, ConnectError, Unavailable, WaitTimeout
from acgr_connect.model.operation import Deadline

Outcome = TypeVar("Outcome")

GRACE = 5.0
"""Seconds after its own deadline for which a thread waits for the outcome that another one is about to have."""

ONES_OWN = (WaitTimeout, Unavailable, Cancelled)
"""Errors that are about the thread that waited: whoever has more time left waits on."""


@dataclass
class _Flight:
    is_over: bool = False
    outcome: Any = None
    error: ConnectError | None = None


class SingleFlight:
    """One wait for each key, shared by all threads that ask for it meanwhile."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._flights: dict[Hashable, _Flight] = {}

    def run(self, key: Hashable, deadline: Deadline, wait: Callable[[], Outcome]) -> Outcome:
        """Wait, or have the outcome of whoever waits already.

        Args:
            key: what is waited for.
            deadline: until when this thread waits for another one.
            wait: waits, until that deadline.

        Raises:
            ConnectError: how the wait ended.
        """
        while True:
            with self._changed:
                flight = self._flights.get(key)
                if flight is None:
                    flight = self._flights[key] = _Flight()
                    break
                self._await(flight, deadline)
            if not flight.is_over:
                return wait()  # too late for this thread alone: its own look says what it has come to
            if flight.error is None:
                return flight.outcome  # type: ignore[no-any-return]  # the key says of what type it is
            if not isinstance(flight.error, ONES_OWN) or deadline.has_passed:
                raise copy(flight.error)
        return self._led(key, flight, wait)

    def _await(self, flight: _Flight, deadline: Deadline) -> None:
        while not flight.is_over and (left := deadline.at + GRACE - deadline.clock.now()) > 0:
            deadline.clock.wait(self._changed, left)

    def _led(self, key: Hashable, flight: _Flight, wait: Callable[[], Outcome]) -> Outcome:
        try:
            flight.outcome = wait()
        except ConnectError as error:
            flight.error = copy(error)
            raise
        except BaseException:
            flight.error = Unavailable("what it was waited for together with has ended in an error")
            raise
        else:
            return flight.outcome  # type: ignore[no-any-return]  # as above
        finally:
            with self._changed:
                flight.is_over = True
                del self._flights[key]
                self._changed.notify_all()
