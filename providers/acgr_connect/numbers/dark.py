"""Numbers that no flow answers somewhere where they are reachable, whoever placed them, from the run's sweeps.

On one group, each looked at once more, for a person to be told of (`dark_on`); and wherever they are, as far as can be
told, for whoever knows what was owed to them (`dark_numbers`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from acgr_connect import log
from acgr_connect.groups import reach_of, regions_of
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


def said_dark(e164: str, regions: Collection[str]) -> str:
    """How every sentence begins that says of a number that it is dark."""
    return f"{e164} is dark in {' and '.join(regions)}, where callers reach nothing now"


def restored_first(e164: str, regions: Collection[str]) -> str:
    """The same of a number that stays where it is."""
    return f"{said_dark(e164, regions)}: its flow is restored first"


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
        line = associate_command(self.regions[0], self.number.arn, self.instance, self.flow)
        if self.number.status != "FAILED":
            return line
        return f"{move_command(self.number.arn, self.number.target)}, and once it is CLAIMED: {line}"


def move_command(number: Arn, target: Arn) -> str:
    """The command of the AWS CLI that moves a FAILED number to where it is: only then may it take a flow."""
    return f"aws connect update-phone-number --region {number.region} --phone-number-id {number} --target-arn {target}"


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
    """The same after a look at the number itself; None where it is moving, or answers after all.

    A number that is FAILED moves no more: it is dark until somebody does something.
    """
    try:
        seen = look(connection, dark.number.arn, Purpose.CHECK)
        still = tuple(region for region in dark.regions if _answers_nothing(connection, dark, region))
    except ConnectError:
        return dark
    if seen.status not in {"CLAIMED", "FAILED"} or seen.target != dark.number.target or not still:
        return None
    return DarkNumber(seen, dark.instance, still, dark.flow)


def _answers_nothing(connection: Connection, dark: DarkNumber, region: str) -> bool:
    return look_at_flow(connection, dark.number.arn, dark.instance.in_region(region), Purpose.CHECK) is None


def dark_numbers(connection: Connection, region: str) -> list[Number]:
    """The dark numbers of the instances that a Region knows, by number; those on groups first.

    A Region that cannot be asked, and a target that cannot be understood, count as answering: there is a line in the
    log, and whatever is dark elsewhere is found all the same.

    Raises:
        ConnectError: the Region's numbers or groups cannot be listed.
    """
    groups = connection.directory.groups(region).entries()
    found = [number for number in _numbers(connection, region, groups) if _is_dark(connection, number, groups)]
    return sorted(found, key=lambda number: (number.target.kind == "instance", number.e164))


def _numbers(connection: Connection, region: str, groups: dict[str, Group]) -> list[Number]:
    """Numbers are listed where they were claimed: in the Region, and in the source Regions of its groups."""
    homes = {region, *(group.arn.region for group in groups.values())}
    listed = {id_: number for home in homes for id_, number in connection.directory.numbers(home).entries().items()}
    if not any(number.target.kind == "traffic-distribution-group" for number in listed.values()):
        for group in groups.values():
            listed |= connection.directory.numbers_on(group.arn).entries()
    return list(listed.values())


def _is_dark(connection: Connection, number: Number, groups: dict[str, Group]) -> bool:
    try:
        return any(number.arn.id not in flows for flows in _answered(connection, number, groups))
    except ConnectError as error:
        log.warning("not known whether it is dark", number=number.e164, error=str(error))
        return False


def _answered(connection: Connection, number: Number, groups: dict[str, Group]) -> Iterator[Collection[str]]:
    """The ids of the numbers that have a flow, in each Region where this number is reachable."""
    known = groups.get(number.target.id)
    instance, regions = (
        (known.instance, regions_of(connection, known.instance)) if known else reach_of(connection, number.target)
    )
    for there in regions:
        yield _with_flow(connection, instance.in_region(there), number)


def _with_flow(connection: Connection, instance: Arn, number: Number) -> Collection[str]:
    try:
        return connection.directory.associations(instance).entries().keys()
    except ConnectError as error:
        log.warning("not known whether it is dark", number=number.e164, region=instance.region, error=str(error))
        return {number.arn.id}
