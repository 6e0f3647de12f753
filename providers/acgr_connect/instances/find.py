"""Source instances: found by any identifier, seen anew, and waited for until they are `ACTIVE`."""

from __future__ import annotations

from acgr_connect.model.arns import Arn, parse
from acgr_connect.model.errors import Conflict, ErrorContext, NotFound, Refused
from acgr_connect.model.hints import did_you_mean
from acgr_connect.model.identifiers import Identifier
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import Instance
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.scheduling.wait import Wait, run
from acgr_connect.world.connection import Connection
from acgr_connect.world.sweep import FRESH


def find_instance(connection: Connection, identifier: Identifier, source_region: str | None = None) -> Instance:
    """The source instance that an ARN, or in `source_region` an alias or id, stands for.

    Args:
        connection: the account.
        identifier: the instance.
        source_region: where it is looked up, unless it is given by ARN.

    Raises:
        NotFound: there is none; the sentence names those there are.
        Conflict: several have that alias; the sentence lists their ARNs.
        Refused: it is a replica; the sentence has the ARN of the source.
        WrongAccount: it is of another account than the credentials.
        ArnError: no ARN, and no Region to look it up in: `check` asks for one of them, a `get()` has no check.
    """
    if isinstance(identifier, Arn):
        arn = identifier
    elif source_region is None:
        arn = parse(str(identifier), "instance")
    else:
        arn = _named(connection, str(identifier), source_region)
    connection.require_account(arn)
    context = ErrorContext(f"looking for instance {identifier if arn is not identifier else arn.id}", arn.region)
    with context:
        try:
            shown = connection.directory.instance(arn)
        except NotFound as error:
            cause = f"there is none in account {arn.account}"
            raise context.added_to(error, cause, "check the ARN and its Region") from error
        require_source(shown, context)
    return shown


def require_source(shown: Instance, context: ErrorContext) -> None:
    """Refuse a replica where the source instance is needed: the two have the same id.

    Raises:
        Refused: it is one.
    """
    if shown.source.region != shown.arn.region:
        cause = f"{shown.arn.region} is the Region of its replica"
        raise context.error(Refused, cause, f"write the ARN of the source, {shown.source}")


def _named(connection: Connection, name: str, region: str) -> Arn:
    context = ErrorContext(f"looking for instance {name!r}", region)
    with context:
        sweep = connection.directory.instances(region)
        found = sweep.matching(lambda one: name in {one.alias, one.arn.id}, believing=FRESH)
        there = sorted(one.alias or one.arn.id for one in sweep.entries().values())
    if not found:
        cause = f"there is none of that alias or id; there are: {', '.join(there) or 'none at all'}"
        raise context.error(NotFound, cause, did_you_mean(name, there))
    if len(found) > 1:
        arns = ", ".join(sorted(str(one.arn) for one in found))
        raise context.error(Conflict, f"several go by it: {arns}", "write the ARN of the one you mean")
    return found[0].arn


def instance_now(connection: Connection, instance: Arn, operation: Operation, purpose: Purpose) -> Instance:
    """The instance as its Region shows it now.

    Raises:
        NotFound: it does not.
    """
    shown = connection.connect(instance.region, purpose, operation.deadline).describe_instance(instance.id)
    connection.directory.note_instance(shown)
    return shown


def await_instance(connection: Connection, instance: Arn, operation: Operation) -> Instance:
    """Wait until the instance itself is `ACTIVE`: one that was made a moment ago is not.

    Raises:
        UnexpectedState: its creation has failed.
        WaitTimeout: it is still being created.
        NotFound: it does not exist.
    """
    wait = Wait(
        what=f"instance {instance.id} in {instance.region}",
        pending=frozenset({"CREATION_IN_PROGRESS"}),
        target=frozenset({"ACTIVE"}),
        every=5.0,
        region=instance.region,
    )
    return run(
        wait,
        lambda: instance_now(connection, instance, operation, Purpose.LOOK),
        lambda shown: (shown.status, ""),
        operation,
    )
