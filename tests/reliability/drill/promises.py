"""What a program declares, held against what there is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from drill.centre import Shown, arn
from drill.server import REPLICA, SOURCE
from drill.stack import Declared

Home = tuple[str, Mapping[str, str]]


def broken(program: Iterable[Declared], there: Shown) -> list[str]:
    """What is not as declared, a line each."""
    return [line for declared in program for line in _CHECKS[declared.kind](declared.inputs, there)]


def numbers_of(program: Iterable[Declared]) -> set[str]:
    """The numbers that a program declares."""
    return {declared.inputs["phone_number"] for declared in program if "phone_number" in declared.inputs}


def members_of(program: Iterable[Declared]) -> set[tuple[str, str]]:
    """The agents that a program declares, each with the group."""
    found = set()
    for declared in program:
        group = declared.inputs.get("traffic_distribution_group")
        users = declared.inputs.get("users") or {"": declared.inputs.get("user")}
        found |= {(group, user) for user in users.values() if group and user}
    return found


def _placement(inputs: Mapping[str, Any], there: Shown) -> Iterator[str]:
    number, target, flow = inputs["phone_number"], inputs["target"], inputs["flow"]
    home, description, flows = there.numbers[number]
    named = "northwind" if target == arn("northwind") else target
    regions = (SOURCE,) if named == "northwind" else (SOURCE, REPLICA)
    if home != named:
        yield f"{number} is on {home}, not on {named}"
    if flows != {region: flow if isinstance(flow, str) else flow[region] for region in regions}:
        yield f"{number} has {flows}, not {flow}"
    if description != inputs.get("description", description):
        yield f"{number} is described as {description!r}"


def _agent(inputs: Mapping[str, Any], there: Shown) -> Iterator[str]:
    if inputs["user"] not in there.members[inputs["traffic_distribution_group"]]:
        yield f"{inputs['user']} is not on {inputs['traffic_distribution_group']}"


def _flow(inputs: Mapping[str, Any], there: Shown) -> Iterator[str]:
    _, _, flows = there.numbers[inputs["phone_number"]]
    if flows.get(inputs["region"]) != inputs["flow"]:
        yield f"{inputs['phone_number']} has {flows}, not {inputs['flow']} in {inputs['region']}"


def _roster(inputs: Mapping[str, Any], there: Shown) -> Iterator[str]:
    group = inputs["traffic_distribution_group"]
    if missing := set(inputs["users"].values()) - there.members[group]:
        yield f"{sorted(missing)} are not on {group}"


def _group(inputs: Mapping[str, Any], there: Shown) -> Iterator[str]:
    name = inputs["name"]
    status, description, tags = there.groups.get(name, ("missing", "", {}))
    if status != "ACTIVE":
        yield f"group {name} is {status}"
    if description != inputs.get("description", description):
        yield f"group {name} is described as {description!r}"
    if wrong := {key: tags.get(key) for key, value in inputs.get("tags", {}).items() if tags.get(key) != value}:
        yield f"group {name} has {wrong}"


def _replica(inputs: Mapping[str, Any], there: Shown) -> Iterator[str]:
    region, alias = there.replicas[inputs["instance"]]
    if (region, alias) != (inputs["replica_region"], inputs.get("replica_alias", alias)):
        yield f"{inputs['instance']} has a replica in {region} called {alias}"


_CHECKS = {
    "PhoneNumberPlacement": _placement,
    "TrafficDistributionGroupUser": _agent,
    "PhoneNumberContactFlow": _flow,
    "TrafficDistributionGroupRoster": _roster,
    "TrafficDistributionGroup": _group,
    "InstanceReplica": _replica,
}
