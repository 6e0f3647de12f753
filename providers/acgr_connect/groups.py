"""Traffic distribution groups: found by any identifier, waited for until `ACTIVE`, or why not (A2, A3, A5, N1)."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from acgr_connect.model.arns import Arn, parse
from acgr_connect.model.errors import Conflict, ConnectError, ErrorContext, NotFound, Refused
from acgr_connect.model.hints import did_you_mean
from acgr_connect.model.identifiers import DEFAULT_GROUP, Identifier
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import Group, Instance
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.scheduling.wait import Wait, run
from acgr_connect.world.connection import Connection

SETTLING = frozenset({"CREATION_IN_PROGRESS", "UPDATE_IN_PROGRESS"})
"""Statuses that become `ACTIVE` by themselves."""


def find_group(
    connection: Connection, identifier: Identifier, source_region: str | None = None, *, believing: float = 0.0
) -> Group:
    """The group that an ARN, or in `source_region` a name, an id or "default", stands for.

    Args:
        connection: the account.
        identifier: the group.
        source_region: where it is looked up, unless it is given by ARN.
        believing: seconds for which a list is believed that does not have it.

    Raises:
        NotFound: there is none; the sentence names those there are.
        Conflict: several have that name; the sentence lists their ARNs.
        WrongAccount: it is of another account than the credentials.
        ArnError: no ARN, and no Region to look it up in: `check` asks for one of them, a `get()` has no check.
    """
    if isinstance(identifier, Arn):
        return describe_group(connection, identifier)
    if source_region is None:
        return describe_group(connection, parse(str(identifier), "traffic-distribution-group"))
    return _named(connection, str(identifier), source_region, believing)


def describe_group(connection: Connection, arn: Arn) -> Group:
    """The group that has the ARN, as this run last saw it.

    Raises:
        NotFound: there is none.
        WrongAccount: it is of another account than the credentials.
    """
    connection.require_account(arn)
    context = ErrorContext(f"looking for traffic distribution group {arn.id}", arn.region)
    with context:
        try:
            group = connection.directory.group(arn).get(arn.id)
        except NotFound as error:
            raise context.added_to(
                error, f"there is none in account {arn.account}", _remedy(connection, arn)
            ) from error
    assert group is not None  # the sweep of one group fetches that group or raises
    return group


def _remedy(connection: Connection, arn: Arn) -> str:
    """What to do about an ARN that no group has: the replica shows groups whose ARNs are of the source."""
    with suppress(ConnectError):
        if (shown := connection.directory.groups(arn.region).entries().get(arn.id)) and shown.arn != arn:
            return f"{arn.region} is the replica's Region: write the ARN of the source, {shown.arn}"
    return "check the ARN, or create the group first"


def _named(connection: Connection, name: str, region: str, believing: float) -> Group:
    context = ErrorContext(f"looking for traffic distribution group {name!r}", region)
    sweep = connection.directory.groups(region)
    with context:
        found = sweep.matching(lambda g: g.arn.region == region and is_called(g, name), believing=believing)
        shown = sweep.entries().values()
    if not found:
        raise context.error(NotFound, *_no_such_group(name, region, shown))
    if len(found) > 1:
        arns = ", ".join(sorted(str(g.arn) for g in found))
        raise context.error(Conflict, f"several go by it: {arns}", "write the ARN of the one you mean")
    connection.require_account(found[0].arn)
    return found[0]


def _no_such_group(name: str, region: str, shown: Collection[Group]) -> tuple[str, str]:
    """Why a Region has no group of that name, and what to do: a replica shows the groups of its source."""
    if elsewhere := sorted({g.arn.region for g in shown if is_called(g, name) and g.arn.region != region}):
        source = elsewhere[0]
        cause = f"that is the replica's Region, and the group is of {source}: source and replica Region are swapped"
        return cause, f"source_region is {source}, replica_region is {region}"
    there = sorted({g.name for g in shown if g.arn.region == region})
    cause = f"there is none of that name; there are: {', '.join(there) or 'none at all'}"
    return cause, did_you_mean(name, there)


def is_called(group: Group, name: str) -> bool:
    """Whether a name, an id or "default" stands for the group."""
    return name in {group.name, group.arn.id} or (name == DEFAULT_GROUP and group.is_default)


def await_active(connection: Connection, group: Arn, operation: Operation) -> Group:
    """Wait until the group is `ACTIVE`: only then are agents and numbers accepted (A3, N1).

    Threads that need the same group wait together: one of them looks, and all have its outcome.

    Raises:
        UnexpectedState: it is being deleted, or its creation failed.
        WaitTimeout: it is still being created or updated.
        NotFound: it does not exist.
    """
    sweep = connection.directory.group(group)
    if (known := sweep.get(group.id)) and known.status == "ACTIVE":
        return known
    wait = Wait(
        what=f"traffic distribution group {known.name if known else group.id} in {group.region}",
        pending=SETTLING,
        target=frozenset({"ACTIVE"}),
        every=2.0,
        region=group.region,
    )
    api = connection.connect(group.region, Purpose.LOOK)

    def become_active() -> Group:
        active = run(wait, lambda: api.describe_group(str(group)), lambda g: (g.status, ""), operation)
        sweep.put(group.id, active)
        return active

    return connection.waits.run(("group", str(group)), operation.deadline, become_active)


def require_no_failover(connection: Connection, *targets: Arn) -> None:
    """Refuse to move numbers or remove agents while a group's calls are failed over, or being shifted.

    Instances may be among the targets: their calls go nowhere else.

    One `GetTrafficDistribution` a group and run; `acgr:duringFailover=allow` goes ahead without.

    Raises:
        Refused: the source Region takes no calls, or the group is being updated.
    """
    if connection.settings.during_failover:
        return
    for target in targets:
        if target.kind == "traffic-distribution-group":
            _require_calls_at_home(connection, target)


def _require_calls_at_home(connection: Connection, group: Arn) -> None:
    context = ErrorContext(f"changing what is on traffic distribution group {group.id}", group.region)
    remedy = "wait until it is over, or set acgr:duringFailover to allow"
    with suppress(NotFound), context:  # what is wrong with a group that is not there, the request itself will say
        known = connection.directory.group(group).get(group.id)
        if known and known.status == "UPDATE_IN_PROGRESS":
            raise context.error(Refused, "its calls are being shifted between the Regions", remedy)
        shares = connection.directory.shares(group).entries()
        if shares and shares.get(group.region) == 0:
            raise context.error(Refused, f"a failover is running: {group.region} takes no calls", remedy)


def status_now(connection: Connection, group: Arn) -> str:
    """The group's status as the source Region shows it now, or "missing": for diagnosis (A5)."""
    try:
        return connection.connect(group.region, Purpose.MOVE).describe_group(str(group)).status
    except NotFound:
        return "missing"


def why_unusable(
    connection: Connection, group: Arn, *, though: frozenset[str] = frozenset({"ACTIVE"})
) -> tuple[str, str] | None:
    """Why the group takes neither agents nor numbers, and what to do; None where it does (A10, A11, N11).

    Args:
        connection: the account.
        group: the traffic distribution group, asked now.
        though: statuses that are no reason.
    """
    status = status_now(connection, group)
    if status == "missing":
        return "the traffic distribution group does not exist", "create it, or mend its ARN"
    if status not in though:
        return f"the traffic distribution group is {status}, not ACTIVE", "run again when it is"
    return None


def shows_all(connection: Connection, group: Arn, context: ErrorContext) -> bool:
    """Whether what the group does not show is not there; False where the group itself is gone.

    Raises:
        ConnectError: it is not `ACTIVE`: what it does not show may still be there.
    """
    status = status_now(connection, group)
    if status not in {"ACTIVE", "missing"}:
        cause = f"the group is {status}, so what it does not show may still be there"
        raise context.error(ConnectError, cause, "refresh again when it is ACTIVE")
    return status == "ACTIVE"


def regions_of(connection: Connection, instance: Arn, *, replica_region: str | None = None) -> tuple[str, str]:
    """Source and replica Region of a replicated instance (`DescribeInstance`).

    Raises:
        Refused: it is not replicated, or not into `replica_region`.
    """
    context = ErrorContext(f"looking for the replica of instance {instance.id}", instance.region)
    with context:
        shown: Instance = connection.directory.instance(instance)
    if len(shown.regions) < 2:
        raise context.error(Refused, "it is not replicated", "replicate it with ReplicateInstance first")
    source, replica = shown.regions[:2]
    if replica_region == source:
        cause = f"that is its source Region, and its replica is in {replica}"
        raise context.error(Refused, cause, "source and replica Region are swapped: mend replica_region")
    if replica_region is not None and replica_region != replica:
        raise context.error(Refused, f"its replica is in {replica}, not in {replica_region}", "mend replica_region")
    return source, replica


def reach_of(connection: Connection, target: Arn) -> tuple[Arn, tuple[str, ...]]:
    """The instance that answers for a group or an instance, and the Regions in which it does, the source first."""
    if target.kind == "instance":
        return target, (target.region,)
    instance = describe_group(connection, target).instance
    return instance, regions_of(connection, instance)


def display_name(connection: Connection, target: Arn) -> str:
    """What people call an instance or a group, as far as this run has heard of it."""
    with suppress(ConnectError):
        if target.kind == "instance":
            return f"instance {connection.directory.instance(target).alias or target.id}"
        if group := connection.directory.group(target).get(target.id):
            return f"traffic distribution group {group.name}"
    return f"{target.kind.replace('-', ' ')} {target.id}"


def short_name(connection: Connection, target: Arn) -> str:
    """The same in a sentence that says what moves where: a group's name alone."""
    return display_name(connection, target).removeprefix("traffic distribution group ")
