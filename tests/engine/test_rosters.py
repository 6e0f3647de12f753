"""Many agents as one resource: what a reviewer sees, what an operator is told, and what happens in between."""

from __future__ import annotations

from typing import Any

import pytest
from harness.centre import Centre
from harness.declarations import SOURCE, Declaration, got
from harness.stack import PLAIN, Stack

from acgr_sandbox import Fault
from acgr_sandbox.core.world import World

pytestmark = pytest.mark.engine

JOIN, LEAVE = "AssociateTrafficDistributionGroupUser", "DisassociateTrafficDistributionGroupUser"
AGENTS = [f"agent{index:03d}" for index in range(1, 9)]


def roster(
    name: str, group: str, users: list[str] | dict[str, str], *, options: Any = None, **more: Any
) -> Declaration:
    """A `TrafficDistributionGroupRoster`."""
    asked = {"traffic_distribution_group": group, "users": users, "source_region": SOURCE, **more}
    return {"kind": "roster", "name": name, "args": asked, "options": options or {}}


def test_a_life(stack: Stack, centre: Centre) -> None:
    """A roster is one row from its first run to its last.

    - How many of how many, and how long it will take, is on that row, which ends with how many it were.
    - Two who join and one who leaves are three marked lines and one that counts them (A6, A8).
    - Strangers of an authoritative roster are shown before they are removed: not by the create, but by the next run.
    - `get()` gives the agents of a group by name, and never writes.
    - A destroy is not held to `max_removals`, and says so.
    """
    whole = roster("whole", "everyone", ["carol.white"], authoritative=True)
    read = got("roster", "read", centre.arn("group", "retail"))
    stack.declare(roster("emergency", "emergency", AGENTS), whole, read)
    up = stack.up()
    assert up.code == 0, up.text
    assert any(row.endswith("0/8 agents, 1 s left at 1000/s") for row in up.rows("emergency")), up.text
    assert up.rows("emergency")[-1].endswith("8/8 agents"), up.text
    assert up.said("emergency") == []
    assert up.said("whole") == ["dave.jones on everyone: not declared; the next run removes them"]
    assert (centre.members("emergency"), centre.members("everyone")) == (set(AGENTS), {"carol.white", "dave.jones"})
    assert stack.state().outputs("read")["members"] == {"erin.green": centre.arn("user", "erin.green")}

    stack.declare(roster("emergency", "emergency", [*AGENTS[1:], "alice.smith", "bob.brown"]), whole, read)
    centre.forget()
    preview = stack.preview("--diff")
    marked = preview.changed()
    first = marked.index("~ users: {")
    assert marked[first + 1 : first + 4] == [
        '- agent001   : "agent001"',
        '+ alice.smith: "alice.smith"',
        '+ bob.brown  : "bob.brown"',
    ]
    assert "+2 \N{MINUS SIGN}1 of 9: add alice.smith, bob.brown; remove agent001" in preview.text
    assert "+0 \N{MINUS SIGN}1 of 1: remove dave.jones" in preview.text
    assert centre.writes() == {}
    up = stack.up()
    assert up.code == 0, up.text
    assert centre.writes() == {JOIN: 2, LEAVE: 2}
    assert centre.members("emergency") == {*AGENTS[1:], "alice.smith", "bob.brown"}
    assert centre.members("everyone") == {"carol.white"}
    assert stack.up("--expect-no-changes").code == 0

    destroyed = stack.destroy()
    assert destroyed.code == 0, destroyed.text
    assert destroyed.said("emergency") == [
        "9 of 9 agents would be removed, and max_removals is 10%, 1 here: a delete is not held to it"
    ]
    assert (centre.members("emergency"), centre.members("retail")) == (set(), {"erin.green"})


def test_an_unknown_agent_holds_up_nobody(stack: Stack, centre: Centre) -> None:
    """A12: the run ends in an error that names him, the others are done and recorded; also after a refresh the next
    run tries him alone. Where he is not declared any more, nothing is written.
    """
    stack.declare(
        roster("retail", "retail", ["alice.smith", "zoe.none", "bob.brown"]),
        roster("other", "emergency", ["agent001", "yan.none"]),
    )
    up = stack.up("--continue-on-error")
    assert up.code != 0
    failed = "1 of {} agents failed: {} (the source instance has no such user)"
    assert up.errors() == {
        name: f"associating agents with traffic distribution group {group} in {SOURCE}: {said}; "
        "the others are done, and the next run tries again"
        for name, group, said in (
            ("retail", "retail", failed.format(3, "zoe.none")),
            ("other", "emergency", failed.format(2, "yan.none")),
        )
    }
    assert centre.members("retail") == {"alice.smith", "bob.brown", "erin.green"}
    kept = stack.state().outputs("retail")
    assert set(kept["members"]) == {"alice.smith", "bob.brown"}
    assert kept["failed"] == {"zoe.none": "the source instance has no such user"}
    assert stack.refresh().code == 0
    assert stack.plan() == {"retail": "update", "other": "update"}
    centre.forget()
    centre.sandbox.world.user("carol.white").username = "zoe.none"
    stack.declare(
        roster("retail", "retail", ["alice.smith", "zoe.none", "bob.brown"]),
        roster("other", "emergency", ["agent001"]),
    )
    again = stack.up()
    assert again.code == 0, again.text
    assert centre.writes() == {JOIN: 1}
    assert [stack.state().outputs(name)["failed"] for name in ("retail", "other")] == [{}, {}]
    assert stack.up("--expect-no-changes").code == 0


def _is_halfway(world: World) -> bool:
    return len(world.group("emergency").members) >= 4


def test_everything_killed_halfway(stack: Stack, centre: Centre) -> None:
    """`kill -9` in the middle of a roster: the next run finds who is there, and nobody is associated twice."""
    centre.set(rate=2.0, burst=5)
    stack.configure({})
    stack.declare(roster("all", "emergency", AGENTS))
    running = stack.start("up", "--yes", "--skip-preview", *PLAIN)
    centre.until(_is_halfway)
    running.kill(*running.children())
    centre.set(rate=0)
    assert stack.run("cancel", "--yes", *PLAIN).code == 0
    assert stack.refresh("--clear-pending-creates").code == 0
    assert stack.up().code == 0
    assert centre.members("emergency") == set(AGENTS)
    assert centre.writes() == {JOIN: len(AGENTS)}


def test_an_interrupted_roster_is_kept(stack: Stack, centre: Centre) -> None:
    """Where permissions end midway, who was done is recorded, and the next run goes on from there."""
    centre.sandbox.faults.add(Fault(JOIN, "denied", after=3, count=0))
    stack.declare(roster("all", "emergency", AGENTS))
    up = stack.up()
    assert up.code != 0
    assert "(AccessDeniedException)" in up.errors()["all"]
    assert len(stack.state().outputs("all")["members"]) == len(centre.members("emergency")) == 3
    centre.sandbox.faults.clear()
    centre.forget()
    assert stack.up().code == 0
    assert centre.writes() == {JOIN: 5}
