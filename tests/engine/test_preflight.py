"""What a preview of the real CLI says of what will happen, and of what is not there."""

from __future__ import annotations

import pytest
from harness.centre import Centre
from harness.declarations import SOURCE, agent, component, e164, number
from harness.stack import Stack

pytestmark = pytest.mark.engine

NOWHERE = "12345678-1234-4234-8234-123456789012"


def test_what_will_happen(stack: Stack, centre: Centre) -> None:
    """A line for each number, one for its component, nothing written; after `up` the next preview says nothing."""
    numbers = {e164(1): {"flow": "Main IVR"}, e164(2): {"flow": "Main IVR"}, e164(3): {"flow": "Sales"}}
    stack.declare(component("retail", "retail", numbers, ["alice.smith", "erin.green"]))
    preview = stack.preview()
    assert preview.code == 0, preview.text
    nothing = "callers reach nothing for about 6 s"
    moves = f"{e164(1)} moves from instance northwind to retail: {nothing}"
    assert preview.said(f"retail-{e164(1)}") == [moves]
    answered = f"{e164(2)} moves from everyone to retail: {nothing}; then Main IVR answers instead of Sales"
    assert preview.said(f"retail-{e164(2)}") == [answered]
    assert preview.said(f"retail-{e164(3)}") == [f"{e164(3)}: Sales answers instead of Main IVR, no gap"]
    [summary] = preview.said("retail")
    assert summary.startswith(
        "retail: 2 numbers move, and the callers of each reach nothing for about 6 s; 1 number is answered"
    )
    assert centre.writes() == {}

    up = stack.up()
    assert up.code == 0, up.text
    assert "about" not in up.text
    quiet = stack.preview("--expect-no-changes")
    assert quiet.code == 0, quiet.text
    assert quiet.said("retail") == quiet.said(f"retail-{e164(1)}") == []

    instance = centre.arn("instance", "northwind").rsplit("/", 1)[-1]
    centre.by_hand(
        "disassociate_phone_number_contact_flow", PhoneNumberId=centre.arn("number", e164(1)), InstanceId=instance
    )
    said = stack.preview().said(f"retail-{e164(1)}")
    assert [line.split(" in ")[0] for line in said] == [f"{e164(1)} is dark"], said
    assert stack.up().code == 0

    stack.declare(component("retail", "retail", {**numbers, e164(2): {"flow": "Sales"}}, ["alice.smith"]))
    change = stack.preview()
    assert change.said(f"retail-{e164(2)}") == [f"{e164(2)}: Sales answers instead of Main IVR, no gap"]
    [summary] = change.said("retail")
    assert "1 agent leaves" in summary


def test_what_is_not_there(stack: Stack, centre: Centre) -> None:
    """A name that nobody has is a warning, an id an error that ends the preview; what is asked for is said."""
    stack.declare(number("named", 1, "retail", "Man IVR"), agent("agent", "retail", "alice.smit"))
    named = stack.preview()
    assert named.code == 0, named.text
    assert "did you mean 'Main IVR'?" in " ".join(named.said("named"))
    assert "did you mean 'alice.smith'?" in " ".join(named.said("agent"))

    stack.declare(number("given", 1, "retail", NOWHERE), number("gone", 77, "retail", "Main IVR"))
    given = stack.preview()
    assert given.code != 0
    assert "the instance has no flow of that name, id or ARN there" in " ".join(given.said("given"))
    assert "it is not claimed in this account and Region" in " ".join(given.said("gone"))
    assert "acgr:preflight=warn goes on without" in given.text

    stack.set("acgr:preflight", "warn")
    warned = stack.preview()
    assert warned.code == 0, warned.text
    assert "no flow of that name" in " ".join(warned.said("given"))
    stack.set("acgr:preflight", "off")
    silent = stack.preview()
    assert silent.code == 0, silent.text
    assert silent.said("given") == silent.said("gone") == []
    assert centre.writes() == {}


def test_drift_in_words(stack: Stack, centre: Centre) -> None:
    """A refresh says what something else has changed: who was moved, what answers instead, who was taken off."""
    numbers = {e164(3): {"flow": "Main IVR"}, e164(4): {"flow": "Main IVR"}}
    stack.declare(component("retail", "retail", numbers, ["alice.smith", "erin.green"]))
    assert stack.up().code == 0
    centre.by_hand(
        "associate_phone_number_contact_flow",
        PhoneNumberId=centre.arn("number", e164(3)),
        InstanceId=centre.arn("instance", "northwind").rsplit("/", 1)[-1],
        ContactFlowId=centre.arn("flow", "Sales").rsplit("/", 1)[-1],
    )
    centre.by_hand(
        "update_phone_number",
        PhoneNumberId=centre.arn("number", e164(4)).rsplit("/", 1)[-1],
        TargetArn=centre.arn("group", "everyone"),
    )
    centre.by_hand(
        "disassociate_traffic_distribution_group_user",
        TrafficDistributionGroupId=centre.arn("group", "retail"),
        UserId=centre.arn("user", "alice.smith").rsplit("/", 1)[-1],
        InstanceId=centre.arn("instance", "northwind").rsplit("/", 1)[-1],
    )
    seen = stack.run("refresh", "--preview-only", "--color", "never", "--non-interactive")
    assert seen.code == 0, seen.text
    assert f"{e164(3)}: Sales answers instead of Main IVR in {SOURCE}, set by something else" in seen.text
    assert f"{e164(4)} was moved from retail to everyone by something else" in seen.text
    assert f"{e164(4)} has no flow in" in seen.text
    assert "alice.smith was taken off the group by something else" in seen.text


def test_nobody_can_be_asked(stack: Stack, centre: Centre) -> None:
    """Without credentials a preview goes by the state alone, and says so in one line."""
    stack.declare(number("main", 1, "retail", "Main IVR"), number("other", 4, "retail", "Main IVR"))
    none = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"), "")
    preview = stack.preview(**none)
    assert preview.code == 0, preview.text
    assert sum("The preview goes by the stack's state alone" in line for line in preview.text.splitlines()) >= 1
    assert len([*preview.said("main"), *preview.said("other")]) == 1
