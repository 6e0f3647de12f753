"""The stored state of an instance's replica: what it is made of, and how it is read back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi.dynamic import DiffResult, ReadResult

from acgr.instances.declared import changed_instance, may_be, ways_to_write
from acgr.runtime.diffs import changed_inputs, changed_world, unchanged
from acgr.runtime.fields import PLAIN, StoredState, arn, arn_or_none, stored
from acgr.runtime.inputs import Properties, known
from acgr.runtime.name_checks import NameChanged
from acgr.runtime.ownership import Key
from acgr.runtime.run import Run
from acgr_connect.instances.replica_plan import COMPLETE, DELETING
from acgr_connect.instances.replication import ObservedReplica
from acgr_connect.model.arns import Arn, parse
from acgr_connect.model.errors import Denied, ErrorContext, NotFound
from acgr_connect.model.records import Instance
from acgr_connect.world.connection import Connection

DECLARED = "instance-replica"
"""The kind of keys of replicas that are declared."""


@dataclass(frozen=True)
class ReplicaState(StoredState):
    """A replica as the stack stores it."""

    instance: Arn = field(
        metadata=stored("instance_arn", arn("instance"), "ARN of the source instance", tells=("instance",), stays=True)
    )
    replica: Arn = field(
        metadata=stored(
            "replica_arn", arn("instance"), "ARN of the replica: the same id, in the other Region", stays=True
        )
    )
    default_group: Arn | None = field(
        metadata=stored(
            "default_traffic_distribution_group_arn",
            arn_or_none("traffic-distribution-group"),
            "ARN of the group that Connect made with the replica; empty where it was not seen",
        )
    )
    status: str = field(
        metadata=stored("status", PLAIN, "the status of the replication, such as `INSTANCE_REPLICATION_COMPLETE`")
    )

    @classmethod
    def seen(cls, instance: Arn, observed: ObservedReplica) -> ReplicaState:
        """The state after an attempt."""
        return cls(instance, observed.replica, observed.default_group, observed.status)

    @property
    def region(self) -> str:
        """The replica's Region."""
        return self.replica.region


def decide(olds: Mapping[str, Any], news: Mapping[str, Any]) -> DiffResult:
    """Pure: another instance or Region replaces; a replication that is not complete is a change in itself."""
    state, region = ReplicaState.of(olds), news["replica_region"]
    other_instance = not may_be(state.instance, news["instance"], olds["instance"])
    other_region = known(region) and region != state.region
    if other_instance or other_region:
        return changed_inputs(["instance"] * other_instance + ["replica_region"] * other_region)
    alias = news.get("replica_alias")
    is_called = alias is None or alias == olds.get("replica_alias")
    if not all(map(known, news.values())) or not is_called or news.get("on_delete") != olds.get("on_delete"):
        return changed_inputs()
    return unchanged() if state.status == COMPLETE and state.default_group else changed_world()


def claimed_keys(written: Any, *more: str) -> set[Key]:
    """The keys of an instance's replica, however the instance is written."""
    return {(DECLARED, text) for text in (ways_to_write(written), *more) if text}


def is_coming(run: Run, shown: Instance) -> bool:
    """Whether the program replicates the instance itself."""
    return run.ownership.is_claimed(DECLARED, {shown.arn.id, shown.alias})


def changed_identity(connection: Connection, state: ReplicaState, props: Mapping[str, Any]) -> list[NameChanged]:
    """Whether the instance's alias means another one, or the replica is gone."""
    return [*changed_instance(connection, state.instance, props), *_gone(connection, state)]


def _gone(connection: Connection, state: ReplicaState) -> Iterator[NameChanged]:
    row = connection.directory.instance(state.instance).replication_to(state.region)
    if row is None or row.status == DELETING:
        yield NameChanged(f"the replica in {state.region} is gone: the instance is replicated anew", "replica_region")


def read(connection: Connection, id_: str, declared: Properties, props: Mapping[str, Any]) -> ReadResult:
    """The replica as it is; an empty result where it is gone, an error where a `get()` finds none.

    `declared` are the inputs among `props`; a `get()` has no others.
    """
    is_get = props.get("replica_arn") is None
    replica = parse(id_, "instance") if is_get else ReplicaState.of(props).replica
    connection.require_account(replica)
    context = ErrorContext(f"reading the replica of instance {replica.id}", replica.region)
    source = _source_of(connection, replica, context) if is_get else ReplicaState.of(props).instance
    shown = connection.directory.instance(source)
    row = shown.replication_to(replica.region)
    if row is None or row.status == DELETING:
        if is_get:
            raise context.error(NotFound, f"instance {shown.alias or source.id} has none there", "declare it instead")
        return ReadResult("", {})
    state = ReplicaState(source, replica, _default_group(connection, source), row.status)
    plain = {"instance": str(source), "replica_region": replica.region, "on_delete": "leave"}
    found = _as_found(connection, state, plain if is_get else declared)
    return ReadResult(str(replica), {**found, **state.outputs()}, found)


def _source_of(connection: Connection, replica: Arn, context: ErrorContext) -> Arn:
    """The source instance of a replica.

    Raises:
        NotFound: the ARN is of no replica.
    """
    with context:
        shown = connection.directory.instance(replica)
    if shown.source.region == replica.region:
        cause = "the ARN is of a source instance" if len(shown.regions) > 1 else "the instance is not replicated"
        raise context.error(NotFound, cause, "give the replica's ARN, with its own Region in it")
    return shown.source


def _default_group(connection: Connection, source: Arn) -> Arn | None:
    groups = connection.directory.groups(source.region).entries().values()
    return next((group.arn for group in groups if group.is_default and group.instance.id == source.id), None)


def _as_found(connection: Connection, state: ReplicaState, declared: Properties) -> Properties:
    """The inputs, as declared where that is still true; an alias is looked up where one is declared, if that may be."""
    if "replica_alias" not in declared or state.status != COMPLETE:
        return declared
    try:
        return {**declared, "replica_alias": connection.directory.instance(state.replica).alias}
    except Denied:
        return declared
