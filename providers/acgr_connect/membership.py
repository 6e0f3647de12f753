"""Agents on a traffic distribution group: always from the source Region, once the group is `ACTIVE` (A1-A12)."""

from __future__ import annotations

from acgr_connect.arns import Arn
from acgr_connect.connection import Connection, Progress, silent
from acgr_connect.errors import Conflict, ConnectError, Doing, NotFound, because
from acgr_connect.groups import SETTLING, await_active, insist_on_calm, unusable
from acgr_connect.ledger import Purpose
from acgr_connect.records import Group, User
from acgr_connect.users import UNKNOWN_USER, exists

MIRRORING = 120.0
"""Seconds for which a new user may not be in the replica yet, or a group be updated, and so refuse the association."""

NOT_ACCEPTED = f"group and user are there, and Connect has not accepted them together for {MIRRORING:.0f} s"
"""Why an agent was given up after all."""

TAKES_AGENTS = frozenset({"ACTIVE", *SETTLING})
"""Statuses of a group that takes agents, now or soon."""

AGAIN = 5.0
"""Seconds between attempts meanwhile."""


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


def join(
    connection: Connection, group: Group, user: User, *, within: float = 600.0, progress: Progress = silent
) -> bool:
    """Associate an agent with a group. True where a call was needed, False where it was there already.

    Raises:
        NotFound: with the cause: the group is missing (A10), not `ACTIVE` (A11), or the user is unknown (A12).
    """
    doing = Doing(f"associating agent {user.username} with traffic distribution group {group.name}", group.arn.region)
    try:
        await_active(connection, group.arn, within=within, progress=progress)
        if is_member(connection, group.arn, user.arn):
            return False
        _associate(connection, group, user, doing, progress)
    except ConnectError as error:
        raise because(error, doing) from error
    connection.directory.members(group.arn).put(user.arn.id, user.arn.id)
    return True


def _associate(connection: Connection, group: Group, user: User, doing: Doing, progress: Progress) -> None:
    """Associate, again and again while the user is being mirrored or the group is being updated."""
    api = connection.connect(group.arn.region, Purpose.AGENT)
    waited = 0.0
    while True:
        try:
            return api.associate_user(group.arn, user.arn)
        except NotFound as error:
            _diagnose(connection, group, user, doing, error)
            if waited >= MIRRORING:
                raise because(
                    error, doing, NOT_ACCEPTED, "a new user has to be mirrored first; run again later"
                ) from error
        progress(f"{user.username} or the group is not ready yet, {waited:.0f} s")
        connection.clock.sleep(AGAIN)
        waited += AGAIN


def _diagnose(connection: Connection, group: Group, user: User, doing: Doing, error: NotFound) -> None:
    """Raise the cause of a `ResourceNotFoundException` that is none of the service's delays (A10-A12)."""
    cause = unusable(connection, group.arn, though=TAKES_AGENTS)
    if not cause and not exists(connection, user.arn):
        cause = UNKNOWN_USER, "create the user there first"
    if cause:
        raise because(error, doing, *cause) from error


def leave(connection: Connection, group: Arn, user: Arn) -> bool:
    """Disassociate an agent from a group. False where it was not on it, or one of the two is gone.

    Raises:
        ConnectError: anything but "not there".
    """
    doing = Doing(f"disassociating agent {user.id} from traffic distribution group {group.id}", group.region)
    connection.insist_on_account(group)
    insist_on_calm(connection, group)
    try:
        connection.connect(group.region, Purpose.AGENT).disassociate_user(group, user)
    except NotFound:
        if user.id in members_now(connection, group):
            raise
        return False
    except ConnectError as error:
        raise because(error, doing) from error
    connection.directory.members(group).remove(user.id)
    return True


def move(
    connection: Connection,
    old: Arn,
    group: Group,
    user: User,
    *,
    within: float = 600.0,
    progress: Progress = silent,
) -> str:
    """Take an agent from one group to another: associate first, then leave the old one.

    Where the service refuses two groups at a time, leave and join. The answer says what was done.
    """
    try:
        join(connection, group, user, within=within, progress=progress)
    except Conflict:
        leave(connection, old, user.arn)
        join(connection, group, user, within=within, progress=progress)
        return f"Connect refused {user.username} on two groups at a time: left {old.id} first, then joined {group.name}"
    leave(connection, old, user.arn)
    return f"{user.username} joined {group.name}, then left {old.id}"
