"""Taking a stack down: numbers go where `return_to` says, with their flow, and none is ever released."""

from __future__ import annotations

import pytest
from harness.centre import Centre
from harness.declarations import REPLICA, SOURCE, agent, e164, number
from harness.stack import Stack

pytestmark = pytest.mark.engine

BOTH = (SOURCE, REPLICA)


def test_destroy_returns_every_number_with_its_flow(stack: Stack, centre: Centre) -> None:
    """Numbers return to the instance, stay or go to another group, each answered; agents leave; nothing is released.

    Where a number goes one day is changed without touching it.
    """
    emergency = centre.arn("group", "emergency")
    others = (
        number("home", 1, "retail", "Main IVR"),
        number("onwards", 3, "retail", "Winter IVR", return_to=emergency),
        number("taken", 4, "retail", "Main IVR"),
        agent("alice", "retail", "alice.smith"),
    )
    stack.declare(*others, number("stays", 2, "retail", "Sales"))
    assert stack.up().code == 0
    stack.declare(*others, number("stays", 2, "retail", "Sales", return_to="leave"))
    centre.forget()
    changed = stack.up()
    assert changed.code == 0, changed.text
    assert changed.summary() == ["~ 1 updated", "5 unchanged"]
    assert changed.rows("stays")[0].endswith("[diff: ~return_to]")
    assert centre.writes() == {}
    number_id = centre.sandbox.world.number(e164(4)).id
    centre.by_hand("update_phone_number", PhoneNumberId=number_id, TargetArn=centre.arn("group", "everyone"))
    centre.forget()
    down = stack.destroy("--run-program")
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
