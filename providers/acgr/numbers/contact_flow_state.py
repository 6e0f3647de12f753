"""The stored state of a number's declared flow: what it is made of, who else declares it, and how it is read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi.dynamic import DiffResult, ReadResult

from acgr.numbers.claims import declared_flows
from acgr.numbers.number import (
    NO_FLOW,
    NumberState,
    changed_flows,
    changed_number,
    flow_as_declared,
    said_without_flow,
    still_claimed,
)
from acgr.runtime.diffs import changed_inputs, changed_world, unchanged
from acgr.runtime.fields import arn, arn_or_none, stored
from acgr.runtime.inputs import Properties, known
from acgr.runtime.name_checks import NameChanged
from acgr.runtime.run import Run
from acgr_connect.groups import reach_of, shows_all
from acgr_connect.model.arns import Arn, ArnError, form_of, is_arn, parse
from acgr_connect.model.errors import ErrorContext, NotFound
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import Number, last_part
from acgr_connect.numbers.contact_flow import ObservedFlow
from acgr_connect.numbers.dark import restored_first
from acgr_connect.numbers.find import await_idle
from acgr_connect.numbers.flows import known_flows, look_at_flow
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.world.connection import Connection


@dataclass(frozen=True)
class FlowState(NumberState):
    """A number's flow in one Region as the stack stores it.

    `placed` is what this resource last set; `flow` is what was last seen to answer, None where nothing was.
    """

    instance: Arn = field(
        metadata=stored("instance_arn", arn("instance"), "ARN of the instance in the Region", stays=True)
    )
    flow: Arn | None = field(
        metadata=stored(
            "contact_flow_arn",
            arn_or_none("contact-flow"),
            "ARN of the flow that was last seen to answer there; empty where none was",
            tells=("flow",),
        )
    )
    placed: Arn = field(
        metadata=stored(
            "placed_flow_arn",
            arn("contact-flow"),
            "ARN of the flow that this resource last gave the number there",
            tells=("flow",),
        )
    )

    @property
    def id(self) -> str:
        """The resource's id: the number, and the instance in the Region for which its flow is declared."""
        return f"{self.number}#{self.instance}"

    @property
    def region(self) -> str:
        """The Region for which the flow is declared."""
        return self.instance.region


def state_of(observed: ObservedFlow) -> FlowState:
    """The state after an attempt."""
    desired = observed.desired
    return FlowState(desired.number.arn, desired.number.e164, desired.flow.instance, observed.flow, desired.flow)


def decide(olds: Mapping[str, Any], news: Mapping[str, Any]) -> DiffResult:
    """Pure: another number or Region replaces; another way to write the same is nothing; no known flow is a change."""
    state = FlowState.of(olds)
    if replaces := _replaces(state, olds, news):
        return changed_inputs(replaces)
    if not known(news) or _meaning(news) != _meaning(olds):
        return changed_inputs()
    return unchanged() if state.flow == state.placed else changed_world()


def _meaning(props: Mapping[str, Any]) -> str:
    """The flow that the inputs ask for, in normal form: two ways to write the same are equal."""
    flow = str(props["flow"])
    return last_part(flow) if is_arn(flow) else flow


def _replaces(state: FlowState, olds: Mapping[str, Any], news: Mapping[str, Any]) -> list[str]:
    number, region = news["phone_number"], news["region"]
    other_number = known(number) and number != olds["phone_number"] and not state.is_number(number)
    other_region = known(region) and region != state.region
    return ["phone_number"] * other_number + ["region"] * other_region + _claimed_elsewhere(state, news)


def _claimed_elsewhere(state: FlowState, news: Mapping[str, Any]) -> list[str]:
    """A number of the same digits that was claimed in another Region is another number."""
    said = news.get("source_region")
    if said is None or not known(said) or said == state.number.region:
        return []
    return ["source_region"]


def others_flows(run: Run, state: FlowState, *, made: bool = False) -> dict[str, tuple[Arn, str]]:
    """What this run declares of the number in other Regions: Region to the flow and the name of the resource.

    With `made`, only what was set in this run.
    """
    found = declared_flows(run, state.number, made=made)
    return {region: declared for region, declared in found.items() if region != state.region}


def changed_identity(connection: Connection, state: FlowState, props: Mapping[str, Any]) -> list[NameChanged]:
    """Whether the number's digits stand for another number than when the flow was last set."""
    return list(changed_number(connection, state.number, props["phone_number"]))


def changed_names(
    connection: Connection, state: FlowState, props: Mapping[str, Any], operation: Operation
) -> list[NameChanged]:
    """Whether the flow's name means another flow than when it was last set."""
    return list(changed_flows(connection, {state.region: state.placed}, props["flow"], operation))


def dark_now(connection: Connection, state: FlowState, young: float) -> list[NameChanged]:
    """Whether the number has no flow in the Region, by sweeps no older than `young` seconds: then it is restored."""
    directory, here = connection.directory, state.instance
    connection.prefetch(("associations", str(here)), directory.associations(here).entries)
    listed = directory.numbers(state.number.region).entries(young).get(state.number.id)
    if listed is None:
        return []  # it was released, or the list leaves it out: a refresh tells
    instance, regions = reach_of(connection, listed.target)
    if state.region in regions and not known_flows(connection, state.number, instance, (state.region,), young):
        return [NameChanged(restored_first(state.e164, [state.region]))]
    return []


def read(
    connection: Connection, id_: str, declared: Properties, props: Mapping[str, Any], operation: Operation
) -> ReadResult:
    """The flow as it is; an empty result where the number is gone, an error where a `get()` finds no flow.

    A flow that is gone is no reason to forget that one is declared: the next update sets it. `declared` are the inputs
    among `props`; a `get()` has no others.
    """
    is_get = props.get("phone_number_arn") is None
    number_arn, instance = parts_of_id(id_) if is_get else _from_state(props)
    connection.require_account(number_arn)
    context = ErrorContext(f"reading the flow of phone number {props.get('e164') or number_arn.id}", instance.region)
    number = still_claimed(connection, number_arn, instance)
    if number is None:
        if is_get:
            raise context.error(NotFound, "the number is not claimed")
        return ReadResult("", {})
    flow = _flow(connection, number, instance.region, context, operation)
    placed = flow if is_get else parse(props["placed_flow_arn"], "contact-flow")
    if placed is None:
        raise context.error(NotFound, "the number has no flow there")
    if flow is None:
        operation.say(said_without_flow(number.e164, [instance.region]))
    state = FlowState(number.arn, number.e164, flow.instance if flow else instance, flow, placed)
    found = _as_found(connection, state, {} if is_get else declared)
    return ReadResult(state.id, {**found, **state.outputs()}, found)


def _from_state(props: Mapping[str, Any]) -> tuple[Arn, Arn]:
    return parse(props["phone_number_arn"], "phone-number"), parse(props["instance_arn"], "instance")


def parts_of_id(id_: str) -> tuple[Arn, Arn]:
    """The number and the instance in the Region that a resource's id names.

    Raises:
        ArnError: it has another form.
    """
    number, separator, instance = id_.partition("#")
    if not separator:
        form = f"{form_of('phone-number')}#{form_of('instance')}"
        said = f"{id_!r} is not the ARN of a phone number, '#', and the ARN of the instance in the Region"
        raise ArnError(f"{said}: {form}")
    return parse(number, "phone-number"), parse(instance, "instance")


def _flow(
    connection: Connection, number: Number, region: str, context: ErrorContext, operation: Operation
) -> Arn | None:
    """The number's flow in the Region. None is believed of a number that is idle and of a group that is `ACTIVE`."""
    instance, regions = reach_of(connection, number.target)
    if region in regions and (
        swept := connection.directory.associations(instance.in_region(region)).get(number.arn.id)
    ):
        return swept
    with context:
        seen = await_idle(connection, number, operation, Purpose.REFRESH)
        instance, regions = reach_of(connection, seen.target)
        found = (
            look_at_flow(connection, seen.arn, instance.in_region(region), Purpose.REFRESH)
            if region in regions
            else None
        )
    if found is None and seen.target.kind == "traffic-distribution-group":
        shows_all(connection, seen.target, context)
    return found


def _as_found(connection: Connection, state: FlowState, declared: Properties) -> Properties:
    """The inputs, as declared where that is still true."""
    now = flow_as_declared(connection, declared.get("flow") or NO_FLOW, {state.region: state.flow})
    plain = {"phone_number": str(state.number), "region": state.region}
    return {**plain, **declared, "flow": now}
