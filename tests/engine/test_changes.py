"""What a change in the program does to the world, and what a reviewer sees of it."""

from __future__ import annotations

import pytest
from harness.centre import Centre
from harness.declarations import REPLICA, SOURCE, agent, e164, number
from harness.stack import Stack

pytestmark = pytest.mark.engine

BOTH = (SOURCE, REPLICA)


def test_a_renamed_flow_is_one_line_in_the_preview_and_no_move(stack: Stack, centre: Centre) -> None:
    """Another flow: the preview prints that path alone, and it is set in both Regions (N7, N8) without a move (N3)."""
    stack.declare(number("main", 1, "retail", "Main IVR"), agent("alice", "retail", "alice.smith"))
    assert stack.up().code == 0
    stack.declare(number("main", 1, "retail", "Winter IVR"), agent("alice", "retail", "alice.smith"))
    centre.forget()

    preview = stack.preview("--diff")
    assert preview.changed() == ['~ flow: "Main IVR" => "Winter IVR"']
    assert preview.summary() == ["~ 1 to update", "2 unchanged"]
    assert centre.writes() == {}

    up = stack.up()
    assert up.code == 0, up.text
    assert up.rows("main")[0].endswith("[diff: ~flow]")
    assert centre.placed(1) == ("retail", dict.fromkeys(BOTH, "Winter IVR"))
    assert set(centre.writes()) == {"AssociatePhoneNumberContactFlow"}
    assert stack.up("--expect-no-changes").code == 0


def test_an_agent_leaves_alone_and_strangers_stay(stack: Stack, centre: Centre) -> None:
    """Whoever is declared no longer leaves the group (A8); another declared agent and an undeclared one stay."""
    alice, bob = agent("alice", "retail", "alice.smith"), agent("bob", "retail", "bob.brown")
    stack.declare(alice, bob)
    assert stack.up().code == 0
    stack.declare(alice)
    centre.forget()
    assert stack.plan() == {"bob": "delete"}
    assert stack.up().code == 0
    assert centre.members("retail") == {"alice.smith", "erin.green"}
    assert centre.writes() == {"DisassociateTrafficDistributionGroupUser": 1}


def test_an_agent_changes_groups_in_place_and_another_user_replaces(stack: Stack, centre: Centre) -> None:
    """Another group: joined before the old one is left, in place; another user is another resource."""
    stack.declare(agent("first", "retail", "alice.smith"))
    assert stack.up().code == 0
    stack.declare(agent("first", "emergency", "alice.smith"))
    assert stack.plan() == {"first": "update"}
    moved = stack.up()
    assert moved.said("first") == [f"alice.smith joined emergency, then left {centre.sandbox.world.group('retail').id}"]
    assert (centre.members("retail"), centre.members("emergency")) == ({"erin.green"}, {"alice.smith"})
    stack.declare(agent("first", "emergency", "bob.brown"))
    assert "replace" in stack.plan()["first"]
    assert stack.up().code == 0
    assert centre.members("emergency") == {"bob.brown"}


def test_a_number_moves_in_place_and_is_dark_only_meanwhile(stack: Stack, centre: Centre) -> None:
    """Another target moves the number (N3) without replacing it; its flow is set again at once in both Regions (N6)."""
    stack.declare(number("main", 1, "retail", "Main IVR"))
    assert stack.up().code == 0
    stack.declare(number("main", 1, "emergency", "Main IVR"))
    assert stack.preview("--diff").changed() == ['~ target: "retail" => "emergency"']
    centre.forget()

    up = stack.up()
    assert up.code == 0, up.text
    assert up.summary() == ["~ 1 updated", "1 unchanged"]
    assert centre.placed(1) == ("emergency", dict.fromkeys(BOTH, "Main IVR"))
    assert centre.writes()["UpdatePhoneNumber"] == 1
    events = [event.what for event in centre.sandbox.timeline.events(e164(1)) if event.region == SOURCE]
    assert events.count("dark") == events.count("lit") == 2
    assert centre.dark() == []


def test_a_description_changes_in_place_and_last(stack: Stack, centre: Centre) -> None:
    """A description is one metadata call, without a move and without darkness (N4); not given, it is not touched."""
    stack.declare(number("main", 3, "retail", "Main IVR"))
    assert stack.up().code == 0
    centre.forget()
    stack.declare(number("main", 3, "retail", "Main IVR", description="Main line"))
    assert stack.preview("--diff").changed() == ['+ description: "Main line"']
    assert stack.up().code == 0
    assert centre.sandbox.world.number(e164(3)).description == "Main line"
    assert centre.writes() == {"UpdatePhoneNumberMetadata": 1}
    stack.declare(number("main", 3, "retail", "Main IVR"))
    assert stack.up().code == 0
    assert centre.sandbox.world.number(e164(3)).description == "Main line"
    assert stack.up("--expect-no-changes").code == 0


def test_another_spelling_of_the_same_is_no_change(stack: Stack, centre: Centre) -> None:
    """A number by ARN instead of E.164, a group by ARN instead of name and a user by id are the same as before."""
    stack.declare(number("main", 3, "retail", "Main IVR"), agent("erin", "retail", "erin.green"))
    assert stack.up().code == 0
    group, user = centre.arn("group", "retail"), centre.sandbox.world.user("erin.green").id
    stack.declare(
        number("main", 3, group, "Main IVR", phone_number=centre.arn("number", e164(3))), agent("erin", group, user)
    )
    again = stack.up("--expect-no-changes")
    assert again.code == 0, again.text
    assert centre.writes() == {}
