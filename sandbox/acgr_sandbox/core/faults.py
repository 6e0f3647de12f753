"""What goes wrong because somebody asked for it: a fault, and which calls it hits."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from acgr_sandbox.wire.refusal import ConnectionReset, Refusal
from acgr_sandbox.wire.service_model import service_model

from .change_forms import check_change
from .delays import Delay, delay
from .switches import Switches

KINDS = (
    "throttle",
    "drain",
    "error-before",
    "error-after",
    "lost-reply",
    "reset",
    "slow",
    "failed-claim",
    "denied",
    "expired-token",
    "second-writer",
)


_CODE = re.compile(r"[A-Za-z0-9._-]{0,100}")
LONGEST_MESSAGE = 4_000
MOST = 1_000
"""How many faults there are at once. Of those that have hit as often as they may, the oldest make room."""


@dataclass(frozen=True)
class Fault:
    """One kind of trouble for some calls.

    Args:
        operation: name of the operation, or `*` for all.
        kind: `throttle` (429, nothing happened); `drain` (429, and others have emptied the bucket); `error-before`
            (500, nothing happened); `error-after` (500, it happened); `lost-reply` (it happened, the connection
            closes without an answer); `reset` (nothing happened, the connection is reset); `slow` (the answer comes
            after `seconds`); `failed-claim` (the asynchronous part ends in FAILED with `message`, also for creating
            and deleting a TDG); `denied` (AccessDeniedException); `expired-token` (ExpiredTokenException);
            `second-writer` (just before the call, somebody else makes `change`; the call then goes its way, into
            other faults too).
        region: only there; None is everywhere.
        count: how many calls, 0 is all of them.
        after: matching calls to let through first.
        message: the error's text, with a plain default.
        code, status: another error than the kind's own.
        seconds: delay of `slow`; varies if it is a `Delay`, or its text.
        probability, seed: hit a share of the calls, the same ones for the same seed.
        change: what `second-writer` does (module `change_forms`): one change or a list of them.

    Raises:
        ValueError: there is no such kind, operation or change, or a figure is none.
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
    change: Mapping[str, Any] | list[Mapping[str, Any]] | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if self.kind not in KINDS:
            raise ValueError(f"There is no fault {self.kind!r}; there are {', '.join(KINDS)}.")
        if (self.kind == "second-writer") != (self.change is not None):
            raise ValueError("A fault of kind 'second-writer' has a change, and no other has one.")
        for change in self.changes:
            check_change(change)
        seconds: object = self.seconds
        if isinstance(seconds, str):
            object.__setattr__(self, "seconds", delay(seconds))
        self._check_figures()
        self._check_words()

    def _check_figures(self) -> None:
        if not isinstance(self.operation, str):
            raise ValueError(f"A fault's operation is the name of one, not {self.operation!r}.")
        if self.operation != "*" and self.operation not in service_model().operation_names:
            raise ValueError(f"There is no operation {self.operation!r} of Amazon Connect; `*` is all of them.")
        for name in ("count", "after", "seed"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                raise ValueError(f"A fault's {name} is a whole number of 0 or more, not {value!r}.")
        for name, most in (("probability", 1.0), ("seconds", 86_400.0)):
            value = getattr(self, name)
            if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value <= most:
                raise ValueError(f"A fault's {name} is a number from 0 to {most:g}, not {value!r}.")

    def _check_words(self) -> None:
        # The code becomes a header of the answer.
        if self.code is not None and not (isinstance(self.code, str) and _CODE.fullmatch(self.code)):
            raise ValueError(f"A fault's code is a name such as ResourceNotFoundException, not {self.code!r}.")
        if self.status is not None and (type(self.status) is not int or not 400 <= self.status <= 599):
            raise ValueError(f"A fault's status is a whole number from 400 to 599, not {self.status!r}.")
        if not isinstance(self.message, str) or len(self.message) > LONGEST_MESSAGE:
            raise ValueError(f"A fault's message is a text of at most {LONGEST_MESSAGE} characters.")
        if self.region is not None and not isinstance(self.region, str):
            raise ValueError(f"A fault's region is the name of one, not {self.region!r}.")

    def plain(self) -> dict[str, Any]:
        """The fault as JSON has it; `Fault(**plain)` reads it back."""
        seconds = self.seconds.text if isinstance(self.seconds, Delay) else self.seconds
        return {**asdict(self), "seconds": seconds}

    @property
    def changes(self) -> list[Mapping[str, Any]]:
        """What a second writer does, in order."""
        if self.change is None:
            return []
        return self.change if isinstance(self.change, list) else [self.change]


@dataclass
class _ActiveFault:
    fault: Fault
    seen: int = 0
    hit: int = 0
    rng: random.Random = field(default_factory=random.Random)

    @property
    def waiting(self) -> bool:
        return not self.fault.count or self.hit < self.fault.count

    def hits(self, operation: str, region: str) -> bool:
        if self.fault.operation not in ("*", operation) or self.fault.region not in (None, region):
            return False
        if not self.waiting:
            return False
        self.seen += 1
        if self.seen <= self.fault.after or self.rng.random() >= self.fault.probability:
            return False
        self.hit += 1
        return True


class Faults:
    """The faults that were added. Not locked: `Simulation` asks under its own lock."""

    def __init__(self) -> None:
        self._active: list[_ActiveFault] = []

    def add(self, fault: Fault) -> None:
        """Let it happen from the next matching call on; ValueError where there are too many that wait."""
        active = self._active
        if len(active) >= MOST:
            spent = next((each for each in active if not each.waiting), None)
            if spent is None:
                raise ValueError(f"There are {MOST} faults that wait already: clear them first.")
            active = [each for each in active if each is not spent]
        self._active = [*active, _ActiveFault(fault, rng=random.Random(fault.seed))]

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._active = []

    def next(self, operation: str, region: str) -> Fault | None:
        """The fault for this call, the first added first."""
        for active in self._active:
            if active.fault.change is None and active.hits(operation, region):
                return active.fault
        return None

    def second_writers(self, operation: str, region: str) -> list[Mapping[str, Any]]:
        """What others change just before this call."""
        hitting = [active.fault for active in self._active if active.fault.change and active.hits(operation, region)]
        return [change for fault in hitting for change in fault.changes]

    def table(self) -> list[dict[str, Any]]:
        """What was added, and how often each has hit."""
        return [{**active.fault.plain(), "hit": active.hit, "waiting": active.waiting} for active in self._active]


_FAILED = "Request processing failed because of an error."
_BEFORE = {
    "denied": ("AccessDeniedException", "The caller is not authorized to perform this operation.", 403),
    "expired-token": ("ExpiredTokenException", "The security token included in the request is expired", 403),
    "error-before": ("InternalServiceException", _FAILED, 500),
}


def throttled(switches: Switches) -> Refusal:
    """A throttled answer, of the name the switch has."""
    return Refusal(switches.throttle_code, "Rate exceeded", status=429)


def refuse_before(fault: Fault | None, switches: Switches) -> None:
    """Raise what keeps the operation from taking place."""
    if fault is None:
        return
    if fault.kind == "reset":
        raise ConnectionReset("The connection was reset.")
    if fault.kind in ("throttle", "drain"):
        raise _refusal(fault, switches.throttle_code, "Rate exceeded", 429)
    if fault.kind in _BEFORE:
        raise _refusal(fault, *_BEFORE[fault.kind])


def refuse_after(fault: Fault | None) -> None:
    """Raise what hides that the operation took place."""
    if fault is not None and fault.kind == "error-after":
        raise _refusal(fault, "InternalServiceException", _FAILED, 500)


def async_failure_of(fault: Fault | None) -> str | None:
    """The message with which the asynchronous part of an operation ends in failure, or None."""
    if fault is None or fault.kind != "failed-claim":
        return None
    return fault.message or "The operation failed."


def _refusal(fault: Fault, code: str, message: str, status: int) -> Refusal:
    # A code of its own brings the status the model has for it.
    if fault.code is not None:
        return Refusal(fault.code, fault.message or message, status=fault.status)
    return Refusal(code, fault.message or message, status=fault.status or status)
