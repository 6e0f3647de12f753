"""A survey: everything that was read of a pair of instances, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from acgr_connect.model.arns import Arn
from acgr_connect.model.records import (
    Distribution,
    Flow,
    FlowModule,
    Group,
    Instance,
    Number,
    ReplicationFinding,
    TypeReplication,
    User,
)


@dataclass(frozen=True)
class Pair:
    """An instance, and its replica in another Region.

    Attributes:
        source: the ARN of the instance in its source Region.
        replica: the ARN in the replica's Region; None where it is not replicated.
        shown: the instance as each Region shows it; a Region that did not answer is not in it.
    """

    source: Arn
    replica: Arn | None
    shown: Mapping[str, Instance] = field(default_factory=dict)

    @property
    def instances(self) -> tuple[Arn, ...]:
        """The ARN in each Region, the source first."""
        return (self.source, self.replica) if self.replica else (self.source,)

    @property
    def regions(self) -> tuple[str, ...]:
        """The Regions, the source first."""
        return tuple(instance.region for instance in self.instances)

    @property
    def alias(self) -> str:
        """What people call the instance, or its id."""
        named = [self.shown[region].alias for region in self.regions if region in self.shown]
        return next(filter(None, named), self.source.id)


class Why(Enum):
    """Why something could not be read."""

    DENIED = "denied"
    """The role may not: `Unread.operation` is the action that is missing."""
    UNREACHABLE = "unreachable"
    """The Region does not answer."""
    OTHER = "other"
    """It answered with an error; the text says which."""


@dataclass(frozen=True)
class Unread:
    """Something that is not known, because it could not be read.

    Attributes:
        what: in the plural, as a person says it: "users".
        operation: the Connect operation: "ListUsers".
        region: where it was asked.
        why: the kind of reason.
        text: the reason as one sentence.
    """

    what: str
    operation: str
    region: str
    why: Why
    text: str

    @property
    def action(self) -> str:
        """The IAM action that the operation needs."""
        return f"connect:{self.operation}"


@dataclass(frozen=True)
class RegionView:
    """What one Region shows. A mapping is None where it could not be read; its keys are UUIDs.

    Attributes:
        instance: the instance's ARN there.
        flows: of every type.
        associations: number to its flow, for the numbers that have one there.
        users: everybody who may sign in.
        contents: flow to its content (JSON), for the flows that were asked for and could be read.
        modules: module to what it is, for those that these flows invoke; None: it is not there.
    """

    instance: Arn
    flows: Mapping[str, Flow] | None = None
    associations: Mapping[str, Arn] | None = None
    users: Mapping[str, User] | None = None
    contents: Mapping[str, str] = field(default_factory=dict)
    modules: Mapping[str, FlowModule | None] = field(default_factory=dict)

    @property
    def region(self) -> str:
        """The Region."""
        return self.instance.region


@dataclass(frozen=True)
class GroupView:
    """A traffic distribution group, how it spreads its calls, and the UUIDs of its agents; None: not read."""

    group: Group
    distribution: Distribution | None = None
    members: frozenset[str] | None = None


@dataclass(frozen=True)
class Survey:
    """Everything that was read of a pair.

    Attributes:
        at: when it began, in seconds since 1970.
        pair: the instances.
        source: what the source Region shows.
        replica: what the replica's Region shows; None where there is none.
        groups: the traffic distribution groups of the pair, by name; None: not read.
        numbers: the numbers on the pair's groups and instances, by E.164; None: not read. `status` is "" where it was
            not asked for, or could not be read.
        replication: what Connect itself says of each type of resource that matters here; None: not read.
        unread: what is not known. Empty: the survey is whole.
        groups_elsewhere: the groups of other instances, among which a name of this one's may be found as well.
    """

    at: float
    pair: Pair
    source: RegionView
    replica: RegionView | None
    groups: tuple[GroupView, ...] | None
    numbers: tuple[Number, ...] | None
    replication: tuple[TypeReplication, ...] | None
    unread: tuple[Unread, ...] = ()
    groups_elsewhere: tuple[Group, ...] = ()

    @property
    def regions(self) -> tuple[RegionView, ...]:
        """What each Region shows, the source first."""
        return (self.source, self.replica) if self.replica else (self.source,)

    @property
    def findings(self) -> tuple[ReplicationFinding, ...] | None:
        """What Connect itself says does not catch up; None: not read."""
        known = self.replication
        return None if known is None else tuple(found for one in known for found in one.findings)

    def view(self, region: str) -> RegionView | None:
        """What a Region shows, if it is one of the two."""
        return next((view for view in self.regions if view.region == region), None)

    def group(self, arn: Arn) -> GroupView | None:
        """The group of that ARN, if it is one of the pair's and was read."""
        return next((one for one in self.groups or () if one.group.arn.id == arn.id), None)

    def name_of(self, target: Arn) -> str:
        """What people call a group or instance of the pair; its id where that is not known."""
        if target.kind == "instance":
            shown = self.pair.shown.get(target.region)
            return (shown.alias if shown else "") or target.id
        known = self.group(target)
        return known.group.name if known else target.id

    def numbers_on(self, target: Arn) -> Iterator[Number]:
        """The numbers on a group or instance."""
        return (number for number in self.numbers or () if number.target == target)

    def reach_of(self, number: Number) -> tuple[str, ...]:
        """The Regions in which the number can be reached: both where it is on a group, else its instance's."""
        return self.pair.regions if number.target.kind == "traffic-distribution-group" else (number.target.region,)

    def flow_of(self, number: Number, region: str) -> Flow | Arn | None:
        """The flow that answers a number in a Region; its ARN alone where the list of flows does not have it.

        None where it is not known, or where there is none: `is_dark` tells the two apart.
        """
        view = self.view(region)
        arn = (view.associations or {}).get(number.arn.id) if view else None
        if view is None or arn is None:
            return None
        return (view.flows or {}).get(arn.id) or arn

    def is_dark(self, number: Number, region: str) -> bool | None:
        """Whether a number that can be reached in a Region has no flow there; None where that could not be read."""
        view = self.view(region)
        if view is None or view.associations is None:
            return None
        return region in self.reach_of(number) and number.arn.id not in view.associations

    def username_of(self, user_id: str) -> str | None:
        """The username of a UUID, as far as a Region shows it."""
        views = (view.users or {} for view in self.regions)
        return next((users[user_id].username for users in views if user_id in users), None)
