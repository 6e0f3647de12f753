"""The flow of a number that something else places: through the real CLI."""

from __future__ import annotations

import pytest
from harness.centre import Centre
from harness.declarations import REPLICA, SOURCE, e164, flow, got
from harness.stack import Stack

from acgr_sandbox import Fault

pytestmark = pytest.mark.engine

BOTH = (SOURCE, REPLICA)
HOME = "retail"


def _id(centre: Centre, last: int, region: str) -> str:
    return f"{centre.arn('number', e164(last))}#{centre.arn('instance', 'northwind', region)}"


def test_a_flow_for_each_region(stack: Stack, centre: Centre) -> None:
    """N6 to N8: adopted where it is set, set where it is not; a change is one property and one call; no change is none.

    A flow that is read shows what answers, and is never written. A destroy takes away what was set here; what somebody
    else has set meanwhile stays, and is said to stay.
    """
    centre.set(mirroring=False)
    here, theirs = flow("here", 2, SOURCE, "Sales"), flow("theirs", 2, REPLICA, "Winter IVR")
    read = got("flow", "read", _id(centre, 3, SOURCE))
    stack.declare(here, flow("there", 3, REPLICA, "Winter IVR"), theirs, read)
    up = stack.up()
    assert up.code == 0, up.text
    assert centre.placed(3) == (HOME, {SOURCE: "Main IVR", REPLICA: "Winter IVR"})
    assert centre.placed(2)[1] == {SOURCE: "Sales", REPLICA: "Winter IVR"}
    assert centre.writes() == {"AssociatePhoneNumberContactFlow": 2}
    assert up.said("here") == [f"{e164(2)} has its flow in {SOURCE} already: taken over without a call"]
    assert stack.state().resources["there"]["id"] == _id(centre, 3, REPLICA)
    outputs = stack.state().outputs("read")
    assert (outputs["e164"], outputs["region"], outputs["flow"]) == (e164(3), SOURCE, "Main IVR")

    stack.declare(here, flow("there", 3, REPLICA, "Sales"), theirs, read)
    centre.forget()
    up = stack.up()
    assert up.code == 0, up.text
    assert up.rows("there")[0].endswith("[diff: ~flow]")
    assert centre.placed(3) == (HOME, {SOURCE: "Main IVR", REPLICA: "Sales"})
    assert centre.writes() == {"AssociatePhoneNumberContactFlow": 1}

    by_arn = flow("there", 3, REPLICA, "Sales", phone_number=centre.arn("number", e164(3)), source_region=None)
    stack.declare(here, by_arn, theirs, read)
    assert stack.up("--expect-no-changes").code == 0

    instance = centre.sandbox.world.instance("northwind").id
    sales = centre.arn("flow", "Sales", REPLICA)
    by_hand = {"PhoneNumberId": centre.arn("number", e164(2)), "InstanceId": instance, "ContactFlowId": sales}
    centre.sandbox.perform("AssociatePhoneNumberContactFlow", by_hand, region=REPLICA)
    down = stack.destroy()
    assert down.code == 0, down.text
    assert down.said("there") == [
        f"{e164(3)} has no flow in {REPLICA} now: callers reach nothing there; it has its flow in {SOURCE}"
    ]
    [said] = down.said("theirs")
    assert said.startswith(f"{e164(2)} keeps flow ")
    assert centre.placed(3)[1] == {SOURCE: "Main IVR"}
    assert centre.placed(2)[1] == {REPLICA: "Sales"}


def test_renamed_replaced_and_removed(stack: Stack, centre: Centre) -> None:
    """A new name takes over without a call; another Region leaves what may be mirrored; the end takes the flow away."""
    stack.declare(flow("old", 3, SOURCE, "Main IVR"))
    assert stack.up().code == 0
    stack.declare(flow("new", 3, SOURCE, "Main IVR"))
    renamed = stack.up()
    assert renamed.code == 0, renamed.text
    assert renamed.said("old") == [f"{e164(3)} keeps its flow in {SOURCE}: new declares it now"]
    stack.declare(flow("new", 3, REPLICA, "Main IVR"))
    replaced = stack.up()
    assert replaced.code == 0, replaced.text
    assert replaced.summary() == ["+-1 replaced", "1 unchanged"]
    assert centre.writes() == {}
    assert centre.placed(3) == (HOME, dict.fromkeys(BOTH, "Main IVR"))
    assert set(stack.state().resources) == {"new"}
    stack.declare()
    removed = stack.up()
    assert removed.said("new") == [f"{e164(3)} has no flow in {SOURCE} and {REPLICA} now: callers reach nothing"]
    assert centre.writes() == {"DisassociatePhoneNumberContactFlow": 1}


def test_a_flow_that_was_not_seen_to_answer_is_kept_and_finished(stack: Stack, centre: Centre) -> None:
    """A create that stops between write and look leaves in state what holds; after a refresh, too, the next run
    finishes it as an update.
    """
    centre.sandbox.faults.add(Fault("BatchGetFlowAssociation", "denied"))
    stack.declare(flow("there", 3, REPLICA, "Winter IVR"))
    failed = stack.up()
    assert failed.code != 0
    assert failed.errors()["there"].endswith("the flow was set: run again to see that it answers")
    kept = stack.state()
    assert kept.resources["there"]["id"] == _id(centre, 3, REPLICA)
    assert kept.outputs("there")["contact_flow_arn"] == ""
    assert stack.refresh().code == 0
    finished = stack.up()
    assert finished.code == 0, finished.text
    assert centre.placed(3) == (HOME, dict.fromkeys(BOTH, "Winter IVR"))
    winter = centre.arn("flow", "Winter IVR", REPLICA)
    assert stack.state().outputs("there")["contact_flow_arn"] == winter
