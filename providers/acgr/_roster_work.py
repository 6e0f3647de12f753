"""From what is declared of a roster to what holds afterwards: who joins, who leaves, and what is left to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from acgr import _engine
from acgr._provider import DEADLINE, run
from acgr._roster import RosterState, groups_of, keys_of, rivalry, users_of
from acgr._roster_changes import few
from acgr_connect.arns import Arn
from acgr_connect.connection import Connection
from acgr_connect.errors import ConnectError, Doing, Refused
from acgr_connect.errors import told as sentence
from acgr_connect.goal import called
from acgr_connect.groups import find_group
from acgr_connect.records import Group
from acgr_connect.removals import DEFAULT, REMEDY, allowance, objection
from acgr_connect.roster import Outcome, join_all, leave_all, undeclared
from acgr_connect.users import find_users

AT_A_TIME = 10
"""Agents that are on neither group for a moment, where Connect refuses two groups at a time."""

NEITHER = "left the group before, and is not on this one yet: run again"
"""What has become of an agent whose change of group stopped half-way."""

USERS_A_PAGE = 10
"""Agents that one `ListTrafficDistributionGroupUsers` shows, whatever is asked for."""


@dataclass
class Plan:
    """What is to be done for a roster.

    Attributes:
        group: the traffic distribution group.
        wanted: by label, who is to be on it.
        failed: by label, who cannot be, with the cause.
        kept: by label, who is on it and not to be touched: strangers, and those whose successor cannot be found.
        leaving: by label, who is to be taken off it.
        heirs: by label, who declares an agent now that the roster does not declare any more.
        strangers: who is on the group and was never declared.
        there: ids of those on the group as the state has it, where a sweep would cost more than it saves.
    """

    group: Group
    wanted: Mapping[str, Arn]
    failed: dict[str, str]
    kept: dict[str, Arn] = field(default_factory=dict)
    leaving: dict[str, Arn] = field(default_factory=dict)
    heirs: dict[str, str] = field(default_factory=dict)
    strangers: set[Arn] = field(default_factory=set)
    there: frozenset[str] | None = None


@dataclass(frozen=True)
class Finished:
    """What holds afterwards, what an operator is told, and what went wrong, if anything did.

    `is_resumable`, unless what is left to do needs the state that is being replaced.
    """

    state: RosterState
    said: list[str]
    trouble: str | None
    is_resumable: bool = True


def planned(connection: Connection, props: Mapping[str, Any], olds: Mapping[str, Any] | None) -> Plan:
    """Find out who is meant, and refuse what is dangerous. Nothing has been written then.

    Raises:
        Refused: more would be removed than `max_removals` allows, or another resource declares the same group.
        ConnectError: the group or the instance's users cannot be read.
    """
    group = find_group(connection, props["traffic_distribution_group"], props.get("source_region"))
    found, failed = find_users(connection, group.instance, users_of(props))
    plan = Plan(group, {label: found[label].arn for label in sorted(found)}, failed)
    before = RosterState.of(olds) if olds else None
    if before and olds:
        plan.strangers.update(before.members[label] for label in before.undeclared if label in before.members)
        _let_go(plan, before, olds)
        plan.there = _as_recorded(plan, before)
    if props.get("authoritative") is True:
        plan.there = None
        strangers = _strangers(connection, plan, before)
        (plan.leaving if before else plan.kept).update(strangers)
        plan.strangers.update(strangers.values())
    _insist(plan, before, props)
    return plan


def _let_go(plan: Plan, before: RosterState, olds: Mapping[str, Any]) -> None:
    """Declared once means owned: who is declared no more leaves, unless something else declares it now."""
    wanted = set(plan.wanted.values())
    for label, arn in before.members.items():
        if arn in wanted:
            continue
        if label in plan.failed:
            plan.kept[label] = arn
        elif heir := _heir(before, olds, label):
            plan.heirs[label] = heir
        else:
            plan.leaving[label] = arn


def _heir(state: RosterState, props: Mapping[str, Any], label: str) -> str | None:
    keys = keys_of(groups_of(state, props), state.members[label].id, users_of(props).get(label, label))
    return run().declarations.heir(_engine.urn(), keys)


def _as_recorded(plan: Plan, before: RosterState) -> frozenset[str] | None:
    """The members that the state tells of, if asking for each new one is less than reading the whole group again."""
    there = frozenset(arn.id for arn in before.members.values())
    joining = sum(arn.id not in there for arn in plan.wanted.values())
    return there if joining * USERS_A_PAGE <= len(there) else None


def _strangers(connection: Connection, plan: Plan, before: RosterState | None) -> dict[str, Arn]:
    accounted = [*plan.wanted.values(), *plan.kept.values(), *(before.members.values() if before else ())]
    found = undeclared(connection, plan.group, {arn.id for arn in accounted})
    return {user.username if user.username not in plan.wanted else user.arn.id: user.arn for user in found.values()}


def _insist(plan: Plan, before: RosterState | None, props: Mapping[str, Any]) -> None:
    doing = Doing(f"changing the agents of traffic distribution group {plan.group.name}", plan.group.arn.region)
    state = before or RosterState(plan.group.arn, {})
    if rival := rivalry(state, props):
        raise sentence(Refused, doing, rival)
    total = len({*state.members.values(), *plan.leaving.values()})
    if too_many := objection(len(plan.leaving), total, allowance(props.get("max_removals", DEFAULT))):
        raise sentence(Refused, doing, f"{too_many}: {few(plan.leaving)}", REMEDY)


def carried_out(connection: Connection, plan: Plan, replaced: Mapping[str, Any] | None = None) -> Finished:
    """Associate first, disassociate then. What fails of it is told in the answer.

    Args:
        connection: the account.
        plan: what is to be done.
        replaced: the roster's state on the group before this one, which it is about to leave.

    Raises:
        ConnectError: nothing was written.
    """
    count = len(plan.wanted) + len(plan.leaving)
    within = _engine.timeout(DEADLINE + 2 * count / connection.settings.rate.per_second)
    began, progress = connection.clock.now(), _engine.progress
    joined = join_all(
        connection,
        plan.group,
        list(plan.wanted.values()),
        there=plan.there,
        within=within,
        progress=progress,
    )
    over = _Over()
    if replaced and joined.elsewhere and joined.ended is None:
        over = _moved_over(connection, plan, joined, replaced, within - (connection.clock.now() - began))
    left = Outcome()
    if plan.leaving and joined.ended is None:
        remaining = within - (connection.clock.now() - began)
        left = _left(connection, plan.group.arn, list(plan.leaving.values()), remaining)
    finished = _finished(plan, joined, left)
    needs_state_before = replaced is not None and (over.stuck or (joined.elsewhere and joined.ended))
    return replace(finished, said=[*over.said, *finished.said], is_resumable=not needs_state_before)


@dataclass(frozen=True)
class _Over:
    """Agents taken over from the group before: what an operator is told, and who is on that one still."""

    said: tuple[str, ...] = ()
    stuck: frozenset[Arn] = frozenset()


def _moved_over(
    connection: Connection, plan: Plan, joined: Outcome, replaced: Mapping[str, Any], within: float
) -> _Over:
    """Where Connect refuses two groups at a time: whom the roster had on the old one leaves it, then joins."""
    before = RosterState.of(replaced)
    refused = {label: arn for label, arn in before.members.items() if arn in joined.elsewhere}
    mine = {label: arn for label, arn in refused.items() if not _heir(before, replaced, label)}
    until, done = connection.clock.now() + within, set[Arn]()
    for some in _batches(list(mine.values())):
        left = _left(connection, before.group, some, until - connection.clock.now())
        done |= left.done
        joined.failed = {user: why for user, why in joined.failed.items() if user not in left.done}
        again = join_all(
            connection,
            plan.group,
            sorted(left.done, key=str),
            there=(),
            within=until - connection.clock.now(),
            progress=_engine.progress,
        )
        joined.done |= again.done
        joined.failed |= dict.fromkeys(left.done - again.done, NEITHER) | again.failed
        joined.ended = again.ended or left.ended
        if joined.ended:
            break
    moved = [label for label, arn in mine.items() if arn in joined.done]
    first = f"left {called(connection, before.group)} first, then joined {plan.group.name}"
    said = f"Connect refused agents on two groups at a time: {few(moved)} {first}"
    return _Over((said,) if moved else (), frozenset(mine.values()) - done)


def _batches(users: list[Arn]) -> list[list[Arn]]:
    return [users[start : start + AT_A_TIME] for start in range(0, len(users), AT_A_TIME)]


def _left(connection: Connection, group: Arn, leaving: list[Arn], within: float) -> Outcome:
    try:
        return leave_all(connection, group, leaving, within=within, progress=_engine.progress)
    except ConnectError as error:
        return Outcome(ended=error)


def _finished(plan: Plan, joined: Outcome, left: Outcome) -> Finished:
    members = {label: arn for label, arn in plan.wanted.items() if arn in joined.done}
    failed = {**plan.failed, **{label: joined.failed[a] for label, a in plan.wanted.items() if a in joined.failed}}
    for label, arn in plan.kept.items():
        members[_free(label, arn, members)] = arn
    for label, arn in plan.leaving.items():
        if arn not in left.done:
            members[free := _free(label, arn, members)] = arn
            failed |= {free: f"it is still on the group: {left.failed[arn]}"} if arn in left.failed else {}
    ended = joined.ended or left.ended
    nobodys = plan.strangers - set(plan.wanted.values())
    undeclared = tuple(label for label, arn in members.items() if arn in nobodys)
    state = RosterState(plan.group.arn, members, failed, undeclared)
    return Finished(state, _said(plan), _trouble(plan, failed, ended, len(joined.done)))


def _free(label: str, arn: Arn, members: Mapping[str, Arn]) -> str:
    return arn.id if label in members else label


def _said(plan: Plan) -> list[str]:
    strangers = [label for label in plan.kept if label not in plan.failed]
    about = f"{few(strangers)} on {plan.group.name}: not declared; the next run removes them"
    return [*_handed_over(plan.heirs), *([about] if strangers else [])]


def _handed_over(heirs: Mapping[str, str]) -> list[str]:
    """A line for each heir."""
    by_heir: dict[str, list[str]] = {}
    for label, heir in sorted(heirs.items()):
        by_heir.setdefault(heir, []).append(label)
    return [f"left on the group, declared by {heir} now: {few(labels)}" for heir, labels in by_heir.items()]


def _trouble(plan: Plan, failed: Mapping[str, str], ended: ConnectError | None, done: int) -> str | None:
    doing = Doing(f"associating agents with traffic distribution group {plan.group.name}", plan.group.arn.region)
    of_all = f"of {len(plan.wanted) + len(plan.failed):,} agents"
    what_failed = f"{len(failed):,} {of_all} failed: {_causes(failed)}" if failed else ""
    if ended is not None:
        return "; ".join(part for part in (str(ended), f"{done:,} {of_all} are on the group", what_failed) if part)
    return doing.failed(what_failed, "the others are done, and the next run tries again") if failed else None


def _causes(failed: Mapping[str, str]) -> str:
    """Who failed, by cause."""
    by_cause: dict[str, list[str]] = {}
    for label, cause in sorted(failed.items()):
        by_cause.setdefault(cause, []).append(label)
    return "; ".join(f"{few(labels)} ({cause})" for cause, labels in by_cause.items())


def dissolved(connection: Connection, props: Mapping[str, Any]) -> Finished:
    """Disassociate whom the roster declared, unless something else declares them; nobody else.

    Raises:
        ConnectError: nobody was disassociated.
    """
    state = RosterState.of(props)
    heirs = {label: heir for label in state.members if (heir := _heir(state, props, label))}
    leaving = {label: arn for label, arn in state.members.items() if label not in {*heirs, *state.undeclared}}
    said = _handed_over(heirs)
    if strangers := [label for label in state.undeclared if label not in heirs]:
        said.append(f"left on the group, never declared: {few(strangers)}")
    if too_many := objection(len(leaving), len(state.members), allowance(props.get("max_removals", DEFAULT))):
        said.append(f"{too_many}: a delete is not held to it")
    left = Outcome()
    if leaving:
        within = _engine.timeout(DEADLINE + 2 * len(leaving) / connection.settings.rate.per_second)
        left = leave_all(connection, state.group, list(leaving.values()), within=within, progress=_engine.progress)
    causes = {label: left.failed[arn] for label, arn in leaving.items() if arn in left.failed}
    doing = Doing(f"disassociating agents from traffic distribution group {state.group.id}", state.group.region)
    failed = f"{len(causes):,} of {len(leaving):,} failed: {_causes(causes)}" if causes else ""
    ended = str(left.ended) if left.ended else ""
    trouble = "; ".join(filter(None, (ended, failed))) if ended else doing.failed(failed) if failed else None
    return Finished(state, said, trouble)
