"""An instance's replica in the other Region of its pair: what traffic distribution groups need.

Making one takes minutes. Connect makes the default group with it, and puts on that group the instance's numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, final, overload

import pulumi
from pulumi.dynamic import CheckFailure, CheckResult, CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from acgr.arguments import INSTANCE, Identity, as_inputs, identity, known_id
from acgr.instances import replica_state
from acgr.instances.declared import declared_instance, require_same_instance
from acgr.instances.replica_state import DECLARED, ReplicaState, changed_identity, claimed_keys, decide
from acgr.runtime.fields import keys_of, stored_input
from acgr.runtime.foreseen import Foreseen, Problem, problem
from acgr.runtime.inputs import Properties, Shape, given, invalid_inputs, known, region_in
from acgr.runtime.name_checks import with_name_checks
from acgr.runtime.ownership import name_of
from acgr.runtime.preflight import ask
from acgr.runtime.program import require_own
from acgr.runtime.provider import ConnectProvider
from acgr.runtime.resource import PartialState, ResourceLogic
from acgr.runtime.run import Run
from acgr.runtime.secrets import with_secret_outputs
from acgr_connect.instances.replica_plan import next_step, other_alias
from acgr_connect.instances.replication import (
    REPLICATION_TIMEOUT,
    DesiredReplica,
    ObservedReplica,
    delete,
    replicate,
)
from acgr_connect.model import identifiers
from acgr_connect.model.arns import Arn, parse
from acgr_connect.model.errors import ConnectError, Denied, ErrorContext, NotFound, Refused, Unfinished
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import Instance
from acgr_connect.world.connection import Connection

if TYPE_CHECKING:
    from typing_extensions import NotRequired, Unpack

__all__ = ["InstanceReplica", "InstanceReplicaArgs", "InstanceReplicaArgsDict", "InstanceReplicaProvider"]


@dataclass(frozen=True)
class InstanceReplicaArgs:
    """What is declared of a replica.

    Attributes:
        instance: the source instance's ARN; with `source_region` also its alias or id. Another instance replaces the
            resource.
        replica_region: the other Region of the pair. Another Region replaces the resource; as an instance has one
            replica, the one that is there has to be deleted first.
        replica_alias: the alias of the replica: letters, digits and hyphens, 45 at most. Connect has no operation that
            changes it, so that a change is refused. Not compared where it is not given.
        on_delete: "leave" (the default): the replica stays when it is declared no longer, and that is said. "delete":
            it is deleted with all of its groups, unless numbers are on one of them. What is stored is what counts:
            a run before has to have seen "delete".
        source_region: the Region of the original instance. Needed only where the instance is not given by ARN.
    """

    instance: Identity = field(metadata=stored_input("ARN, or with `source_region` an alias or id"))
    replica_region: pulumi.Input[str] = field(metadata=stored_input("Region of the replica"))
    replica_alias: pulumi.Input[str] | None = field(default=None, metadata=stored_input("alias of the replica"))
    on_delete: pulumi.Input[str] | None = field(
        default=None, metadata=stored_input("`leave` or `delete`", has_default=True)
    )
    source_region: pulumi.Input[str] | None = field(
        default=None, metadata=stored_input("Region of the original instance")
    )


class InstanceReplicaArgsDict(TypedDict):
    """`InstanceReplicaArgs` as a dictionary."""

    instance: Identity
    """The source instance's ARN; with `source_region` also its alias or id. Another instance replaces the resource."""
    replica_region: pulumi.Input[str]
    """The other Region of the pair. Another Region replaces the resource; as an instance has one replica, the one that
    is there has to be deleted first."""
    replica_alias: NotRequired[pulumi.Input[str] | None]
    """The alias of the replica: letters, digits and hyphens, 45 at most. Connect has no operation that changes it, so
    that a change is refused. Not compared where it is not given."""
    on_delete: NotRequired[pulumi.Input[str] | None]
    """"leave" (the default): the replica stays when it is declared no longer, and that is said. "delete": it is deleted
    with all of its groups, unless numbers are on one of them. What is stored is what counts: a run before has to have
    seen "delete"."""
    source_region: NotRequired[pulumi.Input[str] | None]
    """The Region of the original instance. Needed only where the instance is not given by ARN."""


@final
class InstanceReplica(Resource, module="acgr", name="InstanceReplica"):
    """The replica of an instance in the other Region of its pair.

    Creating takes over a replica that is there or on its way, and waits until the replication is complete; that takes
    minutes, for which an hour is allowed unless `custom_timeouts` says otherwise. It can be given wherever the source
    instance is taken. Deleting leaves the replica, unless `on_delete` is "delete".
    """

    instance: pulumi.Output[str]
    replica_region: pulumi.Output[str]
    replica_alias: pulumi.Output[str | None]
    on_delete: pulumi.Output[str]
    source_region: pulumi.Output[str | None]
    instance_arn: pulumi.Output[str]
    replica_arn: pulumi.Output[str]
    default_traffic_distribution_group_arn: pulumi.Output[str]
    status: pulumi.Output[str]

    @overload
    def __init__(
        self,
        resource_name: str,
        args: InstanceReplicaArgs | InstanceReplicaArgsDict,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self,
        resource_name: str,
        args: None = None,
        opts: pulumi.ResourceOptions | None = None,
        **inputs: Unpack[InstanceReplicaArgsDict],
    ) -> None:
        """What is declared of a replica.

        Args:
            resource_name: the name in this program.
            args: None: here the arguments are keywords.
            opts: resource options.
            instance: the source instance's ARN; with `source_region` also its alias or id. Another instance replaces
                the resource.
            replica_region: the other Region of the pair. Another Region replaces the resource; as an instance has one
                replica, the one that is there has to be deleted first.
            replica_alias: the alias of the replica: letters, digits and hyphens, 45 at most. Connect has no operation
                that changes it, so that a change is refused. Not compared where it is not given.
            on_delete: "leave" (the default): the replica stays when it is declared no longer, and that is said.
                "delete": it is deleted with all of its groups, unless numbers are on one of them. What is stored is
                what counts: a run before has to have seen "delete".
            source_region: the Region of the original instance. Needed only where the instance is not given by ARN.
        """

    def __init__(
        self,
        resource_name: str,
        args: InstanceReplicaArgs | InstanceReplicaArgsDict | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **inputs: Any,
    ) -> None:
        require_own(f'InstanceReplica "{resource_name}"', opts)
        props = as_inputs(InstanceReplicaArgs, args, inputs, name=resource_name)
        props["instance"] = identity(props["instance"], *INSTANCE)
        props, opts = with_secret_outputs(ReplicaState, props, opts)
        outputs = dict.fromkeys(keys_of(ReplicaState))
        super().__init__(InstanceReplicaProvider(), resource_name, {**props, **outputs}, opts)
        ask(self)

    @staticmethod
    def get(resource_name: str, id: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None) -> InstanceReplica:
        """A replica that exists and that this program does not manage.

        Args:
            resource_name: the name in this program.
            id: the replica's ARN, which carries its own Region.
            opts: resource options.

        Raises:
            Exception: at run time, when there is no such replica.
        """
        id = known_id(f'InstanceReplica.get("{resource_name}")', id, "instance")
        merged = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id))
        return InstanceReplica(resource_name, None, merged, instance="", replica_region="")


class ReplicaLogic(ResourceLogic):
    """Makes, reads and deletes one replica."""

    args = InstanceReplicaArgs
    state = ReplicaState

    def context(self, step: str, props: Mapping[str, Any]) -> ErrorContext:
        """What a step does, and to which replica."""
        verb = {"read": "reading", "delete": "deleting", "update": "updating"}.get(step, "making")
        instance = props["instance"] or props.get("id", "")
        region = region_in(props.get("instance_arn"), instance, props.get("source_region"))
        return ErrorContext(f"{verb} the replica of instance {instance}", region)

    def whose(self, olds: Mapping[str, Any]) -> Arn:
        """The source instance."""
        return ReplicaState.of(olds).instance

    def default_timeout(self, _run: Run, *_props: Mapping[str, Any]) -> float:
        """An hour: a replication takes minutes, and nobody says how many."""
        return REPLICATION_TIMEOUT

    def check(self, operation: Operation, run: Run, _olds: Properties, news: Properties) -> CheckResult:
        """The shapes of the inputs, the default of `on_delete`, and whether something else declares the replica."""
        region, instance = news.get("source_region"), news.get("instance")
        optional: dict[str, Shape] = {
            "replica_alias": identifiers.replica_alias,
            "on_delete": identifiers.on_delete,
            "source_region": identifiers.region,
        }
        source = region_in(instance, region if known(region) else "")
        shapes: dict[str, Shape] = {"replica_region": partial(identifiers.other_region, source_region=source)}
        shapes |= optional
        if known(region):
            shapes["instance"] = partial(identifiers.instance, source_region=region)
        keys = claimed_keys(instance)
        run.ownership.claim(operation.urn, keys)
        inputs = {"on_delete": "leave", **given(InstanceReplicaArgs, news)}
        failures = invalid_inputs(inputs, shapes, optional=list(optional))
        if not failures and (twin := run.ownership.other_owner(operation.urn, keys)):
            names = f"{twin} and {name_of(operation.urn)}"
            failures.append(CheckFailure("", f"instance: {names} both declare its replica: declare it once"))
        return CheckResult(inputs, failures)

    def diff(self, operation: Operation, run: Run, olds: Properties, news: Properties) -> DiffResult:
        """What a change means; a replica that is gone, or not complete, is a change in itself."""
        identity = partial(changed_identity, state=ReplicaState.of(olds), props=news)
        return with_name_checks(decide(olds, news), operation, run, identity=identity, names=lambda _: [])

    def foresee(self, _operation: Operation, run: Run, olds: Properties, news: Properties) -> Foreseen:
        """Whether the instance is replicated or its replica taken over, and what is in the way."""
        written, region, alias = news["instance"], news["replica_region"], news.get("replica_alias")
        if not (known(written) and known(region) and known(alias)):
            return Foreseen()
        connection = run.connection
        try:
            source = declared_instance(connection, news)
        except ConnectError as error:
            return problem(error, written)
        context = ErrorContext(f"replicating instance {source.alias or source.arn.id} to {region}", source.arn.region)
        try:
            step = next_step(source, region, context)
            if step == "adopt":
                _require_alias(connection, source, region, alias, context)
        except Refused as error:
            return Foreseen(problems=(Problem(str(error), is_certain=True),))
        outputs = {"instance_arn": str(source.source), "replica_arn": str(source.source.in_region(region))}
        is_as_before = olds and step == "adopt"
        said = () if is_as_before else (_said(connection, source, region, step),)
        return Foreseen(said, outputs=outputs)

    def create(self, operation: Operation, run: Run, props: Properties) -> CreateResult:
        """Replicate the instance, or take over its replica."""
        source = declared_instance(run.connection, props).arn
        state, adopted = self._replicated(operation, run, source, props)
        if adopted:
            operation.say(f"the instance is replicated to {state.region} already: taken over")
        return CreateResult(str(state.replica), {**given(InstanceReplicaArgs, props), **state.outputs()})

    def read(self, _operation: Operation, run: Run, id_: str, props: Properties) -> ReadResult:
        """The replica as it is."""
        return replica_state.read(run.connection, id_, given(InstanceReplicaArgs, props), props)

    def asked_by_id(self, id_: str) -> Properties:
        """The replica, by its ARN."""
        parse(id_, "instance")
        return {"instance": "", "replica_region": ""}

    def update(self, operation: Operation, run: Run, olds: Properties, news: Properties) -> UpdateResult:
        """Go on with a replication that is not complete; all else is stored."""
        before = ReplicaState.of(olds)
        source = declared_instance(run.connection, news).arn
        require_same_instance(before.instance, source, self.context("update", news))
        state, _ = self._replicated(operation, run, source, news)
        return UpdateResult({**given(InstanceReplicaArgs, news), **state.outputs()})

    def _replicated(self, operation: Operation, run: Run, source: Arn, props: Properties) -> tuple[ReplicaState, bool]:
        desired = DesiredReplica(source, props["replica_region"], props.get("replica_alias"))
        inputs = given(InstanceReplicaArgs, props)
        try:
            observed: ObservedReplica = replicate(run.connection, desired, operation)
        except Unfinished as error:
            left = ReplicaState.seen(source, error.observed)
            raise PartialState(str(error), str(left.replica), {**inputs, **left.outputs()}, inputs) from error
        return ReplicaState.seen(source, observed), observed.adopted

    def delete(self, operation: Operation, run: Run, props: Properties) -> None:
        """Leave the replica or, where that is declared and nothing else declares it, delete it."""
        state = ReplicaState.of(props)
        keys = claimed_keys(str(state.instance), *self._alias(operation, run, state))
        if owner := run.ownership.other_owner(operation.urn, keys, is_delete=True):
            operation.say(f"the replica in {state.region} stays: {owner} declares it now")
        elif props.get("on_delete") != "delete":
            operation.say(f"the replica in {state.region} stays, with its groups: on_delete is 'leave'")
        else:
            delete(run.connection, state.instance, state.region, operation)

    def _alias(self, operation: Operation, run: Run, state: ReplicaState) -> list[str]:
        """The alias by which another resource may have written the instance."""
        if run.ownership.has_others(operation.urn, DECLARED) or run.declares(operation.urn):
            return [run.connection.directory.instance(state.instance).alias]
        return []


def _require_alias(
    connection: Connection, source: Instance, region: str, alias: str | None, context: ErrorContext
) -> None:
    if alias is None:
        return
    try:
        there = connection.directory.instance(source.arn.in_region(region))
    except (Denied, NotFound):
        return  # the Region does not show it yet, or not to whoever previews
    if why := other_alias(alias, there.alias):
        raise context.error(Refused, *why)


def _said(connection: Connection, source: Instance, region: str, step: str) -> str:
    """What a run will do for the replica, and what that does to numbers."""
    name = source.alias or source.arn.id
    if step == "adopt":
        return f"instance {name} is replicated to {region} already: it is taken over"
    if step == "wait":
        return f"instance {name} is being replicated to {region}: that is waited for"
    numbers = connection.directory.numbers(source.arn.region).entries().values()
    moved = sum(1 for number in numbers if number.target == source.arn)
    said = f"instance {name} is replicated to {region}, which takes minutes"
    if not moved:
        return said
    those = "its number goes to the default group" if moved == 1 else f"its {moved:,} numbers go to the default group"
    return f"{said}; {those}, as Connect does with each replication"


class InstanceReplicaProvider(ConnectProvider):
    """Makes, reads and deletes one replica."""

    logic = ReplicaLogic()
