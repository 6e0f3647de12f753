"""Taking a stack down: numbers go where `return_to` says, with their flow, and none is ever released."""

from __future__ import annotations

import pytest
from harness.centre import Centre
from harness.declarations import REPLICA, SOURCE, agent, e164, number
from harness.stack import Stack

pytestmark = pytest.mark.engine

BOTH = (SOURCE, REPLICA)


def test_destroy_returns_every_number_with_its_flow(stack: Stack, centre: Centre) -> None:
    """Numbers return to the instance, stay or go to another group, each answered; agents leave; nothing is released."""
    emergency = centre.arn("group", "emergency")
    stack.declare(
        number("home", 1, "retail", "Main IVR"),
        number("stays", 2, "retail", "Sales", return_to="leave"),
        number("onwards", 3, "retail", "Winter IVR", return_to=emergency),
        number("taken", 4, "retail", "Main IVR"),
        agent("alice", "retail", "alice.smith"),
    )
    assert stack.up().code == 0
    number_id = centre.sandbox.world.number(e164(4)).id
    centre.by_hand("update_phone_number", PhoneNumberId=number_id, TargetArn=centre.arn("group", "everyone"))
    centre.forget()
    down = stack.destroy()
    assert down.code == 0, down.text
    assert centre.placed(1) == ("northwind", {SOURCE: "Main IVR"})
    assert centre.placed(2) == ("retail", dict.fromkeys(BOTH, "Sales"))
    assert centre.placed(3) == ("emergency", dict.fromkeys(BOTH, "Winter IVR"))
    assert centre.placed(4) == ("everyone", dict.fromkeys(BOTH, "Main IVR")), "somebody else moved it there"
    assert centre.members("retail") == {"erin.green"}
    assert stack.state().resources == {}
    assert centre.writes()["UpdatePhoneNumber"] == 2
    assert "ReleasePhoneNumber" not in centre.writes()
    assert down.said("home") == [f"{e164(1)} is back on instance northwind, with its flow"]
    assert down.said("onwards") == [f"{e164(3)} is back on traffic distribution group emergency, with its flow"]
    assert down.said("stays") == [f"{e164(2)} stays on traffic distribution group retail: return_to is 'leave'"]
    assert down.said("taken") == [
        f"{e164(4)} stays on traffic distribution group everyone: it was moved there after this program placed it; "
        "it had no flow and has one again"
    ]


def test_a_change_of_return_to_is_a_change_of_the_state_only(stack: Stack, centre: Centre) -> None:
    """Where a number goes one day is changed without touching it; a destroy that runs the program does as said."""
    stack.declare(number("main", 3, "retail", "Main IVR"))
    assert stack.up().code == 0
    stack.declare(number("main", 3, "retail", "Main IVR", return_to="leave"))
    assert stack.preview("--diff").changed() == ['~ return_to: "instance" => "leave"']
    assert stack.up().code == 0
    assert stack.destroy(PULUMI_RUN_PROGRAM="true").code == 0
    assert stack.state().resources == {}
    assert centre.writes() == {}
    assert centre.placed(3) == ("retail", dict.fromkeys(BOTH, "Main IVR"))
