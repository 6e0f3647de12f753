"""The stored state of a placement: what it is made of, what it means, and how it is read back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi.dynamic import DiffResult, ReadResult

from acgr.numbers.number import (
    NO_FLOW,
    NumberState,
    WrittenFlows,
    changed_flows,
    changed_number,
    flow_as_declared,
    named_flows,
    said_without_flow,
    still_claimed,
    target_as_declared,
)
from acgr.runtime.diffs import changed_inputs, changed_world, unchanged
from acgr.runtime.fields import NAMES, SECONDS, arn, arns, stored
from acgr.runtime.inputs import Properties, known
from acgr.runtime.name_checks import NameChanged, changed_group
from acgr_connect.groups import reach_of, short_name
from acgr_connect.model.arns import Arn, parse
from acgr_connect.model.errors import ErrorContext, NotFound
from acgr_connect.model.identifiers import is_name
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import Number, last_part
from acgr_connect.numbers.dark import restored_first
from acgr_connect.numbers.flows import flow_name, known_flows
from acgr_connect.numbers.placement import ObservedPlacement
from acgr_connect.numbers.restorer import IDLE
from acgr_connect.numbers.way_back import Placed
from acgr_connect.world.connection import Connection


@dataclass(frozen=True)
class PlacementState(NumberState):
    """A placement as the stack stores it.

    `placed_on` and `placed_flows` are what this resource last did; `target` and `flows` are what was last seen.
    """

    target: Arn = field(
        metadata=stored("target_arn", arn(), "ARN of what the number was last seen on", tells=("target",))
    )
    placed_on: Arn = field(
        metadata=stored("placed_on_arn", arn(), "ARN of what this resource last put the number on", tells=("target",))
    )
    placed_flows: Mapping[str, Arn] = field(
        metadata=stored(
            "placed_flow_arns",
            arns("contact-flow"),
            "Region to ARN of the flow that this resource last gave the number there",
            tells=("flow",),
        )
    )
    flows: Mapping[str, Arn] = field(
        metadata=stored(
            "contact_flow_arns",
            arns("contact-flow"),
            "Region to ARN of the flow that was last seen to answer there",
            tells=("flow",),
        )
    )
    dark_regions: tuple[str, ...] = field(
        metadata=stored("dark_regions", NAMES, "list of the Regions in which no flow answers; empty when all is well")
    )
    dark_seconds: float = field(
        metadata=stored(
            "dark_seconds",
            SECONDS,
            "seconds for which the last move left the number without a flow, to a tenth",
        )
    )

    @property
    def regions(self) -> tuple[str, ...]:
        """Where the number is reachable, the source Region first: a stored mapping has no order."""
        return tuple(
            sorted({*self.flows, *self.dark_regions}, key=lambda region: (region != self.number.region, region))
        )

    @property
    def placed(self) -> Placed:
        """What is known of the number to whoever gives it back."""
        number = Number(self.number, self.e164, self.target, "")
        return Placed(number, self.instance, self.placed_on, self.placed_flows)


def state_of(observed: ObservedPlacement, olds: Mapping[str, Any]) -> PlacementState:
    """The state after an attempt; the dark time of the last move is kept until the next.

    A number that never arrived was not placed there: it is where an earlier run placed it, with the flows of that run.
    """
    before = PlacementState.of(olds) if olds else None
    is_elsewhere = observed.number.target != observed.target and observed.number.status in IDLE
    placed_on, placed_flows = observed.target, observed.asked
    if is_elsewhere:
        placed_on = before.placed_on if before else observed.number.target
        placed_flows = before.placed_flows if before else observed.flows or observed.asked
    return PlacementState(
        observed.number.arn,
        observed.number.e164,
        observed.instance,
        observed.number.target,
        placed_on,
        placed_flows,
        observed.flows,
        observed.dark_regions,
        observed.dark_seconds if observed.moved else float(olds.get("dark_seconds") or 0.0),
    )


def decide(olds: Mapping[str, Any], news: Mapping[str, Any]) -> DiffResult:
    """Pure: another number replaces; another way to write the same is nothing; a dark number is a change."""
    state = PlacementState.of(olds)
    number = news["phone_number"]
    if known(number) and not state.is_number(number):
        return changed_inputs(["phone_number"])
    if not known(news) or not _is_as_before(state, olds, news):
        return changed_inputs()
    return changed_world() if state.dark_regions else unchanged()


def _is_as_before(state: PlacementState, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    return (
        _same_target(state, olds, news)
        and _same_flows(state, olds["flow"], news["flow"])
        and news.get("return_to", "instance") == olds.get("return_to", "instance")
        and news.get("description") == olds.get("description")
        and news.get("max_number_removals") == olds.get("max_number_removals")
        and news.get("replica_region") in {olds.get("replica_region"), None, *state.placed_flows}
    )


def _same_target(state: PlacementState, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    target, before = news["target"], (olds["target"], olds.get("source_region"))
    return (target, news.get("source_region")) == before or target in {state.target.id, str(state.target)}


def _same_flows(state: PlacementState, old: WrittenFlows, new: WrittenFlows) -> bool:
    regions = {*state.flows, *state.dark_regions, *(new if not isinstance(new, str) else ())}
    return old == new or all(_is_flow(state, region, _in(old, region), _in(new, region)) for region in regions)


def _in(flows: WrittenFlows, region: str) -> str | None:
    return flows if isinstance(flows, str) else flows.get(region)


def _is_flow(state: PlacementState, region: str, old: str | None, new: str | None) -> bool:
    seen = state.flows.get(region)
    return new is not None and (new == old or (seen is not None and last_part(new) == seen.id))


def changed_identity(connection: Connection, state: PlacementState, props: Mapping[str, Any]) -> list[NameChanged]:
    """Whether the number's digits stand for another number than the state has."""
    _prefetch(connection, state, props)
    return list(changed_number(connection, state.number, props["phone_number"]))


def changed_names(
    connection: Connection, state: PlacementState, props: Mapping[str, Any], operation: Operation
) -> list[NameChanged]:
    """What has become of a placement since it was last made: a number that is dark, names that mean something else.

    From the sweeps of the run: the numbers of the account, and the flow associations of both Regions.
    """
    return [
        *changed_group(connection, state.placed_on, props["target"]),
        *changed_flows(connection, state.placed_flows, props["flow"], operation),
    ]


def dark_now(connection: Connection, state: PlacementState, young: float) -> list[NameChanged]:
    """Whether the number has no flow somewhere, whatever the state says: then its flow is restored.

    From sweeps that are no older than `young` seconds: a resource of the same program may have moved it a moment ago.
    """
    listed = connection.directory.numbers(state.number.region).seen(state.number.id, young)
    if listed is None:
        return []  # it was released, or the list leaves it out: a refresh tells
    is_there = listed.target == state.target
    instance, regions = (state.instance, state.regions) if is_there else reach_of(connection, listed.target)
    flows = known_flows(connection, state.number, instance, regions, young)
    if dark := [region for region in regions if region not in flows]:
        return [NameChanged(restored_first(state.e164, dark))]
    return []


def _prefetch(connection: Connection, state: PlacementState, props: Mapping[str, Any]) -> None:
    """Sweep at the same time what is asked next: the engine waits, and nothing else goes on meanwhile."""
    directory, number, group = connection.directory, state.number.region, state.placed_on.region
    connection.prefetch(("numbers", number), directory.numbers(number).entries)
    for region in state.regions:
        there = state.instance.in_region(region)
        connection.prefetch(("associations", str(there)), directory.associations(there).entries)
    if known(props["target"]) and is_name(props["target"]):
        connection.prefetch(("groups", group), directory.groups(group).entries)
    for resolved, _ in named_flows(state.placed_flows, props["flow"]):
        connection.prefetch(("flows", str(resolved.instance)), directory.flows(resolved.instance).entries)


def read(connection: Connection, id_: str, declared: Properties, props: Mapping[str, Any]) -> ReadResult:
    """The placement as it is; an empty result where the number is gone, an error where a `get()` finds none.

    `declared` are the inputs among `props`; a `get()` has no others.
    """
    is_get = props.get("phone_number_arn") is None
    number_arn = parse(id_ if is_get else props["phone_number_arn"], "phone-number")
    connection.require_account(number_arn)
    context = ErrorContext(f"reading phone number {number_arn.id}", number_arn.region)
    try:
        number = still_claimed(connection, number_arn, None if is_get else parse(props["instance_arn"]))
    except NotFound as error:
        raise context.added_to(error, "it is not claimed") from error
    if number is None:
        return ReadResult("", {})
    instance, regions = reach_of(connection, number.target)
    flows = known_flows(connection, number_arn, instance, regions)
    before = None if is_get else PlacementState.of(props)
    state = _seen(number, instance, flows, regions, before)
    found = _as_found(connection, number, declared, before, state)
    return ReadResult(id_, {**found, **state.outputs()}, found)


def drift(connection: Connection, olds: Mapping[str, Any], outputs: Mapping[str, Any]) -> Iterator[str]:
    """What has become of a number since it was last seen, a line each: something else has changed it.

    Args:
        connection: the account, which knows what people call things.
        olds: the state, or what a `get()` asks for.
        outputs: what was found; empty where the number is gone.
    """
    before = None if olds.get("phone_number_arn") is None else PlacementState.of(olds)
    if not outputs:
        if before:
            yield f"{before.e164} is not claimed any more: its placement is forgotten"
        return
    now = PlacementState.of(outputs)
    if before and before.target != now.target:
        moved = f"{short_name(connection, before.target)} to {short_name(connection, now.target)}"
        yield f"{now.e164} was moved from {moved} by something else"
    elif before:
        changed = [region for region in now.flows if now.flows[region] != before.flows.get(region, now.flows[region])]
        instead: dict[str, list[str]] = {}
        for region in changed:
            names = flow_name(connection, now.flows[region]), flow_name(connection, before.flows[region])
            instead.setdefault(f"{names[0]} answers instead of {names[1]}", []).append(region)
        for said, regions in instead.items():
            yield f"{now.e164}: {said} in {' and '.join(regions)}, set by something else"
    if now.dark_regions:
        yield said_without_flow(now.e164, now.dark_regions)


def _as_found(
    connection: Connection, number: Number, declared: Properties, before: PlacementState | None, now: PlacementState
) -> Properties:
    """The inputs, as declared where that is still true: nothing is looked up of what is where it was put."""
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
