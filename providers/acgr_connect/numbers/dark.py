"""Numbers on a traffic distribution group that no flow answers, whoever placed them there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from acgr_connect.groups import regions_of
from acgr_connect.model.arns import Arn
from acgr_connect.model.errors import ConnectError
from acgr_connect.model.records import Group, Number
from acgr_connect.numbers.find import look
from acgr_connect.numbers.flows import known_flows, look_at_flow
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.world.connection import Connection

CONFIRMED = 10
"""Numbers that are looked at once more: a list may lag behind, and many dark numbers are no mistake of a list."""

FLOW = "FLOW"
"""What stands in a command for a flow that nobody knows."""


@dataclass(frozen=True)
class DarkNumber:
    """A number that is reachable, and has no flow in some Region.

    Attributes:
        number: the number.
        instance: the instance that answers for it.
        regions: where it has none.
        flow: what answers it in the other Region, or None.
    """

    number: Number
    instance: Arn
    regions: tuple[str, ...]
    flow: Arn | None

    @property
    def by_hand(self) -> str:
        """The command of the AWS CLI that gives it a flow in the first Region that is dark."""
        return associate_command(self.regions[0], self.number.arn, self.instance, self.flow)


def associate_command(region: str, number: Arn, instance: Arn, flow: Arn | None) -> str:
    """The command of the AWS CLI that gives a number its flow in a Region; `FLOW` where nobody knows which."""
    whose = f"--phone-number-id {number} --instance-id {instance.instance_id or instance.id}"
    chosen = flow.id if flow else FLOW
    return f"aws connect associate-phone-number-contact-flow --region {region} {whose} --contact-flow-id {chosen}"


def dark_on(connection: Connection, group: Group) -> list[DarkNumber]:
    """The numbers on the group that are dark in some Region, by E.164, from this run's sweeps.

    A number that is moving is dark for a reason, and a group that is not `ACTIVE` may not show every flow.

    Raises:
        ConnectError: it cannot be told.
    """
    if group.status != "ACTIVE":
        return []
    regions = regions_of(connection, group.instance)
    listed = connection.directory.numbers(group.arn.region).entries().values()
    there = sorted((number for number in listed if number.target == group.arn), key=lambda number: number.e164)
    suspected = list(_dark(connection, there, group.instance, regions))
    confirmed = (_confirmed(connection, dark) for dark in suspected[:CONFIRMED])
    return [dark for dark in confirmed if dark] + suspected[CONFIRMED:]


def _dark(
    connection: Connection, numbers: list[Number], instance: Arn, regions: tuple[str, ...]
) -> Iterator[DarkNumber]:
    for number in numbers:
        flows = known_flows(connection, number.arn, instance, regions)
        if dark := tuple(region for region in regions if region not in flows):
            yield DarkNumber(number, instance, dark, next(iter(flows.values()), None))


def _confirmed(connection: Connection, dark: DarkNumber) -> DarkNumber | None:
    """The same after a look at the number itself; None where it is moving, or answers after all."""
    try:
        seen = look(connection, dark.number.arn, Purpose.CHECK)
        still = tuple(region for region in dark.regions if _answers_nothing(connection, dark, region))
    except ConnectError:
        return dark
    if seen.status != "CLAIMED" or seen.target != dark.number.target or not still:
        return None
    return DarkNumber(seen, dark.instance, still, dark.flow)


def _answers_nothing(connection: Connection, dark: DarkNumber, region: str) -> bool:
    return look_at_flow(connection, dark.number.arn, dark.instance.in_region(region), Purpose.CHECK) is None
