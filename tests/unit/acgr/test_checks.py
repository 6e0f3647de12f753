"""What `check` says of inputs: shapes only, nothing that is unknown yet, and nothing looked up."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from pulumi.output import UNKNOWN
from scripted import GROUP, INSTANCE, NUMBER, USER, ScriptedClock, Session

from acgr import (
    PhoneNumberContactFlowProvider,
    PhoneNumberPlacementProvider,
    TrafficDistributionGroupUserProvider,
    connected,
)
from acgr.runtime.inputs import Shape, invalid_inputs, known
from acgr.runtime.run import Run
from acgr_connect.model import identifiers

SHAPES: dict[str, Shape] = {
    "phone_number": identifiers.phone_number,
    "flow": identifiers.flow,
    "target": partial(identifiers.target, source_region=None),
    "description": identifiers.description,
}


@pytest.fixture(autouse=True)
def run(clock: ScriptedClock) -> Iterator[Run]:
    """A run whose session knows no client: whatever is looked up fails."""
    with connected(Session(), clock) as current:
        yield current


@pytest.mark.parametrize(
    ("value", "is_known"),
    [
        ("x", True),
        (None, True),
        (0, True),
        ({}, True),
        ({"a": {"b": "c"}}, True),
        (UNKNOWN, False),
        ({"a": UNKNOWN}, False),
        ({"a": {"b": UNKNOWN}}, False),
    ],
)
def test_known(value: Any, is_known: bool) -> None:
    """A mapping is known where all of it is."""
    assert known(value) is is_known


GOOD = {"phone_number": "+442079460001", "flow": "Main IVR", "target": str(GROUP), "description": "Sales"}


@pytest.mark.parametrize(
    ("changed", "reasons"),
    [
        ({}, []),
        ({"description": None}, []),
        ({"description": UNKNOWN}, []),
        ({"phone_number": UNKNOWN, "flow": UNKNOWN, "target": UNKNOWN}, []),
        ({"flow": {"eu-west-2": UNKNOWN, "eu-central-1": "Main IVR"}}, []),
        ({"flow": {"eu-west-2": UNKNOWN}}, []),
        ({"flow": {"London": UNKNOWN, "eu-central-1": ""}}, ["flow: it is empty; a flow is needed"]),
        ({"flow": {"London": "Main IVR"}}, ["flow: 'London' is not a Region; a mapping of flows is Region to flow"]),
        ({"flow": {}}, ["flow: the mapping is empty: give a flow for each Region"]),
        ({"flow": None}, ["flow: None is not text; a flow is needed"]),
        ({"phone_number": None}, ["phone_number: None is not text; a phone number is needed"]),
        (
            {"phone_number": 442079460001, "target": "main"},
            [
                "phone_number: 442079460001 is a number, not text: YAML dropped the plus; quote it: '+442079460001'",
                "target: 'main' is a name: write the ARN, or give source_region as well",
            ],
        ),
        ({"description": "x" * 501}, ["description: it has 501 characters; 500 are the most"]),
    ],
)
def test_misshapen(changed: dict[str, Any], reasons: list[str]) -> None:
    """Each invalid input is named with its sentence; the property stays empty, or the CLI would print the value."""
    failures = invalid_inputs({**GOOD, **changed}, SHAPES, optional=["description"])
    assert [failure.reason for failure in failures] == reasons
    assert {failure.property for failure in failures} <= {""}


PLACEMENT = {"phone_number": "+442079460001", "target": str(GROUP), "flow": "Main IVR"}
AGENT = {"traffic_distribution_group": str(GROUP), "user": "alice"}


@pytest.mark.parametrize(
    ("changed", "reasons"),
    [
        ({}, []),
        ({"target": str(INSTANCE)}, []),
        ({"target": "default", "source_region": "eu-west-2"}, []),
        ({"target": "default", "source_region": UNKNOWN}, []),
        ({"target": UNKNOWN, "flow": UNKNOWN, "phone_number": UNKNOWN}, []),
        ({"phone_number": str(NUMBER), "return_to": str(GROUP), "replica_region": "eu-central-1"}, []),
        ({"target": "default"}, ["target: 'default' is a name: write the ARN, or give source_region as well"]),
        ({"target": str(NUMBER)}, [f"target: '{NUMBER}' is the ARN of a phone number"]),
        ({"return_to": "main"}, ["return_to: 'main' is none of 'instance', 'leave' and the ARN"]),
        ({"source_region": "London"}, ["source_region: 'London' is not a Region", "target: "]),
        ({"replica_region": ""}, ["replica_region: it is empty"]),
        ({"source_region": "us-east-1"}, [f"target: '{GROUP}' is of eu-west-2, but source_region is us-east-1"]),
        ({"flow": None}, ["flow: None is not text; a flow is needed"]),
    ],
)
def test_check_of_a_placement(changed: dict[str, Any], reasons: list[str]) -> None:
    """A placement's inputs are judged by their shape alone (N2, N5, N12)."""
    answer = PhoneNumberPlacementProvider().check({}, {**PLACEMENT, **changed})
    assert len(answer.failures) == len(reasons)
    for failure, reason in zip(answer.failures, reasons, strict=True):
        assert failure.reason.startswith(reason)


@pytest.mark.parametrize(
    ("changed", "reasons"),
    [
        ({}, []),
        ({"user": str(USER)}, []),
        ({"user": UNKNOWN, "traffic_distribution_group": UNKNOWN}, []),
        ({"traffic_distribution_group": "default", "source_region": "eu-west-2"}, []),
        ({"traffic_distribution_group": "main"}, ["traffic_distribution_group: 'main' is a name: write the ARN"]),
        (
            {"traffic_distribution_group": str(INSTANCE)},
            [f"traffic_distribution_group: '{INSTANCE}' is the ARN of an instance"],
        ),
        ({"user": ""}, ["user: it is empty; a user is needed"]),
        ({"user": str(NUMBER)}, [f"user: '{NUMBER}' is the ARN of a phone number; the ARN of a user is needed"]),
        ({"source_region": "us-east-1"}, ["traffic_distribution_group: "]),
    ],
)
def test_check_of_an_agent(changed: dict[str, Any], reasons: list[str]) -> None:
    """An agent's inputs are judged by their shape alone (A2, A6)."""
    answer = TrafficDistributionGroupUserProvider().check({}, {**AGENT, **changed})
    assert len(answer.failures) == len(reasons)
    for failure, reason in zip(answer.failures, reasons, strict=True):
        assert failure.reason.startswith(reason)


FLOW = {"phone_number": "+442079460001", "region": "eu-central-1", "flow": "Main IVR"}
THERE = str(INSTANCE.in_region("eu-central-1").inside("contact-flow", NUMBER.id))


@pytest.mark.parametrize(
    ("changed", "reasons"),
    [
        ({}, []),
        ({"flow": THERE, "source_region": "eu-west-2", "phone_number": str(NUMBER)}, []),
        ({"region": UNKNOWN, "flow": THERE}, []),
        ({"flow": UNKNOWN, "phone_number": UNKNOWN, "source_region": UNKNOWN}, []),
        ({"phone_number": str(NUMBER), "source_region": UNKNOWN}, []),
        ({"region": "London"}, ["region: 'London' is not a Region"]),
        ({"region": None}, ["region: None is not text; a Region is needed"]),
        ({"region": "eu-west-2", "flow": THERE}, [f"flow: '{THERE}' is of eu-central-1, but the flow is declared for"]),
        ({"flow": {"eu-central-1": "Main IVR"}}, ["flow: {'eu-central-1': 'Main IVR'} is not text; a flow is needed"]),
        ({"flow": str(NUMBER)}, [f"flow: '{NUMBER}' is the ARN of a phone number; the ARN of a flow is needed"]),
        ({"phone_number": "442079460001"}, ["phone_number: '442079460001' has no plus"]),
        ({"phone_number": 442079460001}, ["phone_number: 442079460001 is a number, not text"]),
        (
            {"phone_number": str(NUMBER), "source_region": "eu-central-1"},
            [f"phone_number: '{NUMBER}' is of eu-west-2, but source_region is eu-central-1: they must be the same"],
        ),
    ],
)
def test_check_of_a_flow(changed: dict[str, Any], reasons: list[str]) -> None:
    """The inputs of a number's flow are judged by their shape alone (N9, N10)."""
    answer = PhoneNumberContactFlowProvider().check({}, {**FLOW, **changed})
    assert len(answer.failures) == len(reasons)
    for failure, reason in zip(answer.failures, reasons, strict=True):
        assert failure.reason.startswith(reason)


def test_check_keeps_what_was_written() -> None:
    """Inputs stay as the user wrote them; what was not given is left out, and only `return_to` has a default."""
    absent = dict.fromkeys(["description", "source_region", "replica_region", "return_to"])
    placement = PhoneNumberPlacementProvider().check({}, {**PLACEMENT, **absent, "phone_number_arn": None})
    assert placement.inputs == {**PLACEMENT, "return_to": "instance"}
    agent = TrafficDistributionGroupUserProvider().check({}, {**AGENT, "source_region": None, "user_arn": None})
    assert agent.inputs == AGENT
    flow = PhoneNumberContactFlowProvider().check({}, {**FLOW, "source_region": None, "e164": None})
    assert flow.inputs == FLOW


def test_check_declares(run: Run) -> None:
    """From the check on, the object belongs to the resource: another resource's delete leaves it alone."""
    PhoneNumberPlacementProvider().check({}, PLACEMENT)
    TrafficDistributionGroupUserProvider().check({}, {**AGENT, "user": str(USER)})
    assert run.ownership.other_owner("another", [("phone-number", "+442079460001")]) is not None
    assert run.ownership.other_owner("another", [("membership", str(GROUP), USER.id)]) is not None
    assert run.ownership.other_owner("another", [("membership", str(GROUP), "bob")]) is None
    PhoneNumberContactFlowProvider().check({}, FLOW)
    assert run.ownership.other_owner("another", [("phone-number-flow", "+442079460001", "eu-central-1")]) is not None
    assert run.ownership.other_owner("another", [("phone-number-flow", "+442079460001", "eu-west-2")]) is None
