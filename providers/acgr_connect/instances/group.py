"""A traffic distribution group that is declared: made or taken over, tagged, deleted (A2, A3).

Its name is what a killed run is resumed by: Connect takes a name once for an instance, so whoever finds it finds what
was begun. A client token that outlived the run would bring back the answer about a group that was deleted since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from uuid import uuid4

from acgr_connect import log
from acgr_connect.groups import SETTLING
from acgr_connect.instances.find import await_instance, require_source
from acgr_connect.instances.group_plan import (
    MOST_GROUPS,
    DesiredGroup,
    declared_among,
    next_step,
    tag_changes,
    unchangeable,
)
from acgr_connect.instances.numbers_there import numbers_on, said_of
from acgr_connect.instances.replication import await_replicated
from acgr_connect.model.arns import Arn
from acgr_connect.model.errors import (
    Conflict,
    ConnectError,
    ErrorContext,
    NotFound,
    QuotaExceeded,
    Refused,
    Unavailable,
    Unfinished,
    WaitError,
)
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import Group
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.scheduling.wait import Wait, run
from acgr_connect.world.connection import Connection

NOT_SHOWN = "not shown yet"
"""The status, here, of a group that was accepted and that Connect does not show so far."""

GONE = "gone"
"""The status, here, of a group that is not there any more."""

QUOTA = (
    f"an instance has {MOST_GROUPS} groups at most, and AWS does not raise that: delete one that is not needed, or use "
    "one that is there"
)

ELSEWHERE = "place what is on it elsewhere first: a group is not deleted with numbers on it"
"""What to do about them."""

WITHOUT_REPLICA = "declare an InstanceReplica and give it as `instance`, or replicate it with ReplicateInstance first"


@dataclass(frozen=True)
class ObservedGroup:
    """The group after an attempt, and whether it was there before."""

    group: Group
    adopted: bool


def make(connection: Connection, desired: DesiredGroup, operation: Operation) -> ObservedGroup:
    """Make the group and wait until it is `ACTIVE`, or take over the one of that name.

    Raises:
        Unfinished: it is there and not `ACTIVE`, or not tagged as declared; `observed` is an `ObservedGroup`.
        Refused: the instance is not replicated, or the group that is there has another description.
        QuotaExceeded: the instance has as many groups as it may have.
        ConnectError: it could not be made.
    """
    region = desired.instance.region
    context = ErrorContext(f"creating traffic distribution group {desired.name}", region)
    connection.require_account(desired.instance)
    with context:
        _require_replicated(connection, desired.instance, context, operation)
        arn, adopted = _made(connection, desired, context, operation)
        return _finished(connection, desired, arn, adopted, operation)


def _require_replicated(connection: Connection, instance: Arn, context: ErrorContext, operation: Operation) -> None:
    shown = await_instance(connection, instance, operation)
    require_source(shown, context)
    replicas = [row.region for row in shown.replication if row.region != instance.region]
    if not replicas:
        raise context.error(Refused, f"instance {shown.alias or instance.id} is not replicated", WITHOUT_REPLICA)
    await_replicated(connection, instance, replicas[0], operation, seen=shown)


def _made(
    connection: Connection, desired: DesiredGroup, context: ErrorContext, operation: Operation
) -> tuple[Arn, bool]:
    """The group's ARN, and whether it was there."""
    there = _declared_now(connection, desired)
    step = next_step(there)
    if there and step == "adopt":
        if why := unchangeable(desired.description, there := _described(connection, there.arn, operation)):
            raise context.error(Refused, *why)
        return there.arn, True
    if there and step == "delete-what-failed":
        operation.say(f"the creation of a group called {there.name} has failed before: that one is deleted first")
        _delete(connection, there.arn, context, operation)
    if there:
        await_gone(connection, there, operation)
    if desired.is_default:
        cause = "there is none: Connect makes the default group when it replicates the instance, and nobody else can"
        raise context.error(NotFound, cause, WITHOUT_REPLICA)
    return _created(connection, desired, context, operation), False


def _created(connection: Connection, desired: DesiredGroup, context: ErrorContext, operation: Operation) -> Arn:
    operation.require_going_on()
    api = connection.connect(desired.instance.region, Purpose.MOVE, operation.deadline)
    try:
        arn = api.create_group(
            desired.instance, desired.name, str(uuid4()), description=desired.description, tags=desired.tags
        )
    except QuotaExceeded as error:
        raise context.added_to(error, remedy=QUOTA) from error
    except (Conflict, Unavailable):
        # It may have been carried out: a group of that name is this one, since there was none a moment ago.
        if (there := _declared_now(connection, desired)) is None:
            raise
        arn = there.arn
    log.info("group accepted", group=str(arn))
    return arn


def _declared_now(connection: Connection, desired: DesiredGroup) -> Group | None:
    sweep = connection.directory.groups(desired.instance.region)
    return declared_among(desired, sweep.entries(max_age=0.0).values())


def _described(connection: Connection, group: Arn, operation: Operation) -> Group:
    return connection.connect(group.region, Purpose.LOOK, operation.deadline).describe_group(str(group))


def _finished(
    connection: Connection, desired: DesiredGroup, arn: Arn, adopted: bool, operation: Operation
) -> ObservedGroup:
    group = Group(arn, desired.name, desired.instance, "CREATION_IN_PROGRESS", desired.is_default)
    try:
        group = await_active(connection, group, operation, is_new=not adopted)
        set_tags(connection, group, (), desired.tags, operation)
    except ConnectError as error:
        with suppress(ConnectError):
            group = _described(connection, arn, operation)
        raise Unfinished(error, ObservedGroup(group, adopted)) from error
    return ObservedGroup(group, adopted)


def await_active(connection: Connection, group: Group, operation: Operation, *, is_new: bool = False) -> Group:
    """Wait until the group is `ACTIVE`, with its description and tags.

    Args:
        connection: the account.
        group: what is known of it.
        operation: has the deadline.
        is_new: whether it was accepted a moment ago: that it is not shown then does not mean that it is not there.

    Raises:
        UnexpectedState: it is being deleted, or its creation failed.
        WaitTimeout: it is still being created or updated.
        NotFound: it does not exist.
    """
    arn = group.arn
    wait = Wait(
        what=f"traffic distribution group {group.name} in {arn.region}",
        pending=SETTLING | {NOT_SHOWN},
        target=frozenset({"ACTIVE"}),
        every=2.0,
        region=arn.region,
    )

    def look() -> Group | None:
        try:
            return _described(connection, arn, operation)
        except NotFound:
            if not is_new:
                raise
            return None

    active = run(wait, look, lambda seen: (seen.status if seen else NOT_SHOWN, ""), operation)
    assert active is not None  # it is not waited for any longer once it is shown, and shown to be ACTIVE
    connection.directory.group(arn).put(arn.id, active)
    connection.directory.groups(arn.region).put(arn.id, active)
    return active


def await_gone(connection: Connection, group: Group, operation: Operation) -> None:
    """Wait until a group whose deletion was accepted is not there any more.

    Raises:
        UnexpectedState: the deletion failed.
        WaitTimeout: it is still there.
    """
    arn = group.arn
    wait = Wait(
        what=f"traffic distribution group {group.name} in {arn.region}",
        pending=frozenset({"PENDING_DELETION", "ACTIVE", "CREATION_FAILED"}),
        target=frozenset({GONE}),
        every=2.0,
        region=arn.region,
    )

    def look() -> str:
        try:
            return _described(connection, arn, operation).status
        except NotFound:
            return GONE

    run(wait, look, lambda status: (status, ""), operation)
    connection.directory.group(arn).remove(arn.id)
    connection.directory.groups(arn.region).remove(arn.id)


def set_tags(
    connection: Connection, there: Group, before: Iterable[str], declared: Mapping[str, str], operation: Operation
) -> Group:
    """Give the group the declared tags, and take away those that were declared and are not any more.

    Args:
        connection: the account.
        there: the group, as it was just described.
        before: the keys that were declared.
        declared: what is declared.
        operation: has the deadline.

    Returns:
        The group with its tags.
    """
    changes = tag_changes(before, declared, there.tags)
    api = connection.connect(there.arn.region, Purpose.MOVE, operation.deadline)
    if changes:
        operation.require_going_on()
    if changes.set:
        api.tag(there.arn, changes.set)
    if changes.removed:
        api.untag(there.arn, changes.removed)
    kept = {key: value for key, value in there.tags.items() if key not in changes.removed}
    tagged = Group(
        there.arn,
        there.name,
        there.instance,
        there.status,
        there.is_default,
        there.description,
        {**kept, **changes.set},
    )
    connection.directory.group(there.arn).put(there.arn.id, tagged)
    return tagged


def change(
    connection: Connection, group: Arn, before: Iterable[str], desired: DesiredGroup, operation: Operation
) -> Group:
    """Wait until the group is `ACTIVE`, and change what Connect can change: its tags.

    Raises:
        Refused: another description is declared.
        NotFound: it is gone.
        ConnectError: it is not `ACTIVE`, or could not be tagged.
    """
    context = ErrorContext(f"updating traffic distribution group {desired.name}", group.region)
    with context:
        try:
            there = _described(connection, group, operation)
        except NotFound as error:
            raise context.added_to(error, "it is gone", "run `pulumi up --refresh`, which makes it anew") from error
        if why := unchangeable(desired.description, there):
            raise context.error(Refused, *why)
        if there.status != "ACTIVE":
            there = await_active(connection, there, operation)
        return set_tags(connection, there, before, desired.tags, operation)


def delete(connection: Connection, group: Arn, operation: Operation) -> str | None:
    """Delete the group, and wait until it is gone. Agents who are on it still leave it with that.

    Returns:
        Why it was left, or None: it is gone.

    Raises:
        Conflict: numbers are on it; the sentence names them.
        UnexpectedState: the deletion failed.
        WaitTimeout: it is still there.
        ConnectError: it could not be deleted.
    """
    context = ErrorContext(f"deleting traffic distribution group {group.id}", group.region)
    with context:
        try:
            there = _described(connection, group, operation)
        except NotFound:
            _require_instance_of(connection, group)
            return None
    context = ErrorContext(f"deleting traffic distribution group {there.name}", group.region)
    with context:
        if there.is_default:
            return "it is the default group, which Connect makes and removes together with the replica"
        if there.status in SETTLING:
            with suppress(WaitError):  # should its creation fail, it is to be deleted all the same
                await_active(connection, there, operation)
        if there.status != "PENDING_DELETION":
            _require_no_numbers(connection, group, context, operation)
            _delete(connection, group, context, operation)
        await_gone(connection, there, operation)
    return None


def _require_instance_of(connection: Connection, group: Arn) -> None:
    """That a group is not there is believed of a Region that answers for it, and of no other."""
    connection.directory.groups(group.region).entries(max_age=0.0)


def _delete(connection: Connection, group: Arn, context: ErrorContext, operation: Operation) -> None:
    """Ask for the deletion. A repetition is refused where the first request was carried out."""
    operation.require_going_on()
    try:
        connection.connect(group.region, Purpose.MOVE, operation.deadline).delete_group(group)
    except NotFound:
        return
    except (Refused, Conflict, Unavailable) as error:
        with suppress(NotFound):
            if _described(connection, group, operation).status == "PENDING_DELETION":
                return
            if isinstance(error, Conflict):
                _require_no_numbers(connection, group, context, operation)
            raise


def _require_no_numbers(connection: Connection, group: Arn, context: ErrorContext, operation: Operation) -> None:
    """Refuse to go on while numbers are on the group, and name them."""
    if on_it := numbers_on(connection, group, operation):
        cause = f"{said_of(on_it)} {'is' if len(on_it) == 1 else 'are'} on it"
        raise context.error(Conflict, cause, ELSEWHERE)
