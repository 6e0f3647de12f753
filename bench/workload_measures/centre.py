"""The contact centre of a case: what the sandbox holds at first, and what is declared of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .workload import Workload

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
GROUP, FLOW = "retail", "Main IVR"
FIRST_NUMBER = 442079460000


def number(index: int) -> str:
    """The E.164 form of a number."""
    return f"+{FIRST_NUMBER + index}"


@dataclass(frozen=True)
class Declared:
    """What is to be: these numbers on the group with the flow, and these agents on it."""

    numbers: tuple[str, ...]
    agents: tuple[str, ...]

    @classmethod
    def of(cls, work: Workload) -> Declared:
        """All of a workload."""
        digits = max(3, len(str(work.agents)))
        agents = tuple(f"agent{index:0{digits}d}" for index in range(1, work.agents + 1))
        return cls(tuple(number(index) for index in range(work.numbers)), agents)

    def parts(self, count: int) -> list[Declared]:
        """The same in so many stacks."""
        return [Declared(self.numbers[part::count], self.agents[part::count]) for part in range(count)]

    def plain(self, group: str = GROUP, flow: str = FLOW) -> dict[str, Any]:
        """As arguments of `GlobalResiliency`."""
        return {
            "traffic_distribution_group": group,
            "source_region": SOURCE,
            "replica_region": REPLICA,
            "numbers": {number: {"flow": flow} for number in self.numbers},
            **({"agents": list(self.agents)} if self.agents else {}),
        }


def scenario(work: Workload) -> Mapping[str, Any]:
    """The sandbox's world: for a move the numbers are on another group, else as declared but perhaps the flow."""
    declared, is_done = Declared.of(work), work.work != "up"
    home = GROUP if is_done else "everyone"
    flow = None if work.work == "relight" else FLOW
    members = {"members": list(declared.agents)} if is_done and declared.agents else {}
    return {
        "account": "111122223333",
        "source_region": SOURCE,
        "replica_region": REPLICA,
        "instances": [{"alias": "northwind"}],
        "groups": [{"name": "everyone", "default": True}, {"name": GROUP, **members}],
        "flows": [FLOW, "Sales"],
        "users": list(declared.agents),
        "numbers": [{"e164": number, "target": home, "flow": flow} for number in declared.numbers],
    }
