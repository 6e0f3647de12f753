"""What there is to do, and what it costs at least under Connect's rate. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Literal

Work = Literal["up", "relight", "refresh", "preview"]
Scope = Literal["per-operation", "shared"]
SCOPES: tuple[Scope, ...] = ("per-operation", "shared")

RATE = 2.0
"""Requests a second (statement R1)."""

BURST = 5
"""Requests at once (statement R1)."""

CALLS_A_NUMBER = 3
"""The move, one look, the flow."""

CALLS_WHERE_KEPT = 4
"""The move, the flow, and a look at each once the number has arrived: at what was set while it was under way, too."""

LIST_PAGE = 1000
"""Numbers, flows or users on a page."""

MEMBERS_PAGE = 10
"""Agents on a page of a group's users."""


@dataclass(frozen=True)
class Workload:
    """So many numbers and agents, and what is done with them.

    Attributes:
        work: "up" moves the numbers and associates the agents; "relight" finds both where they are to be, and the
            numbers without a flow; "refresh" and "preview" find everything as declared.
        calls_a_number: that a move takes at least.
    """

    name: str
    numbers: int
    agents: int
    work: Work = "up"
    calls_a_number: int = CALLS_A_NUMBER

    @property
    def is_declared_anew(self) -> bool:
        """Whether the run is the first `pulumi up` of a stack."""
        return self.work in ("up", "relight")

    def least_seconds(self, scope: Scope, claim: float) -> float:
        """From the first call to the last at best, as far as the rate decides, in Connect's seconds.

        Args:
            scope: whether each operation has a bucket of its own or all share one.
            claim: seconds for which a number is under way.
        """
        shared = self.calls_a_number * self.numbers + self.agents
        heaviest = shared if scope == "shared" else max(self.agents, self.numbers)
        arriving = _spent(self.numbers) + claim if self.numbers else 0.0
        return max(_spent(heaviest), arriving)

    def least_calls(self) -> int:
        """What the pages of one refresh come to: numbers, their flows in both Regions, the group's agents."""
        lists = 3 * ceil(self.numbers / LIST_PAGE)
        return lists + ceil(self.agents / MEMBERS_PAGE)


def _spent(calls: int) -> float:
    return max(0.0, (calls - BURST) / RATE)


WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload("numbers25", 25, 100),
        Workload("numbers50", 50, 100),
        Workload("numbers200", 200, 200),
        Workload("agents100", 0, 100),
        Workload("agents1000", 0, 1000),
        Workload("dark1000", 1, 1000, "relight"),
        Workload("refresh50", 50, 0, "refresh"),
        Workload("refresh500", 500, 5000, "refresh"),
        Workload("unchanged200", 200, 5000, "preview"),
    )
}
