"""One agent on a traffic distribution group: always from the source Region, once the group is `ACTIVE` (A1-A12)."""

from __future__ import annotations

from acgr_connect import log
from acgr_connect.agents.users import UNKNOWN_USER, exists
from acgr_connect.groups import SETTLING, await_active, require_no_failover, why_unusable
from acgr_connect.model.arns import Arn
from acgr_connect.model.errors import Conflict, ErrorContext, NotFound
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import Group, User
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.world.connection import Connection

MIRRORING = 120.0
"""Seconds for which a new user may not be in the replica yet, or a group be updated, and so refuse the association."""

TAKES_AGENTS = frozenset({"ACTIVE", *SETTLING})
"""Statuses of a group that takes agents, now or soon."""

ONE_GROUP = (
    "it is on another group, and Connect allows one only: take it off there first; where only a name in the program "
    "has changed, give the resource aliases=[pulumi.Alias(name=…)] with the old one"
)
"""What to do about an agent who is refused because of another group that this resource never had it on."""

RETRY_EVERY = 5.0
"""Seconds between attempts meanwhile."""


def not_accepted(seconds: float) -> str:
    """Why an agent was given up after all."""
    return f"group and user are there, and Connect has not accepted them together for {seconds:.0f} s"


def members_now(connection: Connection, group: Arn) -> set[str]:
    """The ids of the agents of a group, from a new sweep; none where the group is gone."""
    members = connection.directory.members(group)
    members.forget()
    try:
        return set(members.entries())
    except NotFound:
        return set()


def is_member(connection: Connection, group: Arn, user: Arn) -> bool:
    """Whether the user is on the group, from this run's one sweep of the group's users.

    Not being on it is the usual case, and no reason to sweep again: associating twice is associating once.
    """
    return user.id in connection.directory.members(group).entries()


def join(connection: Connection, group: Group, user: User, operation: Operation) -> bool:
    """Associate an agent with a group. True where a call was needed, False where it was there already.

    Raises:
        NotFound: with the cause: the group is missing (A10), not `ACTIVE` (A11), or the user is unknown (A12).
        WaitTimeout: the group is not `ACTIVE` when the deadline has passed.
    """
    action = f"associating agent {user.username} with traffic distribution group {group.name}"
    context = ErrorContext(action, group.arn.region)
    with context:
        await_active(connection, group.arn, operation)
        if is_member(connection, group.arn, user.arn):
            log.info("agent adopted", agent=user.username, group=group.arn.id)
            return False
        _associate(connection, group, user, context, operation)
    connection.directory.members(group.arn).put(user.arn.id, user.arn.id)
    log.info("agent associated", agent=user.username, group=group.arn.id)
    return True


def _associate(connection: Connection, group: Group, user: User, context: ErrorContext, operation: Operation) -> None:
    """Associate, again and again while the user is being mirrored or the group is being updated."""
    api = connection.connect(group.arn.region, Purpose.AGENT, operation.deadline)
    waited = 0.0
    while True:
        try:
            return api.associate_user(group.arn, user.arn)
        except Conflict as error:
            raise context.added_to(error, remedy=ONE_GROUP) from error
        except NotFound as error:
            _diagnose(connection, group, user, context, error)
            if waited >= MIRRORING or operation.deadline.has_passed:
                remedy = "a new user has to be mirrored first; run again later"
                raise context.added_to(error, not_accepted(waited), remedy) from error
        operation.progress(f"{user.username} or the group is not ready yet, {waited:.0f} s")
        pause = min(RETRY_EVERY, operation.deadline.remaining)
        connection.clock.sleep(pause)
        waited += pause


def _diagnose(connection: Connection, group: Group, user: User, context: ErrorContext, error: NotFound) -> None:
    """Raise the cause of a `ResourceNotFoundException` that is none of the service's delays (A10-A12)."""
    cause = why_unusable(connection, group.arn, though=TAKES_AGENTS)
    if not cause and not exists(connection, user.arn):
        cause = UNKNOWN_USER, "create the user there first"
    if cause:
        raise context.added_to(error, *cause) from error


def leave(connection: Connection, group: Arn, user: Arn, operation: Operation) -> bool:
    """Disassociate an agent from a group. False where it was not on it, or one of the two is gone.

    Raises:
        ConnectError: anything but "not there".
    """
    action = f"disassociating agent {user.id} from traffic distribution group {group.id}"
    connection.require_account(group)
    require_no_failover(connection, group)
    with ErrorContext(action, group.region):
        try:
            connection.connect(group.region, Purpose.AGENT, operation.deadline).disassociate_user(group, user)
        except NotFound:
            if user.id in members_now(connection, group):
                raise
            return False
    connection.directory.members(group).remove(user.id)
    log.info("agent disassociated", agent=user.id, group=group.id)
    return True


def move(connection: Connection, old: Arn, group: Group, user: User, operation: Operation) -> str:
    """Take an agent from one group to another: associate first, then leave the old one.

    Where the service refuses two groups at a time, leave and join. The answer says what was done.
    """
    try:
        join(connection, group, user, operation)
    except Conflict:
        leave(connection, old, user.arn, operation)
        join(connection, group, user, operation)
        return f"Connect refused {user.username} on two groups at a time: left {old.id} first, then joined {group.name}"
    leave(connection, old, user.arn, operation)
    return f"{user.username} joined {group.name}, then left {old.id}"
