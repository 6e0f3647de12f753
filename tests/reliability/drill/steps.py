"""What happens to a resource in its life, each as two programs: the one before, and the one that is run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from drill.centre import DARK, ON_DEFAULT, ON_INSTANCE, ON_RETAIL, arn
from drill.server import REPLICA, SOURCE
from drill.stack import Declared, Program, Stack

Switched = dict[str, Any]

CORE = {
    "placement-create",
    "placement-adopt-dark",
    "placement-update-target",
    "placement-update-flow",
    "placement-delete-to-instance",
    "agent-create",
    "agent-update-group",
    "agent-delete",
    "flow-create",
    "flow-update-flow-in-replica",
    "flow-delete",
    "roster-create",
    "roster-update-users",
    "roster-delete",
    "group-create",
    "group-delete",
    "replica-create",
}


@dataclass(frozen=True)
class Step:
    """One step in the life of a resource.

    Attributes:
        resource: which kind.
        name: which step.
        before: the program that ran without trouble, long ago.
        program: the program now.
        is_read: whether the step is a refresh; the program then has nothing to do afterwards.
        switches: of the sandbox, without which the step would mean nothing.
    """

    resource: str
    name: str
    before: Program = ()
    program: Program = ()
    is_read: bool = False
    switches: Switched = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.resource}-{self.name}"

    @property
    def is_core(self) -> bool:
        """Whether it is the first of the steps that take the same way through the library."""
        return str(self) in CORE

    def act(self, stack: Stack) -> None:
        """Do it."""
        if self.is_read:
            stack.refresh()
        else:
            stack.up(self.program)


def placed(number: str = ON_INSTANCE, name: str = "front-door", **inputs: Any) -> Declared:
    """A placement."""
    plain = {"target": "retail", "flow": "Main IVR", "return_to": "instance", "source_region": SOURCE}
    return Declared("PhoneNumberPlacement", name, {"phone_number": number, **plain, **inputs})


def member(user: str = "alice.smith", group: str = "retail", name: str = "alice") -> Declared:
    """An agent on a group."""
    inputs = {"traffic_distribution_group": group, "user": user, "source_region": SOURCE}
    return Declared("TrafficDistributionGroupUser", name, inputs)


def answered(number: str = ON_RETAIL, region: str = SOURCE, flow: str = "Winter IVR", name: str = "ivr") -> Declared:
    """A number's flow in one Region."""
    inputs = {"phone_number": number, "region": region, "flow": flow, "source_region": SOURCE}
    return Declared("PhoneNumberContactFlow", name, inputs)


def roster(*users: str, group: str = "retail", name: str = "agents", **inputs: Any) -> Declared:
    """Agents on a group."""
    plain = {"traffic_distribution_group": group, "source_region": SOURCE, "max_removals": "100%"}
    return Declared("TrafficDistributionGroupRoster", name, {"users": {u: u for u in users}, **plain, **inputs})


def _placements() -> list[Step]:
    def step(name: str, before: Declared | None, after: Declared | None, **more: Any) -> Step:
        return Step("placement", name, [before] if before else [], [after] if after else [], **more)

    placement, away = placed(), placed(return_to=arn("everyone"))
    apart = [{SOURCE: "Main IVR", REPLICA: flow} for flow in ("Winter IVR", "Sales")]
    unmirrored = {"mirroring": False}
    return [
        step("create", None, placed(description="Front door")),
        step("create-from-group", None, placed(ON_DEFAULT, flow="Winter IVR")),
        step("create-on-instance", None, placed(ON_RETAIL, target=arn("northwind"))),
        step("create-with-two-flows", None, placed(flow=apart[0]), switches=unmirrored),
        step("adopt", None, placed(ON_RETAIL)),
        step("adopt-dark", None, placed(DARK)),
        step("update-target", placement, placed(target="emergency")),
        step("update-target-to-instance", placement, placed(target=arn("northwind"))),
        step("update-flow", placement, placed(flow="Winter IVR")),
        step("update-one-of-two-flows", placed(flow=apart[0]), placed(flow=apart[1]), switches=unmirrored),
        step("update-description", placement, placed(description="Front door")),
        step("update-return-to", placement, placed(return_to="leave")),
        step("update-everything", placement, placed(target="emergency", flow="Sales", description="Front door")),
        step("update-number", placement, placed(ON_DEFAULT)),
        step("rename", placement, placed(name="main-entrance")),
        step("read", placement, placement, is_read=True),
        step("delete-to-instance", placement, None),
        step("delete-to-group", away, None),
        step("delete-leave", placed(return_to="leave"), None),
    ]


def _members() -> list[Step]:
    def step(name: str, before: Declared | None, after: Declared | None, **more: Any) -> Step:
        return Step("agent", name, [before] if before else [], [after] if after else [], **more)

    return [
        step("create", None, member()),
        step("adopt", None, member("erin.gray")),
        step("update-group", member(), member(group="emergency")),
        step("update-user", member(), member("bob.brown")),
        step("rename", member(), member(name="alice-smith")),
        step("read", member(), member(), is_read=True),
        step("delete", member(), None),
    ]


def _flows() -> list[Step]:
    def step(name: str, before: Declared | None, after: Declared | None, **more: Any) -> Step:
        return Step("flow", name, [before] if before else [], [after] if after else [], **more)

    apart: Switched = {"mirroring": False}
    replica = answered(region=REPLICA)
    return [
        step("create", None, answered()),
        step("create-in-replica", None, replica, switches=apart),
        step("create-on-instance", None, answered(ON_INSTANCE)),
        step("create-dark", None, answered(DARK)),
        step("adopt", None, answered(flow="Main IVR")),
        step("update-flow", answered(), answered(flow="Sales")),
        step("update-flow-in-replica", replica, answered(region=REPLICA, flow="Sales"), switches=apart),
        step("update-number", answered(), answered(ON_INSTANCE)),
        step("update-region", answered(), replica),
        step("rename", answered(), answered(name="welcome")),
        step("read", answered(), answered(), is_read=True),
        step("delete", answered(), None),
        step("delete-in-replica", replica, None, switches=apart),
    ]


def _rosters() -> list[Step]:
    def step(name: str, before: Declared | None, after: Declared | None, **more: Any) -> Step:
        return Step("roster", name, [before] if before else [], [after] if after else [], **more)

    pair = roster("alice.smith", "bob.brown")
    strict = roster("alice.smith", "bob.brown", authoritative=True)
    return [
        step("create", None, pair),
        step("adopt", None, roster("erin.gray")),
        step("update-users", pair, roster("alice.smith", "carol.white")),
        step("update-authoritative", strict, strict),
        step("update-group", pair, roster("alice.smith", "bob.brown", group="emergency")),
        step("rename", pair, roster("alice.smith", "bob.brown", name="everybody")),
        step("read", pair, pair, is_read=True),
        step("delete", pair, None),
    ]


def storm(name: str = "storm", resource: str = "group", **inputs: Any) -> Declared:
    """A traffic distribution group."""
    plain = {"instance": "northwind", "name": name, "source_region": SOURCE}
    return Declared("TrafficDistributionGroup", resource, {**plain, **inputs})


def replica(instance: str = "island", name: str = "replica", **inputs: Any) -> Declared:
    """A replica that goes when it is declared no more."""
    plain = {"instance": instance, "replica_region": REPLICA, "source_region": SOURCE, "on_delete": "delete"}
    return Declared("InstanceReplica", name, {**plain, **inputs})


def _groups() -> list[Step]:
    def step(name: str, before: Declared | None, after: Declared | None, **more: Any) -> Step:
        return Step("group", name, [before] if before else [], [after] if after else [], **more)

    tagged = storm(tags={"team": "weather", "cost": "1"})
    return [
        step("create", None, storm(description="For storms", tags={"team": "weather"})),
        step("adopt", None, storm("retail", tags={"team": "shops"})),
        step("update-tags", tagged, storm(tags={"team": "gales"})),
        step("update-name", storm(), storm("gale")),
        step("rename", storm(), storm(resource="weather")),
        step("read", tagged, tagged, is_read=True),
        step("delete", storm(), None),
    ]


def _replicas() -> list[Step]:
    def step(name: str, before: Declared | None, after: Declared | None, **more: Any) -> Step:
        return Step("replica", name, [before] if before else [], [after] if after else [], **more)

    return [
        step("create", None, replica(replica_alias="island-2")),
        step("adopt", None, replica("northwind")),
        step("rename", replica(), replica(name="pair")),
        step("read", replica(), replica(), is_read=True),
        step("delete", replica(), None),
    ]


STEPS = [*_placements(), *_members(), *_flows(), *_rosters(), *_groups(), *_replicas()]
