"""What is to be done about a declared replica. Pure."""

from __future__ import annotations

from typing import Literal

from acgr_connect.model.errors import ErrorContext, Refused
from acgr_connect.model.records import Instance, Replication

COMPLETE, IN_PROGRESS = "INSTANCE_REPLICATION_COMPLETE", "INSTANCE_REPLICATION_IN_PROGRESS"
FAILED, DELETING = "INSTANCE_REPLICATION_FAILED", "INSTANCE_REPLICA_DELETING"
DELETION_FAILED = "INSTANCE_REPLICATION_DELETION_FAILED"
NOT_STARTED = "RESOURCE_REPLICATION_NOT_STARTED"

Step = Literal["replicate", "wait", "adopt", "wait-until-gone"]


def next_step(shown: Instance, region: str, context: ErrorContext) -> Step:
    """What comes first for a replica in a Region.

    Where a replication has failed it is asked for again: after what it says was mended, that resumes it.

    Args:
        shown: the source instance.
        region: where its replica is to be.
        context: of what is done.

    Raises:
        Refused: there cannot be one there.
    """
    if region == shown.source.region:
        raise context.error(Refused, "that is the instance's own Region", "write the other Region of its pair")
    if elsewhere := other_replica(shown, region):
        cause = f"it is replicated to {elsewhere.region} already, and an instance has one replica"
        raise context.error(
            Refused, cause, f"declare replica_region as {elsewhere.region}, or delete that replica first"
        )
    here = shown.replication_to(region)
    if here is None or here.status == FAILED:
        return "replicate"
    if here.status == DELETING:
        return "wait-until-gone"
    if here.status == DELETION_FAILED:
        cause = f"its replica is {here.status}" + (f": {here.reason}" if here.reason else "")
        raise context.error(Refused, cause, "ask AWS Support: such a replica can neither be used nor be made again")
    return "adopt" if here.status == COMPLETE else "wait"


def other_replica(shown: Instance, region: str) -> Replication | None:
    """The replica of an instance in a third Region, or None."""
    rows = (row for row in shown.replication if row.region not in {region, shown.source.region})
    return next((row for row in rows if row.status != FAILED), None)


def other_alias(declared: str | None, there: str) -> tuple[str, str] | None:
    """Why a declared alias cannot be had, and what to do; None where it is as declared, or none is."""
    if declared is None or declared == there:
        return None
    return (
        f"the alias of the replica is {there!r}, and Connect has no operation that changes an instance's alias",
        f"declare replica_alias as {there!r}, or leave it out",
    )
