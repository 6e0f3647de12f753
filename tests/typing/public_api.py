"""The public types in use. Nothing here runs: mypy and pyright, both strict, are the test (`make type`)."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws
from typing_extensions import assert_type

import acgr
from acgr_components import (
    ArgumentsError,
    GlobalResiliency,
    GlobalResiliencyArgs,
    GlobalResiliencyArgsDict,
    GlobalResiliencyGroupArgsDict,
    GlobalResiliencyNumber,
    GlobalResiliencyNumberArgsDict,
)

SOURCE, REPLICA = "eu-west-2", "eu-central-1"


def keywords(group: pulumi.Output[str], number: pulumi.Output[str], flow: pulumi.Output[str]) -> GlobalResiliency:
    """Everything as keywords, with Outputs among the values."""
    return GlobalResiliency(
        "centre",
        traffic_distribution_group=group,
        source_region=SOURCE,
        replica_region=REPLICA,
        numbers={
            "+442079460001": {"flow": "Main IVR", "return_to": "leave", "description": "Main line"},
            "+442079460002": {"flow": {SOURCE: flow, REPLICA: "arn:aws:connect:eu-central-1:…"}},
            "sales": {"phone_number": number, "flow": flow},
        },
        agents=["alice", "bob"],
        opts=pulumi.ResourceOptions(protect=True),
    )


def resources(
    user: aws.connect.User, flow: aws.connect.ContactFlow, number: aws.connect.PhoneNumber
) -> GlobalResiliency:
    """Resources of pulumi_aws where ARN or id would be."""
    return GlobalResiliency(
        "centre",
        traffic_distribution_group="default",
        source_region=SOURCE,
        replica_region=REPLICA,
        numbers={"sales": {"phone_number": number, "flow": flow}, "main": {"flow": {SOURCE: flow, REPLICA: "B"}}},
        agents={"alice": user, "bob": "bob.jones"},
    )


def args(opts: pulumi.ResourceOptions) -> list[GlobalResiliency]:
    """Arguments as one object, by position."""
    entry: GlobalResiliencyNumberArgsDict = {"flow": "Main IVR"}
    numbers: Mapping[str, GlobalResiliencyNumberArgsDict] = {"+442079460001": entry}
    whole = GlobalResiliencyArgs("default", SOURCE, REPLICA, numbers=numbers)
    dictionary: GlobalResiliencyArgsDict = {
        "traffic_distribution_group": "default",
        "source_region": SOURCE,
        "replica_region": REPLICA,
        "numbers": numbers,
        "agents": ["alice"],
    }
    return [GlobalResiliency("centre", whole, opts), GlobalResiliency("centre", dictionary)]


def outputs(centre: GlobalResiliency) -> None:
    """What a program can build on."""
    assert_type(centre.numbers, Mapping[str, pulumi.Output[GlobalResiliencyNumber]])
    assert_type(centre.dark_numbers, pulumi.Output[list[str]])
    assert_type(centre.traffic_distribution_group_arn, pulumi.Output[str | None])
    assert_type(centre.placements["sales"], acgr.PhoneNumberPlacement)
    assert_type(centre.placements["sales"].contact_flow_arns, pulumi.Output[dict[str, str]])
    assert_type(centre.agents, pulumi.Output[dict[str, str]])
    assert_type(centre.roster, acgr.TrafficDistributionGroupRoster | None)
    assert_type(centre.numbers["sales"].apply(lambda number: number["flows"]), pulumi.Output[Mapping[str, str]])


def mistakes(number: pulumi.Output[str]) -> None:
    """What type checkers refuse before Pulumi runs: an `ignore` that one of them does not need is an error itself."""
    GlobalResiliency("centre", source_region=SOURCE, replica_region=REPLICA)  # type: ignore[call-overload]
    GlobalResiliencyArgs("default", SOURCE, REPLICA, numbers={number: {"flow": "A"}})  # type: ignore[dict-item]
    GlobalResiliencyArgs("default", SOURCE, REPLICA, numbers={"+44": {}})  # type: ignore[typeddict-item]
    GlobalResiliencyArgs("default", SOURCE, REPLICA, numbers={"+44": {"flow": 7}})  # type: ignore[typeddict-item]
    GlobalResiliencyArgs("default", SOURCE, REPLICA, agents=[number])  # type: ignore[list-item]
    GlobalResiliencyArgs("default", number, REPLICA)  # type: ignore[arg-type]


def refused() -> str:
    """One error for all that is wrong."""
    try:
        GlobalResiliency("centre", GlobalResiliencyArgs("default", SOURCE, SOURCE))
    except ArgumentsError as error:
        return str(error)
    return ""


def placement(group: pulumi.Output[str]) -> acgr.PhoneNumberPlacement:
    """One number alone."""
    return acgr.PhoneNumberPlacement(
        "main",
        phone_number="+442079460001",
        target=group,
        flow={SOURCE: "Main IVR", REPLICA: "Main IVR"},
        return_to="leave",
    )


def user(group: pulumi.Output[str]) -> acgr.TrafficDistributionGroupUser:
    """One agent alone."""
    return acgr.TrafficDistributionGroupUser("alice", traffic_distribution_group=group, user="alice.smith")


def roster(group: pulumi.Output[str], user: aws.connect.User) -> list[acgr.TrafficDistributionGroupRoster]:
    """Many agents: a list, a mapping, those whom the directory has, and those whom something else manages."""
    followed = acgr.find_users("arn:aws:connect:…", routing_profile="Voice", tags={"team": "retail", "remote": None})
    assert_type(followed, dict[str, str])
    return [
        acgr.TrafficDistributionGroupRoster("one", traffic_distribution_group=group, users=["alice", "bob"]),
        acgr.TrafficDistributionGroupRoster(
            "two",
            acgr.TrafficDistributionGroupRosterArgs(group, {"alice": user}, authoritative=True, max_removals="25%"),
        ),
        acgr.TrafficDistributionGroupRoster(
            "three", {"traffic_distribution_group": group, "users": followed, "max_removals": 5}
        ),
        acgr.TrafficDistributionGroupRoster.get("four", group),
    ]


def of_roster(found: acgr.TrafficDistributionGroupRoster) -> None:
    """What a roster tells."""
    assert_type(found.members, pulumi.Output[dict[str, str]])
    assert_type(found.failed, pulumi.Output[dict[str, str]])


def from_one_region(instance: aws.connect.Instance, tag: pulumi.Output[str]) -> list[GlobalResiliency]:
    """A replica, groups on it, and components that take or make them."""
    replica = acgr.InstanceReplica("pair", instance=instance, replica_region=REPLICA, on_delete="delete")
    group = acgr.TrafficDistributionGroup(
        "retail",
        acgr.TrafficDistributionGroupArgs(replica, "retail", tags={"team": "retail", "cost": tag}),
    )
    default = acgr.TrafficDistributionGroup("all", {"instance": replica, "name": "default"})
    acgr.PhoneNumberPlacement("main", phone_number="+442079460001", target=group, flow="Main IVR")
    made: GlobalResiliencyGroupArgsDict = {"name": "storm", "instance": replica, "description": "For storms"}
    regions: tuple[str, str] = SOURCE, REPLICA
    return [
        GlobalResiliency("one", GlobalResiliencyArgs(group, *regions)),
        GlobalResiliency("two", GlobalResiliencyArgs(default, *regions)),
        GlobalResiliency("three", GlobalResiliencyArgs(made, *regions)),
        GlobalResiliency(
            "four",
            traffic_distribution_group={"name": "gale", "instance": "northwind", "tags": {"team": tag}},
            source_region=SOURCE,
            replica_region=REPLICA,
        ),
    ]


def of_replica(found: acgr.InstanceReplica, group: acgr.TrafficDistributionGroup, centre: GlobalResiliency) -> None:
    """What a replica, a group and a component that makes one tell."""
    assert_type(found.default_traffic_distribution_group_arn, pulumi.Output[str])
    assert_type(found.replica_arn, pulumi.Output[str])
    assert_type(group.tags, pulumi.Output[dict[str, str] | None])
    assert_type(group.is_default, pulumi.Output[bool])
    assert_type(centre.group, acgr.TrafficDistributionGroup | None)
    assert_type(acgr.InstanceReplica.get("pair", "arn:aws:connect:…"), acgr.InstanceReplica)
    assert_type(acgr.TrafficDistributionGroup.get("retail", "arn:aws:connect:…"), acgr.TrafficDistributionGroup)
