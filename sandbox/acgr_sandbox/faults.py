"""Things that go wrong because somebody asked for it."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass, field
from typing import Any

KINDS = (
    "throttle",
    "error-before",
    "error-after",
    "lost-reply",
    "slow",
    "failed-claim",
    "denied",
    "expired-token",
)


@dataclass(frozen=True)
class Fault:
    """One kind of trouble for some calls.

    Args:
        operation: name of the operation, or `*` for all.
        kind: `throttle` (429, nothing happened); `error-before` (500, nothing happened); `error-after` (500, it
            happened); `lost-reply` (it happened, the connection closes without an answer); `slow` (the answer comes
            after `seconds`); `failed-claim` (the asynchronous part ends in FAILED with `message`, also for creating
            and deleting a TDG); `denied` (AccessDeniedException); `expired-token` (ExpiredTokenException).
        region: only there; None is everywhere.
        count: how many calls, 0 is all of them.
        after: matching calls to let through first.
        message: the error's text, with a plain default.
        code, status: another error than the kind's own.
        seconds: delay of `slow`.
        probability, seed: hit a share of the calls, the same ones for the same seed.
    """

    operation: str = "*"
    kind: str = "error-before"
    region: str | None = None
    count: int = 1
    after: int = 0
    message: str = ""
    code: str | None = None
    status: int | None = None
    seconds: float = 0.0
    probability: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse kinds there are not."""
        if self.kind not in KINDS:
            raise ValueError(f"There is no fault {self.kind!r}; there are {', '.join(KINDS)}.")


@dataclass
class _Armed:
    fault: Fault
    seen: int = 0
    hit: int = 0
    dice: random.Random = field(default_factory=random.Random)

    def takes(self, operation: str, region: str) -> bool:
        if self.fault.operation not in ("*", operation) or self.fault.region not in (None, region):
            return False
        if self.fault.count and self.hit >= self.fault.count:
            return False
        self.seen += 1
        if self.seen <= self.fault.after or self.dice.random() >= self.fault.probability:
            return False
        self.hit += 1
        return True


class Faults:
    """The faults that are waiting. Not locked: `Sandbox` asks under its own lock."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []

    def add(self, fault: Fault) -> None:
        """Let it happen from the next matching call on."""
        self._armed = [*self._armed, _Armed(fault, dice=random.Random(fault.seed))]

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._armed = []

    def next(self, operation: str, region: str) -> Fault | None:
        """The fault for this call, the first added first."""
        for armed in self._armed:
            if armed.takes(operation, region):
                return armed.fault
        return None

    def table(self) -> list[dict[str, Any]]:
        """What was added, and how often each has hit."""
        return [{**asdict(armed.fault), "hit": armed.hit} for armed in self._armed]
