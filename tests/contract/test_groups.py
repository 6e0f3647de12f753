"""Traffic distribution groups and their shares."""

from __future__ import annotations

from typing import Any

import pytest

SOURCE, REPLICA = "eu-west-2", "eu-central-1"


def _status(client: Any, group: str) -> str:
    answer = client.describe_traffic_distribution_group(TrafficDistributionGroupId=group)
    return str(answer["TrafficDistributionGroup"]["Status"])


def test_making_one(connect: Any, names: Any, sandbox: Any) -> None:
    """A TDG is CREATION_IN_PROGRESS, then ACTIVE, all of its traffic in the source Region, its ARN there too."""
    made = connect().create_traffic_distribution_group(Name="sales", InstanceId=names.instance_arn())
    assert made["Arn"] == f"arn:aws:connect:{SOURCE}:111122223333:traffic-distribution-group/{made['Id']}"
    assert _status(connect(), made["Id"]) == "CREATION_IN_PROGRESS"
    sandbox.clock.advance(sandbox.switches.group_seconds)
    assert _status(connect(REPLICA), made["Arn"]) == "ACTIVE"
    shares = connect(REPLICA).get_traffic_distribution(Id=made["Arn"])["TelephonyConfig"]["Distributions"]
    assert {row["Region"]: row["Percentage"] for row in shares} == {SOURCE: 100, REPLICA: 0}


def test_making_one_may_fail(connect: Any, names: Any, sandbox: Any) -> None:
    """A creation can end in CREATION_FAILED, a deletion in DELETION_FAILED."""
    from acgr_sandbox import Fault

    sandbox.faults.add(Fault("CreateTrafficDistributionGroup", "failed-claim"))
    made = connect().create_traffic_distribution_group(Name="sales", InstanceId=names.instance)
    sandbox.clock.advance(sandbox.switches.group_seconds)
    assert _status(connect(), made["Arn"]) == "CREATION_FAILED"
    sandbox.faults.add(Fault("DeleteTrafficDistributionGroup", "failed-claim"))
    connect().delete_traffic_distribution_group(TrafficDistributionGroupId=made["Arn"])
    sandbox.clock.advance(sandbox.switches.group_seconds)
    assert _status(connect(), made["Arn"]) == "DELETION_FAILED"


def test_where_none_can_be_made(connect: Any, names: Any, refused: Any) -> None:
    """Not in the replica Region, not for an instance without replica, not twice with one name."""
    with refused("InvalidRequestException", "eu-west-2"):
        connect(REPLICA).create_traffic_distribution_group(Name="sales", InstanceId=names.instance)
    with refused("InvalidRequestException", "not been replicated"):
        connect().create_traffic_distribution_group(Name="sales", InstanceId=names.lonely)
    with refused("ResourceConflictException", "already exists"):
        connect().create_traffic_distribution_group(Name="retail", InstanceId=names.instance)
    with refused("InvalidRequestException", "regular expression"):
        connect().create_traffic_distribution_group(Name=" sales ", InstanceId=names.instance)


def test_the_ninth(connect: Any, names: Any, refused: Any, set_switches: Any) -> None:
    """An instance has eight TDGs at most; whether the default one counts is a switch."""
    for index in range(4):
        connect().create_traffic_distribution_group(Name=f"more {index}", InstanceId=names.instance)
    with refused("ServiceQuotaExceededException", "8"):
        connect().create_traffic_distribution_group(Name="ninth", InstanceId=names.instance)
    set_switches(default_group_counts=False)
    connect().create_traffic_distribution_group(Name="ninth", InstanceId=names.instance)


def test_tokens(connect: Any, names: Any, refused: Any) -> None:
    """The same token makes the same TDG; with other parameters it conflicts."""
    ask = {"Name": "sales", "InstanceId": names.instance, "ClientToken": "t"}
    first = connect().create_traffic_distribution_group(**ask)
    assert connect().create_traffic_distribution_group(**ask)["Id"] == first["Id"]
    with refused("ResourceConflictException", "client token"):
        connect().create_traffic_distribution_group(**{**ask, "Name": "other"})


def test_deleting(connect: Any, names: Any, sandbox: Any, refused: Any) -> None:
    """Deleting is refused with numbers on it and for the default one; else it goes after a while."""
    client = connect()
    with pytest.raises(client.exceptions.ResourceInUseException) as caught:
        client.delete_traffic_distribution_group(TrafficDistributionGroupId=names.group("emergency"))
    assert caught.value.response["ResourceId"] == names.number(3)
    with refused("InvalidRequestException", "default"):
        client.delete_traffic_distribution_group(TrafficDistributionGroupId=names.group("Default"))
    group = names.group("retail")
    client.delete_traffic_distribution_group(TrafficDistributionGroupId=group)
    assert _status(client, group) == "PENDING_DELETION"
    sandbox.clock.advance(sandbox.switches.group_seconds)
    with refused("ResourceNotFoundException"):
        _status(client, group)
    assert "retail" not in [each.name for each in sandbox.world.groups.values()]


@pytest.mark.parametrize("name", ["Default", "emergency", "retail"])
def test_deleting_from_the_replica(name: str, connect: Any, names: Any, refused: Any, sandbox: Any) -> None:
    """The replica deletes no TDG, however it is named: default, with numbers, or empty."""
    for group in (names.group(name), names.group_id(name)):
        with refused("InvalidRequestException", "their own Region"):
            connect(REPLICA).delete_traffic_distribution_group(TrafficDistributionGroupId=group)
    sandbox.clock.advance(60)
    assert sandbox.world.group(name).status == "ACTIVE"


@pytest.mark.parametrize("code", ["InvalidRequestException", "AccessDeniedException"])
def test_deleting_what_is_not_there(code: str, connect: Any, names: Any, refused: Any, set_switches: Any) -> None:
    """A missing TDG is deleted in peace, or refused by a code that the operation lists."""
    absent = names.group_id().replace(names.group_id()[:8], "00000000")
    for group in (absent, names.group().replace(names.group_id(), absent)):
        connect().delete_traffic_distribution_group(TrafficDistributionGroupId=group)
        set_switches(delete_absent_group=code)
        with refused(code, "not found"):
            connect().delete_traffic_distribution_group(TrafficDistributionGroupId=group)
        set_switches(delete_absent_group="success")


def test_deleting_with_users(connect: Any, names: Any, set_switches: Any, sandbox: Any) -> None:
    """Users on a TDG go with it, or keep it, as the switch says; the first of them is named by its ARN."""
    connect().associate_traffic_distribution_group_user(
        TrafficDistributionGroupId=names.group("retail"), UserId=names.user(), InstanceId=names.instance
    )
    set_switches(delete_group_with_users="refuse")
    with pytest.raises(connect().exceptions.ResourceInUseException, match="1 users") as caught:
        connect().delete_traffic_distribution_group(TrafficDistributionGroupId=names.group("retail"))
    assert [caught.value.response[key] for key in ("ResourceType", "ResourceId")] == ["USER", names.user()]
    set_switches(delete_group_with_users="drop")
    connect().delete_traffic_distribution_group(TrafficDistributionGroupId=names.group("retail"))
    sandbox.clock.advance(sandbox.switches.group_seconds)
    assert [group.name for group in sandbox.world.groups.values()] == ["Default", "emergency", "forming"]


def _shares(source: int, replica: int) -> dict[str, Any]:
    rows = [{"Region": SOURCE, "Percentage": source}, {"Region": REPLICA, "Percentage": replica}]
    return {"Distributions": rows}


def test_a_failover(connect: Any, names: Any, sandbox: Any, refused: Any) -> None:
    """Either Region shifts traffic; meanwhile the TDG is UPDATE_IN_PROGRESS and a second shift conflicts."""
    group = names.group("Default")
    sign_in = {"Distributions": [{"Region": SOURCE, "Enabled": False}, {"Region": REPLICA, "Enabled": True}]}
    connect(REPLICA).update_traffic_distribution(
        Id=group, TelephonyConfig=_shares(0, 100), AgentConfig=_shares(0, 100), SignInConfig=sign_in
    )
    assert _status(connect(), group) == "UPDATE_IN_PROGRESS"
    with refused("ResourceConflictException"):
        connect().update_traffic_distribution(Id=group, TelephonyConfig=_shares(100, 0))
    with refused("ResourceNotFoundException", "UPDATE_IN_PROGRESS"):
        connect().update_phone_number(PhoneNumberId=names.number(), TargetArn=group)
    sandbox.clock.advance(sandbox.switches.distribution_seconds)
    answer = connect().get_traffic_distribution(Id=group)
    assert answer["TelephonyConfig"] == answer["AgentConfig"] == _shares(0, 100)
    assert answer["SignInConfig"] == sign_in
    assert answer["LastFailoverTime"].timestamp() == sandbox.clock.now() - sandbox.switches.distribution_seconds


def test_shares_that_cannot_be(connect: Any, names: Any, refused: Any) -> None:
    """Both Regions, once each, whole tens, 100 in all; sign-in on the default TDG only; the TDG ACTIVE."""
    one = {"Distributions": [{"Region": SOURCE, "Percentage": 100}]}
    twice = {"Distributions": [*_shares(50, 50)["Distributions"], {"Region": SOURCE, "Percentage": 50}]}
    for shares in (one, twice, _shares(50, 60), _shares(45, 55)):
        with refused("InvalidRequestException", "TelephonyConfig"):
            connect().update_traffic_distribution(Id=names.group(), TelephonyConfig=shares)
    sign_in = {"Distributions": [{"Region": SOURCE, "Enabled": True}, {"Region": REPLICA, "Enabled": True}]}
    with refused("InvalidRequestException", "default"):
        connect().update_traffic_distribution(Id=names.group(), TelephonyConfig=_shares(50, 50), SignInConfig=sign_in)
    with refused("InvalidRequestException", "CREATION_IN_PROGRESS"):
        connect().update_traffic_distribution(Id=names.group("forming"), TelephonyConfig=_shares(0, 100))
    with refused("InvalidRequestException", "CREATION_IN_PROGRESS"):
        connect().get_traffic_distribution(Id=names.group("forming"))


def test_shifting_without_telephony(connect: Any, names: Any, refused: Any, set_switches: Any, sandbox: Any) -> None:
    """TelephonyConfig is needed, as its page says; or not, as the page on agents has it. Nothing is no shift."""
    sign_in = {"Distributions": [{"Region": SOURCE, "Enabled": True}, {"Region": REPLICA, "Enabled": True}]}
    with refused("InvalidRequestException", "TelephonyConfig"):
        connect().update_traffic_distribution(Id=names.group("Default"), SignInConfig=sign_in)
    with refused("InvalidRequestException", "TelephonyConfig"):
        connect().update_traffic_distribution(Id=names.group(), AgentConfig=_shares(0, 100))
    set_switches(distribution_without_telephony="allow")
    with refused("InvalidRequestException", "Give a distribution"):
        connect().update_traffic_distribution(Id=names.group())
    connect().update_traffic_distribution(Id=names.group("Default"), SignInConfig=sign_in)
    connect().update_traffic_distribution(Id=names.group(), AgentConfig=_shares(0, 100))
    assert sandbox.world.group("Default").sign_in == {SOURCE: True, REPLICA: True}
    assert sandbox.world.group("emergency").agents == {SOURCE: 0, REPLICA: 100}


def test_the_instance_tells_its_regions(connect: Any, names: Any, set_switches: Any) -> None:
    """DescribeInstance lists source and replica, or the replica alone, where there is one."""
    for region in (SOURCE, REPLICA):
        found = connect(region).describe_instance(InstanceId=names.instance)["ReplicationConfiguration"]
        assert found["SourceRegion"] == SOURCE
        rows = found["ReplicationStatusSummaryList"]
        assert {row["Region"]: row["ReplicationStatus"] for row in rows} == dict.fromkeys(
            (SOURCE, REPLICA), "INSTANCE_REPLICATION_COMPLETE"
        )
    assert "ReplicationConfiguration" not in connect().describe_instance(InstanceId=names.lonely)
    set_switches(source_in_replication_status=False)
    found = connect().describe_instance(InstanceId=names.instance)["ReplicationConfiguration"]
    assert [row["Region"] for row in found["ReplicationStatusSummaryList"]] == [REPLICA]


def test_instance_arns(connect: Any, names: Any, refused: Any, set_switches: Any) -> None:
    """Where the page says identifier an instance's ARN is refused, unless the switch takes it."""
    with refused("InvalidParameterException", "not an ARN"):
        connect().list_users(InstanceId=names.instance_arn())
    set_switches(instance_arn_as_id=True)
    assert connect().list_users(InstanceId=names.instance_arn())["UserSummaryList"]


def test_a_foreign_account_sees_nothing(connect: Any, names: Any, refused: Any) -> None:
    """Resources belong to an account: for another one lists are empty and names unknown."""
    client = connect(SOURCE, "999988887777")
    assert client.list_instances()["InstanceSummaryList"] == []
    assert client.list_traffic_distribution_groups()["TrafficDistributionGroupSummaryList"] == []
    assert client.list_phone_numbers_v2()["ListPhoneNumbersSummaryList"] == []
    with refused("ResourceNotFoundException"):
        _status(client, names.group())


def test_a_region_without_connect(connect: Any, names: Any, refused: Any) -> None:
    """A Region that has no instance behaves like one that never had."""
    client = connect("us-east-1")
    assert client.list_instances()["InstanceSummaryList"] == []
    with refused("ResourceNotFoundException"):
        client.describe_instance(InstanceId=names.instance)
    with refused("ResourceNotFoundException"):
        _status(client, names.group())
