"""Which numbers have no flow somewhere where they are reachable: from the sweeps that all resources of a run share."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from acgr_connect import log
from acgr_connect.groups import reach_of, regions_of
from acgr_connect.model.arns import Arn
from acgr_connect.model.errors import ConnectError
from acgr_connect.model.records import Group, Number
from acgr_connect.world.connection import Connection


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
