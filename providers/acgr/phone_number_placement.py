"""A claimed phone number's home, with its flow in every Region where it is reachable (statements N1 to N15).

The number is placed, never owned: it is not claimed here and never released.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, final, overload

import pulumi
from pulumi.dynamic import CheckResult, CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from acgr import _engine, _placement
from acgr._flow_state import declared_apart
from acgr._number import placement_keys
from acgr._pins import of_placement
from acgr._placement import PlacementState
from acgr._provider import DEADLINE, ConnectProvider, Properties, known, misshapen, note_check, run, told, with_pins
from acgr.arguments import FLOW, PHONE_NUMBER, TARGET, Identity, as_inputs, identity
from acgr_connect import spelling
from acgr_connect.arns import is_arn
from acgr_connect.errors import Unfinished
from acgr_connect.goal import Goal, Standing, resolve
from acgr_connect.placement import place

if TYPE_CHECKING:
    from typing_extensions import NotRequired, Unpack

Flows = Identity | Mapping[str, Identity]


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
    """

    phone_number: Identity
    target: Identity
    flow: Flows
    return_to: pulumi.Input[str] | None = None
    description: pulumi.Input[str] | None = None
    source_region: pulumi.Input[str] | None = None
    replica_region: pulumi.Input[str] | None = None


class PhoneNumberPlacementArgsDict(TypedDict):
    """`PhoneNumberPlacementArgs` as a dictionary."""

    phone_number: Identity
    target: Identity
    flow: Flows
    return_to: NotRequired[pulumi.Input[str] | None]
    description: NotRequired[pulumi.Input[str] | None]
    source_region: NotRequired[pulumi.Input[str] | None]
    replica_region: NotRequired[pulumi.Input[str] | None]


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
    ) -> None: ...

    def __init__(
        self,
        resource_name: str,
        args: PhoneNumberPlacementArgs | PhoneNumberPlacementArgsDict | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **inputs: Any,
    ) -> None:
        props = as_inputs(PhoneNumberPlacementArgs, args, inputs)
        props["phone_number"] = identity(props["phone_number"], *PHONE_NUMBER)
        props["target"] = identity(props["target"], *TARGET)
        props["flow"] = _flow_identity(props["flow"])
        outputs = dict.fromkeys(_placement.OUTPUTS)
        super().__init__(PhoneNumberPlacementProvider(), resource_name, {**props, **outputs}, opts)

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
        merged = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id))
        return PhoneNumberPlacement(resource_name, None, merged, phone_number=id, target="", flow="")


def _flow_identity(flow: Any) -> Any:
    if isinstance(flow, Mapping):
        return {region: identity(one, *FLOW) for region, one in flow.items()}
    return identity(flow, *FLOW)


def _decide(olds: Mapping[str, Any], news: Mapping[str, Any]) -> DiffResult:
    """Pure: another number replaces; another spelling of the same is nothing; a dark number is a change."""
    state = PlacementState.of(olds)
    number = news["phone_number"]
    if known(number) and not state.is_number(number):
        return DiffResult(changes=None, replaces=["phone_number"])
    if not known(news) or not _placement.is_as_before(state, olds, news):
        return DiffResult(changes=None, replaces=[])
    return DiffResult(changes=bool(state.dark_regions))


class PhoneNumberPlacementProvider(ConnectProvider):
    """Places, reads, moves and returns one number."""

    def check(self, _olds: Properties, news: Properties) -> CheckResult:
        """The shapes of the inputs, and the default of `return_to`; nothing is looked up."""
        region = news.get("source_region")
        optional = {
            "return_to": spelling.return_to,
            "description": spelling.description,
            "source_region": spelling.region,
            "replica_region": spelling.region,
        }
        shapes = {"phone_number": spelling.phone_number, "flow": spelling.flow, **optional}
        if known(region):
            shapes["target"] = partial(spelling.target, source_region=region)
        note_check()
        run().declarations.note(_engine.urn(), placement_keys(None, news))
        if apart := declared_apart(news):
            _engine.warn(f"phone number {news['phone_number']}: {apart} declares its flow as well: drop that resource")
        inputs = {"return_to": "instance", **_placement.inputs(news)}
        return CheckResult(inputs, misshapen(inputs, shapes, optional=list(optional)))

    def diff(self, _id: str, olds: Properties, news: Properties) -> DiffResult:
        """What a change means; a number that was left without a flow is a change in itself."""
        decision = _decide(olds, news)
        state = PlacementState.of(olds)
        if not decision.replaces:
            run().declarations.note(_engine.urn(), placement_keys(state, olds))
        return with_pins(decision, partial(of_placement, state=state, props=news))

    def create(self, props: Properties) -> CreateResult:
        """Place the number, or take over a number that is placed already."""
        with _telling("placing", props):
            goal = _goal(props)
            standing = _place(goal, props, {})
            if standing.adopted:
                _engine.say(f"{goal.number.e164} is on {goal.target_name} with its flow: taken over without a call")
        return CreateResult(str(goal.number.arn), _placement.outputs(props, standing, {}))

    def read(self, id_: str, props: Properties) -> ReadResult:
        """Where the number is and what answers it, from sweeps shared with all other numbers."""
        with _telling("reading", props):
            return _placement.read(run().connection, id_, props)

    def update(self, _id: str, olds: Properties, news: Properties) -> UpdateResult:
        """Move the number, set its flow, or finish what an earlier run began."""
        with _telling("placing", news):
            run().connection.insist_on_account(PlacementState.of(olds).number)
            standing = _place(_goal(news), news, olds)
        return UpdateResult(_placement.outputs(news, standing, olds))

    def delete(self, _id: str, props: Properties) -> None:
        """Do what `return_to` says, unless the number is elsewhere or declared by something else. Never a release."""
        state = PlacementState.of(props)
        if heir := run().declarations.heir(_engine.urn(), placement_keys(state, props)):
            _engine.say(f"{state.e164} stays where it is: {heir} declares it now")
            return
        within, progress = _engine.timeout(DEADLINE), _engine.progress
        with _telling("returning", props):
            back = _placement.way_back(run().connection, state, props, within=within, progress=progress)
            if back.goal:
                place(run().connection, back.goal, within=within, progress=progress)
            _engine.say(f"{state.e164} {back.said}")


def _telling(doing: str, props: Mapping[str, Any]) -> AbstractContextManager[None]:
    return told(f"{doing} phone number {props.get('e164') or props['phone_number']}", _where(props))


def _where(props: Mapping[str, Any]) -> str:
    spelled = (props.get("phone_number_arn"), props.get("target"), props["phone_number"])
    return next((one for one in spelled if one and is_arn(one)), props.get("source_region") or "")


def _goal(props: Mapping[str, Any]) -> Goal:
    return resolve(
        run().connection,
        props["phone_number"],
        props["target"],
        props["flow"],
        description=props.get("description"),
        source_region=props.get("source_region"),
        replica_region=props.get("replica_region"),
    )


def _place(goal: Goal, props: Properties, olds: Properties) -> Standing:
    """Place, and leave partial state behind where that stops half-way."""
    urn = _engine.urn()
    try:
        standing = place(
            run().connection,
            goal,
            last_seen=PlacementState.of(olds).target if olds else None,
            within=_engine.timeout(DEADLINE),
            progress=_engine.progress,
        )
    except Unfinished as error:
        run().declarations.note(urn, placement_keys(None, props), made=True)
        left = _placement.outputs(props, error.standing, olds)
        _engine.fail_partly(str(error), str(goal.number.arn), left, _placement.inputs(props))
    if standing.moved:
        _engine.say(f"{goal.number.e164} is on {goal.target_name}; it had no flow for {standing.dark_seconds:.1f} s")
    return standing
