"""Queues: made, listed with those of agents, changed, deleted; and the number that a queue calls out with."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

SOURCE, REPLICA = "eu-west-2", "eu-central-1"


@pytest.fixture
def queue(names: Any, sandbox: Any) -> dict[str, str]:
    """A queue that nothing uses."""
    return {"InstanceId": names.instance, "QueueId": sandbox.world.resource("Sales").id}


@pytest.fixture
def new(names: Any, sandbox: Any) -> dict[str, Any]:
    """What CreateQueue takes."""
    return {"InstanceId": names.instance, "Name": "Support", "HoursOfOperationId": sandbox.world.resource("Late").id}


def _seen(client: Any, queue: dict[str, str]) -> dict[str, Any]:
    return dict(client.describe_queue(**queue)["Queue"])


@pytest.mark.parametrize(("region", "kind"), [(SOURCE, "instance"), (REPLICA, "instance"), (SOURCE, "lonely")])
def test_its_hours(region: str, kind: str, connect: Any, names: Any) -> None:
    """The hours of every queue can be described, wherever the queue can."""
    instance, client = getattr(names, kind), connect(region)
    listed = client.list_queues(InstanceId=instance, QueueTypes=["STANDARD"])["QueueSummaryList"]
    assert "BasicQueue" in [row["Name"] for row in listed]
    for row in listed:
        hours = _seen(client, {"InstanceId": instance, "QueueId": row["Id"]})["HoursOfOperationId"]
        ask = {"InstanceId": instance, "HoursOfOperationId": hours}
        assert client.describe_hours_of_operation(**ask)["HoursOfOperation"]["Config"]


def test_making_one(connect: Any, names: Any, new: Any, sandbox: Any, refused: Any) -> None:
    """A new queue is ENABLED, has what it was given, and reaches the other Region after a moment."""
    desk = sandbox.world.resource("Desk").id
    asked = {**new, "Description": "Helps", "MaxContacts": 3, "QuickConnectIds": [desk], "Tags": {"team": "ops"}}
    made = connect().create_queue(**asked)
    queue = {"InstanceId": names.instance, "QueueId": made["QueueId"]}
    with refused("ResourceNotFoundException"):
        _seen(connect(REPLICA), queue)
    sandbox.clock.advance(sandbox.switches.resource_mirror_seconds)
    for region in (SOURCE, REPLICA):
        seen = _seen(connect(region), queue)
        assert seen["QueueArn"] == f"{names.instance_arn(region)}/queue/{queue['QueueId']}"
        kept = {name: seen[name] for name in ("Name", "Description", "MaxContacts", "Status", "Tags")}
        assert kept == {
            "Name": "Support",
            "Description": "Helps",
            "MaxContacts": 3,
            "Status": "ENABLED",
            "Tags": {"team": "ops"},
        }
        (row,) = connect(region).list_queue_quick_connects(**queue)["QuickConnectSummaryList"]
        assert (row["Name"], row["QuickConnectType"]) == ("Desk", "PHONE_NUMBER")


def test_what_it_names_must_exist(connect: Any, names: Any, new: Any, refused: Any, sandbox: Any) -> None:
    """Hours, number, flow, quick connect and email address of a queue must be there, of this instance."""
    elsewhere = sandbox.world.number("+442079460005").id
    for wrong in (
        {"HoursOfOperationId": sandbox.world.resource("Sales").id},
        {"QuickConnectIds": ["nonsense"]},
        {"OutboundCallerConfig": {"OutboundCallerIdNumberId": "nonsense"}},
        {"OutboundCallerConfig": {"OutboundCallerIdNumberId": elsewhere}},
        {"OutboundCallerConfig": {"OutboundFlowId": names.flow_id("Elsewhere")}},
        {"OutboundEmailConfig": {"OutboundEmailAddressId": "nobody"}},
        {"EmailAddressesConfig": [{"EmailAddressId": "nobody"}]},
    ):
        with refused("ResourceNotFoundException"):
            connect().create_queue(**{**new, **wrong})
    assert "Support" not in [each.name for each in sandbox.world.resources.values()]
    with refused("DuplicateResourceException", "Sales"):
        connect().create_queue(**{**new, "Name": "Sales"})


def test_changing(connect: Any, names: Any, queue: Any, sandbox: Any, refused: Any) -> None:
    """Each property is changed by itself; the other Region follows after a moment."""
    client = connect()
    client.update_queue_name(**queue, Description="Sells")
    client.update_queue_max_contacts(**queue, MaxContacts=7)
    client.update_queue_status(**queue, Status="DISABLED")
    client.update_queue_outbound_caller_config(
        **queue, OutboundCallerConfig={"OutboundCallerIdName": "Northwind", "OutboundFlowId": names.flow_id("Whisper")}
    )
    assert _seen(connect(REPLICA), queue)["Status"] == "ENABLED"
    sandbox.clock.advance(sandbox.switches.resource_mirror_seconds)
    seen = _seen(connect(REPLICA), queue)
    assert (seen["Name"], seen["Description"], seen["MaxContacts"], seen["Status"]) == ("Sales", "Sells", 7, "DISABLED")
    assert seen["OutboundCallerConfig"]["OutboundCallerIdName"] == "Northwind"
    client.update_queue_max_contacts(**queue)
    client.update_queue_outbound_caller_config(**queue, OutboundCallerConfig={})
    assert not {"MaxContacts", "OutboundCallerConfig"} & set(_seen(client, queue))
    with refused("DuplicateResourceException", "BasicQueue"):
        client.update_queue_name(**queue, Name="BasicQueue")
    with refused("InvalidParameterException", "Name or Description"):
        client.update_queue_name(**queue)


def test_agents_have_queues(connect: Any, names: Any, sandbox: Any) -> None:
    """Unless types are given, the list has a queue for each agent of this Region too; such queues have no name."""

    def listed(region: str = SOURCE, **more: Any) -> list[dict[str, Any]]:
        pages = connect(region).get_paginator("list_queues").paginate(InstanceId=names.instance, **more)
        return [row for page in pages for row in page["QueueSummaryList"]]

    agents = [row for row in listed(PaginationConfig={"PageSize": 4}) if row["QueueType"] == "AGENT"]
    users = [user.id for user in sandbox.world.users.values() if user.instance_id == names.instance]
    assert sorted(row["Id"] for row in agents) == sorted(users)
    assert all("Name" not in row for row in agents)
    bob = names.user_id()
    assert f"{names.instance_arn()}/queue/agent/{bob}" in [row["Arn"] for row in agents]
    assert [row["Name"] for row in listed(QueueTypes=["STANDARD"])] == ["BasicQueue", "Sales"]
    assert len(listed(QueueTypes=["AGENT"])) == len(agents)
    assert len(listed(REPLICA, QueueTypes=["AGENT"])) == len(agents) - 1
    connect().delete_user(InstanceId=names.instance, UserId=bob)
    assert bob not in [row["Id"] for row in listed()]


def test_quick_connects(connect: Any, names: Any, queue: Any, sandbox: Any, refused: Any) -> None:
    """Quick connects are added once and taken away; a deleted one is gone from its queues."""
    client, desk = connect(), sandbox.world.resource("Desk").id

    def listed() -> list[str]:
        return [row["Id"] for row in client.list_queue_quick_connects(**queue)["QuickConnectSummaryList"]]

    for _ in range(2):
        client.associate_queue_quick_connects(**queue, QuickConnectIds=[desk, desk])
        assert listed() == [desk]
    with refused("ResourceNotFoundException", "nonsense"):
        client.associate_queue_quick_connects(**queue, QuickConnectIds=["nonsense"])
    client.disassociate_queue_quick_connects(**queue, QuickConnectIds=[desk, "nonsense"])
    assert listed() == []
    client.associate_queue_quick_connects(**queue, QuickConnectIds=[desk])
    client.delete_quick_connect(InstanceId=names.instance, QuickConnectId=desk)
    assert listed() == []


def test_the_number_by_region(connect: Any, names: Any, queue: Any, refused: Any) -> None:
    """In the replica a number on a TDG is named by its ARN only; its id is not found there."""
    for region, named in ((SOURCE, names.number_id(2)), (SOURCE, names.number(2)), (REPLICA, names.number(2))):
        config = {"OutboundCallerIdNumberId": named}
        connect(region).update_queue_outbound_caller_config(**queue, OutboundCallerConfig=config)
        assert _seen(connect(region), queue)["OutboundCallerConfig"] == config
    with refused("ResourceNotFoundException"):
        connect(REPLICA).update_queue_outbound_caller_config(
            **queue, OutboundCallerConfig={"OutboundCallerIdNumberId": names.number_id(2)}
        )


@pytest.mark.parametrize("by", ["number", "number_id"])
def test_its_number_stays(
    by: str, connect: Any, names: Any, queue: Any, sandbox: Any, refused: Any, set_switches: Any
) -> None:
    """A queue's outbound caller ID neither moves nor is released until no queue has it, unless the switch lets it."""
    client = connect()
    config = {"OutboundCallerIdNumberId": getattr(names, by)(1)}
    move = {"PhoneNumberId": names.number(1), "TargetArn": names.group()}
    client.update_queue_outbound_caller_config(**queue, OutboundCallerConfig=config)
    with pytest.raises(ClientError) as caught:
        client.update_phone_number(**move)
    error = caught.value.response
    assert (error["Error"]["Code"], error["ResourceType"]) == ("ResourceInUseException", "PHONE_NUMBER")
    assert error["ResourceId"] == names.number(1)
    assert "'Sales'" in error["Error"]["Message"]
    with refused("ResourceInUseException", "outbound caller ID"):
        client.release_phone_number(PhoneNumberId=names.number(1))
    assert sandbox.world.dark_regions(sandbox.world.number("+442079460001")) == []
    client.update_queue_outbound_caller_config(**queue, OutboundCallerConfig={"OutboundCallerIdName": "Northwind"})
    client.update_phone_number(**move)
    set_switches(outbound_blocks_move=False)
    client.release_phone_number(PhoneNumberId=names.number(4))


def test_a_deleted_queue_holds_no_number(connect: Any, names: Any, queue: Any, sandbox: Any) -> None:
    """Once its queue is deleted a number moves, in the Region of the claim at once."""
    config = {"OutboundCallerIdNumberId": names.number_id(1)}
    connect().update_queue_outbound_caller_config(**queue, OutboundCallerConfig=config)
    connect().delete_queue(**queue)
    connect().update_phone_number(PhoneNumberId=names.number(1), TargetArn=names.group())
    assert sandbox.world.number("+442079460001").status == "IN_PROGRESS"


def test_deleting(connect: Any, names: Any, queue: Any, sandbox: Any, refused: Any) -> None:
    """A queue that a routing profile or a quick connect has stays; what has it is named by its ARN."""
    client, world = connect(), sandbox.world
    chats = {"InstanceId": names.instance, "RoutingProfileId": world.resource("Chats").id}
    config = {"QuickConnectType": "QUEUE"}
    config["QueueConfig"] = {"QueueId": queue["QueueId"], "ContactFlowId": names.flow_id()}
    connect_id = client.create_quick_connect(InstanceId=names.instance, Name="To sales", QuickConnectConfig=config)
    with refused("ResourceInUseException", "To sales"):
        client.delete_queue(**queue)
    client.delete_quick_connect(InstanceId=names.instance, QuickConnectId=connect_id["QuickConnectId"])
    client.update_routing_profile_default_outbound_queue(**chats, DefaultOutboundQueueId=queue["QueueId"])
    with pytest.raises(ClientError) as caught:
        client.delete_queue(**queue)
    assert caught.value.response["ResourceId"] == f"{names.instance_arn()}/routing-profile/{chats['RoutingProfileId']}"
    basic = world.resource("BasicQueue").id
    client.update_routing_profile_default_outbound_queue(**chats, DefaultOutboundQueueId=basic)
    client.delete_queue(**queue)
    with refused("ResourceNotFoundException"):
        _seen(client, queue)
    sandbox.clock.advance(sandbox.switches.resource_mirror_seconds)
    assert queue["QueueId"] not in sandbox.world.resources


def test_each_region_has_its_own_arns(connect: Any, names: Any, queue: Any, refused: Any) -> None:
    """A queue is asked for by id, or by the ARN it has in that Region."""
    for region, other in ((SOURCE, REPLICA), (REPLICA, SOURCE)):
        arn = f"{names.instance_arn(region)}/queue/{queue['QueueId']}"
        assert _seen(connect(region), {**queue, "QueueId": arn})["Name"] == "Sales"
        with refused("ResourceNotFoundException"):
            _seen(connect(other), {**queue, "QueueId": arn})
