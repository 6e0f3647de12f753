"""The sandbox's manual clock, as the library sees time."""

from __future__ import annotations

from threading import Condition

from acgr_sandbox import ManualClock

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
