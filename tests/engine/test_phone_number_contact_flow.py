"""The flow of a number that something else places: through the real CLI."""

from __future__ import annotations

import pytest
from harness.centre import Centre
from harness.declarations import REPLICA, SOURCE, e164, flow, got, number
from harness.stack import Stack

from acgr_sandbox import Fault

pytestmark = pytest.mark.engine

BOTH = (SOURCE, REPLICA)
HOME = "retail"


def _id(centre: Centre, last: int, region: str) -> str:
    return f"{centre.arn('number', e164(last))}#{centre.arn('instance', 'northwind', region)}"


def test_a_flow_for_each_region(stack: Stack, centre: Centre) -> None:
    """N6 to N8: adopted where it is set, set where it is not; a change is one line and one call; no change is none."""
    centre.set(mirroring=False)
    here = flow("here", 3, SOURCE, "Main IVR")
    stack.declare(here, flow("there", 3, REPLICA, "Winter IVR"))
    assert stack.plan() == {"here": "create", "there": "create"}
    up = stack.up()
    assert up.code == 0, up.text
    assert centre.placed(3) == (HOME, {SOURCE: "Main IVR", REPLICA: "Winter IVR"})
    assert centre.writes() == {"AssociatePhoneNumberContactFlow": 1}
    assert up.said("here") == [f"{e164(3)} has its flow in {SOURCE} already: taken over without a call"]
    assert stack.state().resources["there"]["id"] == _id(centre, 3, REPLICA)
    assert stack.up("--expect-no-changes").code == 0
    stack.declare(here, flow("there", 3, REPLICA, "Sales"))
    assert stack.preview("--diff").changed() == ['~ flow: "Winter IVR" => "Sales"']
    centre.forget()
    assert stack.up().code == 0
    assert centre.placed(3) == (HOME, {SOURCE: "Main IVR", REPLICA: "Sales"})
    assert centre.writes() == {"AssociatePhoneNumberContactFlow": 1}
    spelled = centre.arn("number", e164(3))
    stack.declare(here, flow("there", 3, REPLICA, "Sales", phone_number=spelled, source_region=None))
    assert stack.up("--expect-no-changes").code == 0


def test_drift_is_shown_and_mended(stack: Stack, centre: Centre) -> None:
    """A flow that somebody changed is seen as "X instead of Y", one dropped by a move as missing; both are set."""
    stack.declare(flow("changed", 3, REPLICA, "Main IVR"), flow("dropped", 2, REPLICA, "Sales"))
    assert stack.up().code == 0
    instance = centre.sandbox.world.instance("northwind").id
    ids = {"PhoneNumberId": centre.arn("number", e164(3)), "InstanceId": instance}
    centre.by_hand("associate_phone_number_contact_flow", **ids, ContactFlowId=centre.arn("flow", "Winter IVR"))
    moved = centre.sandbox.world.number(e164(2)).id
    centre.by_hand("update_phone_number", PhoneNumberId=moved, TargetArn=centre.arn("group", "emergency"))
    preview = stack.preview("--refresh", "--diff")
    assert '~ flow: "Winter IVR" => "Main IVR"' in preview.changed()
    assert preview.summary() == ["~ 2 to update", "1 unchanged"]
    up = stack.up("--refresh")
    assert up.code == 0, up.text
    assert centre.placed(3) == (HOME, dict.fromkeys(BOTH, "Main IVR"))
    assert centre.placed(2) == ("emergency", dict.fromkeys(BOTH, "Sales"))
    assert stack.up("--refresh", "--expect-no-changes").code == 0


def test_renamed_replaced_and_removed(stack: Stack, centre: Centre) -> None:
    """A new name takes over without a call; another Region leaves what may be mirrored; the end takes the flow away."""
    stack.declare(flow("old", 3, SOURCE, "Main IVR"))
    assert stack.up().code == 0
    stack.declare(flow("new", 3, SOURCE, "Main IVR"))
    renamed = stack.up()
    assert renamed.code == 0, renamed.text
    assert renamed.said("old") == [f"{e164(3)} keeps its flow in {SOURCE}: new declares it now"]
    stack.declare(flow("new", 3, REPLICA, "Main IVR"))
    assert "replace" in stack.plan()["new"]
    replaced = stack.up()
    assert replaced.code == 0, replaced.text
    assert centre.writes() == {}
    assert centre.placed(3) == (HOME, dict.fromkeys(BOTH, "Main IVR"))
    assert set(stack.state().resources) == {"new"}
    stack.declare()
    removed = stack.up()
    assert removed.said("new") == [f"{e164(3)} has no flow in {SOURCE} and {REPLICA} now: callers reach nothing"]
    assert centre.writes() == {"DisassociatePhoneNumberContactFlow": 1}


def test_destroy_takes_away_its_own_flow_only(stack: Stack, centre: Centre) -> None:
    """What somebody else has set meanwhile stays, and is said to stay."""
    centre.set(mirroring=False)
    stack.declare(flow("mine", 3, REPLICA, "Winter IVR"), flow("theirs", 2, REPLICA, "Winter IVR"))
    assert stack.up().code == 0
    instance = centre.sandbox.world.instance("northwind").id
    sales = centre.arn("flow", "Sales", REPLICA)
    by_hand = {"PhoneNumberId": centre.arn("number", e164(2)), "InstanceId": instance, "ContactFlowId": sales}
    centre.sandbox.perform("AssociatePhoneNumberContactFlow", by_hand, region=REPLICA)
    down = stack.destroy()
    assert down.code == 0, down.text
    assert down.said("mine") == [
        f"{e164(3)} has no flow in {REPLICA} now: callers reach nothing there; it has its flow in {SOURCE}"
    ]
    [said] = down.said("theirs")
    assert said.startswith(f"{e164(2)} keeps flow ")
    assert centre.placed(3)[1] == {SOURCE: "Main IVR"}
    assert centre.placed(2)[1] == {SOURCE: "Sales", REPLICA: "Sales"}


def test_two_flows_under_mirroring(stack: Stack, centre: Centre) -> None:
    """Where Connect mirrors flows, the second of two declarations says that they cannot differ; the first stays."""
    here = flow("here", 3, SOURCE, "Sales")
    stack.declare(here, flow("there", 3, REPLICA, "Winter IVR", options={"after": ["here"]}))
    for _ in range(2):
        up = stack.up()
        assert up.code != 0
        assert up.errors()["there"] == (
            f"setting the flow of phone number {e164(3)} in {REPLICA}: it replaced the flow declared for {SOURCE} too, "
            "and was undone; Connect mirrors flows between these Regions, so they cannot differ: declare one for both"
        )
    centre.sandbox.settle()
    assert centre.placed(3)[1][SOURCE] == "Sales"
    stack.declare(here, flow("there", 3, REPLICA, "Sales", options={"after": ["here"]}))
    assert stack.up().code == 0
    assert centre.placed(3) == (HOME, dict.fromkeys(BOTH, "Sales"))


def test_beside_a_placement(stack: Stack, centre: Centre) -> None:
    """A number's flow has one owner: the preview refuses the second, whichever that is, and nothing is touched."""
    main = number("main", 3, "retail", "Main IVR", options={"after": []})
    stack.declare(main, flow("apart", 3, REPLICA, "Sales", options={"after": ["main"]}))
    sentence = f"the placement main declares the flow of {e164(3)}: change it there, and drop apart"
    for ran in (stack.preview(), stack.up()):
        assert ran.code != 0
        assert sentence in ran.text
    assert centre.writes() == {}
    after = {"after": ["apart"]}
    stack.declare(flow("apart", 3, REPLICA, "Main IVR"), number("main", 3, "retail", "Main IVR", options=after))
    assert f"apart declares the flow of {e164(3)}, and so does its placement main: drop apart" in stack.preview().text


@pytest.mark.parametrize("refreshed", [False, True], ids=["at once", "after a refresh"])
def test_a_flow_that_was_not_seen_to_answer_is_kept_and_finished(stack: Stack, centre: Centre, refreshed: bool) -> None:
    """A create that stops between write and look leaves in state what holds; the next run finishes it as an update."""
    centre.sandbox.faults.add(Fault("BatchGetFlowAssociation", "denied"))
    stack.declare(flow("there", 3, REPLICA, "Winter IVR"))
    failed = stack.up()
    assert failed.code != 0
    assert failed.errors()["there"].endswith("the flow was set: run again to see that it answers")
    kept = stack.state()
    assert kept.resources["there"]["id"] == _id(centre, 3, REPLICA)
    assert kept.outputs("there")["contact_flow_arn"] == ""
    if refreshed:
        assert stack.refresh().code == 0
    finished = stack.up()
    assert finished.code == 0, finished.text
    assert centre.placed(3) == (HOME, dict.fromkeys(BOTH, "Winter IVR"))
    winter = centre.arn("flow", "Winter IVR", REPLICA)
    assert stack.state().outputs("there")["contact_flow_arn"] == winter
    assert stack.up("--expect-no-changes").code == 0


def test_get(stack: Stack, centre: Centre) -> None:
    """A flow that is read shows what answers; one that is not there is an error."""
    stack.declare(got("flow", "main", _id(centre, 3, REPLICA)))
    up = stack.up()
    assert up.code == 0, up.text
    outputs = stack.state().outputs("main")
    assert (outputs["e164"], outputs["region"], outputs["flow"]) == (e164(3), REPLICA, "Main IVR")
    stack.declare(got("flow", "absent", _id(centre, 1, REPLICA)))
    refused = stack.up()
    assert refused.code != 0
    assert "the number has no flow there" in refused.errors()["absent"]
    assert centre.writes() == {}
