"""What a change means, as tables: no change, in place, or a replacement."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.output import UNKNOWN
from scripted import FLOW, GROUP, INSTANCE, NUMBER, REPLICA, SOURCE, USER, uuid

from acgr.agents.user_state import decide as decide_agent
from acgr.numbers.contact_flow_state import decide as decide_flow
from acgr.numbers.placement_state import decide as decide_placement

OTHER_USER = INSTANCE.inside("agent", uuid(50))
OTHER_GROUP = str(GROUP).replace(GROUP.id, uuid(20))
OTHER_FLOW = INSTANCE.inside("contact-flow", uuid(40))

AGENT = {"traffic_distribution_group": str(GROUP), "user": "alice"}
AGENT_STATE = {"user_arn": str(USER), "username": "alice", "traffic_distribution_group_arn": str(GROUP)}

SAME, IN_PLACE = (False, []), (None, [])
REPLACED = (None, ["user"])


@pytest.mark.parametrize(
    ("before", "after", "meaning"),
    [
        ({}, {}, SAME),
        ({}, {"user": str(USER)}, SAME),
        ({}, {"user": USER.id}, SAME),
        ({"user": USER.id}, {"user": "alice"}, SAME),
        ({"user": str(USER)}, {"user": "alice"}, SAME),
        ({}, {"traffic_distribution_group": GROUP.id, "source_region": SOURCE}, SAME),
        ({"traffic_distribution_group": "default", "source_region": SOURCE}, {}, SAME),
        ({"user": "renamed since"}, {"user": "renamed since"}, SAME),
        ({}, {"user": str(USER), "traffic_distribution_group": GROUP.id}, SAME),
        ({}, {"user": "bob"}, REPLACED),
        ({}, {"user": "Alice"}, REPLACED),
        ({}, {"user": str(OTHER_USER)}, REPLACED),
        ({}, {"user": OTHER_USER.id}, REPLACED),
        ({"user": str(USER)}, {"user": str(USER.in_region(REPLICA))}, REPLACED),
        ({}, {"user": "bob", "traffic_distribution_group": OTHER_GROUP}, REPLACED),
        ({}, {"traffic_distribution_group": OTHER_GROUP}, IN_PLACE),
        ({}, {"traffic_distribution_group": "another", "source_region": SOURCE}, IN_PLACE),
        ({}, {"user": UNKNOWN}, IN_PLACE),
        ({}, {"traffic_distribution_group": UNKNOWN}, IN_PLACE),
        ({}, {"user": UNKNOWN, "traffic_distribution_group": UNKNOWN}, IN_PLACE),
        ({}, {"user": UNKNOWN, "traffic_distribution_group": OTHER_GROUP}, IN_PLACE),
        ({}, {"user": "bob", "traffic_distribution_group": UNKNOWN}, REPLACED),
    ],
)
def test_agent(before: dict[str, Any], after: dict[str, Any], meaning: tuple[bool | None, list[str]]) -> None:
    """Another user replaces, another group does not, another spelling is nothing, an Unknown never replaces."""
    decision = decide_agent({**AGENT, **before, **AGENT_STATE}, {**AGENT, **after})
    assert (decision.changes, decision.replaces or []) == meaning
    assert not decision.delete_before_replace


PLACEMENT = {"phone_number": "+442079460001", "target": str(GROUP), "flow": "Main IVR", "return_to": "instance"}
PLACEMENT_STATE = {
    "phone_number_arn": str(NUMBER),
    "e164": "+442079460001",
    "instance_arn": str(INSTANCE),
    "target_arn": str(GROUP),
    "placed_on_arn": str(GROUP),
    "placed_flow_arns": {SOURCE: str(FLOW), REPLICA: str(FLOW.in_region(REPLICA))},
    "contact_flow_arns": {SOURCE: str(FLOW), REPLICA: str(FLOW.in_region(REPLICA))},
    "dark_regions": [],
    "dark_seconds": 2.5,
}
BOTH = {SOURCE: "Main IVR", REPLICA: "Main IVR"}
ANOTHER_NUMBER = (None, ["phone_number"])


@pytest.mark.parametrize(
    ("before", "after", "meaning"),
    [
        ({}, {}, SAME),
        ({}, {"phone_number": str(NUMBER)}, SAME),
        ({}, {"phone_number": NUMBER.id}, SAME),
        ({"phone_number": str(NUMBER)}, {}, SAME),
        ({}, {"target": GROUP.id, "source_region": SOURCE}, SAME),
        ({"target": GROUP.id, "source_region": SOURCE}, {}, SAME),
        ({"target": "default", "source_region": SOURCE}, {"target": "default", "source_region": SOURCE}, SAME),
        ({}, {"flow": BOTH}, SAME),
        ({"flow": BOTH}, {}, SAME),
        ({"flow": BOTH}, {"flow": dict(reversed(BOTH.items()))}, SAME),
        ({"flow": str(FLOW)}, {"flow": FLOW.id}, SAME),
        ({"flow": str(FLOW)}, {"flow": str(FLOW.in_region(REPLICA))}, SAME),
        ({"flow": FLOW.id}, {"flow": {SOURCE: str(FLOW), REPLICA: FLOW.id}}, SAME),
        ({}, {"description": None}, SAME),
        ({"return_to": "instance"}, {"return_to": "instance"}, SAME),
        ({}, {"phone_number": "+442079460002"}, ANOTHER_NUMBER),
        ({}, {"phone_number": uuid(30)}, ANOTHER_NUMBER),
        ({}, {"phone_number": str(NUMBER).replace(NUMBER.id, uuid(30))}, ANOTHER_NUMBER),
        ({}, {"phone_number": "+442079460002", "flow": UNKNOWN}, ANOTHER_NUMBER),
        ({}, {"target": OTHER_GROUP}, IN_PLACE),
        ({}, {"target": str(INSTANCE)}, IN_PLACE),
        ({}, {"flow": "Winter IVR"}, IN_PLACE),
        ({}, {"flow": str(OTHER_FLOW)}, IN_PLACE),
        ({"flow": str(FLOW)}, {"flow": str(OTHER_FLOW)}, IN_PLACE),
        ({}, {"flow": {SOURCE: "Main IVR", REPLICA: "Winter IVR"}}, IN_PLACE),
        ({"flow": BOTH}, {"flow": {SOURCE: "Main IVR"}}, IN_PLACE),
        ({}, {"description": "Sales"}, IN_PLACE),
        ({"description": "Sales"}, {"description": ""}, IN_PLACE),
        ({"description": "Sales"}, {}, IN_PLACE),
        ({}, {"return_to": "leave"}, IN_PLACE),
        ({}, {"return_to": str(GROUP)}, IN_PLACE),
        ({}, {"phone_number": UNKNOWN}, IN_PLACE),
        ({}, {"target": UNKNOWN}, IN_PLACE),
        ({}, {"flow": UNKNOWN}, IN_PLACE),
        ({}, {"flow": {SOURCE: "Main IVR", REPLICA: UNKNOWN}}, IN_PLACE),
        ({}, {"phone_number": UNKNOWN, "target": UNKNOWN, "flow": UNKNOWN}, IN_PLACE),
    ],
)
def test_placement(before: dict[str, Any], after: dict[str, Any], meaning: tuple[bool | None, list[str]]) -> None:
    """Another number replaces, everything else is in place, another spelling is nothing, an Unknown never replaces."""
    decision = decide_placement({**PLACEMENT, **before, **PLACEMENT_STATE}, {**PLACEMENT, **after})
    assert (decision.changes, decision.replaces or []) == meaning
    assert not decision.delete_before_replace


@pytest.mark.parametrize("dark", [[SOURCE], [REPLICA], [SOURCE, REPLICA]])
def test_a_dark_number_is_a_change(dark: list[str]) -> None:
    """Where callers reach nothing the next run sets the flow, although the inputs are the same (N6, N15)."""
    lit = {r: flow for r, flow in PLACEMENT_STATE["contact_flow_arns"].items() if r not in dark}
    state = {**PLACEMENT, **PLACEMENT_STATE, "contact_flow_arns": lit, "dark_regions": dark}
    decision = decide_placement(state, PLACEMENT)
    assert (decision.changes, decision.replaces or []) == (True, [])


def test_a_dark_number_that_also_changes() -> None:
    """A changed input of a dark number is shown as that change, and another number still replaces."""
    state = {**PLACEMENT, **PLACEMENT_STATE, "contact_flow_arns": {}, "dark_regions": [SOURCE, REPLICA]}
    changed = decide_placement(state, {**PLACEMENT, "flow": "Winter IVR"})
    assert (changed.changes, changed.replaces or []) == IN_PLACE
    replaced = decide_placement(state, {**PLACEMENT, "phone_number": "+442079460002"})
    assert (replaced.changes, replaced.replaces or []) == ANOTHER_NUMBER


THERE = FLOW.in_region(REPLICA)
FLOW_INPUTS = {"phone_number": "+442079460001", "region": REPLICA, "flow": "Main IVR", "source_region": SOURCE}
FLOW_STATE = {
    "phone_number_arn": str(NUMBER),
    "e164": "+442079460001",
    "instance_arn": str(INSTANCE.in_region(REPLICA)),
    "contact_flow_arn": str(THERE),
    "placed_flow_arn": str(THERE),
}


@pytest.mark.parametrize(
    ("before", "after", "meaning"),
    [
        ({}, {}, SAME),
        ({}, {"phone_number": str(NUMBER)}, SAME),
        ({}, {"phone_number": NUMBER.id}, SAME),
        ({"phone_number": NUMBER.id}, {}, SAME),
        ({"source_region": None}, {}, SAME),
        ({}, {"source_region": None}, SAME),
        ({"flow": str(THERE)}, {"flow": THERE.id}, SAME),
        ({"flow": THERE.id}, {"flow": str(THERE)}, SAME),
        ({}, {"phone_number": "+442079460002"}, ANOTHER_NUMBER),
        ({}, {"phone_number": uuid(30)}, ANOTHER_NUMBER),
        ({}, {"phone_number": "+442079460002", "flow": UNKNOWN}, ANOTHER_NUMBER),
        ({}, {"region": SOURCE}, (None, ["region"])),
        ({}, {"region": SOURCE, "phone_number": UNKNOWN}, (None, ["region"])),
        ({}, {"region": SOURCE, "phone_number": uuid(30)}, (None, ["phone_number", "region"])),
        ({}, {"source_region": REPLICA}, (None, ["source_region"])),
        ({}, {"flow": "Winter IVR"}, IN_PLACE),
        ({}, {"flow": str(OTHER_FLOW.in_region(REPLICA))}, IN_PLACE),
        ({}, {"flow": "main ivr"}, IN_PLACE),
        ({}, {"phone_number": UNKNOWN}, IN_PLACE),
        ({}, {"region": UNKNOWN}, IN_PLACE),
        ({}, {"flow": UNKNOWN}, IN_PLACE),
        ({}, {"source_region": UNKNOWN}, IN_PLACE),
        ({}, {"phone_number": UNKNOWN, "region": UNKNOWN, "flow": UNKNOWN}, IN_PLACE),
    ],
)
def test_flow(before: dict[str, Any], after: dict[str, Any], meaning: tuple[bool | None, list[str]]) -> None:
    """Another number or Region replaces, another flow does not, another spelling is nothing, an Unknown neither."""
    decision = decide_flow({**FLOW_INPUTS, **before, **FLOW_STATE}, {**FLOW_INPUTS, **after})
    assert (decision.changes, decision.replaces or []) == meaning
    assert not decision.delete_before_replace


@pytest.mark.parametrize("answers", ["", str(OTHER_FLOW.in_region(REPLICA))])
def test_a_flow_that_does_not_answer_is_a_change(answers: str) -> None:
    """Where what was set is not what was seen to answer, the next run sets it, although the inputs are the same."""
    decision = decide_flow({**FLOW_INPUTS, **FLOW_STATE, "contact_flow_arn": answers}, FLOW_INPUTS)
    assert (decision.changes, decision.replaces or []) == (True, [])
