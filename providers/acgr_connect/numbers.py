"""Claimed phone numbers: found by any spelling, and waited for until they are at rest (N2, N13, N14)."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from acgr_connect.arns import Arn, is_arn, parse
from acgr_connect.arrivals import Watch
from acgr_connect.connection import Connection, Progress
from acgr_connect.errors import ConnectError, Doing, NotFound, Refused, because, told
from acgr_connect.ledger import Purpose
from acgr_connect.records import Number, last_part
from acgr_connect.spelling import is_name
from acgr_connect.wait import Wait, run

LOOK_EVERY = 1.0
"""Seconds between looks at a number on which somebody else's operation is running."""

LISTED_FOR = 60.0
"""Seconds for which the list of numbers is taken as the look at where a number is."""

CLAIM_IT = "claim it first, or mend source_region: a number is used from the Region where it was claimed"
"""What to do about a number that nobody has claimed."""


def find_number(connection: Connection, spelled: str, region: str) -> Number:
    """The claimed number that E.164, an id or an ARN stands for, in the Region where it was claimed.

    Also where the account's list leaves out the numbers of groups.

    Args:
        connection: the account.
        spelled: the number.
        region: the source Region: a number goes to targets of its own Region only (N5).

    Raises:
        NotFound: nobody in this account and Region has claimed it (N2).
        Refused: it is of another Region.
    """
    doing = Doing(f"looking for phone number {spelled}", region)
    try:
        found = _by_e164(connection, spelled, region) if is_name(spelled) else _by_id(connection, spelled, region)
    except ConnectError as error:
        raise because(error, doing) from error
    if found is None:
        raise told(NotFound, doing, "it is not claimed in this account and Region", CLAIM_IT)
    return found


def _by_id(connection: Connection, spelled: str, region: str) -> Number | None:
    if is_arn(spelled) and (claimed_in := parse(spelled, "phone-number").region) != region:
        cause = f"it was claimed in {claimed_in}, and a number can only be placed in the Region where it was claimed"
        raise Refused(f"{cause}; choose a target of {claimed_in}")
    listed = connection.directory.numbers(region)
    with suppress(NotFound):
        if not (found := listed.get(last_part(spelled), LISTED_FOR)):
            found = connection.connect(region, Purpose.MOVE).describe_phone_number(spelled)
            listed.put(found.arn.id, found)
        return found
    return None


def _by_e164(connection: Connection, e164: str, region: str) -> Number | None:
    listed = connection.directory.numbers(region)
    if found := listed.matching(lambda n: n.e164 == e164, LISTED_FOR):
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


def at_rest(
    connection: Connection,
    number: Number,
    *,
    within: float,
    progress: Progress,
    purpose: Purpose = Purpose.MOVE,
) -> Number:
    """Wait until nobody's operation is running on the number: `CLAIMED`, or `FAILED` from an earlier one.

    Raises:
        WaitTimeout: still IN_PROGRESS after `within` seconds.
        NotFound: it was released meanwhile.
    """
    wait = Wait(
        what=f"phone number {number.e164} in {number.arn.region}",
        pending=frozenset({"IN_PROGRESS"}),
        target=frozenset({"CLAIMED", "FAILED"}),
        every=LOOK_EVERY,
        within=within,
        region=number.arn.region,
    )
    return run(
        wait,
        lambda: look(connection, number.arn, purpose),
        lambda n: (n.status, n.message),
        connection.clock,
        progress,
    )


def arrived(
    connection: Connection, number: Number, target: Arn, watch: Watch, *, within: float, progress: Progress
) -> Number:
    """Wait until the number is `CLAIMED` *and* on the target that was asked for (N13, N14).

    `number` is as it was before the move, `watch` says when to look; `within` is seconds from the accepted
    `UpdatePhoneNumber`.

    Raises:
        UnexpectedState: `FAILED`, with the service's message (N15), or claimed to a third target.
        WaitTimeout: still moving.
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
        within=within,
        region=number.arn.region,
    )
    see = partial(look, connection, number.arn, Purpose.LOOK)
    seen = run(wait, see, status, connection.clock, progress, watch.pause)
    watch.arrived()
    return seen
