"""Flows: made, changed, deleted, found."""

from __future__ import annotations

import json
from typing import Any

import pytest

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
BYE = json.dumps({"Version": "2019-10-30", "StartAction": "bye", "Actions": [{"Identifier": "bye"}]})
HELLO = json.dumps({"Version": "2019-10-30", "StartAction": "hello", "Actions": [{"Identifier": "hello"}]})


@pytest.fixture
def new(names: Any) -> dict[str, Any]:
    """What CreateContactFlow takes."""
    return {"InstanceId": names.instance, "Name": "Summer IVR", "Type": "CONTACT_FLOW", "Content": BYE}


def _shown(client: Any, names: Any, flow: str) -> dict[str, Any]:
    return dict(client.describe_contact_flow(InstanceId=names.instance, ContactFlowId=flow)["ContactFlow"])


def _found(client: Any, names: Any, **search: Any) -> list[str]:
    answer = client.search_contact_flows(InstanceId=names.instance, **search)
    assert answer["ApproximateTotalCount"] == len(answer["ContactFlows"])
    return sorted(flow["Name"] for flow in answer["ContactFlows"])


@pytest.mark.parametrize(("region", "other"), [(SOURCE, REPLICA), (REPLICA, SOURCE)])
def test_making_one(region: str, other: str, connect: Any, names: Any, new: Any, sandbox: Any, refused: Any) -> None:
    """The other Region has a new flow after a moment, under the same id and byte for byte."""
    flow = connect(region).create_contact_flow(**new, Tags={"season": "summer"})["ContactFlowId"]
    with refused("ResourceNotFoundException"):
        _shown(connect(other), names, flow)
    sandbox.clock.advance(sandbox.switches.flow_mirror_seconds)
    here, there = _shown(connect(region), names, flow), _shown(connect(other), names, flow)
    assert here["Arn"].replace(region, other) == there["Arn"]
    assert here["Content"] == there["Content"] == BYE
    assert (there["Tags"], there["LastModifiedRegion"]) == ({"season": "summer"}, region)


def test_without_mirroring(connect: Any, names: Any, new: Any, sandbox: Any, set_switches: Any) -> None:
    """With mirroring off each Region has its own flow of a name, with an id of its own, and changes its own."""
    set_switches(mirroring=False)
    here = connect().create_contact_flow(**new)["ContactFlowId"]
    there = connect(REPLICA).create_contact_flow(**new)["ContactFlowId"]
    assert here != there
    both = {"InstanceId": names.instance, "ContactFlowId": names.flow_id()}
    connect().update_contact_flow_content(**both, Content=HELLO)
    connect(REPLICA).update_contact_flow_name(**both, Name="Spring IVR")
    sandbox.clock.advance(3600)
    shown = [_shown(connect(region), names, both["ContactFlowId"]) for region in (SOURCE, REPLICA)]
    assert [flow["Name"] for flow in shown] == ["Winter IVR", "Spring IVR"]
    assert [flow["Content"] == HELLO for flow in shown] == [True, False]


def test_replicas_that_began_empty(connect: Any, names: Any, set_switches: Any) -> None:
    """With the switch the replica has its own ids for flows, and associations name those."""
    set_switches(replica_flow_ids="different")
    listed = connect(REPLICA).list_contact_flows(InstanceId=names.instance)["ContactFlowSummaryList"]
    winter = next(flow for flow in listed if flow["Name"] == "Winter IVR")
    assert winter["Id"] != names.flow_id()
    assert _shown(connect(REPLICA), names, winter["Arn"])["Id"] == winter["Id"]
    connect(REPLICA).associate_phone_number_contact_flow(
        PhoneNumberId=names.number(3), InstanceId=names.instance, ContactFlowId=winter["Arn"]
    )
    rows = connect(REPLICA).list_flow_associations(InstanceId=names.instance)["FlowAssociationSummaryList"]
    assert {row["ResourceId"]: row["FlowId"] for row in rows}[names.number(3)] == winter["Arn"]


def test_what_cannot_be_made(connect: Any, new: Any, refused: Any, set_switches: Any) -> None:
    """No second flow of a name, none whose content is no flow, none over the quota (429 that is no throttle)."""
    client = connect()
    with refused("DuplicateResourceException", "Main IVR"):
        client.create_contact_flow(**{**new, "Name": "Main IVR"})
    for content, problem in (("nonsense", "not JSON"), ("{}", "no Version"), ("[]", "no Version")):
        with pytest.raises(client.exceptions.InvalidContactFlowException) as caught:
            client.create_contact_flow(**{**new, "Content": content})
        assert problem in caught.value.response["problems"][0]["message"]
    set_switches(flow_limit=6)
    with pytest.raises(client.exceptions.LimitExceededException) as caught:
        client.create_contact_flow(**new)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429


def test_saved_and_published(connect: Any, names: Any, new: Any, sandbox: Any) -> None:
    """What is written to :$SAVED is not what callers hear, until content is published."""
    flow = connect().create_contact_flow(**new)["ContactFlowId"]
    saved = {"InstanceId": names.instance, "ContactFlowId": f"{flow}:$SAVED"}
    connect().update_contact_flow_content(**saved, Content=HELLO)
    assert _shown(connect(), names, flow)["Content"] == BYE
    assert _shown(connect(), names, f"{flow}:$SAVED")["Status"] == "SAVED"
    connect().update_contact_flow_content(InstanceId=names.instance, ContactFlowId=flow, Content=HELLO)
    assert _shown(connect(), names, f"{flow}:$SAVED")["Status"] == "PUBLISHED"
    assert sandbox.world.flow("Summer IVR").content == HELLO


def test_the_length_of_content(connect: Any, names: Any, new: Any, refused: Any) -> None:
    """A flow has 256,000 characters at most, saved or published: the model's text says so, not its constraints."""
    content = BYE + " " * (256_000 - len(BYE))
    made = connect().create_contact_flow(**{**new, "Content": content})["ContactFlowId"]
    for status in ("PUBLISHED", "SAVED"):
        with refused("InvalidRequestException", "256000"):
            connect().create_contact_flow(**{**new, "Content": content + " "}, Status=status)
    for flow in (made, f"{made}:$SAVED"):
        with refused("InvalidRequestException", "256000"):
            connect().update_contact_flow_content(InstanceId=names.instance, ContactFlowId=flow, Content=content + " ")


def test_what_is_saved_is_not_validated(connect: Any, names: Any, new: Any, refused: Any) -> None:
    """Content is validated when it is published."""
    made = connect().create_contact_flow(**{**new, "Content": "{}"}, Status="SAVED")["ContactFlowId"]
    connect().update_contact_flow_content(InstanceId=names.instance, ContactFlowId=f"{made}:$SAVED", Content="{")
    with refused("InvalidContactFlowException"):
        connect().update_contact_flow_content(InstanceId=names.instance, ContactFlowId=made, Content="{}")
    with refused("InvalidContactFlowException"):
        connect().create_contact_flow(**{**new, "Content": "{}", "Name": "Other"})


def test_names_are_taken(connect: Any, names: Any, refused: Any, sandbox: Any) -> None:
    """A flow cannot get the name of another, and then keeps its state too."""
    ask = {"InstanceId": names.instance, "ContactFlowId": names.flow_id(), "Name": "Main IVR"}
    with refused("DuplicateResourceException", "Main IVR"):
        connect().update_contact_flow_metadata(**ask, ContactFlowState="ARCHIVED")
    with refused("DuplicateResourceException", "Main IVR"):
        connect().update_contact_flow_name(**ask)
    assert sandbox.world.flow("Winter IVR").states[SOURCE] == ("ACTIVE", "PUBLISHED")


def test_archiving_reaches_the_other_region(connect: Any, names: Any, sandbox: Any) -> None:
    """An archived flow is archived in the other Region after a moment."""
    connect(REPLICA).update_contact_flow_metadata(
        InstanceId=names.instance, ContactFlowId=names.flow_id(), ContactFlowState="ARCHIVED"
    )
    assert _shown(connect(), names, names.flow_id())["State"] == "ACTIVE"
    sandbox.clock.advance(sandbox.switches.flow_mirror_seconds)
    assert _shown(connect(), names, names.flow_id())["State"] == "ARCHIVED"


def test_deleting(connect: Any, names: Any, sandbox: Any, refused: Any, set_switches: Any) -> None:
    """A flow that a number has is kept, or goes and leaves the number dark, as the switch says."""
    main = {"InstanceId": names.instance, "ContactFlowId": names.flow_id("Main IVR")}
    with refused("InvalidRequestException", "is the flow of"):
        connect().delete_contact_flow(**main)
    set_switches(delete_flow_in_use="drop")
    connect().delete_contact_flow(**main)
    assert ("+442079460002", SOURCE) in sandbox.dark_numbers()
    assert ("+442079460002", REPLICA) not in sandbox.dark_numbers()
    sandbox.clock.advance(sandbox.switches.flow_mirror_seconds)
    assert ("+442079460002", REPLICA) in sandbox.dark_numbers()
    assert "Main IVR" not in [flow.name for flow in sandbox.world.flows.values()]


def test_searching(connect: Any, names: Any, refused: Any) -> None:
    """Flows are found by type, state, status and text; CONTAINS wants 2 to 25 characters."""
    client = connect()
    contains = {"StringCondition": {"FieldName": "name", "Value": "IVR", "ComparisonType": "CONTAINS"}}
    for criteria, found in (
        ({"TypeCondition": "AGENT_WHISPER"}, ["Whisper"]),
        ({"StateCondition": "ARCHIVED"}, ["Old"]),
        (contains, ["Main IVR", "Winter IVR"]),
        ({"AndConditions": [contains, {"StatusCondition": "SAVED"}]}, []),
        ({"OrConditions": [{"StateCondition": "ARCHIVED"}, {"StatusCondition": "SAVED"}]}, ["Draft", "Old"]),
    ):
        assert _found(client, names, SearchCriteria=criteria) == found
    for value in ("I", "I" * 26):
        contains["StringCondition"]["Value"] = value
        with refused("InvalidParameterException", "2 to 25"):
            _found(client, names, SearchCriteria=contains)


def test_filters(connect: Any, names: Any) -> None:
    """Flows are found by tags and by type."""
    client = connect()
    client.tag_resource(resourceArn=names.flow(), tags={"season": "winter"})
    winter = {"TagKey": "season", "TagValue": "winter"}
    whisper = {"ContactFlowTypeCondition": {"ContactFlowType": "AGENT_WHISPER"}}
    for wanted, found in (
        ({"TagFilter": {"TagCondition": winter}}, ["Winter IVR"]),
        ({"FlowAttributeFilter": {"TagCondition": winter}}, ["Winter IVR"]),
        ({"FlowAttributeFilter": whisper}, ["Whisper"]),
        ({"FlowAttributeFilter": {"OrConditions": [whisper, {"TagConditions": [winter]}]}}, ["Whisper", "Winter IVR"]),
        ({"FlowAttributeFilter": {"AndCondition": {**whisper, "TagConditions": [winter]}}}, []),
    ):
        assert _found(client, names, SearchFilter=wanted) == found
