"""Many agents on a traffic distribution group: one sweep, then one call for each agent that needs one (A1-A12).

What concerns one agent (unknown, not mirrored yet, on another group) fails that agent alone, and the others proceed.
What concerns all of them ends the list early.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from acgr_connect.arns import Arn
from acgr_connect.calls import Many, Shift
from acgr_connect.connection import Connection, Progress, silent
from acgr_connect.errors import Conflict, ConnectError, Doing, NotFound, because, told
from acgr_connect.groups import await_active, insist_on_calm, status_now, unusable
from acgr_connect.ledger import Purpose
from acgr_connect.membership import AGAIN, MIRRORING, NOT_ACCEPTED, TAKES_AGENTS, members_now
from acgr_connect.records import Group, User
from acgr_connect.users import UNKNOWN_USER, exists

Call = Callable[[Arn], None]


@dataclass
class Outcome:
    """What became of a list of agents.

    Attributes:
        done: who is as asked.
        failed: who is not, with the cause.
        elsewhere: who of them was refused with a conflict: on another group, where Connect allows one only.
        ended: why the rest was not attempted, or None.
    """

    done: set[Arn] = field(default_factory=set)
    failed: dict[Arn, str] = field(default_factory=dict)
    elsewhere: set[Arn] = field(default_factory=set)
    ended: ConnectError | None = None


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
    shift = Shift(connection, doing, "agents", until, progress, lambda: _objection(connection, group.arn, doing))
    _join(shift, group.arn, associate, [user for user in dict.fromkeys(users) if user not in outcome.done], outcome)
    return outcome


def _join(shift: Shift, group: Arn, associate: Call, missing: Sequence[Arn], outcome: Outcome) -> None:
    """One call each; then once more for those who may have been too early, until `MIRRORING` is over."""
    began = shift.connection.clock.now()
    late = _called(shift, associate, missing, outcome)
    if outcome.ended:
        outcome.elsewhere.update(user for user, error in late.items() if isinstance(error, Conflict))
    elif late:
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


def _objection(connection: Connection, group: Arn, doing: Doing) -> ConnectError | None:
    """What the group itself has against taking agents, or None (A10, A11)."""
    cause = unusable(connection, group, though=TAKES_AGENTS)
    return told(NotFound, doing, *cause) if cause else None


def _worth_another_call(
    connection: Connection, group: Arn, late: Mapping[Arn, ConnectError], outcome: Outcome
) -> dict[Arn, ConnectError]:
    """Users that exist, and that nothing but their newness keeps off; what became of the others is in the outcome."""
    conflicts = {user: error for user, error in late.items() if isinstance(error, Conflict)}
    present = members_now(connection, group) if conflicts else set()
    for user, error in conflicts.items():
        if user.id in present:  # a lost answer had put them there
            outcome.done.add(user)
        else:
            outcome.failed[user] = _cause(error)
            outcome.elsewhere.add(user)
    absent = [user for user in late if user not in conflicts and not exists(connection, user)]
    outcome.failed.update(dict.fromkeys(absent, UNKNOWN_USER))
    return {user: error for user, error in late.items() if user not in outcome.done and user not in outcome.failed}


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
    shift = Shift(connection, doing, "agents removed", until, progress, lambda: _objection(connection, group, doing))
    outcome = Outcome()
    late = _called(shift, disassociate, list(dict.fromkeys(users)), outcome)
    if late:
        present = members_now(connection, group)
        still = {user for user in late if user.id in present and exists(connection, user)}
        outcome.done.update(set(late) - still)
        outcome.failed.update({user: _cause(late[user]) for user in still})
    if isinstance(outcome.ended, NotFound) and status_now(connection, group) == "missing":
        return Outcome(set(users))
    return outcome
