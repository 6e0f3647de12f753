"""The only module of the command that knows what time it is."""

from __future__ import annotations

import time
from collections.abc import Iterator


def seconds_now() -> float:
    """Seconds since some moment; only differences mean anything."""
    return time.monotonic()


def poll(seconds: float, *, until: float) -> Iterator[float]:
    """Yield the seconds that have passed, at once and then every `seconds`, for as long as `until` seconds."""
    begin = time.monotonic()
    while (passed := time.monotonic() - begin) < until:
        yield passed
        time.sleep(seconds)
