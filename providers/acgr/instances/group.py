"""A traffic distribution group: what numbers are placed on and agents are associated with (A2, A3).

Connect keeps groups in the source Region; it makes the default one itself, when it replicates the instance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, final, overload

import pulumi
from pulumi.dynamic import CheckFailure, CheckResult, CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from acgr.arguments import INSTANCE, Identity, as_inputs, identity, known_id
from acgr.instances import group_state
from acgr.instances.declared import declared_instance, require_same_instance, ways_to_write
from acgr.instances.group_state import DECLARED, GroupState, changed_identity, claimed_keys, decide
from acgr.instances.replica_state import is_coming
from acgr.runtime.fields import keys_of, stored_input
from acgr.runtime.foreseen import Foreseen, Problem, problem
from acgr.runtime.inputs import Properties, Shape, given, invalid_inputs, known, region_in
from acgr.runtime.name_checks import with_name_checks
from acgr.runtime.ownership import Key, name_of
from acgr.runtime.preflight import ask
from acgr.runtime.program import require_own
from acgr.runtime.provider import ConnectProvider
from acgr.runtime.resource import PartialState, ResourceLogic
from acgr.runtime.run import Run
from acgr.runtime.secrets import with_secret_outputs
from acgr_connect.groups import describe_group
from acgr_connect.instances.group import QUOTA, WITHOUT_REPLICA, change, delete, make
from acgr_connect.instances.group_plan import MOST_GROUPS, DesiredGroup, declared_among, next_step, unchangeable
from acgr_connect.model import identifiers
from acgr_connect.model.arns import Arn, parse
from acgr_connect.model.errors import ConnectError, ErrorContext, Unfinished
from acgr_connect.model.identifiers import DEFAULT_GROUP
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import Instance
from acgr_connect.world.connection import Connection
from acgr_connect.world.sweep import FRESH

if TYPE_CHECKING:
    from typing_extensions import NotRequired, Unpack

__all__ = [
    "TrafficDistributionGroup",
    "TrafficDistributionGroupArgs",
    "TrafficDistributionGroupArgsDict",
    "TrafficDistributionGroupProvider",
]


@dataclass(frozen=True)
class TrafficDistributionGroupArgs:
    """What is declared of one group.

    Attributes:
        instance: the source instance's ARN, or the `InstanceReplica` that replicates it; with `source_region` also its
            alias or id. Another instance replaces the resource.
        name: 1 to 128 characters. One group of an instance has it; another name replaces the resource. "default" is the
            group that Connect makes with the replica: it is taken over, and never made or deleted.
        description: 1 to 250 characters. Connect has no operation that changes it, so that a change is refused. Not
            compared where it is not given.
        tags: keys to values, 50 at most, changed in place. Tags that are not declared are left alone.
        source_region: the Region of the original instance. Needed only where the instance is not given by ARN.
    """

    instance: Identity = field(metadata=stored_input("ARN, or with `source_region` an alias or id"))
    name: pulumi.Input[str] = field(metadata=stored_input("the group's name, or `default`"))
    description: pulumi.Input[str] | None = field(default=None, metadata=stored_input("the group's description"))
    tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = field(
        default=None, metadata=stored_input("the tags that are declared: mapping, key to value")
    )
    source_region: pulumi.Input[str] | None = field(
        default=None, metadata=stored_input("Region of the original instance")
    )


class TrafficDistributionGroupArgsDict(TypedDict):
    """`TrafficDistributionGroupArgs` as a dictionary."""

    instance: Identity
    """The source instance's ARN, or the `InstanceReplica` that replicates it; with `source_region` also its alias or
    id. Another instance replaces the resource."""
    name: pulumi.Input[str]
    """1 to 128 characters. One group of an instance has it; another name replaces the resource. "default" is the group
    that Connect makes with the replica: it is taken over, and never made or deleted."""
    description: NotRequired[pulumi.Input[str] | None]
    """1 to 250 characters. Connect has no operation that changes it, so that a change is refused. Not compared where it
    is not given."""
    tags: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]] | None]
    """Keys to values, 50 at most, changed in place. Tags that are not declared are left alone."""
    source_region: NotRequired[pulumi.Input[str] | None]
    """The Region of the original instance. Needed only where the instance is not given by ARN."""


@final
class TrafficDistributionGroup(Resource, module="acgr", name="TrafficDistributionGroup"):
    """A traffic distribution group of a replicated instance.

    Creating takes over a group of that name, and waits until it is `ACTIVE`; a new one sends all calls to the source
    Region. Tags change in place. Deleting waits until the group is gone, and is refused while numbers are on it; agents
    who are on it still leave it. It can be given wherever a group's ARN is taken.
    """

    ID_IS = "traffic_distribution_group_arn"

    instance: pulumi.Output[str]
    name: pulumi.Output[str]
    description: pulumi.Output[str | None]
    tags: pulumi.Output[dict[str, str] | None]
    source_region: pulumi.Output[str | None]
    traffic_distribution_group_arn: pulumi.Output[str]
    instance_arn: pulumi.Output[str]
    status: pulumi.Output[str]
    is_default: pulumi.Output[bool]

    @overload
    def __init__(
        self,
        resource_name: str,
        args: TrafficDistributionGroupArgs | TrafficDistributionGroupArgsDict,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self,
        resource_name: str,
        args: None = None,
        opts: pulumi.ResourceOptions | None = None,
        **inputs: Unpack[TrafficDistributionGroupArgsDict],
    ) -> None:
        """What is declared of one group.

        Args:
            resource_name: the name in this program.
            args: None: here the arguments are keywords.
            opts: resource options.
            instance: the source instance's ARN, or the `InstanceReplica` that replicates it; with `source_region` also
                its alias or id. Another instance replaces the resource.
            name: 1 to 128 characters. One group of an instance has it; another name replaces the resource. "default" is
                the group that Connect makes with the replica: it is taken over, and never made or deleted.
            description: 1 to 250 characters. Connect has no operation that changes it, so that a change is refused. Not
                compared where it is not given.
            tags: keys to values, 50 at most, changed in place. Tags that are not declared are left alone.
            source_region: the Region of the original instance. Needed only where the instance is not given by ARN.
        """

    def __init__(
        self,
        resource_name: str,
        args: TrafficDistributionGroupArgs | TrafficDistributionGroupArgsDict | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **inputs: Any,
    ) -> None:
        require_own(f'TrafficDistributionGroup "{resource_name}"', opts)
        props = as_inputs(TrafficDistributionGroupArgs, args, inputs, name=resource_name)
        props["instance"] = identity(props["instance"], *INSTANCE)
        props, opts = with_secret_outputs(GroupState, props, opts)
        outputs = dict.fromkeys(keys_of(GroupState))
        super().__init__(TrafficDistributionGroupProvider(), resource_name, {**props, **outputs}, opts)
        ask(self)

    @staticmethod
    def get(
        resource_name: str, id: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None
    ) -> TrafficDistributionGroup:
        """A group that exists and that this program does not manage.

        Args:
            resource_name: the name in this program.
            id: the group's ARN, which carries the source Region.
            opts: resource options.

        Raises:
            Exception: at run time, when there is no such group.
        """
        id = known_id(f'TrafficDistributionGroup.get("{resource_name}")', id, "traffic-distribution-group")
        merged = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id))
        return TrafficDistributionGroup(resource_name, None, merged, instance="", name="")


class GroupLogic(ResourceLogic):
    """Creates, reads, tags and deletes one group."""

    args = TrafficDistributionGroupArgs
    state = GroupState

    def context(self, step: str, props: Mapping[str, Any]) -> ErrorContext:
        """What a step does, and to which group."""
        verb = {"read": "reading", "delete": "deleting", "update": "updating"}.get(step, "creating")
        region = region_in(
            props.get("traffic_distribution_group_arn"), props.get("id"), props["instance"], props.get("source_region")
        )
        return ErrorContext(f"{verb} traffic distribution group {props['name'] or props.get('id', '')}", region)

    def whose(self, olds: Mapping[str, Any]) -> Arn:
        """The group."""
        return GroupState.of(olds).group

    def check(self, operation: Operation, run: Run, _olds: Properties, news: Properties) -> CheckResult:
        """The shapes of the inputs, and whether something else declares the group."""
        region = news.get("source_region")
        optional: dict[str, Shape] = {
            "description": identifiers.group_description,
            "tags": identifiers.tags,
            "source_region": identifiers.region,
        }
        shapes: dict[str, Shape] = {"name": identifiers.group_name, **optional}
        if known(region):
            shapes["instance"] = partial(identifiers.instance, source_region=region)
        keys = _written_keys(news)
        run.ownership.claim(operation.urn, keys)
        failures = invalid_inputs(news, shapes, optional=list(optional))
        if not failures and (twin := run.ownership.other_owner(operation.urn, keys)):
            names = f"{twin} and {name_of(operation.urn)}"
            failures.append(CheckFailure("", f"name: {names} both declare group {news['name']}: declare it once"))
        return CheckResult(given(TrafficDistributionGroupArgs, news), failures)

    def diff(self, operation: Operation, run: Run, olds: Properties, news: Properties) -> DiffResult:
        """What a change means; a group that is gone is a change in itself."""
        identity = partial(changed_identity, state=GroupState.of(olds), props=news)
        return with_name_checks(decide(olds, news), operation, run, identity=identity, names=lambda _: [])

    def foresee(self, _operation: Operation, run: Run, olds: Properties, news: Properties) -> Foreseen:
        """Whether the group is made or taken over, and what is in its way."""
        written, name, description = news["instance"], news["name"], news.get("description")
        if not (known(written) and known(name) and known(description)):
            return Foreseen()
        if olds:
            return _described(run.connection, GroupState.of(olds), description)
        try:
            source = declared_instance(run.connection, news)
        except ConnectError as error:
            return problem(error, written)
        return _made(run, source, DesiredGroup(source.arn, name, description, {}))

    def create(self, operation: Operation, run: Run, props: Properties) -> CreateResult:
        """Make the group, or take over the one of that name."""
        desired = _desired(declared_instance(run.connection, props).arn, props)
        inputs = given(TrafficDistributionGroupArgs, props)
        try:
            observed = make(run.connection, desired, operation)
        except Unfinished as error:
            left = GroupState.seen(error.observed.group)
            raise PartialState(str(error), str(left.group), {**inputs, **left.outputs()}, inputs) from error
        if observed.adopted:
            operation.say(f"there is a group called {observed.group.name} already: taken over")
        state = GroupState.seen(observed.group)
        return CreateResult(str(state.group), {**inputs, **state.outputs()})

    def read(self, _operation: Operation, run: Run, id_: str, props: Properties) -> ReadResult:
        """The group as it is."""
        return group_state.read(run.connection, id_, given(TrafficDistributionGroupArgs, props), props)

    def asked_by_id(self, id_: str) -> Properties:
        """The group, by its ARN."""
        parse(id_, "traffic-distribution-group")
        return {"instance": "", "name": ""}

    def update(self, operation: Operation, run: Run, olds: Properties, news: Properties) -> UpdateResult:
        """Give the group the declared tags; nothing else of it can change."""
        before = GroupState.of(olds)
        source = declared_instance(run.connection, news).arn
        require_same_instance(before.instance, source, self.context("update", news))
        group = change(run.connection, before.group, olds.get("tags") or {}, _desired(source, news), operation)
        return UpdateResult({**given(TrafficDistributionGroupArgs, news), **GroupState.seen(group).outputs()})

    def delete(self, operation: Operation, run: Run, props: Properties) -> None:
        """Delete the group, unless something else in the program declares it, or Connect keeps it."""
        state, name = GroupState.of(props), props["name"]
        keys = _all_keys(operation, run, state, name)
        if owner := run.ownership.other_owner(operation.urn, keys, is_delete=True):
            operation.say(f"group {name} stays: {owner} declares it now")
        elif why := delete(run.connection, state.group, operation):
            operation.say(f"group {name} stays: {why}")


def _desired(instance: Arn, props: Mapping[str, Any]) -> DesiredGroup:
    return DesiredGroup(instance, props["name"], props.get("description"), dict(props.get("tags") or {}))


def _written_keys(props: Mapping[str, Any]) -> set[Key]:
    return claimed_keys({ways_to_write(props.get("instance"))}, [props.get("name")])


def _all_keys(operation: Operation, run: Run, state: GroupState, name: str) -> set[Key]:
    """Every way to write the group; its instance's alias is looked up where something declares groups at all.

    Raises:
        ConnectError: Connect cannot be asked how the instance is called: nothing is deleted.
    """
    instances = {state.instance.id}
    if run.ownership.has_others(operation.urn, DECLARED) or run.declares(operation.urn):
        instances.add(run.connection.directory.instance(state.instance).alias)
    return claimed_keys(instances, {name, *([DEFAULT_GROUP] if state.is_default else [])})


def _described(connection: Connection, state: GroupState, description: str | None) -> Foreseen:
    """What is in the way of an update: a description that cannot be had."""
    if description is None:
        return Foreseen()
    there = describe_group(connection, state.group)
    context = ErrorContext(f"updating traffic distribution group {there.name}", state.group.region)
    if why := unchangeable(description, there):
        return Foreseen(problems=(Problem(context.sentence(*why), is_certain=True),))
    return Foreseen()


def _made(run: Run, source: Instance, desired: DesiredGroup) -> Foreseen:
    region, connection = source.source.region, run.connection
    context = ErrorContext(f"creating traffic distribution group {desired.name}", region)
    if len(source.regions) < 2:
        if is_coming(run, source):
            return Foreseen((f"is made in {region}, once the instance is replicated",))
        cause = f"instance {source.alias or source.arn.id} is not replicated"
        return Foreseen(problems=(Problem(context.sentence(cause, WITHOUT_REPLICA), is_certain=False),))
    groups = connection.directory.groups(region).entries(max_age=FRESH).values()
    there = declared_among(desired, groups)
    if there is not None and next_step(there) == "adopt":
        if why := unchangeable(desired.description, describe_group(connection, there.arn)):
            return Foreseen(problems=(Problem(context.sentence(*why), is_certain=True),))
        outputs = GroupState(there.arn, source.source, "ACTIVE", there.is_default).outputs()
        return Foreseen(("is there already: it is taken over",), outputs=outputs)
    if there is None and sum(1 for one in groups if one.instance.id == source.arn.id) >= MOST_GROUPS:
        cause = f"instance {source.alias or source.arn.id} has {MOST_GROUPS} groups"
        return Foreseen(problems=(Problem(context.sentence(cause, QUOTA), is_certain=False),))
    outputs = {"instance_arn": str(source.source), "status": "ACTIVE", "is_default": False}
    return Foreseen((f"is made in {region}: at first that Region takes all of its calls",), outputs=outputs)


class TrafficDistributionGroupProvider(ConnectProvider):
    """Creates, reads, tags and deletes one group."""

    logic = GroupLogic()
