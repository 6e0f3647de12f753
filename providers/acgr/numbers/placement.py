"""A claimed phone number's home, with its flow in every Region where it is reachable (statements N1 to N15).

The number is placed, never owned: it is not claimed here and never released.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, final, overload

import pulumi
from pulumi.dynamic import CheckFailure, CheckResult, CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from acgr._engine import same_bytes
from acgr.arguments import FLOW, PHONE_NUMBER, TARGET, Identity, as_inputs, identity, known_id
from acgr.numbers import placement_state
from acgr.numbers.claims import claim_placement, declared_flows, placement_keys, second_placement, ways_to_write
from acgr.numbers.number import NumberState, require_same_number
from acgr.numbers.placement_state import PlacementState, changed_identity, changed_names, dark_now, decide, state_of
from acgr.runtime.claimed import placed
from acgr.runtime.diffs import changed_world
from acgr.runtime.fields import keys_of, stored_input
from acgr.runtime.foreseen import Foreseen, Problem, problem
from acgr.runtime.inputs import Properties, Shape, given, invalid_inputs, known, region_in
from acgr.runtime.name_checks import with_name_checks
from acgr.runtime.preflight import ask
from acgr.runtime.program import require_own
from acgr.runtime.provider import ConnectProvider
from acgr.runtime.resource import PartialState, ResourceLogic
from acgr.runtime.run import Run
from acgr.runtime.secrets import with_secret_outputs
from acgr_connect.groups import display_name, find_group
from acgr_connect.model import identifiers
from acgr_connect.model.arns import Arn, parse
from acgr_connect.model.errors import Conflict, ConnectError, ErrorContext, NotFound, Refused, Unfinished
from acgr_connect.model.identifiers import Identifier, identifier
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import Number
from acgr_connect.model.removal_guard import allowance
from acgr_connect.numbers.find import find_number, look
from acgr_connect.numbers.flows import find_flows
from acgr_connect.numbers.forecast import PlacementForecast, forecast, forecast_in_part
from acgr_connect.numbers.placement import DesiredPlacement, ObservedPlacement, place, resolve
from acgr_connect.numbers.way_back import way_back
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.world.connection import Connection
from acgr_connect.world.sweep import FRESH

if TYPE_CHECKING:
    from typing import TypeGuard

    from typing_extensions import NotRequired, Unpack

__all__ = [
    "PhoneNumberPlacement",
    "PhoneNumberPlacementArgs",
    "PhoneNumberPlacementArgsDict",
    "PhoneNumberPlacementProvider",
]

Flows = Identity | Mapping[str, Identity]

MIRRORED = "The source Region has it: `pulumi up` waits until this Region has it too"
"""What becomes of a flow that was made a moment ago."""

STATUS_LOOKS = 3
"""Numbers of which a preview asks whether they are IN_PROGRESS, which no list tells: one request each."""

COMPONENT = "acgr:index:GlobalResiliency$"
"""Stands in the URN of whatever belongs to a component, whose numbers are guarded though nobody says so."""

MEND_OR_ALLOW = (
    "declare it again, or raise max_number_removals: for this run where other numbers stay on the group, else in a run "
    "before it"
)
"""What to do about a number that may not leave its group."""


@dataclass(frozen=True)
class PhoneNumberPlacementArgs:
    """What is declared of one number.

    Attributes:
        phone_number: E.164 (`+442079460001`), or the claimed number's id or ARN. Another number replaces the resource.
        target: the ARN of a traffic distribution group or instance of the Region where the number was claimed; with
            `source_region` also a group's name, its id, or "default".
        flow: the flow that answers: a name, id or ARN for both Regions, or a mapping Region to one of these. Moving a
            number drops its flow, so a placement always declares it.
        return_to: where the number goes, with its flow, when the placement is deleted: "instance" (the source
            instance, the default), "leave" (it stays), or the ARN of a traffic distribution group.
        description: the number's description. Not touched where it is not given.
        source_region: the Region of the original instance. Needed only where the target is not given by ARN.
        replica_region: the Region of the replica, if it is to be insisted on; otherwise the instance says it.
        max_number_removals: how many numbers may leave this number's group in one run because programs declare them no
            longer: a number, or a percentage of those there were, which allows at least one. Numbers of a
            `GlobalResiliency` are guarded by "10%" unless it says otherwise, others only where this is given. What
            stays where it is does not count, and a destroy is not guarded.
    """

    phone_number: Identity = field(metadata=stored_input("E.164, id or ARN"))
    target: Identity = field(
        metadata=stored_input(
            "ARN of a traffic distribution group or instance, or with `source_region` a group's name, id or `default`"
        )
    )
    flow: Flows = field(metadata=stored_input("name, id or ARN; or a mapping, Region to one of these"))
    return_to: pulumi.Input[str] | None = field(
        default=None,
        metadata=stored_input("`instance`, `leave`, or the ARN of a traffic distribution group", has_default=True),
    )
    description: pulumi.Input[str] | None = field(default=None, metadata=stored_input("the number's description"))
    source_region: pulumi.Input[str] | None = field(
        default=None, metadata=stored_input("Region of the original instance")
    )
    replica_region: pulumi.Input[str] | None = field(
        default=None, metadata=stored_input("Region of the replica, where it is insisted on")
    )
    max_number_removals: pulumi.Input[int | str] | None = field(
        default=None,
        metadata=stored_input("how many numbers may leave the group in one run: a number, or a percentage"),
    )


class PhoneNumberPlacementArgsDict(TypedDict):
    """`PhoneNumberPlacementArgs` as a dictionary."""

    phone_number: Identity
    """E.164 (`+442079460001`), or the claimed number's id or ARN. Another number replaces the resource."""
    target: Identity
    """The ARN of a traffic distribution group or instance of the Region where the number was claimed; with
    `source_region` also a group's name, its id, or "default"."""
    flow: Flows
    """The flow that answers: a name, id or ARN for both Regions, or a mapping Region to one of these. Moving a number
    drops its flow, so a placement always declares it."""
    return_to: NotRequired[pulumi.Input[str] | None]
    """Where the number goes, with its flow, when the placement is deleted: "instance" (the source instance, the
    default), "leave" (it stays), or the ARN of a traffic distribution group."""
    description: NotRequired[pulumi.Input[str] | None]
    """The number's description. Not touched where it is not given."""
    source_region: NotRequired[pulumi.Input[str] | None]
    """The Region of the original instance. Needed only where the target is not given by ARN."""
    replica_region: NotRequired[pulumi.Input[str] | None]
    """The Region of the replica, if it is to be insisted on; otherwise the instance says it."""
    max_number_removals: NotRequired[pulumi.Input[int | str] | None]
    """How many numbers may leave this number's group in one run because programs declare them no longer: a number, or a
    percentage of those there were, which allows at least one. Numbers of a `GlobalResiliency` are guarded by "10%"
    unless it says otherwise, others only where this is given. What stays where it is does not count, and a destroy is
    not guarded."""


@final
class PhoneNumberPlacement(Resource, module="acgr", name="PhoneNumberPlacement"):
    """The place of a claimed phone number, and the flow that answers it there.

    Creating takes over a number that is where it should be, without a call that could disturb it. Target, flow,
    description and `return_to` change in place. Deleting does what `return_to` says, if the number is still where this
    resource put it and nothing else in the program declares it.
    """

    phone_number: pulumi.Output[str]
    target: pulumi.Output[str]
    flow: pulumi.Output[Any]
    return_to: pulumi.Output[str]
    description: pulumi.Output[str | None]
    source_region: pulumi.Output[str | None]
    replica_region: pulumi.Output[str | None]
    max_number_removals: pulumi.Output[int | str | None]
    phone_number_arn: pulumi.Output[str]
    e164: pulumi.Output[str]
    instance_arn: pulumi.Output[str]
    target_arn: pulumi.Output[str]
    placed_on_arn: pulumi.Output[str]
    placed_flow_arns: pulumi.Output[dict[str, str]]
    contact_flow_arns: pulumi.Output[dict[str, str]]
    dark_regions: pulumi.Output[list[str]]
    dark_seconds: pulumi.Output[float]

    @overload
    def __init__(
        self,
        resource_name: str,
        args: PhoneNumberPlacementArgs | PhoneNumberPlacementArgsDict,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self,
        resource_name: str,
        args: None = None,
        opts: pulumi.ResourceOptions | None = None,
        **inputs: Unpack[PhoneNumberPlacementArgsDict],
    ) -> None:
        """What is declared of one number.

        Args:
            resource_name: the name in this program.
            args: None: here the arguments are keywords.
            opts: resource options.
            phone_number: E.164 (`+442079460001`), or the claimed number's id or ARN. Another number replaces the
                resource.
            target: the ARN of a traffic distribution group or instance of the Region where the number was claimed; with
                `source_region` also a group's name, its id, or "default".
            flow: the flow that answers: a name, id or ARN for both Regions, or a mapping Region to one of these. Moving
                a number drops its flow, so a placement always declares it.
            return_to: where the number goes, with its flow, when the placement is deleted: "instance" (the source
                instance, the default), "leave" (it stays), or the ARN of a traffic distribution group.
            description: the number's description. Not touched where it is not given.
            source_region: the Region of the original instance. Needed only where the target is not given by ARN.
            replica_region: the Region of the replica, if it is to be insisted on; otherwise the instance says it.
            max_number_removals: how many numbers may leave this number's group in one run because programs declare them
                no longer: a number, or a percentage of those there were, which allows at least one. Numbers of a
                `GlobalResiliency` are guarded by "10%" unless it says otherwise, others only where this is given. What
                stays where it is does not count, and a destroy is not guarded.
        """

    def __init__(
        self,
        resource_name: str,
        args: PhoneNumberPlacementArgs | PhoneNumberPlacementArgsDict | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **inputs: Any,
    ) -> None:
        require_own(f'PhoneNumberPlacement "{resource_name}"', opts)
        props = as_inputs(PhoneNumberPlacementArgs, args, inputs, name=resource_name)
        props["phone_number"] = identity(props["phone_number"], *PHONE_NUMBER)
        props["target"] = identity(props["target"], *TARGET)
        props["flow"] = _flow_identity(props["flow"])
        given = props
        props, opts = with_secret_outputs(PlacementState, props, opts)
        outputs = dict.fromkeys(keys_of(PlacementState))
        with same_bytes():
            super().__init__(PhoneNumberPlacementProvider(), resource_name, {**props, **outputs}, opts)
        placed(self, resource_name, given)
        ask(self)

    @staticmethod
    def get(
        resource_name: str, id: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None
    ) -> PhoneNumberPlacement:
        """A number that is placed somewhere and that this program does not manage.

        Args:
            resource_name: the name in this program.
            id: the number's ARN.
            opts: resource options.

        Raises:
            Exception: at run time, when the number is not claimed.
        """
        id = known_id(f'PhoneNumberPlacement.get("{resource_name}")', id, "phone-number")
        merged = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id))
        return PhoneNumberPlacement(resource_name, None, merged, phone_number=id, target="", flow="")


def _flow_identity(flow: Any) -> Any:
    if isinstance(flow, Mapping):
        return {region: identity(one, *FLOW) for region, one in flow.items()}
    return identity(flow, *FLOW)


class PlacementLogic(ResourceLogic):
    """Places, reads, moves and returns one number."""

    args = PhoneNumberPlacementArgs
    state = PlacementState

    def context(self, step: str, props: Mapping[str, Any]) -> ErrorContext:
        """What a step does, and to which number."""
        verb = {"read": "reading", "delete": "returning"}.get(step, "placing")
        number = props["phone_number"]
        region = region_in(props.get("phone_number_arn"), props.get("target"), number, props.get("source_region"))
        return ErrorContext(f"{verb} phone number {props.get('e164') or number}", region)

    def whose(self, olds: Mapping[str, Any]) -> Arn:
        """The number."""
        return PlacementState.of(olds).number

    def check(self, operation: Operation, run: Run, _olds: Properties, news: Properties) -> CheckResult:
        """The shapes of the inputs, the default of `return_to`, and whether something else declares the number."""
        region = news.get("source_region")
        optional: dict[str, Shape] = {
            "return_to": identifiers.return_to,
            "description": identifiers.description,
            "source_region": identifiers.region,
            "replica_region": identifiers.region,
            "max_number_removals": allowance,
        }
        shapes: dict[str, Shape] = {"phone_number": identifiers.phone_number, "flow": identifiers.flow, **optional}
        if known(region):
            shapes["target"] = partial(
                identifiers.target, source_region=region, replica_region=news.get("replica_region")
            )
        claim_placement(operation, run, None, news)
        inputs = {"return_to": "instance", **given(PhoneNumberPlacementArgs, news)}
        failures = invalid_inputs(inputs, shapes, optional=list(optional))
        if not failures and (conflict := second_placement(operation, run, None, news)):
            failures.append(CheckFailure("", conflict))
        return CheckResult(inputs, failures)

    def diff(self, operation: Operation, run: Run, olds: Properties, news: Properties) -> DiffResult:
        """What a change means; a number that was left without a flow is a change in itself."""
        decision = decide(olds, news)
        state = PlacementState.of(olds)
        if not decision.replaces and operation.urn in run.checked:
            claim_placement(operation, run, state, olds)
            run.removals.stays(str(state.placed_on), str(state.number), _allowed(news))
        if decision.changes is False and any(left.number == state.number for left in run.restorer.entries()):
            return changed_world()  # an earlier run was stopped while it moved: its check has said so
        identity = partial(changed_identity, state=state, props=news)
        names = partial(changed_names, state=state, props=news, operation=operation)
        dark = partial(dark_now, state=state, young=run.young())
        return with_name_checks(decision, operation, run, identity=identity, names=names, dark=dark)

    def foresee(self, operation: Operation, run: Run, olds: Properties, news: Properties) -> Foreseen:
        """Where the number moves from, for how long callers reach nothing, and which flow answers then."""
        number, target, flow = (news[name] for name in ("phone_number", "target", "flow"))
        if not known(number):
            return Foreseen()
        if not (known(target) and known(flow)):
            return _foreseen_in_part(run, olds, news)
        connection, source = run.connection, news.get("source_region")
        written = target
        try:
            region = _target_of(connection, target, source).region
            written = number
            find_number(connection, identifier(number, "phone-number"), region, believing=FRESH)
            written = flow
            desired = _desired(connection, news, operation, believing=FRESH)
        except ConnectError as error:
            is_coming = written is flow and _is_in_source(connection, news, operation)
            return problem(error, written, coming=MIRRORED if is_coming else "")
        try:
            ahead = forecast(run.restorer, desired, is_new=not olds)
        except Refused as error:
            return Foreseen(problems=(Problem(str(error), is_certain=False),))
        before = PlacementState.of(olds).dark_seconds if olds else 0.0
        outputs = PlacementState(
            desired.number.arn,
            desired.number.e164,
            desired.instance,
            desired.target,
            desired.target,
            desired.flows,
            desired.flows,
            (),
            before,
        ).outputs()
        if ahead.origin:
            del outputs["dark_seconds"]  # only the move tells
        return _foreseen(run, ahead, outputs)

    def create(self, operation: Operation, run: Run, props: Properties) -> CreateResult:
        """Place the number, or take over a number that is placed already."""
        desired = _desired(run.connection, props, operation)
        observed = self._placed(operation, run, desired, props, {})
        if observed.adopted:
            operation.say(f"{desired.number.e164} is on {desired.target_name} with its flow: taken over without a call")
        return CreateResult(str(desired.number.arn), self._outputs(operation, run, props, observed, {}))

    def read(self, operation: Operation, run: Run, id_: str, props: Properties) -> ReadResult:
        """Where the number is and what answers it, from sweeps shared with all other numbers."""
        found = placement_state.read(run.connection, id_, given(PhoneNumberPlacementArgs, props), props)
        for said in placement_state.drift(run.connection, props, found.outs or {}):
            operation.say(said)
        return found

    def asked_by_id(self, id_: str) -> Properties:
        """The number, by its ARN."""
        return {"phone_number": str(parse(id_, "phone-number")), "target": "", "flow": ""}

    def as_declared(self, found: ReadResult) -> Properties:
        """The target by its ARN, which says its Region; what a delete does; and one flow for all Regions.

        Where a Region has no flow, that is the flow of the other one: the next preview restores it there.
        """
        outputs, flow = found.outs or {}, (found.inputs or {}).get("flow")
        declared = {
            "flow": next(iter(flow.values())) if isinstance(flow, Mapping) and len({*flow.values()}) == 1 else flow,
            "target": outputs["target_arn"],
            "phone_number": outputs["phone_number_arn"],
            "return_to": "instance",
        }
        return {**(found.inputs or {}), **declared}

    def update(self, operation: Operation, run: Run, olds: Properties, news: Properties) -> UpdateResult:
        """Move the number, set its flow, or finish what an earlier run began."""
        desired = _desired(run.connection, news, operation)
        require_same_number(PlacementState.of(olds), desired.number)
        observed = self._placed(operation, run, desired, news, olds)
        return UpdateResult(self._outputs(operation, run, news, observed, olds))

    def delete(self, operation: Operation, run: Run, props: Properties) -> None:
        """Do what `return_to` says, unless the number is elsewhere or declared by something else. Never a release."""
        state = PlacementState.of(props)
        keys = placement_keys(ways_to_write(state, props))
        if owner := run.ownership.other_owner(operation.urn, keys, is_delete=True):
            operation.say(f"{state.e164} stays where it is: {owner} declares it now")
            return
        apart = declared_flows(run, state.number)
        back = way_back(run.restorer, state.placed, props["return_to"], operation, apart)
        if back.desired:
            if back.desired.target != state.placed_on:
                self._require_allowed(operation, run, state, props)
            place(run.restorer, back.desired, operation)
        operation.say(f"{state.e164} {back.said}")

    def _require_allowed(self, operation: Operation, run: Run, state: PlacementState, props: Properties) -> None:
        """Refuse to take one more number off its group than may leave it in a run of the program."""
        allowed = _allowed(props)
        if not run.has_program or (allowed is None and COMPONENT not in operation.urn):
            return
        if objection := run.removals.objection(str(state.placed_on), str(state.number), allowed):
            said = f"it is on {display_name(run.connection, state.placed_on)}; {objection}"
            raise Refused(f"{said}; {MEND_OR_ALLOW}")

    def _placed(
        self, operation: Operation, run: Run, desired: DesiredPlacement, props: Properties, olds: Properties
    ) -> ObservedPlacement:
        """Place, and leave partial state behind where that stops half-way."""
        known = NumberState(desired.number.arn, desired.number.e164, desired.instance)
        if conflict := second_placement(operation, run, known, props):
            raise desired.context.error(Conflict, conflict)
        last_seen = PlacementState.of(olds).target if olds else None
        try:
            observed = place(run.restorer, desired, operation, last_seen=last_seen)
        except Unfinished as error:
            left = self._outputs(operation, run, props, error.observed, olds)
            inputs = given(PhoneNumberPlacementArgs, props)
            raise PartialState(str(error), str(desired.number.arn), left, inputs) from error
        if observed.moved:
            e164, dark = desired.number.e164, observed.dark_seconds
            operation.say(f"{e164} is on {desired.target_name}; it had no flow for {dark:.1f} s")
        return observed

    def _outputs(
        self, operation: Operation, run: Run, props: Properties, observed: ObservedPlacement, olds: Properties
    ) -> Properties:
        """Inputs and outputs after an attempt, which declares the number for this run."""
        state = state_of(observed, olds)
        claim_placement(operation, run, state, props, made=True)
        return {**given(PhoneNumberPlacementArgs, props), **state.outputs()}


def _foreseen(run: Run, ahead: PlacementForecast, outputs: Properties) -> Foreseen:
    return Foreseen(
        (str(ahead),),
        _in_progress(run, ahead.number) if ahead.origin else (),
        ahead.work,
        int(bool(ahead.work.flows and ahead.dark_regions)),
        ahead.dark_seconds,
        ahead.number.arn.region,
        outputs=outputs,
    )


def _foreseen_in_part(run: Run, olds: Properties, news: Properties) -> Foreseen:
    """What can be told of a number whose target or flow the run itself makes: that it moves, and for how long."""
    connection, written, target = run.connection, news["phone_number"], news["target"]
    region = region_in(*(one for one in (target, written) if known(one)), news.get("source_region"))
    if not region:
        return Foreseen()
    try:
        number = find_number(connection, identifier(written, "phone-number"), region, believing=FRESH)
        written = target
        placed_on = _target_of(connection, target, region) if known(target) else None
    except ConnectError as error:
        return problem(error, written)
    outputs = {"phone_number_arn": str(number.arn), "e164": number.e164}
    try:
        ahead = forecast_in_part(run.restorer, number, placed_on, is_new=not olds)
    except Refused as error:
        return Foreseen(problems=(Problem(str(error), is_certain=False),))
    return _foreseen(run, ahead, outputs) if ahead else Foreseen(outputs=outputs)


def _in_progress(run: Run, number: Number) -> tuple[Problem, ...]:
    """Whether something else is at work on a number that is to move; asked of the first few, one request for each."""
    if run.status_looks >= STATUS_LOOKS:
        return ()
    run.status_looks += 1
    try:
        status = look(run.connection, number.arn, Purpose.CHECK).status
    except NotFound as error:
        return (Problem(str(error), is_certain=False),)
    if status != "IN_PROGRESS":
        return ()
    said = f"phone number {number.e164} is IN_PROGRESS: something else is moving or changing it at this moment"
    return (Problem(said, is_certain=False, then="`pulumi up` waits until that is over"),)


def _is_in_source(connection: Connection, news: Mapping[str, Any], operation: Operation) -> bool:
    """Whether the source Region has the flow that the replica has not: it may be there in a moment."""
    flow, source = identifiers.flows(news["flow"]), news.get("source_region")
    with suppress(ConnectError):
        group = find_group(connection, identifier(news["target"], "traffic-distribution-group"), source)
        region = group.arn.region
        meant = flow[region] if isinstance(flow, Mapping) else flow
        return bool(find_flows(connection, group.instance, (region,), meant, operation, believing=FRESH))
    return False


def _target_of(connection: Connection, written: str, source: str | None) -> Arn:
    """What a number is to be placed on, as a preview believes it."""
    meant = identifier(written, "traffic-distribution-group", "instance")
    return meant if _is_instance(meant) else find_group(connection, meant, source, believing=FRESH).arn


def _is_instance(meant: Identifier) -> TypeGuard[Arn]:
    return isinstance(meant, Arn) and meant.kind == "instance"


def _allowed(props: Properties) -> Any:
    """How many numbers may leave the group, as the program writes it."""
    allowed = props.get("max_number_removals")
    return allowed if known(allowed) else None


def _desired(
    connection: Connection, props: Mapping[str, Any], operation: Operation, *, believing: float = 0.0
) -> DesiredPlacement:
    """What the inputs ask for. This is the border: from here on, what was written is an ARN, an id or a name."""
    return resolve(
        connection,
        identifier(props["phone_number"], "phone-number"),
        identifier(props["target"], "traffic-distribution-group", "instance"),
        identifiers.flows(props["flow"]),
        operation,
        description=props.get("description"),
        source_region=props.get("source_region"),
        replica_region=props.get("replica_region"),
        believing=believing,
    )


class PhoneNumberPlacementProvider(ConnectProvider):
    """Places, reads, moves and returns one number."""

    logic = PlacementLogic()
