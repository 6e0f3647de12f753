"""Waits as data, run by one loop with the clock passed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from acgr_connect.clock import Clock
from acgr_connect.errors import UnexpectedState, WaitTimeout

Seen = TypeVar("Seen")


@dataclass(frozen=True)
class Wait:
    """What is waited for, and how long.

    Attributes:
        what: the object and its Region, as the error names it: "phone number +44… in eu-west-2".
        pending: statuses that mean "look again".
        target: statuses that mean "arrived". Any other status fails at once, with the service's message.
        first: seconds until the first look.
        every: seconds between looks.
        within: seconds in all, counted from the accepted write. The time that a look spends in the queue for the
            request rate, or being throttled, does not count.
    """

    what: str
    pending: frozenset[str]
    target: frozenset[str]
    first: float = 0.0
    every: float = 1.0
    within: float = 600.0
    region: str = ""


def run(
    wait: Wait,
    look: Callable[[], Seen],
    status: Callable[[Seen], tuple[str, str]],
    clock: Clock,
    progress: Callable[[str], None] = lambda _: None,
    pause: Callable[[], float] | None = None,
) -> Seen:
    """Look until the target is reached.

    Args:
        wait: what is waited for.
        look: fetches the object.
        status: the object's status and the service's message about it.
        clock: passes the time between looks.
        progress: told each pending status.
        pause: waits until the next look is due and gives the seconds waited, instead of `first` and `every`.

    Raises:
        UnexpectedState: a status that is neither pending nor wanted.
        WaitTimeout: still pending after `within` seconds.
    """
    waited = pause() if pause else _pause(wait.first, clock)
    while True:
        seen = look()
        state, detail = status(seen)
        if state in wait.target:
            return seen
        _insist(wait, state, detail, waited)
        progress(f"{wait.what}: {state}, {waited:.0f} s")
        waited += pause() if pause else _pause(wait.every, clock)


def _pause(seconds: float, clock: Clock) -> float:
    if seconds > 0:
        clock.sleep(seconds)
    return seconds


def _insist(wait: Wait, state: str, detail: str, waited: float) -> None:
    """Fail unless looking again makes sense."""
    if state not in wait.pending:
        said = f": {detail}" if detail else ""
        raise UnexpectedState(f"{wait.what} is {state}{said}", status=state, detail=detail, region=wait.region)
    if waited >= wait.within:
        wanted = " or ".join(sorted(wait.target))
        text = f"{wait.what} is still {state} after {waited:.0f} s, {wanted} was expected"
        raise WaitTimeout(text, status=state, waited=waited, region=wait.region)
