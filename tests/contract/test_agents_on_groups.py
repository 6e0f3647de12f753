"""Agents on a traffic distribution group, as the guide and the API model say (statements A1 to A12)."""

from __future__ import annotations

from typing import Any

import pytest

SOURCE, REPLICA = "eu-west-2", "eu-central-1"


def _ask(names: Any, **changed: str) -> dict[str, str]:
    asked = {"TrafficDistributionGroupId": names.group(), "UserId": names.user(), "InstanceId": names.instance}
    return {**asked, **changed}


def test_a_group_is_made_before_agents_join_it(connect: Any, sandbox: Any, names: Any, refused: Any) -> None:
    """A2, A3, A5: agents join once DescribeTrafficDistributionGroup says ACTIVE; before that it is ResourceNotFound."""
    client = connect()
    made = client.create_traffic_distribution_group(Name="sales", InstanceId=names.instance)
    group = {"TrafficDistributionGroupId": made["Arn"]}
    with refused("ResourceNotFoundException", "CREATION_IN_PROGRESS"):
        client.associate_traffic_distribution_group_user(**_ask(names, **group))
    sandbox.clock.advance(sandbox.switches.group_seconds)
    assert client.describe_traffic_distribution_group(**group)["TrafficDistributionGroup"]["Status"] == "ACTIVE"
    client.associate_traffic_distribution_group_user(**_ask(names, **group))
    assert sandbox.world.group("sales").members == [names.user_id()]


@pytest.mark.parametrize("form", ["UUID", "ARN"])
def test_ids_of_either_form(form: str, connect: Any, sandbox: Any, names: Any) -> None:
    """A1, A6, A8: an agent joins and leaves a TDG; TDG and user go as UUID or as ARN."""
    ask = _ask(names)
    if form == "UUID":
        ask = _ask(names, TrafficDistributionGroupId=names.group_id(), UserId=names.user_id())
    connect().associate_traffic_distribution_group_user(**ask)
    assert sandbox.world.group("emergency").members == [names.user_id()]
    connect().disassociate_traffic_distribution_group_user(**ask)
    assert sandbox.world.group("emergency").members == []


def test_the_replica_refuses(connect: Any, sandbox: Any, names: Any, refused: Any, set_switches: Any) -> None:
    """A4: users join and leave in the source Region only, even when the TDG is named by ARN."""
    with refused("InvalidRequestException", "only possible in eu-west-2"):
        connect(REPLICA).associate_traffic_distribution_group_user(**_ask(names))
    set_switches(user_outside_home="ResourceNotFoundException")
    with refused("ResourceNotFoundException"):
        connect(REPLICA).disassociate_traffic_distribution_group_user(**_ask(names))
    assert sandbox.world.group("emergency").members == []


def test_wire_form_of_associate(sandbox: Any, names: Any, over_http: Any) -> None:
    """A7: PUT …/user with UserId and InstanceId in the body; without InstanceId it is refused."""
    from acgr_sandbox import Request

    seen: list[Any] = []
    client = over_http()
    client.meta.events.register("before-send", lambda request, **_: seen.append(request) or None)
    client.associate_traffic_distribution_group_user(**_ask(names, TrafficDistributionGroupId=names.group_id()))
    client.close()
    assert seen[0].method == "PUT"
    assert seen[0].url.endswith(f"/traffic-distribution-group/{names.group_id()}/user")
    answer = sandbox.handle(
        Request("PUT", f"/traffic-distribution-group/{names.group_id()}/user", "", _signed(), b'{"UserId": "x"}')
    )
    assert (answer.status, answer.headers["x-amzn-ErrorType"]) == (400, "InvalidRequestException")
    assert b"instanceId" in answer.body


def test_wire_form_of_disassociate(sandbox: Any, names: Any) -> None:
    """A9: the guide's DELETE …/user/{UserId} is no operation; the model's, with a query, is."""
    from acgr_sandbox import Request

    path = f"/traffic-distribution-group/{names.group_id('Default')}/user"
    answer = sandbox.handle(Request("DELETE", f"{path}/{names.user_id('alice.smith')}", "", _signed()))
    assert (answer.status, answer.headers["x-amzn-ErrorType"]) == (404, "UnknownOperationException")
    assert sandbox.world.group("Default").members == [names.user_id("alice.smith")]
    query = f"UserId={names.user_id('alice.smith')}&InstanceId={names.instance}"
    assert sandbox.handle(Request("DELETE", path, query, _signed())).status == 200
    assert sandbox.world.group("Default").members == []


def _signed() -> dict[str, str]:
    return {"authorization": f"AWS4-HMAC-SHA256 Credential=sandbox/20261121/{SOURCE}/connect/aws4_request, Signature=0"}


ABSENT = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize("form", ["UUID", "ARN"])
def test_no_such_group(form: str, connect: Any, names: Any, refused: Any) -> None:
    """A10: a TDG that does not exist is ResourceNotFound."""
    group = ABSENT if form == "UUID" else names.group().replace(names.group_id(), ABSENT)
    with refused("ResourceNotFoundException", ABSENT):
        connect().associate_traffic_distribution_group_user(**_ask(names, TrafficDistributionGroupId=group))


def test_group_not_active(connect: Any, names: Any, refused: Any, set_switches: Any, sandbox: Any) -> None:
    """A11: a TDG that is not ACTIVE is ResourceNotFound; one being updated too, unless the switch says otherwise."""
    with refused("ResourceNotFoundException", "not ACTIVE"):
        connect().associate_traffic_distribution_group_user(
            **_ask(names, TrafficDistributionGroupId=names.group("forming"))
        )
    sandbox.world.group("emergency").status = "UPDATE_IN_PROGRESS"
    with refused("ResourceNotFoundException", "UPDATE_IN_PROGRESS"):
        connect().associate_traffic_distribution_group_user(**_ask(names))
    set_switches(update_in_progress_refuses=False)
    connect().associate_traffic_distribution_group_user(**_ask(names))
    assert sandbox.world.group("emergency").members == [names.user_id()]


def test_user_of_another_instance(connect: Any, names: Any, refused: Any, sandbox: Any) -> None:
    """A12: only users of the source instance can join."""
    for user in (names.user("stranger"), names.user_id("stranger"), ABSENT):
        with refused("ResourceNotFoundException", "User"):
            connect().associate_traffic_distribution_group_user(**_ask(names, UserId=user))
    with refused("ResourceNotFoundException"):
        connect().associate_traffic_distribution_group_user(**_ask(names, InstanceId=names.lonely))
    assert sandbox.world.group("emergency").members == []


def test_a_new_user_joins_once_the_replica_has_it(connect: Any, names: Any, refused: Any, sandbox: Any) -> None:
    """A user just made is not found until it has been mirrored."""
    sandbox.add_user("late.comer")
    with refused("ResourceNotFoundException", "replica"):
        connect().associate_traffic_distribution_group_user(**_ask(names, UserId=names.user("late.comer")))
    sandbox.clock.advance(sandbox.switches.user_mirror_seconds)
    connect().associate_traffic_distribution_group_user(**_ask(names, UserId=names.user("late.comer")))
    assert sandbox.world.group("emergency").members == [names.user_id("late.comer")]


def test_a_removed_user_is_on_no_group(connect: Any, names: Any, sandbox: Any, set_switches: Any) -> None:
    """A user that is gone leaves its TDGs, or lingers in them, as the switch says."""
    sandbox.remove_user("alice.smith")
    assert sandbox.world.group("Default").members == []
    sandbox.reset()
    set_switches(deleted_user_lingers=True)
    sandbox.remove_user("alice.smith")
    assert len(sandbox.world.group("Default").listed) == 1


@pytest.mark.parametrize("reassociate", ["success", "conflict"])
def test_joining_twice(
    reassociate: str, connect: Any, names: Any, refused: Any, set_switches: Any, sandbox: Any
) -> None:
    """Joining again succeeds or conflicts, as the switch says, and changes nothing."""
    set_switches(reassociate=reassociate)
    connect().associate_traffic_distribution_group_user(**_ask(names))
    if reassociate == "success":
        connect().associate_traffic_distribution_group_user(**_ask(names))
    else:
        with refused("ResourceConflictException"):
            connect().associate_traffic_distribution_group_user(**_ask(names))
    assert sandbox.world.group("emergency").members == [names.user_id()]


@pytest.mark.parametrize(
    ("second_group", "default", "emergency"), [("allow", 1, 1), ("conflict", 1, 0), ("move", 0, 1)]
)
def test_a_second_group(
    second_group: str,
    default: int,
    emergency: int,
    connect: Any,
    names: Any,
    refused: Any,
    set_switches: Any,
    sandbox: Any,
) -> None:
    """Joining a second TDG is allowed, conflicts or moves, as the switch says."""
    set_switches(second_group=second_group)
    ask = _ask(names, UserId=names.user("alice.smith"))
    if second_group == "conflict":
        with refused("ResourceConflictException"):
            connect().associate_traffic_distribution_group_user(**ask)
    else:
        connect().associate_traffic_distribution_group_user(**ask)
    assert len(sandbox.world.group("Default").members) == default
    assert len(sandbox.world.group("emergency").members) == emergency


def test_leaving_what_one_is_not_on(connect: Any, names: Any, refused: Any, set_switches: Any) -> None:
    """Leaving a TDG one is not on succeeds or is ResourceNotFound, as the switch says."""
    connect().disassociate_traffic_distribution_group_user(**_ask(names))
    set_switches(disassociate_absent="not-found")
    with refused("ResourceNotFoundException", "not associated"):
        connect().disassociate_traffic_distribution_group_user(**_ask(names))


def _fill(sandbox: Any, names: Any, client: Any) -> list[str]:
    ids = [names.user_id(f"agent{index:03d}") for index in range(1, 13)]
    for user in ids:
        client.associate_traffic_distribution_group_user(**_ask(names, UserId=user))
    return ids


def test_pages_of_members(connect: Any, names: Any, sandbox: Any, set_switches: Any, refused: Any) -> None:
    """A page holds ten whatever was asked for; a switch honours up to 1000, another refuses."""
    ids = _fill(sandbox, names, connect())
    for region in (SOURCE, REPLICA):
        pages = connect(region).get_paginator("list_traffic_distribution_group_users")
        found = list(pages.paginate(TrafficDistributionGroupId=names.group(), PaginationConfig={"PageSize": 1000}))
        sizes = [len(page["TrafficDistributionGroupUserSummaryList"]) for page in found]
        assert sizes == [10, 2]
        assert {u["UserId"] for page in found for u in page["TrafficDistributionGroupUserSummaryList"]} == set(ids)
    ask = {"TrafficDistributionGroupId": names.group(), "MaxResults": 1000}
    set_switches(group_users_over_page="refuse")
    with refused("InvalidRequestException", "at most 10"):
        connect().list_traffic_distribution_group_users(**ask)
    set_switches(group_users_page=1000)
    assert len(connect().list_traffic_distribution_group_users(**ask)["TrafficDistributionGroupUserSummaryList"]) == 12


def test_members_by_arn(connect: Any, names: Any, set_switches: Any) -> None:
    """The list names users by id or by ARN, as the switch says."""
    set_switches(user_id_form="arn")
    answer = connect().list_traffic_distribution_group_users(TrafficDistributionGroupId=names.group("Default"))
    assert answer["TrafficDistributionGroupUserSummaryList"] == [{"UserId": names.user("alice.smith")}]


def test_the_list_may_lag(connect: Any, names: Any, sandbox: Any, set_switches: Any) -> None:
    """With a lag the list shows a member later than it joined."""
    set_switches(membership_lag_seconds=4.0)
    connect().associate_traffic_distribution_group_user(**_ask(names))
    ask = {"TrafficDistributionGroupId": names.group()}
    assert connect().list_traffic_distribution_group_users(**ask)["TrafficDistributionGroupUserSummaryList"] == []
    sandbox.clock.advance(4)
    assert len(connect().list_traffic_distribution_group_users(**ask)["TrafficDistributionGroupUserSummaryList"]) == 1


def test_a_bare_id_means_nothing_in_the_replica(connect: Any, names: Any, refused: Any) -> None:
    """A TDG is found in the replica Region by ARN only."""
    client = connect(REPLICA)
    with refused("ResourceNotFoundException"):
        client.list_traffic_distribution_group_users(TrafficDistributionGroupId=names.group_id("Default"))
    answer = client.list_traffic_distribution_group_users(TrafficDistributionGroupId=names.group("Default"))
    assert len(answer["TrafficDistributionGroupUserSummaryList"]) == 1
