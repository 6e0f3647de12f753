"""One request for each of many agents, at the account's rate: who was answered, who was refused, and when to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from math import ceil

from acgr_connect.model.arns import Arn
from acgr_connect.model.errors import (
    Cancelled,
    Conflict,
    ConnectError,
    ErrorContext,
    NotFound,
    Refused,
    Throttled,
    WaitTimeout,
)
from acgr_connect.model.operation import Operation
from acgr_connect.world.connection import Connection

IN_A_ROW = 5
"""So many failures in a row, of a kind that need not be one agent's, end the list: they are the service's."""

REQUESTS_A_WORKER = 5.0
"""Requests a second that one thread makes with ease, whatever the distance to the Region."""

MOST_WORKERS = 8
"""Threads at the most."""

SAID_EVERY = 1.0
"""Seconds between two words on the progress."""

ASKED_EVERY = 50
"""After so many agents that were not found, it is asked again whether it is the group that is not."""

Answer = tuple[Arn, ConnectError | None]


@dataclass(frozen=True)
class BulkTask:
    """What the requests are part of.

    Attributes:
        connection: the account.
        operation: has the deadline after which nothing more is begun, and shows how far it is.
        context: how errors about all of it begin.
        noun: what is counted, as the progress names it.
        why_none: asked when an agent was not found: why no agent can be served, or None.
    """

    connection: Connection
    operation: Operation
    context: ErrorContext
    noun: str
    why_none: Callable[[], ConnectError | None]


class BulkRun:
    """One request for each of many agents.

    Args:
        task: what the requests are part of.
        request: makes one.
        users: for whom, each once.
        done: how many were done before.
    """

    def __init__(self, task: BulkTask, request: Callable[[Arn], None], users: Sequence[Arn], done: int = 0) -> None:
        self.done: list[Arn] = []
        self.refused: dict[Arn, ConnectError] = {}
        self.ended: ConnectError | None = None
        self._task, self._request, self._users, self._before = task, request, users, done
        self._in_a_row = self._not_found = 0
        self._said_at = float("-inf")

    def run(self) -> None:
        """Make the requests; nothing is raised."""
        self._say()
        for answer in self._answers():
            if answer is not None:
                self._note(*answer)
                self._say()
        self._task.operation.progress(counted(self._before + len(self.done), self._total, self._task.noun))
        if self.ended is not None:
            self.ended = self._task.context.added_to(self.ended)

    def _answers(self) -> Iterator[Answer | None]:
        workers = workers_for(self._task.connection.settings.rate.per_second, len(self._users))
        if workers == 1:
            yield from map(self._attempt, self._users)
            return
        with ThreadPoolExecutor(workers) as pool:
            # Each with a copy of this thread's context: the log says there too which resource it is about.
            yield from pool.map(lambda run, user: run(self._attempt, user), *self._with_contexts())

    def _with_contexts(self) -> tuple[list[Callable[..., Answer | None]], Sequence[Arn]]:
        return [copy_context().run for _ in self._users], self._users

    def _attempt(self, user: Arn) -> Answer | None:
        """The answer, or None where the request was not made."""
        if self.ended is not None:
            return None
        try:
            self._task.operation.require_going_on()
            self._request(user)
        except Cancelled as error:
            self.ended = error
            return None
        except WaitTimeout as error:
            remedy = "run again to go on, or raise custom_timeouts"
            self.ended = self._task.context.added_to(error, "the deadline has passed", remedy)
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
            self.ended = self._task.why_none()
        self._not_found += 1

    @property
    def _total(self) -> int:
        return self._before + len(self._users)

    def _say(self) -> None:
        done, total = self._before + len(self.done), self._total
        now, rate = self._task.connection.clock.now(), self._task.connection.settings.rate.per_second
        if done < total and now - self._said_at >= SAID_EVERY:
            self._said_at = now
            self._task.operation.progress(how_far(done, total, rate, self._task.noun))


def how_far(done: int, total: int, rate: float, noun: str = "agents") -> str:
    """How far it is: `412/1,000 agents, 294 s left at 2/s`."""
    return f"{counted(done, total, noun)}, {ceil((total - done) / rate):,} s left at {rate:g}/s"


def counted(done: int, total: int, noun: str = "agents") -> str:
    """How many are done: `412/1,000 agents`. It is the last that a row shows, which keeps it when it is finished."""
    return f"{done:,}/{total:,} {noun}"


def workers_for(rate: float, requests: int) -> int:
    """How many threads make so many requests at so many a second: one at the documented rate."""
    return max(1, min(MOST_WORKERS, ceil(rate / REQUESTS_A_WORKER), requests))
