"""The only place where scripts read the clock or sleep."""

from __future__ import annotations

import time


def seconds() -> float:
    """Seconds on a clock that never goes back."""
    return time.monotonic()


def sleep(duration: float) -> None:
    """Waits that many seconds."""
    time.sleep(duration)
