"""Inputs that a program leaves to others (`ignore_changes`), and flows that somebody takes away."""

from __future__ import annotations

from typing import Any

import pytest
from harness.centre import Centre
from harness.declarations import REPLICA, SOURCE, e164, flow, number
from harness.stack import PLAIN, Stack

pytestmark = pytest.mark.engine

BOTH = (SOURCE, REPLICA)
IGNORING = {"ignore_changes": ["flow"]}


def _silence(centre: Centre, last: int) -> None:
    instance = centre.sandbox.world.instance("northwind").id
    ids = {"PhoneNumberId": centre.arn("number", e164(last)), "InstanceId": instance}
    centre.by_hand("disassociate_phone_number_contact_flow", **ids)


def _sales_everywhere() -> dict[str, Any]:
    return dict.fromkeys(BOTH, "Sales")


def test_flows_that_were_removed_are_restored_though_changes_of_the_flow_are_ignored(
    stack: Stack, centre: Centre
) -> None:
    """A refresh leaves the declared flow an input and shows the darkness as an output; one `up --refresh` restores
    every number, whatever its flow was written as, and the run is clean.
    """
    by_region = _sales_everywhere()
    stack.declare(
        number("a", 3, "retail", "Main IVR", options=IGNORING),
        number("b", 2, "everyone", by_region, options=IGNORING),
        number("c", 1, "retail", centre.arn("flow", "Sales"), options=IGNORING),
        flow("d", 4, SOURCE, "Main IVR", options=IGNORING),
    )
    assert stack.up().code == 0
    for last in (1, 2, 3, 4):
        _silence(centre, last)
    assert {e164 for e164, _ in centre.dark()} == {e164(last) for last in (1, 2, 3, 4)}
    assert stack.run("refresh", "--preview-only", *PLAIN).summary() == ["~ 4 to update", "1 unchanged"]
    up = stack.up("--refresh")
    assert up.code == 0, up.text
    assert centre.dark() == []
    assert centre.placed(3) == ("retail", dict.fromkeys(BOTH, "Main IVR"))
    assert centre.placed(1) == ("retail", by_region)
    kept = stack.state()
    assert [kept.resources[name]["inputs"]["flow"] for name in "ab"] == ["Main IVR", by_region]
    assert stack.up("--refresh", "--expect-no-changes").code == 0


def test_what_somebody_else_set_stays_where_changes_of_the_flow_are_ignored(stack: Stack, centre: Centre) -> None:
    """Another flow, or another group, is left to whoever chose it; a flow that this lost is the one found last."""
    options = {"ignore_changes": ["flow", "target"]}
    stack.declare(number("a", 3, "retail", "Main IVR", options=options))
    assert stack.up().code == 0
    moved = centre.sandbox.world.number(e164(3)).id
    centre.by_hand("update_phone_number", PhoneNumberId=moved, TargetArn=centre.arn("group", "emergency"))
    up = stack.up("--refresh")
    assert up.code == 0, up.text
    assert centre.placed(3) == ("emergency", dict.fromkeys(BOTH, "Main IVR"))
    assert stack.up("--refresh", "--expect-no-changes").code == 0
