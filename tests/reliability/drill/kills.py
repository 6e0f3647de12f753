"""A process that dies at any moment of a step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from drill.matrix import DESCRIBE, MOVE, WRITES, known
from drill.steps import STEPS, Step

AFTERWARDS = ("at-once", "a-minute-later", "after-a-refresh")
"""When the next run comes: while numbers are still moving, when they have arrived, or when the state has been read."""


@dataclass(frozen=True)
class Kill:
    """The process of a step dies when so many requests have been answered, and the next run comes some time later."""

    step: Step
    requests: int
    afterwards: str

    def __str__(self) -> str:
        return f"{self.step}/{self.requests}/{self.afterwards}"


def moments(step: Step) -> range:
    """From the last read before the first write to the end: until then nothing has happened.

    Dying before a request is sent is dying after the one before was answered. STS is asked before the first write.
    """
    before = known(step, step.switches)
    writes = [n for n, (operation, *_) in enumerate(before.calls) if operation in WRITES]
    others = before.requests - len(before.calls)
    return range(others + writes[0], before.requests + 1) if writes else range(0)


def _all() -> Iterator[Kill]:
    for step in STEPS:
        takes_time = any(operation in {MOVE, DESCRIBE} for operation, *_ in known(step, step.switches).calls)
        for requests in moments(step):
            for afterwards in AFTERWARDS:
                if takes_time or afterwards != "a-minute-later":
                    yield Kill(step, requests, afterwards)


@cache
def kills() -> list[Kill]:
    """Every moment of every step that writes."""
    return list(_all())
