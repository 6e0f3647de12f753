"""Routing profiles: made, with queues, changed, deleted."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

SOURCE, REPLICA = "eu-west-2", "eu-central-1"
VOICE = {"Channel": "VOICE", "Concurrency": 1}


@pytest.fixture
def profile(names: Any, sandbox: Any) -> dict[str, str]:
    """A routing profile that no user has, without queues."""
    return {"InstanceId": names.instance, "RoutingProfileId": sandbox.world.resource("Chats").id}


@pytest.fixture
def new(names: Any, sandbox: Any) -> dict[str, Any]:
    """What CreateRoutingProfile takes."""
    return {
        "InstanceId": names.instance,
        "Name": "Voice",
        "Description": "Calls",
        "DefaultOutboundQueueId": sandbox.world.resource("Sales").id,
        "MediaConcurrencies": [VOICE],
    }


def _entry(queue: str, channel: str = "VOICE", priority: int = 1, delay: int = 0) -> dict[str, Any]:
    return {"QueueReference": {"QueueId": queue, "Channel": channel}, "Priority": priority, "Delay": delay}


def _queues(client: Any, profile: dict[str, str], **config: int) -> list[tuple[Any, ...]]:
    pages = client.get_paginator("list_routing_profile_queues").paginate(**profile, PaginationConfig=config)
    rows = [row for page in pages for row in page["RoutingProfileQueueConfigSummaryList"]]
    return sorted((row["QueueName"], row["Channel"], row["Priority"], row["Delay"]) for row in rows)


def test_making_one(connect: Any, names: Any, new: Any, sandbox: Any) -> None:
    """A new profile has what it was given, counts its queues, and reaches the other Region after a moment."""
    sales, basic = new["DefaultOutboundQueueId"], sandbox.world.resource("BasicQueue").id
    made = connect().create_routing_profile(
        **new,
        QueueConfigs=[_entry(sales), _entry(sales, "CHAT", 2), _entry(basic, delay=60)],
        ManualAssignmentQueueConfigs=[{"QueueReference": {"QueueId": basic, "Channel": "TASK"}}],
        AgentAvailabilityTimer="TIME_SINCE_LAST_INBOUND",
    )
    profile = {"InstanceId": names.instance, "RoutingProfileId": made["RoutingProfileId"]}
    sandbox.clock.advance(sandbox.switches.resource_mirror_seconds)
    seen = connect(REPLICA).describe_routing_profile(**profile)["RoutingProfile"]
    counted = [seen[f"NumberOfAssociated{what}"] for what in ("Queues", "ManualAssignmentQueues", "Users")]
    assert (counted, seen["MediaConcurrencies"], seen["IsDefault"]) == ([2, 1, 0], [VOICE], False)
    assert seen["AgentAvailabilityTimer"] == "TIME_SINCE_LAST_INBOUND"
    assert "AssociatedQueueIds" not in seen
    assert _queues(connect(REPLICA), profile) == [
        ("BasicQueue", "VOICE", 1, 60),
        ("Sales", "CHAT", 2, 0),
        ("Sales", "VOICE", 1, 0),
    ]


def test_what_cannot_be_made(connect: Any, new: Any, refused: Any) -> None:
    """Queues exist, names differ, a channel is named once; an agent takes one call, or one to ten chats."""
    for wrong in ({"DefaultOutboundQueueId": "nonsense"}, {"QueueConfigs": [_entry("nonsense")]}):
        with refused("ResourceNotFoundException", "nonsense"):
            connect().create_routing_profile(**{**new, **wrong})
    with refused("DuplicateResourceException", "Chats"):
        connect().create_routing_profile(**{**new, "Name": "Chats"})
    for row in (
        {"Channel": "VOICE", "Concurrency": 2},
        {"Channel": "CHAT", "Concurrency": 0},
        {"Channel": "VOICE", "WorkloadTypeConcurrencies": [{"WorkloadType": "any", "Concurrency": 2}]},
    ):
        with refused("InvalidParameterException", "between 1 and"):
            connect().create_routing_profile(**{**new, "MediaConcurrencies": [row]})
    with refused("InvalidParameterException", "channel twice"):
        connect().create_routing_profile(**{**new, "MediaConcurrencies": [VOICE, VOICE]})
    twice = [_entry(new["DefaultOutboundQueueId"]), _entry(new["DefaultOutboundQueueId"], priority=2)]
    with refused("InvalidParameterException", "queue twice"):
        connect().create_routing_profile(**new, QueueConfigs=twice)


def test_its_queues(connect: Any, profile: Any, sandbox: Any, refused: Any) -> None:
    """Queues are added, changed once they are there, and taken away, ten at most; each is listed once, page by page."""
    client, made = connect(), []
    for index in range(12):
        asked = {"InstanceId": profile["InstanceId"], "Name": f"Queue {index:02d}"}
        hours = sandbox.world.resource("Late").id
        made.append(client.create_queue(**asked, HoursOfOperationId=hours)["QueueId"])
    client.associate_routing_profile_queues(**profile, QueueConfigs=[_entry(queue) for queue in made[:10]])
    client.associate_routing_profile_queues(**profile, QueueConfigs=[_entry(queue) for queue in made[10:]])
    assert _queues(client, profile, PageSize=5) == [(f"Queue {index:02d}", "VOICE", 1, 0) for index in range(12)]
    client.update_routing_profile_queues(**profile, QueueConfigs=[_entry(made[0], priority=9, delay=5)])
    assert _queues(client, profile)[0] == ("Queue 00", "VOICE", 9, 5)
    with refused("InvalidParameterException", "not associated"):
        client.update_routing_profile_queues(**profile, QueueConfigs=[_entry(made[0], "CHAT")])
    references = [{"QueueId": queue, "Channel": "VOICE"} for queue in made]
    with refused("InvalidParameterException", "10"):
        client.disassociate_routing_profile_queues(**profile, QueueReferences=references[:11])
    for _ in range(2):
        client.disassociate_routing_profile_queues(**profile, QueueReferences=references[:10])
        assert [row[0] for row in _queues(client, profile)] == ["Queue 10", "Queue 11"]


def test_a_queue_that_it_has(connect: Any, profile: Any, sandbox: Any, refused: Any, set_switches: Any) -> None:
    """A queue is refused that the profile has for that channel, or gets the new rank, as the switch says."""
    sales = sandbox.world.resource("Sales").id
    client, again = connect(), {**profile, "QueueConfigs": [_entry(sales, priority=9)]}
    client.associate_routing_profile_queues(**profile, QueueConfigs=[_entry(sales)])
    with refused("InvalidParameterException", "already"):
        client.associate_routing_profile_queues(**again)
    client.associate_routing_profile_queues(**profile, QueueConfigs=[_entry(sales, "CHAT")])
    set_switches(queue_associated_twice="update")
    client.associate_routing_profile_queues(**again)
    assert _queues(client, profile) == [("Sales", "CHAT", 1, 0), ("Sales", "VOICE", 9, 0)]


def test_tokens_are_of_one_list(connect: Any, profile: Any, sandbox: Any, refused: Any) -> None:
    """A page token of one profile's queues is no token of another's."""
    client = connect()
    for name in ("Sales", "BasicQueue"):
        queue = sandbox.world.resource(name).id
        client.associate_routing_profile_queues(**profile, QueueConfigs=[_entry(queue)])
    first = client.list_routing_profile_queues(**profile, MaxResults=1)
    assert len(first["RoutingProfileQueueConfigSummaryList"]) == 1
    basic = {**profile, "RoutingProfileId": sandbox.world.resource("Basic Routing Profile").id}
    with refused("InvalidParameterException", "another list"):
        client.list_routing_profile_queues(**basic, NextToken=first["NextToken"])


def test_queues_by_hand(connect: Any, profile: Any, sandbox: Any) -> None:
    """Queues from which contacts are assigned by hand are a list of their own."""
    client, sales = connect(), sandbox.world.resource("Sales").id
    reference = {"QueueId": sales, "Channel": "CHAT"}

    def listed() -> list[str]:
        answer = client.list_routing_profile_manual_assignment_queues(**profile)
        return [row["QueueName"] for row in answer["RoutingProfileManualAssignmentQueueConfigSummaryList"]]

    client.associate_routing_profile_queues(**profile, ManualAssignmentQueueConfigs=[{"QueueReference": reference}])
    assert (listed(), _queues(client, profile)) == (["Sales"], [])
    client.disassociate_routing_profile_queues(**profile, ManualAssignmentQueueReferences=[reference])
    assert listed() == []


def test_searching(connect: Any, names: Any, new: Any) -> None:
    """A search shows the queues, which DescribeRoutingProfile does not, and less of other things."""
    behaves = {**VOICE, "CrossChannelBehavior": {"BehaviorType": "ROUTE_ANY_CHANNEL"}}
    queue = new["DefaultOutboundQueueId"]
    connect().create_routing_profile(**{**new, "MediaConcurrencies": [behaves]}, QueueConfigs=[_entry(queue)])
    condition = {"FieldName": "associatedQueueIds", "Value": queue, "ComparisonType": "EXACT"}
    criteria = {"StringCondition": condition}
    (row,) = connect().search_routing_profiles(InstanceId=names.instance, SearchCriteria=criteria)["RoutingProfiles"]
    assert (row["Name"], row["AssociatedQueueIds"], row["MediaConcurrencies"]) == ("Voice", [queue], [VOICE])
    assert not {"LastModifiedTime", "LastModifiedRegion", "AgentAvailabilityTimer"} & set(row)


def test_deleting(connect: Any, names: Any, profile: Any, sandbox: Any, refused: Any) -> None:
    """A profile that a user has stays, and the user is named; then it is gone, in the other Region after a moment."""
    client, bob = connect(), {"InstanceId": names.instance, "UserId": names.user_id()}
    basic = sandbox.world.resource("Basic Routing Profile").id
    client.update_user_routing_profile(**bob, RoutingProfileId=profile["RoutingProfileId"])
    assert client.describe_routing_profile(**profile)["RoutingProfile"]["NumberOfAssociatedUsers"] == 1
    with pytest.raises(ClientError) as caught:
        client.delete_routing_profile(**profile)
    error = caught.value.response
    assert (error["Error"]["Code"], error["ResourceType"]) == ("ResourceInUseException", "USER")
    assert error["ResourceId"] == names.user()
    client.update_user_routing_profile(**bob, RoutingProfileId=basic)
    client.delete_routing_profile(**profile)
    sandbox.clock.advance(sandbox.switches.resource_mirror_seconds)
    for region in (SOURCE, REPLICA):
        with refused("ResourceNotFoundException"):
            connect(region).describe_routing_profile(**profile)
    with refused("ResourceNotFoundException"):
        client.update_user_routing_profile(**bob, RoutingProfileId=profile["RoutingProfileId"])
