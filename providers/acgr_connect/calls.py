"""One call for each of many, at the account's rate: who was answered, who was refused, and when to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import ceil

from acgr_connect.arns import Arn
from acgr_connect.connection import Connection, Progress
from acgr_connect.errors import (
    Cancelled,
    Conflict,
    ConnectError,
    Doing,
    NotFound,
    Refused,
    Throttled,
    WaitTimeout,
    because,
)

IN_A_ROW = 5
"""So many failures in a row, of a kind that need not be one agent's, end the list: they are the service's."""

ONE_HAND = 5.0
"""Calls a second that one thread makes with ease, whatever the distance to the Region."""

MOST_HANDS = 8
"""Threads at the most."""

SAID_EVERY = 1.0
"""Seconds between two words on the progress."""

ASKED_EVERY = 50
"""After so many agents that were not found, it is asked again whether it is the group that is not."""

Answer = tuple[Arn, ConnectError | None]


@dataclass(frozen=True)
class Shift:
    """A piece of work on many agents.

    Attributes:
        connection: the account.
        doing: how errors about all of it begin.
        noun: what is counted, as the progress names it.
        until: the clock's time after which nothing more is begun.
        progress: told how far it is.
        whole: asked when an agent was not found: why no agent can be served, or None.
    """

    connection: Connection
    doing: Doing
    noun: str
    until: float
    progress: Progress
    whole: Callable[[], ConnectError | None]


class Many:
    """One call for each of many agents.

    Args:
        shift: what the calls are part of.
        call: makes one.
        users: for whom, each once.
        done: how many were done before.
    """

    def __init__(self, shift: Shift, call: Callable[[Arn], None], users: Sequence[Arn], done: int = 0) -> None:
        self.done: list[Arn] = []
        self.refused: dict[Arn, ConnectError] = {}
        self.ended: ConnectError | None = None
        self._shift, self._call, self._users, self._before = shift, call, users, done
        self._in_a_row = self._not_found = 0
        self._said_at = float("-inf")

    def run(self) -> None:
        """Make the calls; nothing is raised."""
        self._say()
        for answer in self._answers():
            if answer is not None:
                self._note(*answer)
                self._say()
        if self.ended is not None:
            self.ended = because(self.ended, self._shift.doing)

    def _answers(self) -> Iterator[Answer | None]:
        hands = hands_for(self._shift.connection.settings.rate.per_second, len(self._users))
        if hands == 1:
            yield from map(self._attempt, self._users)
            return
        with ThreadPoolExecutor(hands) as pool:
            yield from pool.map(self._attempt, self._users)

    def _attempt(self, user: Arn) -> Answer | None:
        """The answer, or None where the call was not made."""
        if self.ended is None and self._shift.connection.clock.now() >= self._shift.until:
            self.ended = self._late()
        if self.ended is not None:
            return None
        try:
            self._call(user)
        except Cancelled as error:
            self.ended = error
            return None
        except ConnectError as error:
            return user, error
        return user, None

    def _note(self, user: Arn, error: ConnectError | None) -> None:
        if error is None:
            self.done.append(user)
            self._in_a_row = 0
            return
        self.refused[user] = error
        if isinstance(error, NotFound):
            self._suspect()
        if isinstance(error, (NotFound, Conflict, Refused)):
            return
        self._in_a_row += 1
        if isinstance(error, Throttled) or self._in_a_row >= IN_A_ROW:
            self.ended = error

    def _suspect(self) -> None:
        if self._not_found % ASKED_EVERY == 0:
            self.ended = self._shift.whole()
        self._not_found += 1

    def _late(self) -> ConnectError:
        error = WaitTimeout("the deadline has passed", status="", waited=0.0)
        return because(error, self._shift.doing, remedy="run again to go on, or raise custom_timeouts")

    def _say(self) -> None:
        done, total = self._before + len(self.done), self._before + len(self._users)
        now, rate = self._shift.connection.clock.now(), self._shift.connection.settings.rate.per_second
        if done < total and now - self._said_at >= SAID_EVERY:
            self._said_at = now
            self._shift.progress(told(done, total, rate, self._shift.noun))


def told(done: int, total: int, rate: float, noun: str = "agents") -> str:
    """How far it is: `412/1,000 agents, 294 s left at 2/s`."""
    return f"{done:,}/{total:,} {noun}, {ceil((total - done) / rate):,} s left at {rate:g}/s"


def hands_for(rate: float, calls: int) -> int:
    """How many threads make so many calls at so many a second: one at the documented rate."""
    return max(1, min(MOST_HANDS, ceil(rate / ONE_HAND), calls))
