"""Instances: made, replicated, deleted, and what lags behind between their Regions."""

from __future__ import annotations

import re
from typing import Any

import pytest
from botocore_model import MODEL

from acgr_sandbox import Fault

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
DAY = 24 * 3600.0
ASKED = {"IdentityManagementType": "SAML", "InboundCallsEnabled": True, "OutboundCallsEnabled": True}


def _make(client: Any, alias: str = "southwind", **changed: Any) -> str:
    return str(client.create_instance(**{**ASKED, "InstanceAlias": alias, **changed})["Id"])


def test_making_one(connect: Any, sandbox: Any) -> None:
    """An instance is CREATION_IN_PROGRESS, then ACTIVE, with the attributes and tags it was given."""
    id = _make(connect(), OutboundCallsEnabled=False, Tags={"team": "ops"})
    made = connect().describe_instance(InstanceId=id)["Instance"]
    assert (made["InstanceStatus"], made["OutboundCallsEnabled"]) == ("CREATION_IN_PROGRESS", False)
    assert made["Tags"] == {"team": "ops"}
    sandbox.clock.advance(sandbox.switches.instance_seconds)
    assert connect().describe_instance(InstanceId=id)["Instance"]["InstanceStatus"] == "ACTIVE"
    connect().update_instance_attribute(InstanceId=id, AttributeType="OUTBOUND_CALLS", Value="true")
    assert connect().describe_instance(InstanceId=id)["Instance"]["OutboundCallsEnabled"]


def test_making_one_may_fail(connect: Any, sandbox: Any, refused: Any) -> None:
    """A creation can end in CREATION_FAILED, with the reason; a day after it was asked for nothing is left of it."""
    sandbox.faults.add(Fault("CreateInstance", "failed-claim", message="No directory."))
    id = _make(connect())
    sandbox.clock.advance(sandbox.switches.instance_seconds)
    failed = connect().describe_instance(InstanceId=id)["Instance"]
    assert (failed["InstanceStatus"], failed["StatusReason"]) == ("CREATION_FAILED", {"Message": "No directory."})
    sandbox.clock.advance(DAY - sandbox.switches.instance_seconds - 1)
    assert id in [row["Id"] for row in connect().list_instances()["InstanceSummaryList"]]
    sandbox.clock.advance(1)
    with refused("ResourceNotFoundException", id):
        connect().describe_instance(InstanceId=id)
    assert id not in [row["Id"] for row in connect().list_instances()["InstanceSummaryList"]]


def test_many_in_a_month(connect: Any, names: Any, sandbox: Any, refused: Any, set_switches: Any) -> None:
    """Instances that were created or deleted count for 30 days; over the limit neither is possible; 0 is no limit."""
    set_switches(instance_turnover=2)
    _make(connect(), "one")
    connect().delete_instance(InstanceId=sandbox.world.instance("empty").id)
    with refused("ServiceQuotaExceededException", "excessive"):
        _make(connect(), "two")
    with refused("InvalidRequestException", "excessive"):
        connect(REPLICA).delete_instance(InstanceId=names.instance)
    set_switches(instance_turnover=0)
    _make(connect(), "two")
    set_switches(instance_turnover=2)
    sandbox.clock.advance(30 * DAY)
    _make(connect(), "three")


def test_what_cannot_be_made(connect: Any, refused: Any, set_switches: Any) -> None:
    """No instance without an alias, none under a taken one, none over the quota (402), none in another account."""
    with refused("InvalidRequestException", "InstanceAlias"):
        connect().create_instance(**ASKED)
    with refused("InvalidRequestException", "taken"):
        _make(connect(), "northwind")
    with refused("InvalidRequestException", "DirectoryId"):
        _make(connect(), IdentityManagementType="EXISTING_DIRECTORY")
    set_switches(instance_limit=3)
    with refused("ServiceQuotaExceededException", "3 instances"):
        _make(connect())
    with refused("AccessDeniedException"):
        _make(connect(SOURCE, "999988887777"))


def test_replicating(connect: Any, names: Any, sandbox: Any) -> None:
    """The replica has the users and flows, and the default TDG all numbers of the instance, with their flows."""
    client, lonely = connect(), names.lonely
    assert sandbox.world.number("+442079460005").target == lonely
    client.replicate_instance(InstanceId=lonely, ReplicaRegion=REPLICA, ReplicaAlias="lonely-too")
    during = client.describe_instance(InstanceId=lonely)["ReplicationConfiguration"]["ReplicationStatusSummaryList"]
    assert during == [
        {"Region": SOURCE, "ReplicationStatus": "INSTANCE_REPLICATION_COMPLETE"},
        {"Region": REPLICA, "ReplicationStatus": "INSTANCE_REPLICATION_IN_PROGRESS"},
    ]
    sandbox.clock.advance(sandbox.switches.replicate_seconds)
    replica = connect(REPLICA).describe_instance(InstanceId=lonely)
    assert replica["Instance"]["InstanceAlias"] == "lonely-too"
    assert replica["ReplicationConfiguration"]["SourceRegion"] == SOURCE
    assert [user["Username"] for user in _users(connect(REPLICA), lonely)] == ["stranger"]
    number = client.describe_phone_number(PhoneNumberId=names.number(5))["ClaimedPhoneNumberSummary"]
    groups = client.list_traffic_distribution_groups(InstanceId=lonely)["TrafficDistributionGroupSummaryList"]
    assert [(group["Arn"], group["IsDefault"]) for group in groups] == [(number["TargetArn"], True)]
    assert sandbox.world.dark_regions(sandbox.world.number("+442079460005")) == []


def _users(client: Any, instance: str) -> list[dict[str, Any]]:
    return list(client.list_users(InstanceId=instance)["UserSummaryList"])


def test_replicating_may_fail(connect: Any, names: Any, sandbox: Any) -> None:
    """A failed replication says why, and can be asked for again, with the alias that it was given."""
    sandbox.faults.add(Fault("ReplicateInstance", "failed-claim", message="Quotas differ."))
    ask = {"InstanceId": names.lonely, "ReplicaRegion": REPLICA, "ReplicaAlias": "lonely-2"}
    connect().replicate_instance(**ask)
    sandbox.clock.advance(sandbox.switches.replicate_seconds)
    found = connect().describe_instance(InstanceId=names.lonely)["ReplicationConfiguration"]
    _, failed = found["ReplicationStatusSummaryList"]
    assert failed["ReplicationStatus"] == "INSTANCE_REPLICATION_FAILED"
    assert failed["ReplicationStatusReason"] == "Quotas differ."
    connect().replicate_instance(**ask)
    sandbox.clock.advance(sandbox.switches.replicate_seconds)
    assert sandbox.world.instance("lonely").replica == REPLICA


@pytest.mark.parametrize("region", [SOURCE, "us-west-2", "ap-northeast-3"])
def test_pairs(region: str, connect: Any, names: Any, refused: Any) -> None:
    """An instance is replicated to the other Region of its pair only."""
    with refused("InvalidRequestException", f"does not replicate from eu-west-2 to {region}"):
        connect().replicate_instance(InstanceId=names.lonely, ReplicaRegion=region)


def test_osaka(connect: Any, refused: Any, sandbox: Any) -> None:
    """Tokyo replicates to Osaka, Osaka never to Tokyo."""
    osaka, tokyo = _make(connect("ap-northeast-3"), "osaka"), _make(connect("ap-northeast-1"), "tokyo")
    sandbox.clock.advance(sandbox.switches.instance_seconds)
    with refused("InvalidRequestException", "does not replicate"):
        connect("ap-northeast-3").replicate_instance(InstanceId=osaka, ReplicaRegion="ap-northeast-1")
    connect("ap-northeast-1").replicate_instance(InstanceId=tokyo, ReplicaRegion="ap-northeast-3")
    sandbox.clock.advance(sandbox.switches.replicate_seconds)
    assert connect("ap-northeast-3").describe_instance(InstanceId=tokyo)["Instance"]["Id"] == tokyo


def test_what_cannot_be_replicated(connect: Any, names: Any, refused: Any) -> None:
    """Not twice, not while it is being made, not without SAML, not under a taken alias."""
    client = connect()
    with refused("InvalidRequestException", "already"):
        client.replicate_instance(InstanceId=names.instance_arn(), ReplicaRegion=REPLICA)
    with refused("InvalidRequestException", "CREATION_IN_PROGRESS"):
        client.replicate_instance(InstanceId=_make(client), ReplicaRegion=REPLICA)
    with refused("ResourceConflictException", "taken"):
        client.replicate_instance(InstanceId=names.lonely, ReplicaRegion=REPLICA, ReplicaAlias="northwind")


def test_without_saml(connect: Any, refused: Any, sandbox: Any) -> None:
    """An instance that keeps identities itself cannot be replicated."""
    id = _make(connect(), IdentityManagementType="CONNECT_MANAGED")
    sandbox.clock.advance(sandbox.switches.instance_seconds)
    with refused("InvalidRequestException", "SAML"):
        connect().replicate_instance(InstanceId=id, ReplicaRegion=REPLICA)


def test_deleting(connect: Any, names: Any, sandbox: Any, refused: Any, set_switches: Any) -> None:
    """The replica goes first, with all TDGs; then the numbers have to go, or are released, as the switch says."""
    with refused("InvalidRequestException", "replica"):
        connect().delete_instance(InstanceId=names.instance)
    connect(REPLICA).delete_instance(InstanceId=names.instance)
    found = connect().describe_instance(InstanceId=names.instance)["ReplicationConfiguration"]
    assert found["ReplicationStatusSummaryList"] == [
        {"Region": SOURCE, "ReplicationStatus": "INSTANCE_REPLICATION_COMPLETE"},
        {"Region": REPLICA, "ReplicationStatus": "INSTANCE_REPLICA_DELETING"},
    ]
    sandbox.clock.advance(sandbox.switches.instance_seconds)
    assert sandbox.world.instance("northwind").replica is None
    assert sandbox.world.groups == {}
    assert {number.target for number in sandbox.world.numbers.values()} == {names.instance, names.lonely}
    with refused("InvalidRequestException", "claimed to instance"):
        connect().delete_instance(InstanceId=names.instance)
    set_switches(delete_instance_with_numbers="release")
    connect().delete_instance(InstanceId=names.instance)
    sandbox.clock.advance(sandbox.switches.instance_seconds)
    assert len(sandbox.world.released) == 4
    with refused("ResourceNotFoundException"):
        connect().describe_instance(InstanceId=names.instance)


def _drift(client: Any, names: Any, kind: str) -> dict[str, int]:
    answer = client.list_replication_findings(InstanceId=names.instance, ResourceType=kind)
    return {row["Region"]: row["Count"] for row in answer["ApproximateDriftedResourceCounts"]}


def test_what_has_findings(connect: Any, names: Any, refused: Any) -> None:
    """Every type that the model's text names is taken, in both Regions, and no other."""
    text = MODEL.operation_model("ListReplicationFindings").input_shape.members["ResourceType"].documentation
    named = re.findall(r"[A-Z_]{4,}", text.partition("currently supported")[2].partition("Additional")[0])
    assert len(named) > 20
    for kind in named:
        for region in (SOURCE, REPLICA):
            answer = connect(region).list_replication_findings(InstanceId=names.instance, ResourceType=kind)
            assert len(answer["ApproximateDriftedResourceCounts"]) == 2
    for kind in ("USER", "agent", "NOTHING", "A" * 100):
        with refused("InvalidRequestException", kind):
            connect().list_replication_findings(InstanceId=names.instance, ResourceType=kind)


def test_deleting_the_replica_with_numbers(
    connect: Any, names: Any, sandbox: Any, refused: Any, set_switches: Any
) -> None:
    """A number that was claimed to the replica's instance keeps the replica, or is released with it."""
    connect(REPLICA).claim_phone_number(InstanceId=names.instance, PhoneNumber="+4930239990123")
    with refused("InvalidRequestException", "claimed to instance"):
        connect(REPLICA).delete_instance(InstanceId=names.instance)
    set_switches(delete_instance_with_numbers="release")
    connect(REPLICA).delete_instance(InstanceId=names.instance)
    sandbox.clock.advance(sandbox.switches.instance_seconds)
    assert list(sandbox.world.released) == ["+4930239990123"]
    assert {number.region for number in sandbox.world.numbers.values()} == {SOURCE}


def test_what_lags_behind(connect: Any, names: Any, sandbox: Any, refused: Any) -> None:
    """Users, flows and numbers that one Region does not have yet are counted there."""
    client = connect()
    assert _drift(client, names, "CONTACT_FLOW") == {SOURCE: 0, REPLICA: 1}
    assert _drift(client, names, "PHONE_NUMBER") == {SOURCE: 0, REPLICA: 0}
    client.update_contact_flow_name(InstanceId=names.instance, ContactFlowId=names.flow_id(), Name="Spring IVR")
    client.associate_phone_number_contact_flow(
        PhoneNumberId=names.number(3), InstanceId=names.instance, ContactFlowId=names.flow_id("Main IVR")
    )
    assert _drift(client, names, "CONTACT_FLOW") == {SOURCE: 0, REPLICA: 2}
    assert _drift(client, names, "PHONE_NUMBER") == {SOURCE: 0, REPLICA: 1}
    sandbox.clock.advance(60)
    assert _drift(client, names, "CONTACT_FLOW") == {SOURCE: 0, REPLICA: 1}
    assert _drift(client, names, "PHONE_NUMBER") == {SOURCE: 0, REPLICA: 0}
    with refused("InvalidRequestException", "Global Resiliency"):
        client.list_replication_findings(InstanceId=names.lonely, ResourceType="AGENT")


def test_what_never_catches_up(connect: Any, names: Any, sandbox: Any) -> None:
    """A flow whose name the other Region has under another id stays away, and is a finding."""
    flow = {"InstanceId": names.instance, "Type": "CONTACT_FLOW", "Content": sandbox.world.flow("Main IVR").content}
    here = connect().create_contact_flow(Name="Twin", **flow)["ContactFlowId"]
    there = connect(REPLICA).create_contact_flow(Name="Twin", **flow)["ContactFlowId"]
    sandbox.clock.advance(3600)
    answer = connect().list_replication_findings(InstanceId=names.instance, ResourceType="CONTACT_FLOW")
    found = [(finding["Id"], finding["Region"]) for finding in answer["ReplicationFindingsList"]]
    assert sorted(found) == sorted([(here, REPLICA), (there, SOURCE)])
