"""Who gets the next request: by what it is for, then by arrival. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from math import inf
from threading import Condition


class Purpose(IntEnum):
    """What a request is for; the lower goes first."""

    RESTORE = 0
    """Ends a darkness: sets a flow."""
    LOOK = 1
    """A look that is due while a number is moving."""
    CHECK = 2
    """The engine waits for it before it goes on."""
    MOVE = 3
    """Reads what a move needs, or finishes one."""
    START = 4
    """Starts a move: the number is dark from now on."""
    AGENT = 5
    """Associates or disassociates agents."""
    REFRESH = 6
    """Reads for a refresh."""


READS = frozenset({Purpose.CHECK, Purpose.MOVE, Purpose.REFRESH})
"""What may go out faster than a shared bucket allows, while nothing is dark and the scope is not known.

The first request of each operation, that is: different ones tell the scopes apart, a second page tells nothing.
"""

ENDS_DARKNESS = frozenset({Purpose.RESTORE, Purpose.LOOK})
"""What is never kept waiting for anything else."""

BEGINS = frozenset({Purpose.START, Purpose.AGENT})
"""What is not begun any more once the run is cancelled, or the operation's deadline has passed."""

AGENTS_SHARE = 10
"""One request in so many goes to agents, whatever else is waiting."""


@dataclass(eq=False)
class QueuedRequest:
    """A place in the queue, and where its thread waits for its turn.

    Attributes:
        operation: the Connect operation.
        purpose: what it is for.
        number: its place among all requests of this process.
        turn: notified when it is granted, or too late.
        until: the clock's time after which it does not go out any more.
        granted: whether it may go out.
        expired: whether it is too late.
    """

    operation: str
    purpose: Purpose
    number: int
    turn: Condition = field(default_factory=Condition)
    until: float = inf
    granted: bool = False
    expired: bool = False


def next_request(
    waiting: Sequence[QueuedRequest], since_agents: int, delay: Callable[[QueuedRequest], float]
) -> tuple[QueuedRequest | None, float]:
    """Whose turn it is, or how many seconds it is nobody's.

    By purpose, then by arrival, among those whose request may go out now; agents at the latest after
    `AGENTS_SHARE` - 1 others.

    Args:
        waiting: the queue; not empty.
        since_agents: requests since the last one for agents.
        delay: seconds until a request may go out.
    """
    delays = {request: delay(request) for request in waiting}
    ready = [request for request in waiting if delays[request] <= 0]
    if not ready:
        return None, min(delays.values())
    agents = [r for r in ready if r.purpose is Purpose.AGENT and since_agents >= AGENTS_SHARE - 1]
    return min(agents or ready, key=lambda r: (r.purpose, r.number)), 0.0
