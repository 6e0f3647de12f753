"""Which number, flow and Region are meant, where a number's flow is declared apart from its place (N2, N6-N10)."""

from __future__ import annotations

from dataclasses import dataclass

from acgr_connect.arns import Arn, is_arn, parse
from acgr_connect.connection import Connection, Progress, silent
from acgr_connect.errors import ConnectError, Doing, NotFound, Refused, because, told
from acgr_connect.flows import find_flows
from acgr_connect.goal import called, regions_of_target
from acgr_connect.numbers import at_rest, find_number
from acgr_connect.records import Number


@dataclass(frozen=True)
class FlowGoal:
    """What is asked for, resolved: the flow, whose Region it is for, and the Regions where the number is reachable."""

    number: Number
    flow: Arn
    regions: tuple[str, ...]

    @property
    def region(self) -> str:
        """The Region for which the flow is declared."""
        return self.flow.region

    @property
    def others(self) -> tuple[str, ...]:
        """The other Regions in which the number is reachable."""
        return tuple(region for region in self.regions if region != self.region)

    @property
    def doing(self) -> Doing:
        """How every error about it begins."""
        return _setting(self.number, self.region)


def _setting(number: Number, region: str) -> Doing:
    return Doing(f"setting the flow of phone number {number.e164}", region)


def resolve_flow(
    connection: Connection,
    number: str,
    region: str,
    flow: str,
    source_region: str,
    *,
    within: float = 600.0,
    progress: Progress = silent,
) -> FlowGoal:
    """What every name means. Nothing is changed.

    Args:
        connection: the account.
        number: E.164, id or ARN.
        region: where the flow is declared.
        flow: a name, id or ARN of that Region.
        source_region: where the number was claimed, unless its ARN says it.
        within: seconds that somebody else's operation on the number is waited for.
        progress: told what is happening.

    Raises:
        ConnectError: the number is not claimed, or not reachable in the Region, or the flow cannot answer there.
    """
    if is_arn(number):
        claimed = parse(number, "phone-number")
        connection.insist_on_account(claimed)
        source_region = claimed.region
    listed = find_number(connection, number, source_region)
    connection.insist_on_account(listed.arn)
    try:
        return goal_for(connection, listed, region, flow)
    except ConnectError:
        # The list may be older than a move, or the move be under way: what counts is where the number comes to rest.
        seen = settled(connection, listed, region, within=within, progress=progress)
        if seen.target == listed.target:
            raise
        return goal_for(connection, seen, region, flow)


def goal_for(connection: Connection, number: Number, region: str, flow: str) -> FlowGoal:
    """The goal for a number that was found where it is.

    Raises:
        Refused: the number is not reachable in the Region.
        ConnectError: the flow cannot answer there.
    """
    instance, regions = regions_of_target(connection, number.target)
    if region not in regions:
        cause = f"it is on {called(connection, number.target)}, and reachable in {' and '.join(regions)} only"
        remedy = "place it on a traffic distribution group first, or declare its flow where it is reachable"
        raise told(Refused, _setting(number, region), cause, remedy)
    return FlowGoal(number, find_flows(connection, instance, (region,), flow)[region], regions)


def settled(connection: Connection, number: Number, region: str, *, within: float, progress: Progress) -> Number:
    """The number as it is once nobody's operation is running on it (N14); one look where none is.

    Raises:
        NotFound: it was released meanwhile.
        WaitTimeout: still IN_PROGRESS after `within` seconds.
    """
    doing = _setting(number, region)
    try:
        return at_rest(connection, number, within=within, progress=progress)
    except NotFound as error:
        raise because(error, doing, "the number is not claimed any more", "claim it first") from error
    except ConnectError as error:
        raise because(error, doing, remedy="nothing was changed: run again") from error
