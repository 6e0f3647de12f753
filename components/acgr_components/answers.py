"""What a component answers with: made of the outputs of its children, whichever door these came in by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypedDict

import pulumi

from acgr_connect.model.arns import is_arn


class GlobalResiliencyNumber(TypedDict):
    """Where callers of one number arrive.

    Attributes:
        e164: the number.
        target: what it is placed on, written as declared; an ARN where a refresh found it elsewhere.
        flows: by Region, the flow that answers, written as declared; empty where nothing answers.
    """

    e164: str
    """The number."""
    target: str
    """What it is placed on, written as declared; an ARN where a refresh found it elsewhere."""
    flows: Mapping[str, str]
    """By Region, the flow that answers, written as declared; empty where nothing answers."""


class Placed(Protocol):
    """A number's resource."""

    e164: pulumi.Output[str]
    target: pulumi.Output[str]
    flow: pulumi.Output[Any]
    contact_flow_arns: pulumi.Output[dict[str, str]]
    placed_on_arn: pulumi.Output[str]
    dark_regions: pulumi.Output[list[str]]


class Rostered(Protocol):
    """The agents' resource."""

    members: pulumi.Output[dict[str, str]]
    traffic_distribution_group_arn: pulumi.Output[str]


def group_arn(
    given: Any, made: Any, roster: Rostered | None, placements: Mapping[str, Placed]
) -> pulumi.Output[str | None]:
    """The group's ARN: of the group that was made, as it was given, or as a child has found it.

    Args:
        given: the group, as a program gives it.
        made: the group's resource, where the component made it.
        roster: the agents' resource.
        placements: by key, the numbers' resources.
    """
    if made:
        return pulumi.Output.from_input(made.id)
    if isinstance(given, str) and is_arn(given):
        return pulumi.Output.from_input(given)
    arns = [
        *([roster.traffic_distribution_group_arn] if roster else []),
        *(placement.placed_on_arn for placement in placements.values()),
    ]
    return pulumi.Output.from_input(arns[0] if arns else None)


def members(roster: Rostered | None) -> pulumi.Output[dict[str, str]]:
    """The members; none of a roster that is not made yet, while a refresh runs the program."""
    if roster is None:
        return pulumi.Output.from_input({})
    return roster.members.apply(lambda members: members or {})


def number(placement: Placed, regions: tuple[str, str]) -> pulumi.Output[GlobalResiliencyNumber]:
    """Where callers of a number arrive."""

    def answers(known: Mapping[str, Any]) -> GlobalResiliencyNumber:
        flow, arns = known["flow"], known["arns"] or {}
        written = flow if isinstance(flow, Mapping) else dict.fromkeys(regions, flow)
        # A Region without a flow stays visible: the engine would drop a key whose value is None.
        flows = {region: written.get(region, arns[region]) if region in arns else "" for region in regions}
        return {"e164": known["e164"], "target": known["target"], "flows": flows}

    return pulumi.Output.all(
        e164=placement.e164, target=placement.target, flow=placement.flow, arns=placement.contact_flow_arns
    ).apply(answers)


def dark(placements: Mapping[str, Placed]) -> pulumi.Output[list[str]]:
    """The keys of numbers that have no flow in some Region."""
    regions = {label: placement.dark_regions for label, placement in placements.items()}
    return pulumi.Output.all(**regions).apply(lambda dark: [label for label in placements if dark[label]])
