"""One change of how a group spreads its traffic: asked for, followed until it holds, and looked at.

Whatever is asked for is what is to hold, so it can be asked for again. What may not happen is that an older decision is
written over a newer one of somebody else: before each attempt, and after each wait, the present shares are looked at.
`put` asks without looking, for a failover: whoever else changes the group that night has the same aim, or is mistaken.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from acgr_connect import log
from acgr_connect.groups import SETTLING
from acgr_connect.model.errors import Conflict, ConnectError, ErrorContext, Refused, UnexpectedState
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import Distribution, Group
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.scheduling.wait import Wait, run
from acgr_connect.traffic.plan import Change
from acgr_connect.world.connection import Connection

LOOK_EVERY = 1.0
"""Seconds between two looks at a group that is being changed: an update takes two to four."""

SHOWN_WITHIN = 20.0
"""Seconds in which what Connect has accepted shows, once the group is ACTIVE: answers may run behind."""

ATTEMPTS = 10
"""How often a change is asked for that others are in the way of."""


class Outcome(Enum):
    """What became of the request for a change."""

    ASKED = "asked"
    """Connect has accepted it."""
    HELD = "held"
    """It was so already."""


class ChangedByOthers(Conflict):
    """Somebody else has changed the group meanwhile."""

    def __init__(self, message: str, *, code: str = "", region: str = "", found: Distribution | None = None) -> None:
        super().__init__(message, code=code, region=region)
        self.found = found


def ask(connection: Connection, change: Change, region: str, operation: Operation) -> Outcome:
    """Ask for a change, in the Region that is to take the calls. It holds once `follow` has returned.

    Args:
        connection: the account.
        change: the group, its shares before and afterwards.
        region: where it is asked for.
        operation: its deadline ends the waiting for others.

    Raises:
        ChangedByOthers: what holds there is neither what was nor what is wanted: nothing was asked for.
        ConnectError: Connect refuses it.
    """
    context = ErrorContext(f"shifting the traffic of {change.group.name}", region)
    with context:
        for attempt in range(ATTEMPTS):
            found = settled(connection, change.group, region, operation)
            if holds(found, change.wanted):
                return Outcome.ASKED if attempt else Outcome.HELD
            if not holds(found, change.was):
                raise _by_others(context, change, found)
            try:
                put(connection, change, region, operation)
            except Conflict:
                operation.progress(f"{change.group.name} is being changed")
                connection.clock.sleep(LOOK_EVERY)
                continue
            return Outcome.ASKED
        raise context.error(Conflict, "others change it all the time", "find out who, and run again")


def put(connection: Connection, change: Change, region: str, operation: Operation) -> None:
    """Ask for a change once, whatever holds.

    Raises:
        Conflict: the group is being changed, by this or by somebody else, where an answer was lost.
        ConnectError: Connect refuses it, or does not answer.
    """
    context = ErrorContext(f"shifting the traffic of {change.group.name}", region)
    api, name = connection.connect(region, Purpose.CHECK, operation.deadline), change.group.name
    try:
        with context:
            api.update_distribution(change.group.arn, change.wanted)
    except (Conflict, Refused) as error:
        if isinstance(error, Refused) and _is_active(connection, change.group, region):
            raise
        log.info("update in progress", group=name, region=region, error=str(error))
        raise context.added_to(Conflict(error.message, code=error.code)) from error
    log.info("traffic shift accepted", group=name, region=region, calls=dict(change.wanted.telephony))


def follow(connection: Connection, change: Change, region: str, operation: Operation) -> None:
    """Wait until the group is ACTIVE, and look whether what was asked for holds.

    Raises:
        ChangedByOthers: something else holds.
        ConnectError: it did not become ACTIVE, or cannot be read.
    """
    context = ErrorContext(f"waiting for the traffic shift of {change.group.name}", region)
    with context:
        until = connection.clock.now() + SHOWN_WITHIN
        while not holds(found := settled(connection, change.group, region, operation), change.wanted):
            if not holds(found, change.was) or connection.clock.now() >= until:
                raise _by_others(context, change, found)
            connection.clock.sleep(LOOK_EVERY)


def settled(connection: Connection, group: Group, region: str, operation: Operation) -> Distribution:
    """How a group spreads its traffic, once it is ACTIVE.

    Raises:
        UnexpectedState: it is being deleted, or its creation failed.
        WaitTimeout: it was not ACTIVE when the deadline had passed.
        ConnectError: it cannot be read whole.
    """
    api, arn = connection.connect(region, Purpose.CHECK, operation.deadline), group.arn
    wait = Wait(
        what=f"traffic distribution group {group.name} in {region}",
        pending=SETTLING,
        target=frozenset({"ACTIVE"}),
        every=LOOK_EVERY,
        region=region,
    )
    with ErrorContext(f"reading the traffic shares of {group.name}", region) as context:
        try:
            run(wait, lambda: api.describe_group(str(arn)), lambda shown: (shown.status, ""), operation)
        except UnexpectedState as error:
            raise context.added_to(error, remedy="leave it out: name the others with --group") from error
        return api.get_whole_distribution(arn, sign_in=group.is_default)


def look(connection: Connection, group: Group, region: str, operation: Operation) -> tuple[str, Distribution | None]:
    """A group's status, and how it spreads its traffic where it is ACTIVE; nothing is waited for.

    Raises:
        ConnectError: it cannot be read.
    """
    api = connection.connect(region, Purpose.LOOK, operation.deadline)
    with ErrorContext(f"looking at the traffic of {group.name}", region):
        status = api.describe_group(str(group.arn)).status
        return status, api.get_distribution(group.arn) if status == "ACTIVE" else None


def holds(found: Distribution, wanted: Distribution) -> bool:
    """Whether that is how calls are spread; agents and sign-in too, as far as they are asked for and shown."""
    parts: tuple[tuple[Mapping[str, object], Mapping[str, object]], ...] = (
        (found.agents, wanted.agents),
        (found.sign_in, wanted.sign_in),
    )
    alike = all(not asked or not shown or dict(shown) == dict(asked) for shown, asked in parts)
    return alike and (not wanted.telephony or dict(found.telephony) == dict(wanted.telephony))


def described(distribution: Distribution) -> str:
    """`calls eu-west-2 70 %, eu-central-1 30 %; agents likewise; sign-in in eu-west-2 and eu-central-1`."""
    calls, agents = _listed(distribution.telephony), _listed(distribution.agents)
    rows = [f"calls {calls}", f"agents {'likewise' if agents == calls else agents}"]
    if distribution.sign_in:
        regions = [region for region, is_open in distribution.sign_in.items() if is_open]
        rows.append(f"sign-in in {' and '.join(regions) or 'no Region'}")
    return "; ".join(rows)


def _listed(shares: Mapping[str, int]) -> str:
    return ", ".join(f"{region} {share} %" for region, share in shares.items()) or "not known"


def _by_others(context: ErrorContext, change: Change, found: Distribution) -> ChangedByOthers:
    cause = f"somebody else has changed it: there is {described(found)}, and there was {described(change.was)}"
    error = context.error(ChangedByOthers, cause, "find out who, and run again")
    error.found = found
    return error


def _is_active(connection: Connection, group: Group, region: str) -> bool:
    try:
        return connection.connect(region, Purpose.LOOK).describe_group(str(group.arn)).status == "ACTIVE"
    except ConnectError:
        return True  # then the refusal is what there is to tell
