"""One operation of the engine on one resource: handed down to everything that is done for it.

An operation has one deadline, however many waits it has, and one way to speak to the operator. Who makes it is the
border: `acgr/_engine.py` for Pulumi's dynamic provider, a test or a command otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from acgr_connect.model.clock import Clock
from acgr_connect.model.errors import Cancelled, ErrorContext, WaitTimeout

Say = Callable[[str], None]
"""Takes one line for the operator."""

DEFAULT_TIMEOUT = 600.0
"""Seconds that an operation may take where the program sets no `custom_timeouts`."""


NO_CONTEXT = ErrorContext("working", "")
"""The context of an operation of which nothing more is known."""


def silent(_line: str) -> None:
    """Nobody listens."""


def never() -> bool:
    """Nobody cancels."""
    return False


@dataclass(frozen=True)
class Deadline:
    """The moment by which something is over, on a clock; `began` is when it was begun."""

    clock: Clock
    at: float
    began: float

    @classmethod
    def after(cls, seconds: float, clock: Clock) -> Deadline:
        """The moment that is so many seconds from now."""
        now = clock.now()
        return cls(clock, now + seconds, now)

    @property
    def elapsed(self) -> float:
        """Seconds since it was begun."""
        return self.clock.now() - self.began

    @property
    def remaining(self) -> float:
        """Seconds that are left; 0 where it has passed."""
        return max(0.0, self.at - self.clock.now())

    @property
    def has_passed(self) -> bool:
        """Whether no time is left."""
        return self.clock.now() >= self.at


_ASKING: ContextVar[Deadline | None] = ContextVar("asking until", default=None)


@contextmanager
def asking_until(deadline: Deadline) -> Iterator[None]:
    """In this thread no request is begun after that meanwhile: nothing depends on the answer."""
    token = _ASKING.set(deadline)
    try:
        yield
    finally:
        _ASKING.reset(token)


def may_ask() -> bool:
    """Whether another request may be begun in this thread."""
    deadline = _ASKING.get()
    return deadline is None or not deadline.has_passed


@dataclass(frozen=True)
class Operation:
    """One create, read, update or delete, from the engine's request to its answer.

    Attributes:
        deadline: when it has to be over. Nothing is begun after it; what ends a darkness is not held to it.
        urn: the resource, as Pulumi names it; "" outside Pulumi.
        progress: shows what is happening, until the operation is over.
        say: leaves a line in the run's output.
        warn: leaves a warning there.
        object_to: leaves an error there, which ends nothing by itself.
        is_cancelled: whether the operator has asked the run to stop.
        restore_at_least: seconds for which a number that is dark is tried, should the deadline be nearer. Where the
            program sets a deadline itself, that is what counts.
        context: what is being done and where, for errors that do not say it themselves.
    """

    deadline: Deadline
    urn: str = ""
    progress: Say = field(default=silent, repr=False)
    say: Say = field(default=silent, repr=False)
    warn: Say = field(default=silent, repr=False)
    object_to: Say = field(default=silent, repr=False)
    is_cancelled: Callable[[], bool] = field(default=never, repr=False)
    restore_at_least: float = 0.0
    context: ErrorContext = NO_CONTEXT

    def require_going_on(self) -> None:
        """Refuse to begin anything more once it is too late, or the operator has asked the run to stop.

        Raises:
            Cancelled: the run was cancelled.
            WaitTimeout: the deadline has passed.
        """
        if self.is_cancelled():
            raise Cancelled("the run was cancelled before this began; run again")
        if self.deadline.has_passed:
            raise WaitTimeout("the deadline has passed", status="", waited=0.0)

    @classmethod
    def within(cls, seconds: float, clock: Clock) -> Operation:
        """An operation that nobody watches, with so many seconds."""
        return cls(Deadline.after(seconds, clock))
