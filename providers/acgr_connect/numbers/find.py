"""Claimed phone numbers: found by any identifier, and waited for until they are idle or have arrived (N2, N13, N14)."""

from __future__ import annotations

from contextlib import suppress

from acgr_connect.model.arns import Arn
from acgr_connect.model.errors import ErrorContext, NotFound, Refused, Unavailable
from acgr_connect.model.identifiers import Identifier, Name
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import Number, last_part
from acgr_connect.scheduling.poll_schedule import TrackedMove
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.scheduling.wait import Wait, run
from acgr_connect.world.connection import Connection

LOOK_EVERY = 1.0
"""Seconds between looks at a number on which somebody else's operation is running."""

LISTED_FOR = 60.0
"""Seconds for which the list of numbers is taken as the look at where a number is."""

CLAIM_IT = "claim it first, or mend source_region: a number is used from the Region where it was claimed"
"""What to do about a number that nobody has claimed."""


def find_number(connection: Connection, identifier: Identifier, region: str, *, believing: float = 0.0) -> Number:
    """The claimed number that E.164, an id or an ARN stands for, in the Region where it was claimed.

    Also where the account's list leaves out the numbers of groups.

    Args:
        connection: the account.
        identifier: the number.
        region: the source Region: a number goes to targets of its own Region only (N5).
        believing: seconds for which a list is believed that does not have it.

    Raises:
        NotFound: nobody in this account and Region has claimed it (N2).
        Refused: it is of another Region.
    """
    context = ErrorContext(f"looking for phone number {identifier}", region)
    with context:
        if isinstance(identifier, Name):
            found = _by_e164(connection, str(identifier), region, believing)
        else:
            found = _by_id(connection, identifier, region)
    if found is None:
        raise context.error(NotFound, "it is not claimed in this account and Region", CLAIM_IT)
    return found


def _by_id(connection: Connection, identifier: Identifier, region: str) -> Number | None:
    if isinstance(identifier, Arn) and identifier.region != region:
        cause = f"it was claimed in {identifier.region}"
        remedy = f"choose a target of {identifier.region}"
        raise Refused(f"{cause}, and a number can only be placed in the Region where it was claimed; {remedy}")
    listed = connection.directory.numbers(region)
    with suppress(NotFound):
        if not (found := listed.get(last_part(str(identifier)), LISTED_FOR)):
            found = connection.connect(region, Purpose.MOVE).describe_phone_number(str(identifier))
            listed.put(found.arn.id, found)
        return found
    return None


def _by_e164(connection: Connection, e164: str, region: str, believing: float) -> Number | None:
    listed = connection.directory.numbers(region)
    if found := listed.matching(lambda n: n.e164 == e164, LISTED_FOR, believing=believing):
        return found[0]
    here = [group.arn for group in connection.directory.groups(region).entries().values() if group.arn.region == region]
    for group in here:
        if found := _on_group(connection, e164, group):
            listed.put(found[0].arn.id, found[0])
            return found[0]
    return None


def _on_group(connection: Connection, e164: str, group: Arn) -> list[Number]:
    """The number on a group, if it is there; a group that is going shows none."""
    try:
        return connection.directory.numbers_on(group).matching(lambda n: n.e164 == e164, LISTED_FOR)
    except NotFound:
        return []


def look(connection: Connection, number: Arn, purpose: Purpose) -> Number:
    """The number now, with its status (`DescribePhoneNumber`), noted in the directory."""
    seen = connection.connect(number.region, purpose).describe_phone_number(str(number))
    connection.directory.numbers(number.region).put(number.id, seen)
    return seen


def await_idle(connection: Connection, number: Number, operation: Operation, purpose: Purpose = Purpose.MOVE) -> Number:
    """Wait until nobody's operation is running on the number: `CLAIMED`, or `FAILED` from an earlier one.

    Raises:
        WaitTimeout: still IN_PROGRESS when the deadline has passed.
        NotFound: it was released meanwhile.
    """
    wait = Wait(
        what=f"phone number {number.e164} in {number.arn.region}",
        pending=frozenset({"IN_PROGRESS"}),
        target=frozenset({"CLAIMED", "FAILED"}),
        every=LOOK_EVERY,
        region=number.arn.region,
    )
    return run(wait, lambda: look(connection, number.arn, purpose), lambda n: (n.status, n.message), operation)


def await_arrival(
    connection: Connection, number: Number, target: Arn, move: TrackedMove, operation: Operation
) -> Number:
    """Wait until the number is `CLAIMED` *and* on the target that was asked for (N13, N14).

    `number` is as it was before the move, `move` says when to look.

    Raises:
        UnexpectedState: `FAILED`, with the service's message (N15), or claimed to a third target.
        WaitTimeout: still moving when the deadline has passed.
    """

    def status(seen: Number) -> tuple[str, str]:
        if seen.status != "CLAIMED" or seen.target == target:
            return seen.status, seen.message
        if seen.target == number.target:
            return "CLAIMED where it was", ""
        return "CLAIMED elsewhere", f"somebody moved it to {seen.target} meanwhile"

    wait = Wait(
        what=f"phone number {number.e164} in {number.arn.region}",
        pending=frozenset({"IN_PROGRESS", "CLAIMED where it was"}),
        target=frozenset({"CLAIMED"}),
        region=number.arn.region,
    )
    is_answered = True

    def see() -> Number:
        nonlocal is_answered
        try:
            return look(connection, number.arn, Purpose.LOOK)
        except Unavailable:
            is_answered = False
            raise

    seen = run(wait, see, status, operation, move.pause)
    if is_answered:  # an outage says nothing of how long a claim takes
        move.arrived()
    return seen
