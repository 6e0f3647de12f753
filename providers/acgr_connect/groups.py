"""Traffic distribution groups: found by any spelling, and waited for until `ACTIVE` (A2, A3, A5, N1)."""

from __future__ import annotations

from acgr_connect.arns import Arn, is_arn, parse
from acgr_connect.connection import Connection, Progress, silent
from acgr_connect.errors import Conflict, ConnectError, Doing, NotFound, Refused, because, told
from acgr_connect.ledger import Purpose
from acgr_connect.records import Group, Instance
from acgr_connect.spelling import DEFAULT_GROUP
from acgr_connect.wait import Wait, run

SETTLING = frozenset({"CREATION_IN_PROGRESS", "UPDATE_IN_PROGRESS"})
"""Statuses that become `ACTIVE` by themselves."""


def find_group(connection: Connection, spelled: str, source_region: str | None = None) -> Group:
    """The group that an ARN, or in `source_region` a name, an id or "default", stands for.

    Raises:
        NotFound: there is none; the sentence names those there are.
        Conflict: several have that name; the sentence lists their ARNs.
        WrongAccount: it is of another account than the credentials.
    """
    if is_arn(spelled):
        return _described(connection, parse(spelled, "traffic-distribution-group"))
    assert source_region is not None  # `spelling` asks for it wherever no ARN is written
    return _named(connection, spelled, source_region)


def _described(connection: Connection, arn: Arn) -> Group:
    connection.insist_on_account(arn)
    try:
        group = connection.directory.group(arn).get(arn.id)
    except ConnectError as error:
        raise because(error, *_missing(arn, error)) from error
    assert group is not None  # the sweep of one group fetches that group or raises
    return group


def _missing(arn: Arn, error: ConnectError) -> tuple[Doing, str, str]:
    doing = Doing(f"looking for traffic distribution group {arn.id}", arn.region)
    if isinstance(error, NotFound):
        return doing, f"there is none in account {arn.account}", "check the ARN, or create the group first"
    return doing, "", ""


def _named(connection: Connection, name: str, region: str) -> Group:
    doing = Doing(f"looking for traffic distribution group {name!r}", region)
    sweep = connection.directory.groups(region)
    try:
        found = sweep.matching(lambda g: g.arn.region == region and goes_by(g, name))
        known = sorted({g.name for g in sweep.entries().values()})
    except ConnectError as error:
        raise because(error, doing) from error
    if not found:
        there = ", ".join(known) or "none at all"
        raise told(NotFound, doing, f"there is none of that name; there are: {there}")
    if len(found) > 1:
        arns = ", ".join(sorted(str(g.arn) for g in found))
        raise told(Conflict, doing, f"several go by it: {arns}", "write the ARN of the one you mean")
    connection.insist_on_account(found[0].arn)
    return found[0]


def goes_by(group: Group, name: str) -> bool:
    """Whether a name, an id or "default" stands for the group."""
    return name in {group.name, group.arn.id} or (name == DEFAULT_GROUP and group.is_default)


def await_active(connection: Connection, group: Arn, *, within: float = 600.0, progress: Progress = silent) -> Group:
    """Wait until the group is `ACTIVE`: only then are agents and numbers accepted (A3, N1).

    Threads that need the same group wait for one of them to look. `within` is in seconds.

    Raises:
        UnexpectedState: it is being deleted, or its creation failed.
        WaitTimeout: it is still being created or updated.
        NotFound: it does not exist.
    """
    sweep = connection.directory.group(group)
    with connection.alone_with(group):
        if (known := sweep.get(group.id)) and known.status == "ACTIVE":
            return known
        wait = Wait(
            what=f"traffic distribution group {known.name if known else group.id} in {group.region}",
            pending=SETTLING,
            target=frozenset({"ACTIVE"}),
            every=2.0,
            within=within,
            region=group.region,
        )
        api = connection.connect(group.region, Purpose.LOOK)
        active = run(wait, lambda: api.describe_group(str(group)), lambda g: (g.status, ""), connection.clock, progress)
        sweep.put(group.id, active)
        return active


def insist_on_calm(connection: Connection, group: Arn) -> None:
    """Refuse to move numbers or remove agents while a group's calls are failed over, or being shifted.

    One `GetTrafficDistribution` a group and run; `acgr:duringFailover=allow` goes ahead without.

    Raises:
        Refused: the source Region takes no calls, or the group is being updated.
    """
    if connection.settings.during_failover:
        return
    doing = Doing(f"changing what is on traffic distribution group {group.id}", group.region)
    remedy = "wait until it is over, or set acgr:duringFailover to allow"
    try:
        known = connection.directory.group(group).get(group.id)
        if known and known.status == "UPDATE_IN_PROGRESS":
            raise told(Refused, doing, "its calls are being shifted between the Regions", remedy)
        shares = connection.directory.shares(group).entries()
    except NotFound:
        return  # what is wrong with the group, the operation itself will say
    except ConnectError as error:
        raise because(error, doing) from error
    if shares and shares.get(group.region) == 0:
        raise told(Refused, doing, f"a failover is running: {group.region} takes no calls", remedy)


def status_now(connection: Connection, group: Arn) -> str:
    """The group's status as the source Region shows it now, or "missing": for diagnosis (A5)."""
    try:
        return connection.connect(group.region, Purpose.MOVE).describe_group(str(group)).status
    except NotFound:
        return "missing"


def unusable(
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


def shows_all(connection: Connection, group: Arn, doing: Doing) -> bool:
    """Whether what the group does not show is not there; False where the group itself is gone.

    Raises:
        ConnectError: it is not `ACTIVE`: what it does not show may still be there.
    """
    status = status_now(connection, group)
    if status not in {"ACTIVE", "missing"}:
        cause = f"the group is {status}, so what it does not show may still be there"
        raise told(ConnectError, doing, cause, "refresh again when it is ACTIVE")
    return status == "ACTIVE"


def regions_of(connection: Connection, instance: Arn, *, replica_region: str | None = None) -> tuple[str, str]:
    """Source and replica Region of a replicated instance (`DescribeInstance`).

    Raises:
        Refused: it is not replicated, or not into `replica_region`.
    """
    doing = Doing(f"looking for the replica of instance {instance.id}", instance.region)
    try:
        shown: Instance = connection.directory.instance(instance)
    except ConnectError as error:
        raise because(error, doing) from error
    if len(shown.regions) < 2:
        raise told(Refused, doing, "it is not replicated", "replicate it with ReplicateInstance first")
    source, replica = shown.regions[:2]
    if replica_region is not None and replica_region != replica:
        raise told(Refused, doing, f"its replica is in {replica}, not in {replica_region}", "mend replica_region")
    return source, replica
