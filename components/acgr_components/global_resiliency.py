"""The phone numbers and agents of one traffic distribution group, declared together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict, final, overload

import pulumi

from acgr import PhoneNumberPlacement, TrafficDistributionGroup, TrafficDistributionGroupRoster
from acgr.arguments import Identity, given_arguments
from acgr.runtime.preflight import ask, asking_together
from acgr_components.agents import NOT_GIVEN
from acgr_components.answers import GlobalResiliencyNumber, dark, group_arn, members, number
from acgr_components.declared import declared

if TYPE_CHECKING:
    from typing_extensions import NotRequired, Unpack


class GlobalResiliencyNumberArgsDict(TypedDict):
    """What is declared of one number.

    Attributes:
        flow: the flow that answers: a name, id or ARN for both Regions, or a mapping of both Regions to one each.
        phone_number: E.164, id or ARN; where it is not given, the entry's key is the number.
        return_to: where the number goes when it is declared no longer: "instance" (the source instance, the
            default), "leave" (it stays), or the ARN of a traffic distribution group.
        description: the number's description. Not touched where it is not given.
    """

    flow: Identity | Mapping[str, Identity]
    """The flow that answers: a name, id or ARN for both Regions, or a mapping of both Regions to one each."""
    phone_number: NotRequired[Identity | None]
    """E.164, id or ARN; where it is not given, the entry's key is the number."""
    return_to: NotRequired[pulumi.Input[str] | None]
    """Where the number goes when it is declared no longer: "instance" (the source instance, the default), "leave" (it
    stays), or the ARN of a traffic distribution group."""
    description: NotRequired[pulumi.Input[str] | None]
    """The number's description. Not touched where it is not given."""


class GlobalResiliencyGroupArgsDict(TypedDict):
    """What is declared of a group that the component makes, or takes over where there is one of that name.

    Attributes:
        name: its name. Another name is another group.
        instance: the source instance's ARN, alias or id, or the `InstanceReplica` that replicates it.
        description: its description, which Connect cannot change.
        tags: keys to values. Tags that are not declared are left alone.
    """

    name: pulumi.Input[str]
    """Its name. Another name is another group."""
    instance: Identity
    """The source instance's ARN, alias or id, or the `InstanceReplica` that replicates it."""
    description: NotRequired[pulumi.Input[str] | None]
    """Its description, which Connect cannot change."""
    tags: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]] | None]
    """Keys to values. Tags that are not declared are left alone."""


@dataclass(frozen=True)
class GlobalResiliencyArgs:
    """What is declared of one traffic distribution group.

    Attributes:
        traffic_distribution_group: its ARN, name or id, "default", or the resource that made it; it must exist in
            `source_region` or be made by the same program. Or `{"name": …, "instance": …}`: then the component makes
            it, as its child `<name>-group`, and deletes it once its numbers have left.
        source_region: the Region of the original instance.
        replica_region: the Region of the replica.
        numbers: by phone number, or by a label where the number is not known yet. Keys are plain text, values may be
            Outputs. None is an empty mapping.
        agents: users by name, id or ARN, or a mapping of plain labels to users where they are not known yet. None is an
            empty list, and not the same as no argument.
        max_removals: how many agents one update may remove: a number, or a percentage of those there are, which allows
            at least one. "10%" unless given. Leaving `agents` out altogether deletes the roster, which is not guarded.
        max_number_removals: the same for numbers that leave the group because they are declared no longer. "10%" unless
            given. A preview does not show what it refuses: the run ends in an error, and no more have left than may.
    """

    traffic_distribution_group: Identity | GlobalResiliencyGroupArgsDict
    source_region: str
    replica_region: str
    numbers: Mapping[str, GlobalResiliencyNumberArgsDict] | None = None
    agents: Sequence[str] | Mapping[str, Identity] | None = NOT_GIVEN
    max_removals: pulumi.Input[int | str] | None = None
    max_number_removals: pulumi.Input[int | str] | None = None


class GlobalResiliencyArgsDict(TypedDict):
    """`GlobalResiliencyArgs` as a dictionary."""

    traffic_distribution_group: Identity | GlobalResiliencyGroupArgsDict
    """Its ARN, name or id, "default", or the resource that made it; it must exist in `source_region` or be made by the
    same program. Or `{"name": …, "instance": …}`: then the component makes it, as its child `<name>-group`, and deletes
    it once its numbers have left."""
    source_region: str
    """The Region of the original instance."""
    replica_region: str
    """The Region of the replica."""
    numbers: NotRequired[Mapping[str, GlobalResiliencyNumberArgsDict] | None]
    """By phone number, or by a label where the number is not known yet. Keys are plain text, values may be Outputs.
    None is an empty mapping."""
    agents: NotRequired[Sequence[str] | Mapping[str, Identity] | None]
    """Users by name, id or ARN, or a mapping of plain labels to users where they are not known yet. None is an empty
    list, and not the same as no argument."""
    max_removals: NotRequired[pulumi.Input[int | str] | None]
    """How many agents one update may remove: a number, or a percentage of those there are, which allows at least one.
    "10%" unless given. Leaving `agents` out altogether deletes the roster, which is not guarded."""
    max_number_removals: NotRequired[pulumi.Input[int | str] | None]
    """The same for numbers that leave the group because they are declared no longer. "10%" unless given. A preview does
    not show what it refuses: the run ends in an error, and no more have left than may."""


@final
class GlobalResiliency(pulumi.ComponentResource):
    """Numbers on a traffic distribution group, each with its flow in both Regions, and agents who serve both.

    Each number is a `PhoneNumberPlacement` named `<name>-<key>`; the agents are one `TrafficDistributionGroupRoster`
    named `<name>-agents`. A listed agent's label is what stands in the list; of an ARN it is the id.

    Attributes:
        group: the group's resource; None where it was not the component that made it.
        traffic_distribution_group_arn: the group's ARN; None where it was given by name and nothing is declared on it.
        numbers: by key, where callers of the number arrive.
        dark_numbers: the keys of numbers that have no flow in some Region.
        agents: by label, the ARNs of the agents on the group.
        placements: by key, the numbers' resources.
        roster: the agents' resource; None where `agents` was not given.
    """

    group: TrafficDistributionGroup | None
    traffic_distribution_group_arn: pulumi.Output[str | None]
    numbers: Mapping[str, pulumi.Output[GlobalResiliencyNumber]]
    dark_numbers: pulumi.Output[list[str]]
    agents: pulumi.Output[dict[str, str]]
    placements: Mapping[str, PhoneNumberPlacement]
    roster: TrafficDistributionGroupRoster | None

    @overload
    def __init__(
        self,
        name: str,
        args: GlobalResiliencyArgs | GlobalResiliencyArgsDict,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self,
        name: str,
        args: None = None,
        opts: pulumi.ResourceOptions | None = None,
        **inputs: Unpack[GlobalResiliencyArgsDict],
    ) -> None:
        """What is declared of one traffic distribution group.

        Args:
            name: the name in this program.
            args: None: here the arguments are keywords.
            opts: resource options.
            traffic_distribution_group: its ARN, name or id, "default", or the resource that made it; it must exist in
                `source_region` or be made by the same program. Or `{"name": …, "instance": …}`: then the component
                makes it, as its child `<name>-group`, and deletes it once its numbers have left.
            source_region: the Region of the original instance.
            replica_region: the Region of the replica.
            numbers: by phone number, or by a label where the number is not known yet. Keys are plain text, values may
                be Outputs. None is an empty mapping.
            agents: users by name, id or ARN, or a mapping of plain labels to users where they are not known yet. None
                is an empty list, and not the same as no argument.
            max_removals: how many agents one update may remove: a number, or a percentage of those there are, which
                allows at least one. "10%" unless given. Leaving `agents` out altogether deletes the roster, which is
                not guarded.
            max_number_removals: the same for numbers that leave the group because they are declared no longer. "10%"
                unless given. A preview does not show what it refuses: the run ends in an error, and no more have left
                than may.
        """

    def __init__(
        self,
        name: str,
        args: GlobalResiliencyArgs | GlobalResiliencyArgsDict | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **inputs: Any,
    ) -> None:
        wanted = declared(name, given_arguments(GlobalResiliencyArgs, args, inputs), opts)
        super().__init__("acgr:index:GlobalResiliency", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        with asking_together():
            self.group = TrafficDistributionGroup(f"{name}-group", opts=child, **wanted.made) if wanted.made else None
            if self.group:
                wanted = wanted.on(self.group)
            # The roster first: the engine begins in this order, and a place among its parallel steps is all it needs.
            self.roster = (
                TrafficDistributionGroupRoster(f"{name}-agents", opts=child, **wanted.roster) if wanted.roster else None
            )
            self.placements = {
                label: PhoneNumberPlacement(f"{name}-{label}", opts=child, **placed)
                for label, placed in wanted.placements.items()
            }
        made = [one for one in (self.group, self.roster) if one is not None]
        if children := [*made, *self.placements.values()]:
            ask(self, children)
        self.agents = members(self.roster)
        self.traffic_distribution_group_arn = group_arn(wanted.group, self.group, self.roster, self.placements)
        self.numbers = {label: number(placement, wanted.regions) for label, placement in self.placements.items()}
        self.dark_numbers = dark(self.placements)
        self.register_outputs(
            {
                "traffic_distribution_group_arn": self.traffic_distribution_group_arn,
                "numbers": self.numbers,
                "dark_numbers": self.dark_numbers,
                "agents": self.agents,
            }
        )
