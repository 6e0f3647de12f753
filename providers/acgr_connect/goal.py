"""What a placement asks for, resolved, and what holds after an attempt at it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from acgr_connect.arns import Arn, is_arn, parse
from acgr_connect.connection import Connection
from acgr_connect.errors import ConnectError, Doing, NotFound, because
from acgr_connect.flows import Choice, find_flows
from acgr_connect.groups import find_group, regions_of
from acgr_connect.numbers import find_number
from acgr_connect.records import Number


@dataclass(frozen=True)
class Goal:
    """What is asked for, resolved: `flows` maps each Region in which the number is reachable to its flow there."""

    number: Number
    target: Arn
    target_name: str
    instance: Arn
    flows: Mapping[str, Arn]
    description: str | None = None

    @property
    def regions(self) -> tuple[str, ...]:
        """Where the number will be reachable, the source Region first."""
        return tuple(self.flows)

    @property
    def doing(self) -> Doing:
        """How every error about it begins."""
        return Doing(f"placing phone number {self.number.e164} on {self.target_name}", self.target.region)


@dataclass(frozen=True)
class Standing:
    """What holds after an attempt, finished or not.

    Attributes:
        number: the number as last seen.
        instance: the source instance.
        target: where it was to be placed.
        regions: where it is reachable.
        asked: Region to the flow that was asked for.
        flows: Region to flow, for the Regions where it has one.
        dark_seconds: how long it had no flow in the source Region during this attempt; 0.0 where it was not moved.
        moved: whether this attempt moved it.
        touched: whether this attempt set a flow.
    """

    number: Number
    instance: Arn
    target: Arn
    regions: tuple[str, ...]
    asked: Mapping[str, Arn]
    flows: Mapping[str, Arn] = field(default_factory=dict)
    dark_seconds: float = 0.0
    moved: bool = False
    touched: bool = False

    @property
    def adopted(self) -> bool:
        """Whether nothing had to be done."""
        return not self.moved and not self.touched

    @property
    def dark_regions(self) -> tuple[str, ...]:
        """Where callers reach nothing."""
        return tuple(region for region in self.regions if region not in self.flows)


def resolve(
    connection: Connection,
    number: str,
    target: str,
    flow: Choice,
    *,
    description: str | None = None,
    source_region: str | None = None,
    replica_region: str | None = None,
) -> Goal:
    """Steps 1 and, for flows, 3: what every name means. Nothing is changed.

    Raises:
        ConnectError: something does not exist, is ambiguous, of the wrong Region or account, or not usable.
    """
    if is_arn(target) and parse(target).kind == "instance":
        return _onto_instance(connection, number, parse(target), flow, description)
    group = find_group(connection, target, source_region)
    regions = regions_of(connection, group.instance, replica_region=replica_region)
    found = find_number(connection, number, group.arn.region)
    flows = find_flows(connection, group.instance, regions, flow)
    name = f"traffic distribution group {group.name}"
    return Goal(found, group.arn, name, group.instance, flows, description)


def _onto_instance(connection: Connection, number: str, instance: Arn, flow: Choice, description: str | None) -> Goal:
    connection.insist_on_account(instance)
    try:
        shown = connection.directory.instance(instance)
    except ConnectError as error:
        remedy = "check its ARN and Region" if isinstance(error, NotFound) else ""
        raise because(error, Doing(f"looking for instance {instance.id}", instance.region), remedy=remedy) from error
    found = find_number(connection, number, instance.region)
    flows = find_flows(connection, instance, (instance.region,), flow)
    return Goal(found, instance, f"instance {shown.alias or instance.id}", instance, flows, description)


def called(connection: Connection, target: Arn) -> str:
    """What people call an instance or a group, as far as this run has heard of it."""
    with suppress(ConnectError):
        if target.kind == "instance":
            return f"instance {connection.directory.instance(target).alias or target.id}"
        if group := connection.directory.group(target).get(target.id):
            return f"traffic distribution group {group.name}"
    return f"{target.kind.replace('-', ' ')} {target.id}"


def regions_of_target(connection: Connection, target: Arn) -> tuple[Arn, tuple[str, ...]]:
    """The instance that answers for a target, and the Regions in which it does, the source first."""
    if target.kind == "instance":
        return target, (target.region,)
    instance = find_group(connection, str(target)).instance
    return instance, regions_of(connection, instance)
