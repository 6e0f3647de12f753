"""What a change in the program does to the world, and what a reviewer sees of it."""

from __future__ import annotations

import pytest
from harness.centre import Centre
from harness.declarations import REPLICA, SOURCE, agent, e164, number
from harness.stack import Stack

pytestmark = pytest.mark.engine

BOTH = (SOURCE, REPLICA)


def test_each_change_is_one_line_and_no_more_is_done(stack: Stack, centre: Centre) -> None:
    """Of each number and agent that is changed the preview prints what is another, and only that is done.

    - Another flow is set in both Regions (N7, N8) without a move.
    - Another target moves the number (N3) in place; its flow is set again at once in both Regions (N6).
    - A description is one metadata call, without a move and without darkness (N4); not given, it is not touched.
    - Whoever is declared no longer leaves the group (A8); another declared agent and an undeclared one stay.
    - Another group is joined before the old one is left, in place; another user is another resource.
    - A number or a group by ARN and a user by id are the same as by name.
    """
    everyone, retail = ("everyone", "retail")
    stack.declare(
        number("answered", 3, retail, "Main IVR"),
        number("moved", 1, retail, "Main IVR"),
        number("described", 2, everyone, "Sales"),
        agent("stays", retail, "agent001"),
        agent("leaves", retail, "bob.brown"),
        agent("moves", retail, "alice.smith"),
        agent("other", everyone, "carol.white"),
    )
    assert stack.up().code == 0
    stack.declare(
        number("answered", 3, retail, "Winter IVR"),
        number("moved", 1, "emergency", "Main IVR"),
        number("described", 2, everyone, "Sales", description="Main line"),
        agent("stays", retail, "agent001"),
        agent("moves", "emergency", "alice.smith"),
        agent("other", everyone, "agent002"),
    )
    centre.forget()

    preview = stack.preview("--diff")
    assert sorted(preview.changed()) == [
        '+ description: "Main line"',
        '~ flow: "Main IVR" => "Winter IVR"',
        '~ target: "retail" => "emergency"',
        '~ traffic_distribution_group: "retail" => "emergency"',
        '~ user: "carol.white" => "agent002"',
    ]
    assert preview.summary() == ["~ 4 to update", "- 1 to delete", "+-1 to replace", "2 unchanged"]
    assert centre.writes() == {}

    up = stack.up()
    assert up.code == 0, up.text
    assert up.rows("answered")[0].endswith("[diff: ~flow]")
    assert centre.placed(3) == (retail, dict.fromkeys(BOTH, "Winter IVR"))
    assert centre.placed(1) == ("emergency", dict.fromkeys(BOTH, "Main IVR"))
    assert centre.sandbox.world.number(e164(2)).description == "Main line"
    for last, gaps in ((3, 0), (1, 2), (2, 0)):
        events = [event.what for event in centre.sandbox.timeline.events(e164(last)) if event.region == SOURCE]
        assert events.count("dark") == events.count("lit") == gaps
    assert centre.dark() == []
    assert up.said("moves") == [f"alice.smith joined emergency, then left {centre.sandbox.world.group(retail).id}"]
    assert centre.members(retail) == {"erin.green", "agent001"}
    assert centre.members("emergency") == {"alice.smith"}
    assert centre.members(everyone) == {"dave.jones", "agent002"}
    writes = centre.writes()
    assert writes.pop("AssociatePhoneNumberContactFlow") > 1
    assert writes == {
        "UpdatePhoneNumber": 1,
        "UpdatePhoneNumberMetadata": 1,
        "AssociateTrafficDistributionGroupUser": 2,
        "DisassociateTrafficDistributionGroupUser": 3,
    }

    centre.forget()
    group = centre.arn("group", retail)
    stack.declare(
        number("answered", 3, group, "Winter IVR", phone_number=centre.arn("number", e164(3))),
        number("moved", 1, "emergency", "Main IVR"),
        number("described", 2, everyone, "Sales"),
        agent("stays", group, centre.sandbox.world.user("agent001").id),
        agent("moves", "emergency", "alice.smith"),
        agent("other", everyone, "agent002"),
    )
    again = stack.up()
    assert again.code == 0, again.text
    assert again.summary() == ["~ 1 updated", "6 unchanged"]
    assert centre.writes() == {}
    assert centre.sandbox.world.number(e164(2)).description == "Main line"
    assert stack.up("--expect-no-changes").code == 0
