"""What somebody else changed: seen by a refresh, mended by the next `up`."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from harness.centre import Centre
from harness.declarations import REPLICA, SOURCE, agent, e164, flow, number, roster
from harness.stack import PLAIN, Stack, endpoints

pytestmark = pytest.mark.engine

BOTH = (SOURCE, REPLICA)
AGENTS = [f"agent{index:03d}" for index in range(1, 9)]


def _ids(centre: Centre, last: int) -> dict[str, str]:
    instance = centre.sandbox.world.instance("northwind").id
    return {"PhoneNumberId": centre.arn("number", e164(last)), "InstanceId": instance}


def _set_flow_by_hand(centre: Centre, last: int, flow: str) -> None:
    centre.by_hand("associate_phone_number_contact_flow", **_ids(centre, last), ContactFlowId=centre.arn("flow", flow))


def _remove_flow_by_hand(centre: Centre, last: int) -> None:
    centre.by_hand("disassociate_phone_number_contact_flow", **_ids(centre, last))


def _move_by_hand(centre: Centre, last: int, target: str) -> None:
    centre.by_hand("update_phone_number", PhoneNumberId=centre.sandbox.world.number(e164(last)).id, TargetArn=target)


def _take_off_by_hand(centre: Centre, group: str, user: str) -> None:
    centre.by_hand(
        "disassociate_traffic_distribution_group_user",
        TrafficDistributionGroupId=centre.arn("group", group),
        UserId=centre.arn("user", user),
        InstanceId=centre.sandbox.world.instance("northwind").id,
    )


def _kept(stack: Stack) -> dict[str, Any]:
    return {name: (r["id"], r["inputs"], r["outputs"]) for name, r in stack.state().resources.items()}


def test_drift_is_shown_and_mended(stack: Stack, centre: Centre) -> None:
    """A refresh shows what somebody changed by hand, each for itself, and the next `up` puts it right.

    - A flow that was changed or removed, of a placement and of a resource of its own, and a number that was moved.
    - An agent who was taken off, of a resource of his own and of a roster.
    - A number that was released is seen as gone; `up` says that it has to be claimed first (N2).
    - A refresh to which nobody answers fails in one sentence for each resource, and the state stays as it was.
    - A preview without a refresh trusts the state, but for numbers that are dark.
    """
    for last in (5, 6):  # flows of one Region are of numbers that are on a group already
        _move_by_hand(centre, last, centre.arn("group", "retail"))
        _set_flow_by_hand(centre, last, "Main IVR")
    declared = [
        number("changed", 3, "retail", "Main IVR"),
        number("silenced", 2, "everyone", "Sales"),
        number("moved", 1, "retail", "Main IVR"),
        flow("changed-apart", 5, REPLICA, "Main IVR"),
        flow("dropped-apart", 6, REPLICA, "Main IVR"),
        agent("erin", "retail", "erin.green"),
        agent("dave", "everyone", "dave.jones"),
        roster("roster", "emergency", AGENTS),
    ]
    stack.declare(*declared, number("released", 4, "retail", "Main IVR"))
    assert stack.up().code == 0

    before = _kept(stack)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = endpoints(f"http://127.0.0.1:{closed.getsockname()[1]}")
        unanswered = stack.refresh("--parallel", "32", **nobody)
    assert unanswered.code != 0
    assert set(unanswered.errors()) == set(before)
    sentence = f"asking STS whose credentials these are in {SOURCE}: no answer: Could not connect to the endpoint URL"
    assert all(error.startswith(sentence) for error in unanswered.errors().values())
    assert _kept(stack) == before

    northwind = centre.arn("instance", "northwind")
    _set_flow_by_hand(centre, 3, "Winter IVR")
    _remove_flow_by_hand(centre, 2)
    _move_by_hand(centre, 1, northwind)
    _set_flow_by_hand(centre, 5, "Sales")
    _move_by_hand(centre, 6, centre.arn("group", "everyone"))
    _take_off_by_hand(centre, "retail", "erin.green")
    _take_off_by_hand(centre, "emergency", "agent004")
    centre.by_hand("release_phone_number", PhoneNumberId=centre.sandbox.world.number(e164(4)).id)
    centre.forget()

    shown = stack.run("refresh", "--preview-only", "--diff", *PLAIN)
    for line in (
        '~ flow: "Main IVR" => "Winter IVR"',
        '~ flow: "Main IVR" => "Sales"',
        f'~ target: "retail" => "{northwind}"',
        '- agent004: "agent004"',
    ):
        assert line in shown.changed()
    for said in (
        f"{e164(2)} has no flow in {SOURCE} and {REPLICA}: callers reach nothing there",
        "agent004 was taken off the group by something else",
        "to be as declared: +1 \N{MINUS SIGN}0 of 8: add agent004",
    ):
        assert said in shown.text
    assert shown.summary() == ["~ 6 to update", "- 2 to delete", "2 unchanged"]
    dark = {"silenced": "update", "moved": "update", "dropped-apart": "update"}
    assert stack.plan() == dark

    refreshed = stack.refresh()
    assert refreshed.code == 0, refreshed.text
    assert {"erin", "released"}.isdisjoint(stack.state().resources)
    assert stack.state().outputs("silenced")["dark_regions"] == list(BOTH)
    assert centre.writes() == {}
    up = stack.up("--continue-on-error")
    assert up.errors() == {
        "released": f"looking for phone number {e164(4)} in {SOURCE}: it is not claimed in this account and Region; "
        "claim it first, or mend source_region: a number is used from the Region where it was claimed"
    }
    assert centre.placed(1) == ("retail", dict.fromkeys(BOTH, "Main IVR"))
    assert centre.placed(2) == ("everyone", dict.fromkeys(BOTH, "Sales"))
    assert centre.placed(3) == ("retail", dict.fromkeys(BOTH, "Main IVR"))
    assert centre.placed(5) == ("retail", dict.fromkeys(BOTH, "Main IVR"))
    assert centre.placed(6) == ("everyone", dict.fromkeys(BOTH, "Main IVR"))
    assert "erin.green" in centre.members("retail")
    assert centre.members("emergency") == set(AGENTS)
    assert centre.writes()["UpdatePhoneNumber"] == 1, "only the number that was moved is moved"
    assert centre.writes()["AssociateTrafficDistributionGroupUser"] == 2
    stack.declare(*declared)
    assert stack.up("--refresh", "--expect-no-changes").code == 0
