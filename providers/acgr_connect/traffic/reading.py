"""What a drill has to know before it shifts anything, read from one Region alone: groups, shares, numbers.

Both Regions know all of it. A Region that has failed is not asked, so that nobody waits for it on the night it fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from acgr_connect.groups import is_called
from acgr_connect.model.arns import is_arn, parse
from acgr_connect.model.errors import ConnectError, ErrorContext, NotFound
from acgr_connect.model.hints import did_you_mean
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import Distribution, Group, Number
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.traffic.shift import settled
from acgr_connect.world.connection import Connection


def groups_in(connection: Connection, region: str, operation: Operation) -> list[Group]:
    """All groups that a Region shows, by name.

    Raises:
        ConnectError: the Region does not answer, or the role may not ask.
    """
    operation.progress(f"traffic distribution groups in {region}")
    with ErrorContext("listing the traffic distribution groups", region):
        found = connection.connect(region, Purpose.CHECK, operation.deadline).list_groups()
    return sorted(found, key=lambda group: group.name)


def chosen(groups: Sequence[Group], names: Sequence[str], region: str) -> list[Group]:
    """The groups that are meant, each once.

    Args:
        groups: those of one instance.
        names: ARN, id, name or `default` of each; empty: all.
        region: where they were read, for the error.

    Raises:
        NotFound: there is none of that name; the sentence names those there are.
        ArnError: a text begins as an ARN, and is none of a group.
    """
    if not names:
        return list(groups)
    found: dict[str, Group] = {}
    for name in names:
        meant = [group for group in groups if _is_meant(group, name)]
        if not meant:
            there = sorted(group.name for group in groups)
            cause = f"there is none of that name; there are: {', '.join(there) or 'none at all'}"
            context = ErrorContext(f"looking for traffic distribution group {name!r}", region)
            raise context.error(NotFound, cause, did_you_mean(name, there))
        found.update((group.arn.id, group) for group in meant)
    return sorted(found.values(), key=lambda group: group.name)


def _is_meant(group: Group, name: str) -> bool:
    if is_arn(name):
        return group.arn == parse(name, "traffic-distribution-group")
    return is_called(group, name)


def distribution_of(connection: Connection, group: Group, region: str, operation: Operation) -> Distribution:
    """How a group spreads its traffic, once nobody is changing it any more.

    Raises:
        ConnectError: it is being made, deleted or is broken, or it cannot be read whole.
    """
    operation.progress(f"traffic shares of {group.name} in {region}")
    return settled(connection, group, region, operation)


def distribution_now(connection: Connection, group: Group, region: str, operation: Operation) -> Distribution | None:
    """The same as one answer tells it, whatever is under way; None where it does not."""
    try:
        api = connection.connect(region, Purpose.CHECK, operation.deadline)
        return api.get_whole_distribution(group.arn, sign_in=group.is_default)
    except ConnectError:
        return None


def numbers_of(
    connection: Connection, groups: Iterable[Group], region: str, operation: Operation
) -> dict[str, tuple[Number, ...]]:
    """The numbers on each group (UUID), by E.164.

    Raises:
        ConnectError: they cannot be listed.
    """
    found: dict[str, tuple[Number, ...]] = {}
    for group in groups:
        operation.progress(f"phone numbers of {group.name} in {region}")
        with ErrorContext(f"listing the phone numbers of {group.name}", region):
            rows = connection.connect(region, Purpose.CHECK, operation.deadline).list_phone_numbers(group.arn)
        found[group.arn.id] = tuple(sorted(rows, key=lambda number: number.e164))
    return found
