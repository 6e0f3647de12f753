"""What placing a number will do to those who call it, known before anything is done: from the sweeps of the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from acgr_connect.groups import reach_of, require_no_failover, short_name
from acgr_connect.model.arns import Arn
from acgr_connect.model.identifiers import Identifier
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import Number
from acgr_connect.numbers.contact_flow import desired_flow
from acgr_connect.numbers.dark import restored_first, said_dark
from acgr_connect.numbers.flows import flow_name, known_flows
from acgr_connect.numbers.placement import DesiredPlacement
from acgr_connect.numbers.restorer import Restorer
from acgr_connect.scheduling.duration import Work, about
from acgr_connect.world.connection import Connection
from acgr_connect.world.sweep import FRESH

NOT_KNOWN = "a target that is not known yet"
"""What the run itself makes, mostly: a group."""


@dataclass(frozen=True)
class FlowChange:
    """Another flow answers in a Region: what people call the one before and the one after."""

    region: str
    before: str
    after: str


@dataclass(frozen=True)
class PlacementForecast:
    """What callers of one number will notice.

    Attributes:
        number: as it is listed now.
        target: what people call the place where it is to be.
        origin: what people call the place that it leaves; "" where it stays.
        dark_seconds: seconds for which callers reach nothing, where it moves.
        dark_regions: where callers reach nothing now.
        changes: where another flow answers afterwards.
        regions: where it will be reachable.
        is_new: whether the program declares it for the first time, or under another name.
    """

    number: Number
    target: str
    origin: str = ""
    dark_seconds: float = 0.0
    dark_regions: tuple[str, ...] = ()
    changes: tuple[FlowChange, ...] = ()
    regions: tuple[str, ...] = field(default=())
    is_new: bool = False

    @property
    def work(self) -> Work:
        """What is to be done."""
        if self.origin:
            return Work(moves=1)
        return Work(flows=1) if self.dark_regions or self.changes else Work()

    def __str__(self) -> str:
        """One line for people who know Connect."""
        e164, answers = self.number.e164, _said_of(self.changes, self.regions)
        if self.origin:
            moves, seconds = f"moves from {self.origin} to {self.target}", about(self.dark_seconds)
            said = f"{e164} {moves}: callers reach nothing for about {seconds}"
            if self.dark_regions:
                said = f"{said_dark(e164, self.dark_regions)}: it {moves}, and has its flow about {seconds} later"
            return f"{said}; then {answers}" if answers else said
        if self.dark_regions:
            said = restored_first(e164, self.dark_regions)
            return f"{said}; {answers}" if answers else said
        if answers:
            return f"{e164}: {answers}, no gap"
        adopted = "taken over as it is, " if self.is_new else ""
        return f"{e164} is on {self.target} with its flow: {adopted}callers notice nothing"


def _said_of(changes: tuple[FlowChange, ...], regions: tuple[str, ...]) -> str:
    """Which flow answers instead of which; where it is the same in all Regions, once."""
    pairs = {(change.before, change.after) for change in changes}
    if len(pairs) == 1 and len(changes) == len(regions):
        before, after = next(iter(pairs))
        return f"{after} answers instead of {before}"
    return ", ".join(f"{change.after} answers instead of {change.before} in {change.region}" for change in changes)


def forecast(restorer: Restorer, desired: DesiredPlacement, *, is_new: bool = False) -> PlacementForecast:
    """What callers will notice of a placement. Nothing is changed.

    Args:
        restorer: the account's: it knows whether a flow may be set while its number moves.
        desired: what is asked for.
        is_new: whether the program declares the number for the first time, or under another name.

    Raises:
        Refused: it would be refused: a failover is running.
        ConnectError: it cannot be told.
    """
    connection, number = restorer.connection, desired.number
    is_moved = number.target != desired.target
    if is_moved:
        require_no_failover(connection, number.target, desired.target)
    before, dark_regions = _answered(connection, number)
    return PlacementForecast(
        number,
        short_name(connection, desired.target),
        short_name(connection, number.target) if is_moved else "",
        _dark_seconds(restorer, desired) if is_moved else 0.0,
        dark_regions,
        tuple(_changes(connection, before, desired.flows)),
        desired.regions,
        is_new,
    )


def forecast_in_part(
    restorer: Restorer, number: Number, target: Arn | None, *, is_new: bool = False
) -> PlacementForecast | None:
    """The same where the run itself makes the target or the flow, so that one of them is not known yet.

    Args:
        restorer: the account's.
        number: as it is listed.
        target: what the number is to be placed on; None: it is not known yet, and so the number is not on it.
        is_new: whether the program declares it for the first time, or under another name.

    Returns:
        None, where the number stays: which flow answers it cannot be told.

    Raises:
        Refused: it would be refused: a failover is running.
        ConnectError: it cannot be told.
    """
    connection = restorer.connection
    if number.target == target:
        return None
    require_no_failover(connection, *filter(None, (number.target, target)))
    _, dark_regions = _answered(connection, number)
    return PlacementForecast(
        number,
        short_name(connection, target) if target else NOT_KNOWN,
        short_name(connection, number.target),
        connection.pace(number.arn.region).dark_seconds,
        dark_regions,
        is_new=is_new,
    )


def forecast_flow(
    connection: Connection,
    number: Number,
    region: str,
    flow: Identifier,
    operation: Operation,
    *,
    is_new: bool = False,
) -> PlacementForecast:
    """The same of a flow that is declared for one Region, for a number that stays where it is. Nothing is changed.

    Args:
        connection: the account.
        number: as it is listed.
        region: where the flow is declared.
        flow: one of that Region.
        operation: has the deadline until which a flow is waited for that was made a moment ago.
        is_new: whether the program declares it for the first time, or under another name.

    Raises:
        Refused: the number is not reachable in the Region.
        ConnectError: the flow cannot answer there.
    """
    desired = desired_flow(connection, number, region, flow, operation, believing=FRESH)
    instance, _ = reach_of(connection, number.target)
    before = known_flows(connection, number.arn, instance, (region,))
    changes = _changes(connection, before, {region: desired.flow})
    dark = () if before else (region,)
    where = f"{short_name(connection, number.target)} in {region}"
    regions = desired.regions
    return PlacementForecast(number, where, dark_regions=dark, changes=tuple(changes), regions=regions, is_new=is_new)


def _answered(connection: Connection, number: Number) -> tuple[Mapping[str, Arn], tuple[str, ...]]:
    """The number's flows where it is, and the Regions there in which none answers."""
    instance, regions = reach_of(connection, number.target)
    flows = known_flows(connection, number.arn, instance, regions)
    return flows, tuple(region for region in regions if region not in flows)


def _dark_seconds(restorer: Restorer, desired: DesiredPlacement) -> float:
    """As long as the last moves were dark; where none is known, as long as a claim is taken to last."""
    region = desired.number.arn.region
    seen = restorer.expected_darkness(desired.flows[region])
    return restorer.connection.pace(region).dark_seconds if seen is None else seen


def _changes(connection: Connection, before: Mapping[str, Arn], after: Mapping[str, Arn]) -> list[FlowChange]:
    return [
        FlowChange(region, flow_name(connection, before[region]), flow_name(connection, flow))
        for region, flow in after.items()
        if region in before and before[region] != flow
    ]
