"""The flow of a claimed phone number in one Region, where something else places the number (statements N6 to N10)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, final, overload

import pulumi
from pulumi.dynamic import CheckResult, CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from acgr import _engine, _flow_state
from acgr._flow_state import FlowState, any_region, keys_of, means, rival
from acgr._number import placement_keys
from acgr._pins import of_flow
from acgr._provider import (
    DEADLINE,
    ConnectProvider,
    Properties,
    Shape,
    known,
    misshapen,
    note_check,
    run,
    told,
    with_pins,
)
from acgr.arguments import FLOW, PHONE_NUMBER, Identity, as_inputs, identity
from acgr_connect import errors, spelling
from acgr_connect.flow_goal import resolve_flow
from acgr_connect.flow_of_number import FlowStanding, answer_with
from acgr_connect.flow_removal import remove_flow

if TYPE_CHECKING:
    from typing_extensions import NotRequired, Unpack


@dataclass(frozen=True)
class PhoneNumberContactFlowArgs:
    """What is declared of one number's flow in one Region.

    Attributes:
        phone_number: E.164 (`+442079460001`), or the claimed number's id or ARN. Another number replaces the resource.
        region: the Region whose flow is declared: the number's own or, on a traffic distribution group, the other one.
            Another Region replaces the resource.
        flow: the flow that answers there: its name, id or ARN in that Region.
        source_region: the Region where the number was claimed. Needed where that is not `region` and the number is not
            given by ARN.
    """

    phone_number: Identity
    region: pulumi.Input[str]
    flow: Identity
    source_region: pulumi.Input[str] | None = None


class PhoneNumberContactFlowArgsDict(TypedDict):
    """`PhoneNumberContactFlowArgs` as a dictionary."""

    phone_number: Identity
    region: pulumi.Input[str]
    flow: Identity
    source_region: NotRequired[pulumi.Input[str] | None]


@final
class PhoneNumberContactFlow(Resource, module="acgr", name="PhoneNumberContactFlow"):
    """The flow that answers a number in one Region. For numbers that something else claims and places.

    Creating takes over a flow that is set. Another flow is set over the one before, without a gap. Deleting takes the
    flow away, and callers reach nothing: unless something else set another flow meanwhile, or something else in the
    program declares it. A number with a `PhoneNumberPlacement` has its flow from there, and needs none of these.

    Whoever moves the number drops its flow. This resource sets it again at the next `pulumi up --refresh`.
    """

    phone_number: pulumi.Output[str]
    region: pulumi.Output[str]
    flow: pulumi.Output[str]
    source_region: pulumi.Output[str | None]
    phone_number_arn: pulumi.Output[str]
    e164: pulumi.Output[str]
    instance_arn: pulumi.Output[str]
    contact_flow_arn: pulumi.Output[str]
    placed_flow_arn: pulumi.Output[str]

    @overload
    def __init__(
        self,
        resource_name: str,
        args: PhoneNumberContactFlowArgs | PhoneNumberContactFlowArgsDict,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self,
        resource_name: str,
        args: None = None,
        opts: pulumi.ResourceOptions | None = None,
        **inputs: Unpack[PhoneNumberContactFlowArgsDict],
    ) -> None: ...

    def __init__(
        self,
        resource_name: str,
        args: PhoneNumberContactFlowArgs | PhoneNumberContactFlowArgsDict | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **inputs: Any,
    ) -> None:
        props = as_inputs(PhoneNumberContactFlowArgs, args, inputs)
        props["phone_number"] = identity(props["phone_number"], *PHONE_NUMBER)
        props["flow"] = identity(props["flow"], *FLOW)
        outputs = dict.fromkeys(_flow_state.OUTPUTS)
        super().__init__(PhoneNumberContactFlowProvider(), resource_name, {**props, **outputs}, opts)

    @staticmethod
    def get(
        resource_name: str, id: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None
    ) -> PhoneNumberContactFlow:
        """The flow of a number in one Region, which this program does not manage.

        Args:
            resource_name: the name in this program.
            id: the number's ARN, `#`, and the ARN of the instance in the Region that is asked for.
            opts: resource options.

        Raises:
            Exception: at run time, when the number is not claimed, or has no flow there.
        """
        merged = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id))
        return PhoneNumberContactFlow(resource_name, None, merged, phone_number="", region="", flow="")


def _decide(olds: Mapping[str, Any], news: Mapping[str, Any]) -> DiffResult:
    """Pure: another number or Region replaces; another spelling of the same is nothing; no known flow is a change."""
    state = FlowState.of(olds)
    if replaces := _replaces(state, olds, news):
        return DiffResult(changes=None, replaces=replaces)
    if not known(news) or means(news) != means(olds):
        return DiffResult(changes=None, replaces=[])
    return DiffResult(changes=state.flow != state.placed)


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


class PhoneNumberContactFlowProvider(ConnectProvider):
    """Sets, reads, changes and removes the flow of one number in one Region."""

    def check(self, _olds: Properties, news: Properties) -> CheckResult:
        """The shapes of the inputs, and a warning where a placement declares the flow; nothing is looked up."""
        region, source = news.get("region"), news.get("source_region")
        shapes: dict[str, Shape] = {
            "phone_number": spelling.phone_number,
            "region": spelling.region,
            "flow": partial(spelling.flow_of_region, region=region if isinstance(region, str) else None),
            "source_region": spelling.region,
        }
        if isinstance(source, str) and source:
            shapes["phone_number"] = partial(spelling.claimed_number, source_region=source)
        if clash := rival(None, news):
            _engine.warn(f"phone number {news['phone_number']}: {clash}")
        note_check()
        run().declarations.note(_engine.urn(), keys_of(None, news) | any_region(None, news))
        return CheckResult(_flow_state.inputs(news), misshapen(news, shapes, optional=["source_region"]))

    def diff(self, _id: str, olds: Properties, news: Properties) -> DiffResult:
        """What a change means; a flow that another declaration of this run has replaced is a change in itself."""
        decision, state = _decide(olds, news), FlowState.of(olds)
        if not decision.replaces:
            run().declarations.note(_engine.urn(), keys_of(state, olds) | any_region(state, olds))
        if decision.changes is not False:
            return decision
        _flow_state.note(state, olds)
        if any(flow.id != state.placed.id for flow, _ in _flow_state.elsewhere(state, made=True).values()):
            return DiffResult(changes=True)
        return with_pins(decision, partial(of_flow, state=state, props=news))

    def create(self, props: Properties) -> CreateResult:
        """Set the flow, or take over the one that is set already."""
        with _telling("setting", props):
            standing = _answer(props)
            state = _flow_state.of_standing(standing)
            if not standing.touched:
                _engine.say(f"{state.e164} has its flow in {state.region} already: taken over without a call")
        return CreateResult(state.id, _flow_state.outputs(props, standing))

    def read(self, id_: str, props: Properties) -> ReadResult:
        """What answers the number in the Region, from sweeps shared with all other numbers."""
        with _telling("reading", {**props, "phone_number": props.get("phone_number") or id_}):
            return _flow_state.read(run().connection, id_, props)

    def update(self, _id: str, _olds: Properties, news: Properties) -> UpdateResult:
        """Set the declared flow over the one before, without a gap."""
        with _telling("setting", news):
            standing = _answer(news)
        return UpdateResult(_flow_state.outputs(news, standing))

    def delete(self, _id: str, props: Properties) -> None:
        """Take the flow away, if it is the one that was set and nothing else in the program declares it."""
        state = FlowState.of(props)
        if stays := _stays(state, props):
            _engine.say(f"{state.e164} keeps its flow in {state.region}: {stays}")
            return
        within, progress = _engine.timeout(DEADLINE), _engine.progress
        with _telling("removing", props):
            said = remove_flow(
                run().connection, state.number, state.e164, state.placed, within=within, progress=progress
            )
            _engine.say(f"{state.e164} {said}")


def _stays(state: FlowState, props: Properties) -> str | None:
    """Why the flow is not taken away, or None.

    Where Connect mirrors flows it mirrors their removal too: the same flow, declared in the other Region, would go.
    """
    keys = keys_of(state, props) | placement_keys(state, props)
    if heir := run().declarations.heir(_engine.urn(), keys):
        return f"{heir} declares it now"
    for region, (flow, name) in _flow_state.elsewhere(state).items():
        if flow.id == state.placed.id:
            return f"{name} declares it in {region}, from where Connect may mirror it"
    return None


def _telling(doing: str, props: Mapping[str, Any]) -> AbstractContextManager[None]:
    return told(f"{doing} the flow of phone number {props.get('e164') or props['phone_number']}", props.get("region"))


def _answer(props: Properties) -> FlowStanding:
    """Set the flow, and leave partial state behind where it is not known to answer."""
    connection, region, flow = run().connection, props["region"], props["flow"]
    within, progress, source = _engine.timeout(DEADLINE), _engine.progress, props.get("source_region") or region
    goal = resolve_flow(connection, props["phone_number"], region, flow, source, within=within, progress=progress)
    state = _flow_state.of_standing(FlowStanding(goal, None, False))
    if clash := rival(state, props):
        raise errors.told(errors.Conflict, goal.doing, clash)
    kept = {there: one for there, (one, _) in _flow_state.elsewhere(state).items()}
    try:
        return answer_with(connection, goal, flow, kept=kept, within=within, progress=progress)
    except errors.Unfinished as error:
        left = _flow_state.outputs(props, error.standing)
        _engine.fail_partly(str(error), state.id, left, _flow_state.inputs(props))
