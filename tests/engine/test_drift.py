"""What somebody else changed: seen by a refresh, mended by the next `up`."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from harness.centre import Centre
from harness.declarations import REPLICA, SOURCE, agent, e164, number
from harness.stack import PLAIN, Stack, endpoints

pytestmark = pytest.mark.engine

BOTH = (SOURCE, REPLICA)


def _set_flow_by_hand(centre: Centre, last: int, flow: str) -> None:
    instance = centre.sandbox.world.instance("northwind").id
    ids = {"PhoneNumberId": centre.arn("number", e164(last)), "InstanceId": instance}
    centre.by_hand("associate_phone_number_contact_flow", **ids, ContactFlowId=centre.arn("flow", flow))


def _remove_flow_by_hand(centre: Centre, last: int) -> None:
    instance = centre.sandbox.world.instance("northwind").id
    ids = {"PhoneNumberId": centre.arn("number", e164(last)), "InstanceId": instance}
    centre.by_hand("disassociate_phone_number_contact_flow", **ids)


def test_drift_is_shown_and_mended(stack: Stack, centre: Centre) -> None:
    """A flow changed or removed, a number moved and an agent taken off by hand are each seen and each put right."""
    stack.declare(
        number("changed", 3, "retail", "Main IVR"),
        number("silenced", 2, "everyone", "Sales"),
        number("moved", 1, "retail", "Main IVR"),
        agent("erin", "retail", "erin.green"),
        agent("dave", "everyone", "dave.jones"),
    )
    assert stack.up().code == 0
    _set_flow_by_hand(centre, 3, "Winter IVR")
    _remove_flow_by_hand(centre, 2)
    northwind = centre.arn("instance", "northwind")
    centre.by_hand("update_phone_number", PhoneNumberId=centre.sandbox.world.number(e164(1)).id, TargetArn=northwind)
    centre.by_hand(
        "disassociate_traffic_distribution_group_user",
        TrafficDistributionGroupId=centre.arn("group", "retail"),
        UserId=centre.arn("user", "erin.green"),
        InstanceId=centre.sandbox.world.instance("northwind").id,
    )
    centre.forget()

    shown = stack.run("refresh", "--preview-only", "--diff", *PLAIN)
    assert '~ flow: "Main IVR" => "Winter IVR"' in shown.changed()
    assert f"{e164(2)} has no flow in {SOURCE} and {REPLICA}: callers reach nothing there" in shown.text
    assert f'~ target: "retail" => "{northwind}"' in shown.changed()
    assert shown.summary() == ["~ 3 to update", "- 1 to delete", "2 unchanged"]
    refreshing = stack.preview("--refresh", "--diff")
    assert '~ flow: "Winter IVR" => "Main IVR"' in refreshing.changed()
    assert f'~ target: "{northwind}" => "retail"' in refreshing.changed()
    assert refreshing.summary() == ["+ 1 to create", "~ 3 to update", "2 unchanged"]
    dark = {"silenced": "update", "moved": "update"}
    assert stack.plan() == dark, "a preview without a refresh trusts the state, but for numbers that are dark"

    assert stack.refresh().code == 0
    assert stack.state().outputs("silenced")["dark_regions"] == list(BOTH)
    assert centre.writes() == {}
    up = stack.up()
    assert up.code == 0, up.text
    assert centre.placed(1) == ("retail", dict.fromkeys(BOTH, "Main IVR"))
    assert centre.placed(2) == ("everyone", dict.fromkeys(BOTH, "Sales"))
    assert centre.placed(3) == ("retail", dict.fromkeys(BOTH, "Main IVR"))
    assert "erin.green" in centre.members("retail")
    assert centre.writes()["UpdatePhoneNumber"] == 1, "only the number that was moved is moved"
    assert stack.up("--refresh", "--expect-no-changes").code == 0


def test_a_released_number_is_seen_as_gone_and_cannot_be_placed(stack: Stack, centre: Centre) -> None:
    """A refresh shows a released number as deleted; the next `up` says that it has to be claimed first (N2)."""
    stack.declare(number("main", 3, "retail", "Main IVR"))
    assert stack.up().code == 0
    centre.by_hand("release_phone_number", PhoneNumberId=centre.sandbox.world.number(e164(3)).id)
    refreshed = stack.refresh()
    assert refreshed.code == 0, refreshed.text
    assert refreshed.summary() == ["- 1 deleted", "1 unchanged"]
    assert stack.state().resources == {}
    up = stack.up()
    assert up.code != 0
    assert up.errors() == {
        "main": f"looking for phone number {e164(3)} in {SOURCE}: it is not claimed in this account and Region; "
        "claim it first, or mend source_region: a number is used from the Region where it was claimed"
    }


def _kept(stack: Stack) -> dict[str, Any]:
    return {name: (r["id"], r["inputs"], r["outputs"]) for name, r in stack.state().resources.items()}


def test_a_refresh_that_reaches_nobody_changes_no_state(stack: Stack, centre: Centre) -> None:
    """Where nobody answers, a refresh fails in one sentence for each resource, and the state stays as it was."""
    stack.declare(number("main", 3, "retail", "Main IVR"), agent("erin", "retail", "erin.green"))
    assert stack.up().code == 0
    before = _kept(stack)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        refreshed = stack.refresh(**endpoints(url))
    assert refreshed.code != 0
    assert set(refreshed.errors()) == {"main", "erin"}
    sentence = f"asking STS whose credentials these are in {SOURCE}: no answer: Could not connect to the endpoint URL"
    assert all(error.startswith(sentence) for error in refreshed.errors().values())
    assert _kept(stack) == before
    assert stack.up("--expect-no-changes").code == 0
