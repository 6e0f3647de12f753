"""Many agents as one resource: what a reviewer sees, what an operator is told, and what happens in between."""

from __future__ import annotations

from typing import Any

import pytest
from harness.centre import Centre
from harness.declarations import SOURCE, Declaration, agent, component, got
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


def test_three_changes_are_three_lines(stack: Stack, centre: Centre) -> None:
    """A roster is one row; two who join and one who leaves are three marked lines and one that counts them (A6, A8)."""
    stack.declare(roster("retail", "retail", AGENTS))
    up = stack.up()
    assert up.code == 0, up.text
    assert up.summary() == ["+ 2 created"]
    assert centre.members("retail") == {*AGENTS, "erin.green"}
    assert stack.up("--expect-no-changes").code == 0

    stack.declare(roster("retail", "retail", [*AGENTS[1:], "alice.smith", "bob.brown"]))
    centre.forget()
    assert stack.preview("--diff").changed() == [
        "~ users: {",
        '- agent001   : "agent001"',
        '+ alice.smith: "alice.smith"',
        '+ bob.brown  : "bob.brown"',
    ]
    assert stack.preview().said("retail") == ["+2 \N{MINUS SIGN}1 of 9: add alice.smith, bob.brown; remove agent001"]
    assert centre.writes() == {}
    up = stack.up()
    assert up.code == 0, up.text
    assert centre.writes() == {JOIN: 2, LEAVE: 1}
    assert centre.members("retail") == {*AGENTS[1:], "alice.smith", "bob.brown", "erin.green"}
    assert stack.up("--expect-no-changes").code == 0


def test_drift_is_shown_and_repaired(stack: Stack, centre: Centre) -> None:
    """An agent taken off by hand is missing after a refresh, and the next update puts him back."""
    stack.declare(roster("retail", "retail", AGENTS))
    assert stack.up().code == 0
    user, group = centre.sandbox.world.user("agent004").id, centre.sandbox.world.group("retail").id
    instance = centre.sandbox.world.instance("northwind").id
    asked = {"TrafficDistributionGroupId": group, "UserId": user, "InstanceId": instance}
    centre.by_hand("disassociate_traffic_distribution_group_user", **asked)
    assert stack.run("refresh", "--preview-only", "--diff", *PLAIN).changed() == [
        "~ users: {",
        '- agent004: "agent004"',
    ]
    refreshed = stack.run("refresh", "--preview-only", *PLAIN)
    assert refreshed.said("retail") == [
        "agent004 was taken off the group by something else",
        "to be as declared: +1 \N{MINUS SIGN}0 of 8: add agent004",
    ]
    centre.forget()
    up = stack.up("--refresh")
    assert up.code == 0, up.text
    assert centre.writes() == {JOIN: 1}
    assert "agent004" in centre.members("retail")


def test_an_emptied_roster_is_refused(stack: Stack, centre: Centre) -> None:
    """The preview fails with the sentence and nothing is written; a destroy is not guarded, and says so."""
    stack.declare(roster("retail", "retail", AGENTS))
    assert stack.up().code == 0
    stack.declare(roster("retail", "retail", []))
    centre.forget()
    for ran in (stack.preview(), stack.up()):
        assert ran.code != 0
        assert (
            "users: 8 of 8 agents would be removed, and max_removals is 10%, 1 here: agent001, agent002, agent003, "
            "agent004, agent005 and 3 more; mend users, or raise max_removals for this change"
        ) in ran.text
    assert centre.writes() == {}
    stack.declare(roster("retail", "retail", AGENTS[2:], max_removals=2))
    assert stack.up().code == 0
    destroyed = stack.destroy()
    assert destroyed.code == 0, destroyed.text
    assert destroyed.said("retail") == [
        "6 of 6 agents would be removed, and max_removals is 2: a delete is not held to it"
    ]
    assert centre.members("retail") == {"erin.green"}


def test_an_unknown_agent_holds_up_nobody(stack: Stack, centre: Centre) -> None:
    """A12: the run ends in an error that names him, the others are done and recorded, the next run tries him alone."""
    stack.declare(roster("retail", "retail", ["alice.smith", "zoe.none", "bob.brown"]))
    up = stack.up()
    assert up.code != 0
    assert up.errors() == {
        "retail": f"associating agents with traffic distribution group retail in {SOURCE}: 1 of 3 agents failed: "
        "zoe.none (the source instance has no such user); the others are done, and the next run tries again"
    }
    assert centre.members("retail") == {"alice.smith", "bob.brown", "erin.green"}
    kept = stack.state().outputs("retail")
    assert set(kept["members"]) == {"alice.smith", "bob.brown"}
    assert kept["failed"] == {"zoe.none": "the source instance has no such user"}
    assert stack.plan() == {"retail": "update"}
    centre.forget()
    centre.sandbox.world.user("carol.white").username = "zoe.none"
    again = stack.up()
    assert again.code == 0, again.text
    assert centre.writes() == {JOIN: 1}
    assert stack.state().outputs("retail")["failed"] == {}
    assert stack.up("--expect-no-changes").code == 0


def test_a_failure_survives_a_refresh(stack: Stack, centre: Centre) -> None:
    """After a partial failure and a refresh the next run still tries whoever failed."""
    stack.declare(roster("retail", "retail", ["alice.smith", "zoe.none"]))
    assert stack.up().code != 0
    assert stack.refresh().code == 0
    assert stack.plan() == {"retail": "update"}
    stack.declare(roster("retail", "retail", ["alice.smith"]))
    centre.forget()
    assert stack.up().code == 0
    assert centre.writes() == {}
    assert stack.up("--expect-no-changes").code == 0


def test_authoritative(stack: Stack, centre: Centre) -> None:
    """Strangers are shown before they are removed: not by the create, but by the run after it."""
    whole = roster("retail", "retail", AGENTS, authoritative=True)
    stack.declare(whole)
    up = stack.up()
    assert up.said("retail") == ["erin.green on retail: not declared; the next run removes them"]
    assert "erin.green" in centre.members("retail")
    preview = stack.preview()
    assert preview.said("retail") == ["+0 \N{MINUS SIGN}1 of 8: remove erin.green"]
    assert stack.run("refresh", "--preview-only", "--diff", *PLAIN).changed() == [
        "~ users: {",
        f'+ erin.green: "{centre.arn("user", "erin.green")}"',
    ]
    assert stack.up("--refresh").code == 0
    assert centre.members("retail") == set(AGENTS)
    assert stack.up("--expect-no-changes").code == 0
    stack.declare(whole, agent("erin", "retail", "erin.green"))
    beside = stack.preview()
    assert beside.code != 0
    refused = ("declares agents of the same group", "is its authoritative roster; declare its agents there")
    assert any(sentence in beside.text for sentence in refused), beside.text


def test_agents_of_their_own_become_a_roster(stack: Stack, centre: Centre) -> None:
    """A stack whose agents were resources of their own goes over to a roster, and back, without a write."""
    users = ("alice.smith", "erin.green")
    single = [agent(f"centre-{user}", "retail", user) for user in users]
    stack.declare(*single)
    assert stack.up().code == 0
    centre.forget()
    stack.declare(component("centre", "retail", {}, list(users)))
    up = stack.up()
    assert up.code == 0, up.text
    assert set(stack.state().resources) == {"centre", "centre-agents"}
    assert stack.up("--expect-no-changes").code == 0
    stack.declare(*single)
    back = stack.up()
    assert back.code == 0, back.text
    assert centre.writes() == {}
    assert centre.members("retail") == set(users)


def test_one_agent_passes_from_a_roster_to_a_resource(stack: Stack, centre: Centre) -> None:
    """Who leaves a roster for a resource of his own, in one run, is not touched."""
    stack.declare(roster("retail", "retail", ["alice.smith", "bob.brown"]))
    assert stack.up().code == 0
    centre.forget()
    stack.declare(
        agent("bob", "retail", "bob.brown"), roster("retail", "retail", ["alice.smith"], options={"after": ["bob"]})
    )
    up = stack.up()
    assert up.code == 0, up.text
    assert centre.writes() == {}
    assert up.said("retail")[-1] == "left on the group, declared by bob now: bob.brown"


@pytest.mark.parametrize("second_group", ["allow", "conflict"])
def test_another_group_replaces_the_roster(stack: Stack, centre: Centre, second_group: str) -> None:
    """The new group has the agents before the old one lets them go; where Connect refuses that, it says what it did."""
    centre.set(second_group=second_group)
    stack.declare(roster("one", "retail", AGENTS))
    assert stack.up().code == 0
    stack.declare(roster("one", "emergency", AGENTS))
    assert "replace" in stack.plan()["one"]
    up = stack.up()
    assert up.code == 0, up.text
    assert (centre.members("retail"), centre.members("emergency")) == ({"erin.green"}, set(AGENTS))
    assert any("on two groups at a time" in line for line in up.said("one")) == (second_group == "conflict")
    assert stack.up("--expect-no-changes").code == 0


def test_progress_is_on_the_row(stack: Stack, centre: Centre) -> None:
    """How many of how many, and how long it will take, is on the roster's own row, and leaves no line behind."""
    stack.declare(roster("retail", "retail", AGENTS))
    up = stack.up()
    assert any(row.endswith("0/8 agents, 1 s left at 1000/s") for row in up.rows("retail")), up.text
    assert up.said("retail") == []


def _is_halfway(world: World) -> bool:
    return len(world.group("emergency").members) >= 4


def test_everything_killed_halfway(stack: Stack, centre: Centre) -> None:
    """`kill -9` in the middle of a roster: the next run finds who is there, and nobody is associated twice."""
    centre.set(rate=2.0, burst=5)
    stack.run("config", "rm", "acgr:requestsPerSecond")
    stack.run("config", "rm", "acgr:burst")
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


def test_a_roster_that_is_read(stack: Stack, centre: Centre) -> None:
    """`get()` gives the agents of a group by name, and never writes."""
    stack.declare(got("roster", "retail", centre.arn("group", "retail")))
    up = stack.up()
    assert up.code == 0, up.text
    assert stack.state().outputs("retail")["members"] == {"erin.green": centre.arn("user", "erin.green")}
    assert stack.destroy().code == 0
    assert centre.writes() == {}


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
    assert stack.up("--expect-no-changes").code == 0
