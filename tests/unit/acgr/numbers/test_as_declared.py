"""How `read` spells inputs: as the user wrote them, as long as that is still true."""

from __future__ import annotations

from typing import Any

import pytest
from scripted import FLOW, GROUP, INSTANCE, REPLICA, SOURCE, Client, ScriptedClock, Session, uuid
from wire import DESCRIBED_GROUP

from acgr.numbers.number import NO_FLOW, flow_as_declared, target_as_declared
from acgr_connect.aws.settings import Settings
from acgr_connect.model import identifiers
from acgr_connect.world.connection import Connection

THERE = FLOW.in_region(REPLICA)
OTHER_GROUP = GROUP.__class__("aws", SOURCE, GROUP.account, GROUP.kind, uuid(20))
OTHER = INSTANCE.inside("contact-flow", uuid(40))
UNLISTED = INSTANCE.inside("contact-flow", uuid(41))
BLANK = INSTANCE.inside("contact-flow", uuid(42))
LIKE_AN_ID = INSTANCE.inside("contact-flow", uuid(43))

GROUPS: list[dict[str, Any]] = [
    DESCRIBED_GROUP,
    {**DESCRIBED_GROUP, "Arn": str(OTHER_GROUP), "Name": "other", "IsDefault": False},
]


def _flows(region: str) -> dict[str, Any]:
    named = {FLOW: "Main IVR", OTHER: "Winter IVR", BLANK: " ", LIKE_AN_ID: uuid(44)}
    rows = [{"Arn": str(f.in_region(region)), "Name": n, "ContactFlowType": "CONTACT_FLOW"} for f, n in named.items()]
    return {"ContactFlowSummaryList": rows}


@pytest.fixture
def connection(clock: ScriptedClock) -> Connection:
    """Two groups, and the same two flows in both Regions."""
    here = {"list_traffic_distribution_groups": {"TrafficDistributionGroupSummaryList": GROUPS}}
    clients = {
        ("connect", SOURCE): Client({**here, "list_contact_flows": _flows(SOURCE)}),
        ("connect", REPLICA): Client({"list_contact_flows": _flows(REPLICA)}),
    }
    return Connection(Settings(), clock, lambda _: Session(clients))


@pytest.mark.parametrize(
    ("spelled", "actual", "read"),
    [
        (str(GROUP), GROUP, str(GROUP)),
        ("main", GROUP, "main"),
        ("default", GROUP, "default"),
        (GROUP.id, GROUP, GROUP.id),
        (str(INSTANCE), INSTANCE, str(INSTANCE)),
        (str(GROUP), OTHER_GROUP, str(OTHER_GROUP)),
        ("main", OTHER_GROUP, "other"),
        ("default", OTHER_GROUP, "other"),
        (GROUP.id, OTHER_GROUP, OTHER_GROUP.id),
        ("main", INSTANCE, str(INSTANCE)),
        (str(GROUP), INSTANCE, str(INSTANCE)),
        ("", GROUP, "main"),
    ],
)
def test_target(spelled: str, actual: Any, read: str, connection: Connection) -> None:
    """The declared target where the number is on it, the ARN of what it is on where not."""
    assert target_as_declared(connection, spelled, actual) == read


ON = {SOURCE: FLOW, REPLICA: THERE}
MOVED = {SOURCE: OTHER, REPLICA: OTHER.in_region(REPLICA)}
BY_NAME = {SOURCE: "Main IVR", REPLICA: "Main IVR"}


@pytest.mark.parametrize(
    ("declared", "actual", "read"),
    [
        ("Main IVR", ON, "Main IVR"),
        (FLOW.id, ON, FLOW.id),
        (str(FLOW), ON, str(FLOW)),
        (str(THERE), ON, str(THERE)),
        (BY_NAME, ON, BY_NAME),
        ({SOURCE: str(FLOW), REPLICA: "Main IVR"}, ON, {SOURCE: str(FLOW), REPLICA: "Main IVR"}),
        ("Main IVR", MOVED, "Winter IVR"),
        (FLOW.id, MOVED, OTHER.id),
        (BY_NAME, MOVED, "Winter IVR"),
        (str(FLOW), {SOURCE: OTHER}, str(OTHER)),
        (str(FLOW), MOVED, {SOURCE: str(OTHER), REPLICA: str(OTHER.in_region(REPLICA))}),
        ("Main IVR", {**ON, REPLICA: OTHER.in_region(REPLICA)}, {SOURCE: "Main IVR", REPLICA: "Winter IVR"}),
        ("Main IVR", {**ON, REPLICA: None}, "Main IVR"),
        ("Main IVR", {**MOVED, REPLICA: None}, {SOURCE: "Winter IVR", REPLICA: "Main IVR"}),
        ("Main IVR", {SOURCE: None, REPLICA: None}, "Main IVR"),
        (BY_NAME, {SOURCE: None, REPLICA: None}, BY_NAME),
        ({SOURCE: "Main IVR"}, {**ON, REPLICA: None}, {SOURCE: "Main IVR"}),
        ({SOURCE: "Main IVR"}, {**MOVED, REPLICA: None}, {SOURCE: "Winter IVR"}),
        (NO_FLOW, {**ON, REPLICA: None}, {SOURCE: "Main IVR"}),
        (NO_FLOW, {SOURCE: None, REPLICA: None}, NO_FLOW),
        ("Main IVR", {SOURCE: BLANK}, str(BLANK)),
        ("Main IVR", {SOURCE: LIKE_AN_ID}, str(LIKE_AN_ID)),
        ("Main IVR", {SOURCE: UNLISTED}, str(UNLISTED)),
        (BY_NAME, {SOURCE: FLOW}, BY_NAME),
        ({SOURCE: "Main IVR"}, ON, "Main IVR"),
        (NO_FLOW, ON, "Main IVR"),
    ],
)
def test_flow(declared: Any, actual: Any, read: Any, connection: Connection) -> None:
    """The declared flows where they or nothing answer; otherwise what answers, spelled as the user spells (N6)."""
    assert flow_as_declared(connection, declared, actual) == read
    if read != NO_FLOW:
        identifiers.flow(read)
