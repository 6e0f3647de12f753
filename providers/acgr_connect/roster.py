"""Many agents on a traffic distribution group: one sweep, then one call for each agent that needs one (A1-A12).

What concerns one agent (unknown, not mirrored yet, on another group) fails that agent alone, and the others proceed.
What concerns all of them ends the list early.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from acgr_connect.arns import Arn, is_arn, parse
from acgr_connect.calls import Many, Shift
from acgr_connect.connection import Connection, Progress, silent
from acgr_connect.directory import FRESH
from acgr_connect.errors import Conflict, ConnectError, Doing, NotFound, because, told
from acgr_connect.groups import SETTLING, await_active, insist_on_calm, status_now
from acgr_connect.ledger import Purpose
from acgr_connect.membership import AGAIN, MIRRORING
from acgr_connect.records import Group, User
from acgr_connect.spelling import is_uuid

UNKNOWN_USER = "the source instance has no such user"
NOT_ACCEPTED = f"group and user are there, and Connect has not accepted them together for {MIRRORING:.0f} s"

Call = Callable[[Arn], None]


@dataclass
class Outcome:
    """What became of a list of agents.

    Attributes:
        done: who is as asked.
        failed: who is not, with the cause.
        ended: why the rest was not attempted, or None.
    """

    done: set[Arn] = field(default_factory=set)
    failed: dict[Arn, str] = field(default_factory=dict)
    ended: ConnectError | None = None


def find_users(
    connection: Connection, instance: Arn, spelled: Mapping[str, str]
) -> tuple[dict[str, User], dict[str, str]]:
    """By label, the users that names, ids or ARNs stand for; and the labels that stand for none, with the cause (A12).

    One sweep of the instance's users, and a second where somebody is missing from one that is not fresh.
    """
    doing = Doing(f"looking for the agents of instance {instance.id}", instance.region)
    users = connection.directory.users(instance)
    try:
        found = _among(users.entries(), instance, spelled)
        if len(found) < len(spelled):
            found = _among(users.entries(FRESH), instance, spelled)
    except ConnectError as error:
        raise because(error, doing) from error
    return found, {label: _why_not(text, instance) for label, text in spelled.items() if label not in found}


def _among(users: Mapping[str, User], instance: Arn, spelled: Mapping[str, str]) -> dict[str, User]:
    named = {user.username: user for user in users.values()}
    meant = {label: _meant(text, instance, users, named) for label, text in spelled.items()}
    return {label: user for label, user in meant.items() if user}


def _meant(text: str, instance: Arn, users: Mapping[str, User], named: Mapping[str, User]) -> User | None:
    if is_arn(text):
        arn = parse(text, "agent")
        return users.get(arn.id) if arn.instance == instance else None
    return (users.get(text) if is_uuid(text) else None) or named.get(text)


def _why_not(text: str, instance: Arn) -> str:
    if is_arn(text) and (other := parse(text).instance) != instance:
        return f"the ARN is of instance {other.id} in {other.region}, the group of {instance.id} in {instance.region}"
    return UNKNOWN_USER


def undeclared(connection: Connection, group: Group, declared: Collection[str]) -> dict[str, User]:
    """By id, the users on the group that are not among the declared ids. Deleted users that linger are none."""
    strangers = set(connection.directory.members(group.arn).entries()) - set(declared)
    users = connection.directory.users(group.instance)
    found = {id_: user for id_ in sorted(strangers) if (user := users.get(id_))}
    return dict(sorted(found.items(), key=lambda entry: entry[1].username))


def join_all(
    connection: Connection,
    group: Group,
    users: Sequence[Arn],
    *,
    there: Collection[str] | None = None,
    within: float = 600.0,
    progress: Progress = silent,
) -> Outcome:
    """Associate the agents that are not on the group yet: one call each.

    Args:
        connection: the account.
        group: the traffic distribution group.
        users: the agents' ARNs.
        there: ids of agents on the group; where not given, from this run's sweep.
        within: seconds after which no further agent is begun.
        progress: told how many of all agents are on the group.

    Raises:
        ConnectError: the group is not `ACTIVE` or cannot be read: nothing was written.
    """
    doing = Doing(f"associating agents with traffic distribution group {group.name}", group.arn.region)
    try:
        await_active(connection, group.arn, within=within, progress=progress)
        members = connection.directory.members(group.arn)
        present = set(members.entries() if there is None else there)
    except ConnectError as error:
        raise because(error, doing) from error
    outcome = Outcome({user for user in users if user.id in present})
    api = connection.connect(group.arn.region, Purpose.AGENT)

    def associate(user: Arn) -> None:
        api.associate_user(group.arn, user)
        members.put(user.id, user.id)

    until = connection.clock.now() + within
    shift = Shift(connection, doing, "agents", until, progress, lambda: _unusable(connection, group.arn, doing))
    _join(shift, group.arn, associate, [user for user in dict.fromkeys(users) if user not in outcome.done], outcome)
    return outcome


def _join(shift: Shift, group: Arn, associate: Call, missing: Sequence[Arn], outcome: Outcome) -> None:
    """One call each; then once more for those who may have been too early, until `MIRRORING` is over."""
    began = shift.connection.clock.now()
    late = _called(shift, associate, missing, outcome)
    if late and not outcome.ended:
        shift.connection.clock.sleep(AGAIN)
        late = _worth_another_call(shift.connection, group, late, outcome)
    while late and not outcome.ended:
        is_over = shift.connection.clock.now() - began >= MIRRORING
        late = _called(shift, associate, list(late), outcome)
        if is_over:
            outcome.failed.update(dict.fromkeys(late, NOT_ACCEPTED))
            return
        if late:
            shift.connection.clock.sleep(AGAIN)


def _called(shift: Shift, call: Call, users: Sequence[Arn], outcome: Outcome) -> dict[Arn, ConnectError]:
    """Call for each; those whose error may pass are given back, all others are in the outcome."""
    calls = Many(shift, call, users, done=len(outcome.done))
    calls.run()
    outcome.done.update(calls.done)
    outcome.ended = calls.ended
    late: dict[Arn, ConnectError] = {
        user: error for user, error in calls.refused.items() if isinstance(error, (NotFound, Conflict))
    }
    outcome.failed.update({user: _cause(error) for user, error in calls.refused.items() if user not in late})
    return late


def _cause(error: ConnectError) -> str:
    return f"{error.message.rstrip('.')} ({error.code})" if error.code else error.message.rstrip(".")


def _unusable(connection: Connection, group: Arn, doing: Doing) -> ConnectError | None:
    """Why the group takes no agents, now or soon, or None (A10, A11)."""
    status = status_now(connection, group)
    if status == "missing":
        cause, remedy = "the traffic distribution group does not exist", "create it, or mend its ARN"
    elif status not in {"ACTIVE", *SETTLING}:
        cause, remedy = f"the traffic distribution group is {status}, not ACTIVE", "run again when it is"
    else:
        return None
    return told(NotFound, doing, cause, remedy)


def _worth_another_call(
    connection: Connection, group: Arn, late: Mapping[Arn, ConnectError], outcome: Outcome
) -> dict[Arn, ConnectError]:
    """Users that exist, and that nothing but their newness keeps off; what became of the others is in the outcome."""
    conflicts = {user: error for user, error in late.items() if isinstance(error, Conflict)}
    present = _members_now(connection, group) if conflicts else set()
    for user, error in conflicts.items():
        if user.id in present:  # a lost answer had put them there
            outcome.done.add(user)
        else:
            outcome.failed[user] = _cause(error)
    absent = [user for user in late if user not in conflicts and not _exists(connection, user)]
    outcome.failed.update(dict.fromkeys(absent, UNKNOWN_USER))
    return {user: error for user, error in late.items() if user not in outcome.done and user not in outcome.failed}


def _members_now(connection: Connection, group: Arn) -> set[str]:
    members = connection.directory.members(group)
    members.forget()
    try:
        return set(members.entries())
    except NotFound:
        return set()


def _exists(connection: Connection, user: Arn) -> bool:
    try:
        connection.connect(user.region, Purpose.AGENT).describe_user(user.instance.id, user.id)
    except NotFound:
        return False
    return True


def leave_all(
    connection: Connection,
    group: Arn,
    users: Sequence[Arn],
    *,
    within: float = 600.0,
    progress: Progress = silent,
) -> Outcome:
    """Disassociate agents: one call each. Whoever is not on the group, or is gone, counts as done (A8).

    Raises:
        WrongAccount: the credentials belong to another account: nothing was written.
        Refused: the group's calls are failed over or being shifted: nothing was written.
    """
    doing = Doing(f"disassociating agents from traffic distribution group {group.id}", group.region)
    connection.insist_on_account(group)
    insist_on_calm(connection, group)
    api, members = connection.connect(group.region, Purpose.AGENT), connection.directory.members(group)

    def disassociate(user: Arn) -> None:
        api.disassociate_user(group, user)
        members.remove(user.id)

    until = connection.clock.now() + within
    shift = Shift(connection, doing, "agents removed", until, progress, lambda: _unusable(connection, group, doing))
    outcome = Outcome()
    late = _called(shift, disassociate, list(dict.fromkeys(users)), outcome)
    if late:
        present = _members_now(connection, group)
        still = {user for user in late if user.id in present and _exists(connection, user)}
        outcome.done.update(set(late) - still)
        outcome.failed.update({user: _cause(late[user]) for user in still})
    if isinstance(outcome.ended, NotFound) and status_now(connection, group) == "missing":
        return Outcome(set(users))
    return outcome
