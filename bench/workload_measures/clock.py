"""The benchmark's only look at the time."""

from __future__ import annotations

import time
from collections.abc import Callable


def stopwatch() -> Callable[[], float]:
    """Begin to count; what it gives says how many seconds have passed."""
    begin = time.perf_counter()
    return lambda: time.perf_counter() - begin


def pause(seconds: float) -> None:
    """Let `seconds` pass."""
    time.sleep(seconds)
