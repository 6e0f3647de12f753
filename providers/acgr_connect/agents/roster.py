"""Many agents on a traffic distribution group: one sweep, then one request for each agent that needs one (A1-A12).

What concerns one agent (unknown, not mirrored yet, on another group) fails that agent alone, and the others proceed.
What concerns all of them ends the list early.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from acgr_connect import log
from acgr_connect.agents.bulk_run import BulkRun, BulkTask
from acgr_connect.agents.membership import MIRRORING, ONE_GROUP, RETRY_EVERY, TAKES_AGENTS, members_now, not_accepted
from acgr_connect.agents.users import UNKNOWN_USER, exists
from acgr_connect.groups import await_active, require_no_failover, status_now, why_unusable
from acgr_connect.model.arns import Arn
from acgr_connect.model.errors import Conflict, ConnectError, ErrorContext, NotFound, Unavailable
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import Group, User
from acgr_connect.scheduling.priority import Purpose
from acgr_connect.world.connection import Connection

Request = Callable[[Arn], None]

Removal = Callable[[Arn], AbstractContextManager[str | None]]
"""An agent is removed meanwhile, unless the answer names another resource that declares it."""


@dataclass
class Outcome:
    """What became of a list of agents.

    Attributes:
        done: who is as asked.
        failed: who is not, with the cause.
        elsewhere: who of them was refused with a conflict: on another group, where Connect allows one only.
        unanswered: of those who failed, whose request was not answered: it may have been carried out.
        stays: who was left where they are, with the resource that declares them there.
        ended: why the rest was not attempted, or None.
    """

    done: set[Arn] = field(default_factory=set)
    failed: dict[Arn, str] = field(default_factory=dict)
    elsewhere: set[Arn] = field(default_factory=set)
    unanswered: set[Arn] = field(default_factory=set)
    stays: dict[Arn, str] = field(default_factory=dict)
    ended: ConnectError | None = None


def undeclared(connection: Connection, group: Group, declared: Collection[str]) -> dict[str, User]:
    """By id, the users on the group that are not among the declared ids. Deleted users that linger are none."""
    others = set(connection.directory.members(group.arn).entries()) - set(declared)
    users = connection.directory.users(group.instance)
    found = {id_: user for id_ in sorted(others) if (user := users.get(id_))}
    return dict(sorted(found.items(), key=lambda entry: entry[1].username))


def join_all(
    connection: Connection,
    group: Group,
    users: Sequence[Arn],
    operation: Operation,
    *,
    there: Collection[str] | None = None,
) -> Outcome:
    """Associate the agents that are not on the group yet: one request each.

    Args:
        connection: the account.
        group: the traffic distribution group.
        users: the agents' ARNs.
        operation: has the deadline after which no further agent is begun, and shows how many are on the group.
        there: ids of agents on the group; where not given, from this run's sweep.

    Raises:
        ConnectError: the group is not `ACTIVE` or cannot be read: nothing was written.
    """
    context = ErrorContext(f"associating agents with traffic distribution group {group.name}", group.arn.region)
    with context:
        await_active(connection, group.arn, operation)
        members = connection.directory.members(group.arn)
        present = set(members.entries() if there is None else there)
    outcome = Outcome({user for user in users if user.id in present})
    api = connection.connect(group.arn.region, Purpose.AGENT, operation.deadline)

    def associate(user: Arn) -> None:
        api.associate_user(group.arn, user)
        members.put(user.id, user.id)

    task = BulkTask(connection, operation, context, "agents", lambda: _why_none(connection, group.arn, context))
    missing = [user for user in dict.fromkeys(users) if user not in outcome.done]
    adopted = len(outcome.done)
    _join(task, group.arn, associate, missing, outcome)
    log.info(
        "agents associated",
        group=group.arn.id,
        adopted=adopted,
        associated=len(outcome.done) - adopted,
        failed=len(outcome.failed),
    )
    return outcome


def _join(task: BulkTask, group: Arn, associate: Request, missing: Sequence[Arn], outcome: Outcome) -> None:
    """One request each; then once more for those who may have been too early, until `MIRRORING` is over."""
    clock = task.connection.clock
    began = clock.now()
    late = _requested(task, associate, missing, outcome)
    if outcome.ended:
        elsewhere = {user: error for user, error in late.items() if isinstance(error, Conflict)}
        outcome.elsewhere.update(elsewhere)
        outcome.failed.update({user: f"{error.explained()}: {ONE_GROUP}" for user, error in elsewhere.items()})
    elif late:
        clock.sleep(min(RETRY_EVERY, task.operation.deadline.remaining))
        late = _worth_another_request(task.connection, group, late, outcome)
    while late and not outcome.ended:
        waited = clock.now() - began
        late = _requested(task, associate, list(late), outcome)
        if waited >= MIRRORING:
            outcome.failed.update(dict.fromkeys(late, not_accepted(MIRRORING)))
            return
        if late:
            clock.sleep(min(RETRY_EVERY, task.operation.deadline.remaining))


def _requested(task: BulkTask, request: Request, users: Sequence[Arn], outcome: Outcome) -> dict[Arn, ConnectError]:
    """Request for each; those whose error may pass are given back, all others are in the outcome."""
    run = BulkRun(task, request, users, done=len(outcome.done))
    run.run()
    outcome.done.update(run.done)
    outcome.ended = run.ended
    late: dict[Arn, ConnectError] = {
        user: error for user, error in run.refused.items() if isinstance(error, (NotFound, Conflict))
    }
    outcome.failed.update({user: error.explained() for user, error in run.refused.items() if user not in late})
    outcome.unanswered.update(user for user, error in run.refused.items() if isinstance(error, Unavailable))
    return late


def _why_none(connection: Connection, group: Arn, context: ErrorContext) -> ConnectError | None:
    """What the group itself has against taking agents, or None (A10, A11)."""
    cause = why_unusable(connection, group, though=TAKES_AGENTS)
    return context.error(NotFound, *cause) if cause else None


def _worth_another_request(
    connection: Connection, group: Arn, late: Mapping[Arn, ConnectError], outcome: Outcome
) -> dict[Arn, ConnectError]:
    """Users that exist, and that nothing but their newness keeps off; what became of the others is in the outcome."""
    conflicts = {user: error for user, error in late.items() if isinstance(error, Conflict)}
    present = members_now(connection, group) if conflicts else set()
    for user, error in conflicts.items():
        if user.id in present:  # a lost answer had put them there
            outcome.done.add(user)
        else:
            outcome.failed[user] = f"{error.explained()}: {ONE_GROUP}"
            outcome.elsewhere.add(user)
    absent = [user for user in late if user not in conflicts and not exists(connection, user)]
    outcome.failed.update(dict.fromkeys(absent, UNKNOWN_USER))
    return {user: error for user, error in late.items() if user not in outcome.done and user not in outcome.failed}


def leave_all(
    connection: Connection, group: Arn, users: Sequence[Arn], operation: Operation, removal: Removal
) -> Outcome:
    """Disassociate agents: one request each. Whoever is not on the group, or is gone, counts as done (A8).

    Args:
        connection: the account.
        group: the traffic distribution group.
        users: the agents' ARNs.
        operation: has the deadline after which no further agent is begun.
        removal: says in the last moment whether an agent stays after all.

    Raises:
        WrongAccount: the credentials belong to another account: nothing was written.
        Refused: the group's calls are failed over or being shifted: nothing was written.
    """
    context = ErrorContext(f"disassociating agents from traffic distribution group {group.id}", group.region)
    connection.require_account(group)
    require_no_failover(connection, group)
    api = connection.connect(group.region, Purpose.AGENT, operation.deadline)
    members = connection.directory.members(group)
    outcome = Outcome()

    def disassociate(user: Arn) -> None:
        with removal(user) as owner:
            if owner is not None:
                outcome.stays[user] = owner
                return
            api.disassociate_user(group, user)
            members.remove(user.id)

    task = BulkTask(connection, operation, context, "agents removed", lambda: _why_none(connection, group, context))
    late = _requested(task, disassociate, list(dict.fromkeys(users)), outcome)
    if late:
        present = members_now(connection, group)
        still = {user for user in late if user.id in present and exists(connection, user)}
        outcome.done.update(set(late) - still)
        outcome.failed.update({user: late[user].explained() for user in still})
    log.info("agents disassociated", group=group.id, done=len(outcome.done), failed=len(outcome.failed))
    if isinstance(outcome.ended, NotFound) and status_now(connection, group) == "missing":
        return Outcome(set(users), stays=outcome.stays)
    return outcome
