"""Waits as data, run by one loop until the operation's deadline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from acgr_connect import log
from acgr_connect.model.errors import Unavailable, UnexpectedState, WaitTimeout
from acgr_connect.model.operation import Operation

Seen = TypeVar("Seen")


@dataclass(frozen=True)
class Wait:
    """What is waited for.

    Attributes:
        what: the object and its Region, as the error names it: "phone number +44… in eu-west-2".
        pending: statuses that mean "look again".
        target: statuses that mean "arrived". Any other status fails at once, with the service's message.
        first: seconds until the first look.
        every: seconds between looks.
        region: where it is looked.
    """

    what: str
    pending: frozenset[str]
    target: frozenset[str]
    first: float = 0.0
    every: float = 1.0
    region: str = ""


def run(
    wait: Wait,
    look: Callable[[], Seen],
    status: Callable[[Seen], tuple[str, str]],
    operation: Operation,
    pause: Callable[[], float] | None = None,
) -> Seen:
    """Look until the target is reached: at least once, and not again after the operation's deadline.

    A look that is not answered, after all its own attempts, is made again until then.

    Args:
        wait: what is waited for.
        look: fetches the object.
        status: the object's status and the service's message about it.
        operation: has the deadline, and shows each pending status.
        pause: waits until the next look is due, instead of `first` and `every`.

    Raises:
        UnexpectedState: a status that is neither pending nor wanted.
        WaitTimeout: still pending when the deadline has passed.
    """
    clock = operation.deadline.clock
    began = clock.now()

    def pause_for(seconds: float) -> None:
        if pause is not None:
            pause()
        elif (left := min(seconds, operation.deadline.remaining)) > 0:
            clock.sleep(left)

    pause_for(wait.first)
    unanswered_since: float | None = None
    while True:
        try:
            seen = look()
        except Unavailable:
            if operation.deadline.has_passed:
                raise
            unanswered_since = clock.now() if unanswered_since is None else unanswered_since
            operation.progress(f"{wait.what}: nothing answers, {clock.now() - unanswered_since:.0f} s")
            clock.sleep(min(wait.every, operation.deadline.remaining))
            continue
        unanswered_since = None
        state, detail = status(seen)
        waited = clock.now() - began
        log.debug("wait", what=wait.what, status=state, waited=round(waited, 3))
        if state in wait.target:
            return seen
        _require_pending(wait, state, detail)
        if operation.deadline.has_passed:
            raise _timeout(wait, state, operation.deadline.elapsed)
        operation.progress(f"{wait.what}: {state}, {waited:.0f} s")
        pause_for(wait.every)


def _require_pending(wait: Wait, state: str, detail: str) -> None:
    if state not in wait.pending:
        said = f": {detail}" if detail else ""
        raise UnexpectedState(f"{wait.what} is {state}{said}", status=state, detail=detail, region=wait.region)


def _timeout(wait: Wait, state: str, waited: float) -> WaitTimeout:
    """The seconds are those of the whole operation: what `custom_timeouts` allowed."""
    wanted = " or ".join(sorted(wait.target))
    text = f"{wait.what} is still {state} after {waited:.0f} s, {wanted} was expected"
    return WaitTimeout(text, status=state, waited=waited, region=wait.region)
