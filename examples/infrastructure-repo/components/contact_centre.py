"""A contact centre as this company runs one: its rules are written here once, and not in each stack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pulumi

from acgr_components import GlobalResiliency


class Regions(NamedTuple):
    """The two Regions of a pair."""

    source: str
    replica: str


class ContactCentre(pulumi.ComponentResource):
    """The numbers and agents of one traffic distribution group, by the rules of this company.

    A number that is taken out of a stack stays where it is, with its flow: who takes it off its group does so by hand.

    Args:
        name: the resource's name.
        regions: the pair's Regions.
        group: the traffic distribution group's name.
        numbers: each phone number, and the flow that answers it in both Regions.
        agents: who may sign in in either Region, by user name.
        protect: whether Pulumi refuses to delete what is declared here.
        opts: options of the component.
    """

    dark_numbers: pulumi.Output[list[str]]
    """Numbers that have no flow in a Region."""

    agents: pulumi.Output[dict[str, str]]
    """The agents on the group: name and ARN."""

    def __init__(
        self,
        name: str,
        regions: Regions,
        *,
        group: str,
        numbers: Mapping[str, str],
        agents: Sequence[str],
        protect: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("northwind:index:ContactCentre", name, None, opts)
        resiliency = GlobalResiliency(
            name,
            traffic_distribution_group=group,
            source_region=regions.source,
            replica_region=regions.replica,
            numbers={number: {"flow": flow, "return_to": "leave"} for number, flow in numbers.items()},
            agents=list(agents),
            opts=pulumi.ResourceOptions(parent=self, protect=protect),
        )
        self.dark_numbers = resiliency.dark_numbers
        self.agents = resiliency.agents
        self.register_outputs({"dark_numbers": self.dark_numbers, "agents": self.agents})
