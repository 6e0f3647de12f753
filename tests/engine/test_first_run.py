"""From nothing to declared, and nothing more to do."""

from __future__ import annotations

import pytest
from harness.centre import Centre
from harness.declarations import REPLICA, SOURCE, agent, component, e164, number, team
from harness.stack import Stack

pytestmark = pytest.mark.engine


def test_up_makes_and_the_next_run_has_nothing_to_do(stack: Stack, centre: Centre) -> None:
    """`up` places numbers (N3) with their flow in both Regions (N6), and the next run is empty.

    What is as declared is taken over without a write: a number on its group with its flow, or an agent there, is not
    touched, and that is said.
    """
    numbers = {e164(1): {"flow": "Main IVR"}, e164(2): {"flow": {SOURCE: "Sales", REPLICA: "Sales"}}}
    stack.declare(
        component("centre", "retail", numbers, ["alice.smith", "bob.brown"]),
        number("main", 3, "retail", "Main IVR"),
        agent("erin", "retail", "erin.green"),
    )
    expected = {f"centre-{name}" for name in (*numbers, "agents")} | {"centre", "main", "erin"}

    up = stack.up()
    assert up.code == 0, up.text
    assert up.summary() == ["+ 7 created"]
    group = "traffic distribution group retail"
    assert up.said("main") == [f"{e164(3)} is on {group} with its flow: taken over without a call"]
    assert up.said("erin") == ["erin.green is on retail already: taken over without a call"]
    assert centre.writes()["AssociateTrafficDistributionGroupUser"] == 2
    assert centre.writes()["UpdatePhoneNumber"] == 2
    assert centre.sandbox.timeline.events(e164(3)) == []
    assert centre.placed(1) == ("retail", {SOURCE: "Main IVR", REPLICA: "Main IVR"})
    assert centre.placed(2) == ("retail", {SOURCE: "Sales", REPLICA: "Sales"})
    assert centre.members("retail") == {"alice.smith", "bob.brown", "erin.green"}
    assert centre.dark() == []

    state = stack.state()
    assert set(state.resources) == expected
    placed = state.outputs(f"centre-{e164(1)}")
    assert placed["phone_number_arn"] == state.resources[f"centre-{e164(1)}"]["id"] == centre.arn("number", e164(1))
    assert placed["placed_on_arn"] == placed["target_arn"] == centre.arn("group", "retail")
    assert placed["instance_arn"] == centre.arn("instance", "northwind")
    assert placed["contact_flow_arns"] == {r: centre.arn("flow", "Main IVR", r) for r in (SOURCE, REPLICA)}
    assert (placed["e164"], placed["dark_regions"], placed["return_to"]) == (e164(1), [], "instance")
    joined = state.outputs("centre-agents")
    assert joined["members"] == {user: centre.arn("user", user) for user in ("alice.smith", "bob.brown")}
    assert joined["traffic_distribution_group_arn"] == centre.arn("group", "retail")
    assert state.outputs("centre")["dark_numbers"] == []
    assert state.outputs("centre")["numbers"][e164(1)]["flows"] == {SOURCE: "Main IVR", REPLICA: "Main IVR"}

    centre.forget()
    again = stack.up("--expect-no-changes")
    assert again.code == 0, again.text
    assert again.summary() == ["7 unchanged"]
    assert centre.writes() == {}


def test_options_of_the_program_reach_the_resources(stack: Stack, centre: Centre) -> None:
    """`protect`, `retain_on_delete`, `ignore_changes` and a parent mean what they mean for every other resource."""
    kept = {"protect": True, "parent": "team"}
    loose = {"retain_on_delete": True, "ignore_changes": ["flow"]}
    stack.declare(
        team("team"),
        number("kept", 3, "retail", "Main IVR", options=kept),
        number("loose", 2, "everyone", "Sales", options=loose),
    )
    assert stack.up().code == 0
    stack.declare(
        team("team"),
        number("kept", 3, "retail", "Main IVR", options=kept),
        number("loose", 2, "everyone", "Winter IVR", options=loose),
    )
    assert stack.up("--expect-no-changes").code == 0
    stack.declare(team("team"))
    refused = stack.up()
    assert refused.code != 0
    assert "protected" in refused.text
    stack.declare(team("team"), number("kept", 3, "retail", "Main IVR", options=kept))
    assert stack.up().code == 0
    assert set(stack.state().resources) == {"team", "kept"}
    assert centre.writes() == {}
    assert centre.placed(2) == ("everyone", {SOURCE: "Sales", REPLICA: "Sales"})
