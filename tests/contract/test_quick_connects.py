"""Quick connects: made, changed, listed by type, deleted."""

from __future__ import annotations

from typing import Any

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
PHONE = {"QuickConnectType": "PHONE_NUMBER", "PhoneConfig": {"PhoneNumber": "+442079460901"}}


def test_making_one(connect: Any, names: Any, sandbox: Any) -> None:
    """A quick connect leads to a number, a user, a queue or a flow; the other Region has it after a moment."""
    flow = {"ContactFlowId": names.flow_id()}
    queue = sandbox.world.resource("Sales").id
    for kind, config in (
        ("PHONE_NUMBER", PHONE),
        ("USER", {"QuickConnectType": "USER", "UserConfig": {"UserId": names.user_id(), **flow}}),
        ("QUEUE", {"QuickConnectType": "QUEUE", "QueueConfig": {"QueueId": queue, **flow}}),
        ("FLOW", {"QuickConnectType": "FLOW", "FlowConfig": flow}),
    ):
        made = connect().create_quick_connect(InstanceId=names.instance, Name=kind, QuickConnectConfig=config)
        sandbox.clock.advance(sandbox.switches.resource_mirror_seconds)
        ask = {"InstanceId": names.instance, "QuickConnectId": made["QuickConnectId"]}
        seen = connect(REPLICA).describe_quick_connect(**ask)["QuickConnect"]
        assert (seen["Name"], seen["QuickConnectConfig"]) == (kind, config)
        assert made["QuickConnectARN"] == f"{names.instance_arn()}/transfer-destination/{made['QuickConnectId']}"
        listed = connect(REPLICA).list_quick_connects(InstanceId=names.instance, QuickConnectTypes=[kind])
        assert kind in [row["Name"] for row in listed["QuickConnectSummaryList"]]


def test_what_cannot_be_made(connect: Any, names: Any, refused: Any) -> None:
    """The config of its type is there, what it names exists, the number is E.164, the name is new."""
    ask = {"InstanceId": names.instance, "Name": "New"}
    with refused("InvalidParameterException", "UserConfig"):
        connect().create_quick_connect(**ask, QuickConnectConfig={**PHONE, "QuickConnectType": "USER"})
    flow = {"ContactFlowId": names.flow_id()}
    for config in (
        {"QuickConnectType": "USER", "UserConfig": {"UserId": "nobody", **flow}},
        {"QuickConnectType": "QUEUE", "QueueConfig": {"QueueId": "nonsense", **flow}},
        {"QuickConnectType": "USER", "UserConfig": {"UserId": names.user_id(), "ContactFlowId": "nonsense"}},
    ):
        with refused("ResourceNotFoundException"):
            connect().create_quick_connect(**ask, QuickConnectConfig=config)
    with refused("InvalidRequestException", "PhoneNumber"):
        connect().create_quick_connect(**ask, QuickConnectConfig={**PHONE, "PhoneConfig": {"PhoneNumber": "0207"}})
    with refused("DuplicateResourceException", "Desk"):
        connect().create_quick_connect(**{**ask, "Name": "Desk"}, QuickConnectConfig=PHONE)


def test_changing(connect: Any, names: Any, sandbox: Any, refused: Any) -> None:
    """Name and config change by themselves; a taken name is an error that UpdateQuickConnectName lists."""
    client = connect()
    made = client.create_quick_connect(InstanceId=names.instance, Name="New", QuickConnectConfig=PHONE)
    ask = {"InstanceId": names.instance, "QuickConnectId": made["QuickConnectId"]}
    with refused("InvalidRequestException", "Desk"):
        client.update_quick_connect_name(**ask, Name="Desk")
    with refused("InvalidParameterException", "Name or Description"):
        client.update_quick_connect_name(**ask)
    client.update_quick_connect_name(**ask, Description="Ours")
    other = {**PHONE, "PhoneConfig": {"PhoneNumber": "+442079460902"}}
    client.update_quick_connect_config(**ask, QuickConnectConfig=other)
    seen = client.describe_quick_connect(**ask)["QuickConnect"]
    assert (seen["Name"], seen["Description"], seen["QuickConnectConfig"]) == ("New", "Ours", other)


def test_it_outlives_its_user(connect: Any, names: Any) -> None:
    """A quick connect to a user who is deleted stays until it is deleted itself."""
    client = connect()
    config = {"QuickConnectType": "USER", "UserConfig": {"UserId": names.user_id(), "ContactFlowId": names.flow_id()}}
    made = client.create_quick_connect(InstanceId=names.instance, Name="Bob", QuickConnectConfig=config)
    client.delete_user(InstanceId=names.instance, UserId=names.user_id())
    ask = {"InstanceId": names.instance, "QuickConnectId": made["QuickConnectId"]}
    assert client.describe_quick_connect(**ask)["QuickConnect"]["QuickConnectConfig"] == config
    client.delete_quick_connect(**ask)


def test_the_instance_by_its_arn(connect: Any, names: Any) -> None:
    """The list takes the ARN of the instance as well."""
    assert connect().list_quick_connects(InstanceId=names.instance_arn())["QuickConnectSummaryList"]
