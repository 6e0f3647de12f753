"""Agents on a traffic distribution group: always from the source Region, once the group is `ACTIVE` (A1-A12)."""

from __future__ import annotations

from acgr_connect.arns import Arn, is_arn, parse
from acgr_connect.connection import Connection, Progress, silent
from acgr_connect.errors import Conflict, ConnectError, Doing, NotFound, Refused, because, told
from acgr_connect.groups import SETTLING, await_active, insist_on_calm, status_now
from acgr_connect.ledger import Purpose
from acgr_connect.records import Group, User
from acgr_connect.spelling import is_uuid

MIRRORING = 120.0
"""Seconds for which a new user may not be in the replica yet, or a group be updated, and so refuse the association."""

AGAIN = 5.0
"""Seconds between attempts meanwhile."""


def find_user(connection: Connection, instance: Arn, spelled: str) -> User:
    """The user that a name, an id or an ARN stands for in the source instance.

    Raises:
        NotFound: the instance has no such user (A12).
        Refused: the ARN is of another instance or Region.
    """
    doing = Doing(f"looking for agent {spelled!r} of instance {instance.id}", instance.region)
    users = connection.directory.users(instance)
    try:
        if is_arn(spelled):
            found = users.get(_of_instance(parse(spelled, "agent"), instance, doing).id)
        else:
            found = (users.get(spelled) if is_uuid(spelled) else None) or _named(connection, instance, spelled)
    except ConnectError as error:
        raise because(error, doing) from error
    if found is None:
        raise told(NotFound, doing, "the instance has no such user", "create the user there, or mend the name")
    return found


def _named(connection: Connection, instance: Arn, username: str) -> User | None:
    found = connection.directory.users(instance).matching(lambda u: u.username == username)
    return found[0] if found else None


def _of_instance(user: Arn, instance: Arn, doing: Doing) -> Arn:
    if (user.region, user.instance_id) != (instance.region, instance.id):
        cause = f"the ARN is of instance {user.instance_id} in {user.region}"
        raise told(Refused, doing, cause, "agents are associated from the source Region: write the source's ARN")
    return user


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
                cause = f"group and user are there, and Connect has not accepted them together for {waited:.0f} s"
                raise because(error, doing, cause, "a new user has to be mirrored first; run again later") from error
        progress(f"{user.username} or the group is not ready yet, {waited:.0f} s")
        connection.clock.sleep(AGAIN)
        waited += AGAIN


def _diagnose(connection: Connection, group: Group, user: User, doing: Doing, error: NotFound) -> None:
    """Raise the cause of a `ResourceNotFoundException` that is none of the service's delays (A10-A12)."""
    status = status_now(connection, group.arn)
    if status == "missing":
        cause, remedy = "the traffic distribution group does not exist", "create it, or mend its ARN"
    elif status not in {"ACTIVE", *SETTLING}:
        cause, remedy = f"the traffic distribution group is {status}, not ACTIVE", "run again when it is"
    elif not _exists(connection, user):
        cause, remedy = "the source instance has no such user", "create the user there first"
    else:
        return
    raise because(error, doing, cause, remedy) from error


def _exists(connection: Connection, user: User) -> bool:
    try:
        connection.connect(user.arn.region, Purpose.AGENT).describe_user(user.arn.instance.id, user.arn.id)
    except NotFound:
        return False
    return True


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
        if _still_member(connection, group, user):
            raise
        return False
    except ConnectError as error:
        raise because(error, doing) from error
    connection.directory.members(group).remove(user.id)
    return True


def _still_member(connection: Connection, group: Arn, user: Arn) -> bool:
    members = connection.directory.members(group)
    members.forget()
    try:
        return members.get(user.id) is not None
    except NotFound:
        return False


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
