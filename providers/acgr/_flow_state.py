"""The stored state of a number's declared flow: what it is made of, who else declares it, and how it is read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi.dynamic import ReadResult

from acgr import _engine
from acgr._drift import NO_FLOW, flow_as_declared
from acgr._number import NumberState, placement_keys, spellings, still_claimed
from acgr._provider import Key, Properties, known, run
from acgr_connect.arns import Arn, ArnError, is_arn, parse
from acgr_connect.connection import Connection
from acgr_connect.errors import ConnectError, Doing, NotFound, because, told
from acgr_connect.flow_of_number import FlowStanding
from acgr_connect.flows import look_at_flow
from acgr_connect.goal import regions_of_target
from acgr_connect.groups import shows_all
from acgr_connect.ledger import Purpose
from acgr_connect.numbers import at_rest
from acgr_connect.records import Number, last_part

INPUTS = ("phone_number", "region", "flow", "source_region")
OUTPUTS = ("phone_number_arn", "e164", "instance_arn", "contact_flow_arn", "placed_flow_arn")

DECLARED, ANSWERS = "phone-number-flow", "phone-number-flow-is"
"""Kinds of keys: whose flow is declared, and which flow that is."""


@dataclass(frozen=True)
class FlowState(NumberState):
    """A number's flow in one Region as the stack stores it.

    `placed` is what this resource last set; `flow` is what was last seen to answer, None where nothing was.
    """

    flow: Arn | None
    placed: Arn

    @classmethod
    def of(cls, props: Mapping[str, Any]) -> FlowState:
        """From outputs."""
        answers = props["contact_flow_arn"]
        return cls(
            parse(props["phone_number_arn"], "phone-number"),
            props["e164"],
            parse(props["instance_arn"], "instance"),
            parse(answers, "contact-flow") if answers else None,
            parse(props["placed_flow_arn"], "contact-flow"),
        )

    @property
    def id(self) -> str:
        """The resource's id: the number, and the instance in the Region for which its flow is declared."""
        return f"{self.number}#{self.instance}"

    @property
    def region(self) -> str:
        """The Region for which the flow is declared."""
        return self.instance.region

    def outputs(self) -> Properties:
        """As outputs."""
        return {
            "phone_number_arn": str(self.number),
            "e164": self.e164,
            "instance_arn": str(self.instance),
            "contact_flow_arn": str(self.flow) if self.flow else NO_FLOW,
            "placed_flow_arn": str(self.placed),
        }


def of_standing(standing: FlowStanding) -> FlowState:
    """The state after an attempt."""
    goal = standing.goal
    return FlowState(goal.number.arn, goal.number.e164, goal.flow.instance, standing.flow, goal.flow)


def inputs(props: Mapping[str, Any]) -> Properties:
    """The inputs among the properties."""
    return {name: props[name] for name in INPUTS if props.get(name) is not None}


def outputs(props: Mapping[str, Any], standing: FlowStanding) -> Properties:
    """Inputs and outputs after a create or update, which declares the flow for this run."""
    state = of_standing(standing)
    note(state, props, made=True, touched=standing.touched)
    return {**inputs(props), **state.outputs()}


def keys_of(state: FlowState | None, props: Mapping[str, Any]) -> set[Key]:
    """Every way to say whose flow in which Region."""
    region = state.region if state else props.get("region")
    if not isinstance(region, str) or not known(region):
        return set()
    return {(DECLARED, number, region) for number in spellings(state, props)}


def any_region(state: FlowState | None, props: Mapping[str, Any]) -> set[Key]:
    """Every way to say whose flow, for whoever declares it everywhere."""
    return {(DECLARED, number) for number in spellings(state, props)}


def note(state: FlowState, props: Mapping[str, Any], *, made: bool = False, touched: bool = False) -> None:
    """This resource declares the flow from now on; `touched`, where it had to be set."""
    declarations, urn = run().declarations, _engine.urn()
    declarations.note(urn, keys_of(state, props) | any_region(state, props), made=made)
    declarations.note(urn, {(ANSWERS, state.number.id, state.region, str(state.placed))}, made=touched)


def elsewhere(state: FlowState, *, made: bool = False) -> dict[str, tuple[Arn, str]]:
    """What this run declares of the number in other Regions: Region to the flow and the name of the resource.

    With `made`, only what was set in this run.
    """
    found = run().declarations.under(ANSWERS, state.number.id, made=made)
    rows = [(parse(key[3], "contact-flow"), sorted(urns)[0].rsplit("::", 1)[-1]) for key, urns in found.items()]
    return {flow.region: (flow, name) for flow, name in rows if flow.region != state.region}


def rival(state: FlowState | None, props: Mapping[str, Any]) -> str | None:
    """Who declares this flow as well, as the end of a sentence, or None."""
    declarations, urn = run().declarations, _engine.urn()
    if placement := declarations.heir(urn, placement_keys(state, props)):
        return f"the placement {placement} declares its flow already: change the flow there, and drop this resource"
    if twin := declarations.heir(urn, keys_of(state, props)):
        return f"{twin} declares its flow in {props.get('region')} already: declare it once"
    return None


def declared_apart(props: Mapping[str, Any]) -> str | None:
    """The resource that declares the flow of a placement's number apart from the placement, or None."""
    return run().declarations.heir(_engine.urn(), any_region(None, props))


def read(connection: Connection, id_: str, props: Mapping[str, Any]) -> ReadResult:
    """The flow as it is; an empty result where number or flow are gone, an error where a `get()` finds none."""
    is_get = props.get("phone_number_arn") is None
    arn, instance = _parsed(id_) if is_get else _stored(props)
    connection.insist_on_account(arn)
    doing = Doing(f"reading the flow of phone number {props.get('e164') or arn.id}", instance.region)
    number = still_claimed(connection, arn, instance)
    if number is None:
        return _gone(is_get, doing, "the number is not claimed")
    flow = _flow(connection, number, instance.region, doing)
    if flow is None:
        return _gone(is_get, doing, "the number has no flow there")
    placed = flow if is_get else parse(props["placed_flow_arn"], "contact-flow")
    state = FlowState(number.arn, number.e164, flow.instance, flow, placed)
    found = _as_found(connection, state, flow, {} if is_get else props)
    return ReadResult(state.id, {**found, **state.outputs()}, found)


def _stored(props: Mapping[str, Any]) -> tuple[Arn, Arn]:
    return parse(props["phone_number_arn"], "phone-number"), parse(props["instance_arn"], "instance")


def _parsed(id_: str) -> tuple[Arn, Arn]:
    number, separator, instance = id_.partition("#")
    if not separator:
        raise ArnError(f"{id_!r} is not the ARN of a phone number, '#', and the ARN of the instance in the Region")
    return parse(number, "phone-number"), parse(instance, "instance")


def _gone(is_get: bool, doing: Doing, cause: str) -> ReadResult:
    if is_get:
        raise told(NotFound, doing, cause)
    return ReadResult("", {})


def _flow(connection: Connection, number: Number, region: str, doing: Doing) -> Arn | None:
    """The number's flow in the Region. None is believed of a number that is at rest and of a group that is `ACTIVE`."""
    instance, regions = regions_of_target(connection, number.target)
    if region in regions and (
        swept := connection.directory.associations(instance.in_region(region)).get(number.arn.id)
    ):
        return swept
    try:
        seen = at_rest(connection, number, within=60.0, progress=_engine.progress, purpose=Purpose.REFRESH)
        instance, regions = regions_of_target(connection, seen.target)
        found = (
            look_at_flow(connection, seen.arn, instance.in_region(region), Purpose.REFRESH)
            if region in regions
            else None
        )
    except ConnectError as error:
        raise because(error, doing) from error
    if found is None and seen.target.kind == "traffic-distribution-group":
        shows_all(connection, seen.target, doing)
    return found


def _as_found(connection: Connection, state: FlowState, flow: Arn, props: Mapping[str, Any]) -> Properties:
    """The inputs, spelled as declared where that is still true."""
    declared = inputs(props)
    spelled = flow_as_declared(connection, declared.get("flow") or NO_FLOW, {state.region: flow})
    plain = {"phone_number": str(state.number), "region": state.region}
    return {**plain, **declared, "flow": spelled}


def means(props: Mapping[str, Any]) -> str:
    """The flow that the inputs ask for, in normal form: two spellings of the same are equal."""
    flow = str(props["flow"])
    return last_part(flow) if is_arn(flow) else flow
