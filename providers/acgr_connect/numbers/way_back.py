"""What becomes of a number whose placement is deleted: it stays for a reason, or is placed once more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from acgr_connect.groups import display_name, reach_of
from acgr_connect.model.arns import Arn, parse
from acgr_connect.model.errors import ConnectError, ErrorContext, NotFound, Refused
from acgr_connect.model.identifiers import Flows
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import Number
from acgr_connect.numbers.find import await_idle
from acgr_connect.numbers.flows import look_at_flow
from acgr_connect.numbers.placement import DesiredPlacement, resolve
from acgr_connect.numbers.restorer import Restorer
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.world.connection import Connection


@dataclass(frozen=True)
class Placed:
    """What is known of a number that was placed.

    Attributes:
        number: the number as it was last seen.
        instance: the source instance.
        on: where it was placed.
        flows: Region to the flow that it was given.
    """

    number: Number
    instance: Arn
    on: Arn
    flows: Mapping[str, Arn]


@dataclass(frozen=True)
class WayBack:
    """What is said of it afterwards and, unless it stays as it is, where it is to be placed."""

    said: str
    desired: DesiredPlacement | None = None


def way_back(
    restorer: Restorer,
    placed: Placed,
    return_to: str,
    operation: Operation,
    apart: Mapping[str, tuple[Arn, str]] = MappingProxyType({}),
) -> WayBack:
    """Where `return_to` puts the number, if it still is where it was placed.

    Wherever it ends, it does not stay without a flow: a run that was killed half-way may have left it so.

    Args:
        restorer: the account's, which knows what moves of ours were stopped half-way.
        placed: what was placed, and where.
        return_to: "instance", "leave", or the ARN of a traffic distribution group.
        operation: has the deadline until which somebody else's operation on the number is waited for.
        apart: Region to the flow that the program declares without the placement, and the name of that resource: the
            number keeps it, and does not leave the Region.

    Raises:
        ConnectError: it cannot be told, or where it is to go cannot take it.
    """
    connection = restorer.connection
    connection.require_account(placed.number.arn)
    try:
        number = await_idle(connection, placed.number, operation)
    except NotFound:
        return WayBack("is not claimed any more: nothing to return")
    if restorer.moved_by_us(number):
        placed = replace(placed, on=number.target)
    target, said = _destination(connection, placed, return_to, number.target)
    if target != number.target and (why := _why_it_stays(connection, target, apart)):
        target, said = number.target, f"stays on {display_name(connection, number.target)}: {why}"
    if target == number.target and _answers(connection, number):
        return WayBack(said)
    flows = {**placed.flows, **{region: flow for region, (flow, _) in apart.items()}}
    desired = _desired(connection, replace(placed, flows=flows), target, operation)
    moved = f"is back on {desired.target_name}, with its flow"
    return WayBack(moved if target != number.target else f"{said}; it had no flow and has one again", desired)


def _destination(connection: Connection, placed: Placed, return_to: str, actual: Arn) -> tuple[Arn, str]:
    """Where the number goes from where it is, and what is said of it if it stays."""
    stays = f"stays on {display_name(connection, actual)}"
    if actual != placed.on:
        return actual, f"{stays}: it was moved there after this program placed it"
    if return_to == "leave":
        return actual, f"{stays}: return_to is 'leave'"
    target = placed.instance if return_to == "instance" else parse(return_to)
    return target, f"{stays}: that is where return_to puts it"


def _why_it_stays(connection: Connection, target: Arn, apart: Mapping[str, tuple[Arn, str]]) -> str | None:
    """Whose flow would have no number to answer, if it went to the target; None where nothing is in the way."""
    _, regions = reach_of(connection, target)
    for region, (_, name) in apart.items():
        if region not in regions:
            return f"{name} declares its flow in {region}, where it would not be reachable any more"
    return None


def _answers(connection: Connection, number: Number) -> bool:
    instance, regions = reach_of(connection, number.target)
    return all(look_at_flow(connection, number.arn, instance.in_region(r), Purpose.MOVE) for r in regions)


def _desired(connection: Connection, placed: Placed, target: Arn, operation: Operation) -> DesiredPlacement:
    """The flow that the number was given last follows it; its twin, in a Region where it had none."""
    _, regions = reach_of(connection, target)
    known = placed.flows
    action = f"returning phone number {placed.number.e164} to {display_name(connection, target)}"
    context = ErrorContext(action, target.region)
    if not known:  # it was dark when it was imported, and nobody has given it one since
        cause = "it is dark, and there is no flow that it was given"
        remedy = "give its placement a flow and run `pulumi up` first, or take it out of the state: pulumi state delete"
        raise context.error(Refused, cause, remedy)
    flows: Flows = known.get(target.region) or next(iter(known.values()))
    if set(regions) <= set(known):
        flows = {region: known[region] for region in regions}
    try:
        return resolve(connection, placed.number.arn, target, flows, operation)
    except ConnectError as error:
        raise context.error(ConnectError, error.message, "or let it stay where it is: return_to 'leave'") from error
