"""The flow of a claimed phone number in one Region, where something else places the number (statements N6 to N10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, final, overload

import pulumi
from pulumi.dynamic import CheckFailure, CheckResult, CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from acgr._engine import same_bytes
from acgr.arguments import FLOW, PHONE_NUMBER, Identity, as_inputs, identity, judged_id
from acgr.numbers import contact_flow_state
from acgr.numbers.claims import claim_answer, claim_flow, flow_keys, placement_keys, second_flow, ways_to_write
from acgr.numbers.contact_flow_state import (
    FlowState,
    changed_identity,
    changed_names,
    dark_now,
    decide,
    others_flows,
    parts_of_id,
    state_of,
)
from acgr.numbers.number import require_same_number
from acgr.runtime.diffs import changed_world
from acgr.runtime.fields import keys_of, stored_input
from acgr.runtime.foreseen import Foreseen, Problem, problem
from acgr.runtime.inputs import Properties, Shape, given, invalid_inputs, known
from acgr.runtime.name_checks import with_name_checks
from acgr.runtime.preflight import ask
from acgr.runtime.program import require_own
from acgr.runtime.provider import ConnectProvider
from acgr.runtime.resource import PartialState, ResourceLogic
from acgr.runtime.run import Run
from acgr.runtime.secrets import with_secret_outputs
from acgr_connect.groups import reach_of
from acgr_connect.model import identifiers
from acgr_connect.model.arns import Arn
from acgr_connect.model.errors import Conflict, ConnectError, ErrorContext, Refused, Unfinished
from acgr_connect.model.identifiers import identifier
from acgr_connect.model.operation import Operation
from acgr_connect.numbers.contact_flow import ObservedFlow, answer_with, remove_flow, resolve_flow
from acgr_connect.numbers.find import find_number
from acgr_connect.numbers.forecast import forecast_flow
from acgr_connect.world.sweep import FRESH

if TYPE_CHECKING:
    from typing_extensions import NotRequired, Unpack

__all__ = [
    "PhoneNumberContactFlow",
    "PhoneNumberContactFlowArgs",
    "PhoneNumberContactFlowArgsDict",
    "PhoneNumberContactFlowProvider",
]


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

    phone_number: Identity = field(metadata=stored_input("E.164, id or ARN"))
    region: pulumi.Input[str] = field(metadata=stored_input("Region for which the flow is declared"))
    flow: Identity = field(metadata=stored_input("name, id or ARN in that Region"))
    source_region: pulumi.Input[str] | None = field(
        default=None, metadata=stored_input("Region where the number was claimed, where that is another")
    )


class PhoneNumberContactFlowArgsDict(TypedDict):
    """`PhoneNumberContactFlowArgs` as a dictionary."""

    phone_number: Identity
    """E.164 (`+442079460001`), or the claimed number's id or ARN. Another number replaces the resource."""
    region: pulumi.Input[str]
    """The Region whose flow is declared: the number's own or, on a traffic distribution group, the other one. Another
    Region replaces the resource."""
    flow: Identity
    """The flow that answers there: its name, id or ARN in that Region."""
    source_region: NotRequired[pulumi.Input[str] | None]
    """The Region where the number was claimed. Needed where that is not `region` and the number is not given by ARN."""


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
    ) -> None:
        """What is declared of one number's flow in one Region.

        Args:
            resource_name: the name in this program.
            args: None: here the arguments are keywords.
            opts: resource options.
            phone_number: E.164 (`+442079460001`), or the claimed number's id or ARN. Another number replaces the
                resource.
            region: the Region whose flow is declared: the number's own or, on a traffic distribution group, the other
                one. Another Region replaces the resource.
            flow: the flow that answers there: its name, id or ARN in that Region.
            source_region: the Region where the number was claimed. Needed where that is not `region` and the number is
                not given by ARN.
        """

    def __init__(
        self,
        resource_name: str,
        args: PhoneNumberContactFlowArgs | PhoneNumberContactFlowArgsDict | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **inputs: Any,
    ) -> None:
        require_own(f'PhoneNumberContactFlow "{resource_name}"', opts)
        props = as_inputs(PhoneNumberContactFlowArgs, args, inputs, name=resource_name)
        props["phone_number"] = identity(props["phone_number"], *PHONE_NUMBER)
        props["flow"] = identity(props["flow"], *FLOW)
        props, opts = with_secret_outputs(FlowState, props, opts)
        outputs = dict.fromkeys(keys_of(FlowState))
        with same_bytes():
            super().__init__(PhoneNumberContactFlowProvider(), resource_name, {**props, **outputs}, opts)
        ask(self)

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
        id = judged_id(f'PhoneNumberContactFlow.get("{resource_name}")', id, parts_of_id)
        merged = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id))
        return PhoneNumberContactFlow(resource_name, None, merged, phone_number="", region="", flow="")


class ContactFlowLogic(ResourceLogic):
    """Sets, reads, changes and removes the flow of one number in one Region."""

    args = PhoneNumberContactFlowArgs
    state = FlowState

    def context(self, step: str, props: Mapping[str, Any]) -> ErrorContext:
        """What a step does, and to which number's flow."""
        verb = {"read": "reading", "delete": "removing"}.get(step, "setting")
        number = props.get("e164") or props.get("phone_number") or props.get("id")
        return ErrorContext(f"{verb} the flow of phone number {number}", props.get("region") or "")

    def whose(self, olds: Mapping[str, Any]) -> Arn:
        """The number."""
        return FlowState.of(olds).number

    def check(self, operation: Operation, run: Run, _olds: Properties, news: Properties) -> CheckResult:
        """The shapes of the inputs, and whether something else declares the flow."""
        region, source = news.get("region"), news.get("source_region")
        shapes: dict[str, Shape] = {
            "phone_number": identifiers.phone_number,
            "region": identifiers.region,
            "flow": partial(identifiers.flow_of_region, region=region if isinstance(region, str) else None),
            "source_region": identifiers.region,
        }
        if isinstance(source, str) and source:
            shapes["phone_number"] = partial(identifiers.claimed_number, source_region=source)
        claim_flow(operation, run, None, news)
        failures = invalid_inputs(news, shapes, optional=["source_region"])
        if not failures and (conflict := second_flow(operation, run, None, news)):
            failures.append(CheckFailure("", conflict))
        return CheckResult(given(PhoneNumberContactFlowArgs, news), failures)

    def diff(self, operation: Operation, run: Run, olds: Properties, news: Properties) -> DiffResult:
        """What a change means; a flow that another declaration of this run has replaced is a change in itself."""
        decision, state = decide(olds, news), FlowState.of(olds)
        is_declared = operation.urn in run.checked
        if is_declared and not decision.replaces:
            claim_flow(operation, run, state, olds)
        if is_declared and decision.changes is False:
            claim_answer(operation, run, state.number, state.placed)
        if decision.changes is False and any(
            flow.id != state.placed.id for flow, _ in others_flows(run, state, made=True).values()
        ):
            return changed_world()
        identity = partial(changed_identity, state=state, props=news)
        names = partial(changed_names, state=state, props=news, operation=operation)
        dark = partial(dark_now, state=state, young=run.young())
        return with_name_checks(decision, operation, run, identity=identity, names=names, dark=dark)

    def foresee(self, operation: Operation, run: Run, olds: Properties, news: Properties) -> Foreseen:
        """Which flow answers instead of which."""
        written, region, flow = (news[name] for name in ("phone_number", "region", "flow"))
        if not all(map(known, (written, region, flow))):
            return Foreseen()
        meant = identifier(written, "phone-number")
        source = meant.region if isinstance(meant, Arn) else news.get("source_region") or region
        try:
            number = find_number(run.connection, meant, source, believing=FRESH)
            run.connection.require_account(number.arn)
        except ConnectError as error:
            return problem(error, written)
        try:
            meant_flow = identifier(flow, "contact-flow")
            ahead = forecast_flow(run.connection, number, region, meant_flow, operation, is_new=not olds)
        except Refused as error:  # the same program may place it there first
            return Foreseen(problems=(Problem(str(error), is_certain=False),))
        except ConnectError as error:
            return problem(error, flow)
        instance, _ = reach_of(run.connection, number.target)
        outputs = {
            "phone_number_arn": str(number.arn),
            "e164": number.e164,
            "instance_arn": str(instance.in_region(region)),
        }
        restores = int(bool(ahead.dark_regions))
        return Foreseen((str(ahead),), (), ahead.work, restores, 0.0, number.arn.region, outputs=outputs)

    def create(self, operation: Operation, run: Run, props: Properties) -> CreateResult:
        """Set the flow, or take over the one that is set already."""
        observed = self._answering(operation, run, props)
        state = state_of(observed)
        if not observed.touched:
            operation.say(f"{state.e164} has its flow in {state.region} already: taken over without a call")
        return CreateResult(state.id, self._outputs(operation, run, props, observed))

    def read(self, operation: Operation, run: Run, id_: str, props: Properties) -> ReadResult:
        """What answers the number in the Region, from sweeps shared with all other numbers."""
        declared = given(PhoneNumberContactFlowArgs, props)
        return contact_flow_state.read(run.connection, id_, declared, props, operation)

    def asked_by_id(self, id_: str) -> Properties:
        """The number, and the instance in the Region."""
        parts_of_id(id_)
        return {"phone_number": "", "region": "", "flow": ""}

    def update(self, operation: Operation, run: Run, olds: Properties, news: Properties) -> UpdateResult:
        """Set the declared flow over the one before, without a gap."""
        observed = self._answering(operation, run, news, FlowState.of(olds))
        return UpdateResult(self._outputs(operation, run, news, observed))

    def delete(self, operation: Operation, run: Run, props: Properties) -> None:
        """Take the flow away, if it is the one that was set and nothing else in the program declares it."""
        state = FlowState.of(props)
        if stays := self._why_it_stays(operation, run, state, props):
            operation.say(f"{state.e164} keeps its flow in {state.region}: {stays}")
            return
        said = remove_flow(run.restorer, state.number, state.e164, state.placed, operation)
        operation.say(f"{state.e164} {said}")

    def _why_it_stays(self, operation: Operation, run: Run, state: FlowState, props: Properties) -> str | None:
        """Why the flow is not taken away, or None.

        Where Connect mirrors flows it mirrors their removal too: the same flow, declared in the other Region, would go.
        """
        ways = ways_to_write(state, props)
        keys = flow_keys(ways, state.region) | placement_keys(ways)
        if owner := run.ownership.other_owner(operation.urn, keys, is_delete=True):
            return f"{owner} declares it now"
        for region, (flow, name) in others_flows(run, state).items():
            if flow.id == state.placed.id:
                return f"{name} declares it in {region}, from where Connect may mirror it"
        return None

    def _answering(
        self, operation: Operation, run: Run, props: Properties, before: FlowState | None = None
    ) -> ObservedFlow:
        """Set the flow, and leave partial state behind where it is not known to answer."""
        connection, region = run.connection, props["region"]
        # This is the border: from here on, what was written is an ARN, an id or a name.
        number, flow = identifier(props["phone_number"], "phone-number"), identifier(props["flow"], "contact-flow")
        source_region = props.get("source_region") or region
        desired = resolve_flow(connection, number, region, flow, source_region, operation)
        if before:
            require_same_number(before, desired.number)
        state = state_of(ObservedFlow(desired, None, False))
        if conflict := second_flow(operation, run, state, props):
            raise desired.context.error(Conflict, conflict)
        kept = {there: other for there, (other, _) in others_flows(run, state).items()}
        try:
            return answer_with(run.restorer, desired, flow, operation, kept=kept)
        except Unfinished as error:
            left = self._outputs(operation, run, props, error.observed)
            raise PartialState(str(error), state.id, left, given(PhoneNumberContactFlowArgs, props)) from error

    def _outputs(self, operation: Operation, run: Run, props: Properties, observed: ObservedFlow) -> Properties:
        """Inputs and outputs after an attempt, which declares the flow for this run."""
        state = state_of(observed)
        claim_flow(operation, run, state, props, made=True)
        claim_answer(operation, run, state.number, state.placed, touched=observed.touched)
        return {**given(PhoneNumberContactFlowArgs, props), **state.outputs()}


class PhoneNumberContactFlowProvider(ConnectProvider):
    """Sets, reads, changes and removes the flow of one number in one Region."""

    logic = ContactFlowLogic()
