"""The stored state of a placement: what it is made of, what it means, how it is read back and given back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi.dynamic import ReadResult

from acgr import _engine
from acgr._drift import NO_FLOW, flow_as_declared, target_as_declared
from acgr._number import NumberState, placement_keys, still_claimed
from acgr._provider import Properties, run
from acgr_connect.arns import Arn, parse
from acgr_connect.connection import Connection, Progress
from acgr_connect.errors import ConnectError, Doing, NotFound, because, told
from acgr_connect.flows import Choice, known_flows, look_at_flow
from acgr_connect.goal import Goal, Standing, called, regions_of_target, resolve
from acgr_connect.ledger import Purpose
from acgr_connect.numbers import at_rest
from acgr_connect.records import Number, last_part

INPUTS = ("phone_number", "target", "flow", "return_to", "description", "source_region", "replica_region")
OUTPUTS = (
    "phone_number_arn",
    "e164",
    "instance_arn",
    "target_arn",
    "placed_on_arn",
    "placed_flow_arns",
    "contact_flow_arns",
    "dark_regions",
    "dark_seconds",
)


@dataclass(frozen=True)
class PlacementState(NumberState):
    """A placement as the stack stores it.

    `placed_on` and `placed_flows` are what this resource last did; `target` and `flows` are what was last seen.
    """

    target: Arn
    placed_on: Arn
    placed_flows: Mapping[str, Arn]
    flows: Mapping[str, Arn]
    dark_regions: tuple[str, ...]
    dark_seconds: float

    @classmethod
    def of(cls, props: Mapping[str, Any]) -> PlacementState:
        """From outputs."""
        return cls(
            parse(props["phone_number_arn"], "phone-number"),
            props["e164"],
            parse(props["instance_arn"], "instance"),
            parse(props["target_arn"]),
            parse(props["placed_on_arn"]),
            _parsed(props["placed_flow_arns"]),
            _parsed(props["contact_flow_arns"]),
            tuple(props["dark_regions"]),
            float(props["dark_seconds"]),
        )

    @property
    def regions(self) -> tuple[str, ...]:
        """Where the number is reachable."""
        return (*self.flows, *self.dark_regions)


def _parsed(flows: Mapping[str, str]) -> dict[str, Arn]:
    return {region: parse(flow, "contact-flow") for region, flow in flows.items()}


def inputs(props: Mapping[str, Any]) -> Properties:
    """The inputs among the properties."""
    return {name: props[name] for name in INPUTS if props.get(name) is not None}


def outputs(props: Mapping[str, Any], standing: Standing, olds: Mapping[str, Any]) -> Properties:
    """Inputs and outputs after an attempt; the dark time of the last move is kept until the next."""
    number = standing.number
    state = PlacementState(
        number.arn,
        number.e164,
        standing.instance,
        number.target,
        standing.target,
        standing.asked,
        standing.flows,
        standing.dark_regions,
        standing.dark_seconds if standing.moved else float(olds.get("dark_seconds") or 0.0),
    )
    run().declarations.note(_engine.urn(), placement_keys(state, props), made=True)
    return {**inputs(props), **_stored(state)}


def _stored(state: PlacementState) -> Properties:
    return {
        "phone_number_arn": str(state.number),
        "e164": state.e164,
        "instance_arn": str(state.instance),
        "target_arn": str(state.target),
        "placed_on_arn": str(state.placed_on),
        "placed_flow_arns": {region: str(flow) for region, flow in state.placed_flows.items()},
        "contact_flow_arns": {region: str(flow) for region, flow in state.flows.items()},
        "dark_regions": list(state.dark_regions),
        "dark_seconds": round(state.dark_seconds, 1),
    }


def is_as_before(state: PlacementState, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Pure: whether the inputs ask for what was last seen; another spelling of the same is the same."""
    return (
        _same_target(state, olds, news)
        and _same_flows(state, olds["flow"], news["flow"])
        and news.get("return_to", "instance") == olds.get("return_to", "instance")
        and news.get("description") == olds.get("description")
        and news.get("replica_region") in {olds.get("replica_region"), None, *state.placed_flows}
    )


def _same_target(state: PlacementState, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    target, before = news["target"], (olds["target"], olds.get("source_region"))
    return (target, news.get("source_region")) == before or target in {state.target.id, str(state.target)}


def _same_flows(state: PlacementState, old: Choice, new: Choice) -> bool:
    regions = {*state.flows, *state.dark_regions, *(new if not isinstance(new, str) else ())}
    return old == new or all(_is_flow(state, region, _in(old, region), _in(new, region)) for region in regions)


def _in(choice: Choice, region: str) -> str | None:
    return choice if isinstance(choice, str) else choice.get(region)


def _is_flow(state: PlacementState, region: str, old: str | None, new: str | None) -> bool:
    seen = state.flows.get(region)
    return new is not None and (new == old or (seen is not None and last_part(new) == seen.id))


def read(connection: Connection, id_: str, props: Mapping[str, Any]) -> ReadResult:
    """The placement as it is; an empty result where the number is gone, an error where a `get()` finds none."""
    is_get = props.get("phone_number_arn") is None
    arn = parse(id_ if is_get else props["phone_number_arn"], "phone-number")
    connection.insist_on_account(arn)
    try:
        number = still_claimed(connection, arn, None if is_get else parse(props["instance_arn"]))
    except NotFound as error:
        raise because(error, Doing(f"reading phone number {arn.id}", arn.region), "it is not claimed") from error
    if number is None:
        return ReadResult("", {})
    instance, regions = regions_of_target(connection, number.target)
    flows = known_flows(connection, arn, instance, regions)
    before = None if is_get else PlacementState.of(props)
    state = _seen(number, instance, flows, regions, before)
    found = _as_found(connection, number, props, before, state)
    return ReadResult(id_, {**found, **_stored(state)}, found)


def _as_found(
    connection: Connection, number: Number, props: Mapping[str, Any], before: PlacementState | None, now: PlacementState
) -> Properties:
    """The inputs, spelled as declared where that is still true: nothing is looked up of what is where it was put."""
    declared = inputs(props)
    target, flow = declared.get("target") or "", declared.get("flow") or NO_FLOW
    if not (before and before.placed_on == before.target == now.target):
        target = target_as_declared(connection, target, now.target)
    if not (before and before.placed_flows == before.flows == now.flows):
        flow = flow_as_declared(connection, flow, {region: now.flows.get(region) for region in now.regions})
    found = {"phone_number": declared["phone_number"], "target": target, "flow": flow}
    if "description" in declared:
        found["description"] = number.description
    return {**declared, **found}


def _seen(
    number: Number, instance: Arn, flows: Mapping[str, Arn], regions: tuple[str, ...], before: PlacementState | None
) -> PlacementState:
    """The state with what is seen now; of a number that was not in one, as if it had been placed so."""
    return PlacementState(
        number.arn,
        number.e164,
        instance,
        number.target,
        before.placed_on if before else number.target,
        before.placed_flows if before else flows,
        flows,
        tuple(region for region in regions if region not in flows),
        before.dark_seconds if before else 0.0,
    )


@dataclass(frozen=True)
class WayBack:
    """What becomes of a number whose placement is deleted: it stays for a reason, or is placed once more."""

    said: str
    goal: Goal | None = None


def way_back(
    connection: Connection, state: PlacementState, props: Mapping[str, Any], *, within: float, progress: Progress
) -> WayBack:
    """Where `return_to` puts the number, if it still is where this resource put it.

    Wherever it ends, it does not stay without a flow: a run that was killed half-way may have left it so.
    """
    connection.insist_on_account(state.number)
    try:
        known = Number(state.number, state.e164, state.target, "")
        number = at_rest(connection, known, within=within, progress=progress)
    except NotFound:
        return WayBack("is not claimed any more: nothing to return")
    target, said = _destination(connection, state, props["return_to"], number.target)
    if target == number.target and _has_flow(connection, number):
        return WayBack(said)
    goal = _goal_back(connection, state, target)
    moved = f"is back on {goal.target_name}, with its flow"
    return WayBack(moved if target != number.target else f"{said}; it had no flow and has one again", goal)


def _destination(connection: Connection, state: PlacementState, return_to: str, actual: Arn) -> tuple[Arn, str]:
    """Where the number goes from where it is, and what is said of it if it stays."""
    stays = f"stays on {called(connection, actual)}"
    if actual != state.placed_on:
        return actual, f"{stays}: it was moved there after this program placed it"
    if return_to == "leave":
        return actual, f"{stays}: return_to is 'leave'"
    target = state.instance if return_to == "instance" else parse(return_to)
    return target, f"{stays}: that is where return_to puts it"


def _has_flow(connection: Connection, number: Number) -> bool:
    instance, regions = regions_of_target(connection, number.target)
    return all(look_at_flow(connection, number.arn, instance.in_region(r), Purpose.MOVE) for r in regions)


def _goal_back(connection: Connection, state: PlacementState, target: Arn) -> Goal:
    """The flow that this resource set last follows the number; its twin, in a Region where it had none."""
    _, regions = regions_of_target(connection, target)
    known = {region: str(flow) for region, flow in state.placed_flows.items()}
    flow: Choice = {region: known[region] for region in regions} if set(regions) <= set(known) else known[target.region]
    try:
        return resolve(connection, str(state.number), str(target), flow)
    except ConnectError as error:
        doing = Doing(f"returning phone number {state.e164} to {called(connection, target)}", target.region)
        raise told(ConnectError, doing, error.message, "or let it stay where it is: return_to 'leave'") from error
