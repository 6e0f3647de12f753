"""Looking up what names mean, within a budget, while the engine waits for a diff."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock

from acgr import _engine
from acgr_connect.connection import Connection
from acgr_connect.errors import ConnectError

BUDGET = 10.0
"""Seconds that a run may spend on looking up what names mean before it is decided to do anything."""


@dataclass(frozen=True)
class Moved:
    """A name that means something else now; `replaces` names the input, where that is another object altogether."""

    said: str
    replaces: str | None = None


class Budget:
    """The seconds left for looking names up, of all resources of the run."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._left = BUDGET

    def spend(self, connection: Connection, look: Callable[[Connection], list[Moved]]) -> list[Moved]:
        """What was found, or nothing where the budget is spent or Connect cannot be asked."""
        if self._left <= 0:
            return []
        began = connection.clock.now()
        found: list[Moved] = []
        with suppress(ConnectError):
            found = look(connection)
        self._charge(connection.clock.now() - began)
        return found

    def _charge(self, seconds: float) -> None:
        with self._lock:
            had, self._left = self._left, self._left - seconds
        if had > 0 >= self._left:
            _engine.say(f"looking names up took more than {BUDGET:.0f} s: not every name was compared with its meaning")
