"""An instance's replica: made or taken over, waited for, deleted.

What a killed run has begun is found by the instance itself: `DescribeInstance` says how far its replication is.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from acgr_connect import log
from acgr_connect.groups import SETTLING
from acgr_connect.instances.find import await_instance, instance_now, require_source
from acgr_connect.instances.numbers_there import numbers_on
from acgr_connect.instances.numbers_there import said_of as numbers
from acgr_connect.instances.replica_plan import COMPLETE, DELETING, IN_PROGRESS, NOT_STARTED, next_step, other_alias
from acgr_connect.model.arns import Arn
from acgr_connect.model.errors import (
    Conflict,
    ConnectError,
    ErrorContext,
    NotFound,
    Refused,
    Unavailable,
    UnexpectedState,
    Unfinished,
)
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import Group, Instance, ReplicationFinding
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.scheduling.wait import Wait, run
from acgr_connect.world.connection import Connection

FOUND_TYPES = ("AGENT", "CONTACT_FLOW", "PHONE_NUMBER")
"""The types of resource of which replication findings matter here."""

NOT_SHOWN, GONE = "not shown yet", "gone"
"""The statuses, here, of what was accepted and is not shown so far, and of what is not there any more."""

LOOK_EVERY = 5.0
"""Seconds between two looks at a replication, which takes minutes."""

REPLICATION_TIMEOUT = 3600.0
"""Seconds that making or deleting a replica may take where the program sets no `custom_timeouts`."""


@dataclass(frozen=True)
class DesiredReplica:
    """What is declared of a replica: the source instance, the Region, and the alias where one is declared."""

    instance: Arn
    region: str
    alias: str | None

    @property
    def replica(self) -> Arn:
        """The replica: it has the id of its source."""
        return self.instance.in_region(self.region)


@dataclass(frozen=True)
class ObservedReplica:
    """The replica after an attempt.

    Attributes:
        replica: its ARN.
        status: of its replication, as `DescribeInstance` says it.
        default_group: the group that Connect made with it; None where it has not been seen.
        adopted: whether it was there, or on its way, before.
    """

    replica: Arn
    status: str
    default_group: Arn | None
    adopted: bool


def replicate(connection: Connection, desired: DesiredReplica, operation: Operation) -> ObservedReplica:
    """Replicate the instance and wait until that is complete, or take over the replica that is there.

    Raises:
        Unfinished: the replication was accepted and is not complete; `observed` is an `ObservedReplica`.
        Refused: the instance cannot be replicated there, or the replica that is there has another alias.
        ConnectError: it could not be asked for.
    """
    instance = desired.instance
    context = ErrorContext(f"replicating instance {instance.id} to {desired.region}", instance.region)
    connection.require_account(instance)
    with context:
        shown = await_instance(connection, instance, operation)
        require_source(shown, context)
    name = shown.alias or instance.id
    context = ErrorContext(f"replicating instance {name} to {desired.region}", instance.region)
    with context:
        step = next_step(shown, desired.region, context)
        if step == "wait-until-gone":
            await_gone(connection, instance, desired.region, operation)
        adopted = step in {"adopt", "wait"}
        if not adopted:
            shown = _accepted(connection, desired, context, operation)
        return _finished(connection, desired, shown, adopted, context, operation)


def _accepted(connection: Connection, desired: DesiredReplica, context: ErrorContext, operation: Operation) -> Instance:
    """Ask for the replication; the instance after that."""
    operation.require_going_on()
    api = connection.connect(desired.instance.region, Purpose.MOVE, operation.deadline)
    try:
        api.replicate_instance(desired.instance, desired.region, desired.alias, str(uuid4()))
    except (Conflict, Refused, Unavailable) as error:
        shown = instance_now(connection, desired.instance, operation, Purpose.MOVE)
        here = shown.replication_to(desired.region)
        if here is not None and here.status in {IN_PROGRESS, NOT_STARTED, COMPLETE}:
            return shown  # it was carried out, and its answer was lost
        if isinstance(error, Conflict):
            raise context.added_to(error, remedy=CONFLICT) from error
        raise
    log.info("replication accepted", replica=str(desired.replica))
    return instance_now(connection, desired.instance, operation, Purpose.MOVE)


CONFLICT = "choose another replica_alias or, if a resource of the replica is named, rename that, and run again"


def _finished(
    connection: Connection,
    desired: DesiredReplica,
    shown: Instance,
    adopted: bool,
    context: ErrorContext,
    operation: Operation,
) -> ObservedReplica:
    status, group = IN_PROGRESS, None
    try:
        shown = await_replicated(connection, desired.instance, desired.region, operation, seen=shown)
        status = COMPLETE
        require_alias(connection, desired, context, operation)
        group = await_default_group(connection, desired.instance, operation)
    except ConnectError as error:
        if isinstance(error, UnexpectedState):
            status = error.status
        raise Unfinished(error, ObservedReplica(desired.replica, status, group, adopted)) from error
    for found in findings(connection, desired.instance, operation):
        operation.warn(found)
    return ObservedReplica(desired.replica, status, group, adopted)


def await_replicated(
    connection: Connection, instance: Arn, region: str, operation: Operation, *, seen: Instance | None = None
) -> Instance:
    """Wait until the replication to a Region is complete.

    Args:
        connection: the account.
        instance: the source instance.
        region: where the replica is.
        operation: has the deadline, and shows how far it is.
        seen: the instance as it was seen a moment ago.

    Raises:
        UnexpectedState: it has failed; the sentence says why, and what does not catch up by itself.
        WaitTimeout: it is still under way.
    """
    if seen and (row := seen.replication_to(region)) and row.status == COMPLETE:
        return seen
    wait = Wait(
        what=f"the replica of instance {instance.id} in {region}",
        pending=frozenset({IN_PROGRESS, NOT_STARTED, NOT_SHOWN}),
        target=frozenset({COMPLETE}),
        every=LOOK_EVERY,
        region=instance.region,
    )

    def status(shown: Instance) -> tuple[str, str]:
        row = shown.replication_to(region)
        return (row.status, row.reason) if row else (NOT_SHOWN, "")

    try:
        return run(wait, lambda: instance_now(connection, instance, operation, Purpose.LOOK), status, operation)
    except UnexpectedState as error:
        for found in findings(connection, instance, operation):
            operation.warn(found)
        error.message += "; mend what it says and run again, which asks for the replication anew"
        raise


def require_alias(connection: Connection, desired: DesiredReplica, context: ErrorContext, operation: Operation) -> None:
    """Refuse another alias than the replica has: nothing can change it.

    Raises:
        Refused: it is another one.
    """
    if desired.alias is None:
        return
    there = instance_now(connection, desired.replica, operation, Purpose.LOOK)
    if why := other_alias(desired.alias, there.alias):
        raise context.error(Refused, *why)


def await_default_group(connection: Connection, instance: Arn, operation: Operation) -> Arn:
    """The default group of a replicated instance, once it is there and `ACTIVE`.

    Raises:
        UnexpectedState: its creation has failed.
        WaitTimeout: it is not there yet.
    """
    wait = Wait(
        what=f"the default traffic distribution group of instance {instance.id} in {instance.region}",
        pending=SETTLING | {NOT_SHOWN},
        target=frozenset({"ACTIVE"}),
        every=2.0,
        region=instance.region,
    )
    groups = connection.directory.groups(instance.region)

    def look() -> Group | None:
        rows = groups.entries(max_age=0.0).values()
        return next((group for group in rows if group.is_default and group.instance.id == instance.id), None)

    found = run(wait, look, lambda seen: (seen.status if seen else NOT_SHOWN, ""), operation)
    assert found is not None  # it is waited for until it is shown
    return found.arn


def findings(connection: Connection, instance: Arn, operation: Operation) -> list[str]:
    """What does not catch up with the other Region by itself, in words; nothing where Connect does not say it."""
    api, said = connection.connect(instance.region, Purpose.REFRESH), list[str]()
    try:
        for type_ in FOUND_TYPES:
            operation.progress(f"looking for what is not replicated of type {type_}")
            found = api.list_replication_findings(instance, type_)
            said += map(said_of, found.findings)
            stopped = {region: status for region, status in found.statuses.items() if status != "ENABLED"}
            said += [f"{_noun(type_)}: replication to {region} is {status}" for region, status in stopped.items()]
    except ConnectError as error:
        log.debug("no findings", error=str(error))
    return said


def said_of(finding: ReplicationFinding) -> str:
    """One finding in words."""
    what = f"{_noun(finding.resource_type)} {finding.name!r}"
    return f"{what} does not catch up in {finding.region} ({finding.code}): {finding.message}"


def _noun(resource_type: str) -> str:
    return resource_type.lower().replace("_", " ")


def delete(connection: Connection, instance: Arn, region: str, operation: Operation) -> None:
    """Delete the replica, with all groups of the pair, and wait until it is gone.

    Args:
        connection: the account.
        instance: the source instance, which stays.
        region: where the replica is.
        operation: has the deadline.

    Raises:
        Conflict: numbers are on one of the groups; the sentence names them.
        UnexpectedState: the deletion failed.
        WaitTimeout: it is still there.
        ConnectError: it could not be deleted.
    """
    context = ErrorContext(f"deleting the replica of instance {instance.id} in {region}", instance.region)
    with context:
        shown = instance_now(connection, instance, operation, Purpose.MOVE)
        here = shown.replication_to(region)
        if here is None:
            return
        if here.status != DELETING:
            _require_no_numbers(connection, instance, context, operation)
            _delete(connection, instance, region, operation)
        await_gone(connection, instance, region, operation)


def _require_no_numbers(connection: Connection, instance: Arn, context: ErrorContext, operation: Operation) -> None:
    rows = {group.name: numbers_on(connection, group.arn, operation) for group in groups_of(connection, instance)}
    if there := [f"{numbers(on_it)} on {name}" for name, on_it in sorted(rows.items()) if on_it]:
        cause = f"numbers are on its traffic distribution groups, which go with it: {'; '.join(there)}"
        raise context.error(Conflict, cause, "give them back to their instance first")


def _delete(connection: Connection, instance: Arn, region: str, operation: Operation) -> None:
    """Ask for the deletion. A repetition may be refused where the first request was carried out."""
    operation.require_going_on()
    try:
        connection.connect(region, Purpose.MOVE, operation.deadline).delete_instance(instance.in_region(region))
    except NotFound:
        return
    except (Refused, Conflict, Unavailable):
        here = instance_now(connection, instance, operation, Purpose.MOVE).replication_to(region)
        if here is not None and here.status != DELETING:
            raise


def await_gone(connection: Connection, instance: Arn, region: str, operation: Operation) -> None:
    """Wait until the replica is not there any more.

    Raises:
        UnexpectedState: the deletion failed.
        WaitTimeout: it is still there.
    """
    wait = Wait(
        what=f"the replica of instance {instance.id} in {region}",
        pending=frozenset({DELETING, COMPLETE}),
        target=frozenset({GONE}),
        every=LOOK_EVERY,
        region=instance.region,
    )

    def status(shown: Instance) -> tuple[str, str]:
        row = shown.replication_to(region)
        return (row.status, row.reason) if row else (GONE, "")

    run(wait, lambda: instance_now(connection, instance, operation, Purpose.LOOK), status, operation)
    connection.directory.groups(instance.region).forget()


def groups_of(connection: Connection, instance: Arn) -> list[Group]:
    """The groups of a pair, as the source Region shows them now."""
    rows = connection.directory.groups(instance.region).entries(max_age=0.0).values()
    return [group for group in rows if group.instance.id == instance.id]
