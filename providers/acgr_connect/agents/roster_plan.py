"""From what is declared of a roster to what holds afterwards: who joins, who leaves, and what is left to do.

What is asked for is a `DesiredRoster`, what holds before and afterwards an `ObservedRoster`. Who else declares an agent
is asked of the caller, by label.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Protocol

from acgr_connect.agents.roster import Outcome, join_all, leave_all, undeclared
from acgr_connect.agents.users import find_users
from acgr_connect.groups import display_name, find_group
from acgr_connect.model.arns import Arn
from acgr_connect.model.errors import ConnectError, ErrorContext, Refused
from acgr_connect.model.identifiers import Identifier
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import Group
from acgr_connect.model.removal_guard import REMEDY, Allowance, objection
from acgr_connect.world.connection import Connection

AT_A_TIME = 10
"""Agents that are on neither group for a moment, where Connect refuses two groups at a time."""

NEITHER = "left the group before, and is not on this one yet: run again"
"""What has become of an agent whose change of group stopped half-way."""

USERS_A_PAGE = 10
"""Agents that one `ListTrafficDistributionGroupUsers` shows, whatever is asked for."""

HANDFUL = 5
"""Names that a sentence lists; the others are counted."""


class Leaving(Protocol):
    """Whether agents may leave a group, or others declare them there."""

    def other_owner(self, user: Arn) -> str | None:
        """The resource that declares the agent on the group, or None."""

    def removal(self, user: Arn) -> AbstractContextManager[str | None]:
        """The agent is removed meanwhile, unless the answer names another resource that declares it."""


@dataclass(frozen=True)
class DesiredRoster:
    """What is asked for.

    Attributes:
        group: the traffic distribution group.
        source_region: where it is looked up, unless it is given by ARN.
        users: by label, the agents.
        authoritative: whether agents that are not declared are removed.
        max_removals: how many agents may leave at once.
    """

    group: Identifier
    source_region: str | None
    users: Mapping[str, Identifier]
    authoritative: bool
    max_removals: Allowance


@dataclass(frozen=True)
class ObservedRoster:
    """What holds.

    Attributes:
        group: the traffic distribution group.
        members: by label, the agents on it for whom the roster answers.
        failed: by label, why an agent is not as declared.
        undeclared: labels of members whom nobody declared: an authoritative roster's next update removes them.
    """

    group: Arn
    members: Mapping[str, Arn]
    failed: Mapping[str, str] = field(default_factory=dict)
    undeclared: tuple[str, ...] = ()


@dataclass(frozen=True)
class KnownRoster:
    """A roster that was declared before: what holds of it, and whether its agents may leave."""

    observed: ObservedRoster
    leaving: Leaving


@dataclass
class RosterPlan:
    """What is to be done for a roster.

    Attributes:
        group: the traffic distribution group.
        wanted: by label, who is to be on it.
        failed: by label, who cannot be, with the cause.
        kept: by label, who is on it and not to be touched: nobody's agents, and those whose successor cannot be found.
        leaving: by label, who is to be taken off it.
        other_owners: by label, who declares an agent now that the roster does not declare any more.
        let_be: by label, who was never declared, and is not removed by a roster that is not authoritative any more.
        nobodys: who is on the group and was never declared.
        there: ids of those on the group as the state has it, where a sweep would cost more than it saves.
    """

    group: Group
    wanted: Mapping[str, Arn]
    failed: dict[str, str]
    kept: dict[str, Arn] = field(default_factory=dict)
    leaving: dict[str, Arn] = field(default_factory=dict)
    other_owners: dict[str, str] = field(default_factory=dict)
    let_be: dict[str, Arn] = field(default_factory=dict)
    nobodys: set[Arn] = field(default_factory=set)
    there: frozenset[str] | None = None

    @property
    def context(self) -> ErrorContext:
        """How every error about it begins."""
        action = f"changing the agents of traffic distribution group {self.group.name}"
        return ErrorContext(action, self.group.arn.region)

    def require_allowed(self, before: KnownRoster | None, allowed: Allowance) -> None:
        """Refuse to remove more agents than one change may.

        Raises:
            Refused: more would be removed.
        """
        members = before.observed.members if before else {}
        total = len({*members.values(), *self.leaving.values()})
        if too_many := objection(len(self.leaving), total, allowed):
            raise self.context.error(Refused, f"{too_many}: {few(self.leaving)}", REMEDY)


@dataclass(frozen=True)
class Finished:
    """What holds afterwards, what an operator reads, and what went wrong, if anything did.

    `is_resumable`, unless what is left to do needs the state that is being replaced.
    """

    observed: ObservedRoster
    said: list[str]
    trouble: str | None
    is_resumable: bool = True


def few(names: Iterable[str]) -> str:
    """A handful of names in order (the engine hands mappings over in none), and how many there are besides."""
    listed = sorted(names)
    more = len(listed) - HANDFUL
    return ", ".join(listed[:HANDFUL]) + (f" and {more:,} more" if more > 0 else "")


def planned(connection: Connection, desired: DesiredRoster, before: KnownRoster | None) -> RosterPlan:
    """Find out who is meant. Nothing is written.

    Args:
        connection: the account.
        desired: what is asked for.
        before: what the roster answered for until now; None where it is made.

    Raises:
        ConnectError: the group or the instance's users cannot be read.
    """
    group = find_group(connection, desired.group, desired.source_region)
    found, failed = find_users(connection, group.instance, desired.users)
    plan = RosterPlan(group, {label: found[label].arn for label in sorted(found)}, failed)
    if before:
        observed = before.observed
        plan.nobodys.update(observed.members[label] for label in observed.undeclared if label in observed.members)
        _let_go(plan, before, is_authoritative=desired.authoritative)
        plan.there = _as_recorded(plan, observed)
    if desired.authoritative:
        plan.there = None
        others = _undeclared(connection, plan, before.observed if before else None)
        plan.kept.update(others)  # no preview has shown that they go: the next one does
        plan.nobodys.update(others.values())
    return plan


def _let_go(plan: RosterPlan, before: KnownRoster, *, is_authoritative: bool) -> None:
    """Declared once means owned: who is declared no more leaves, unless something else declares it now.

    Who was never declared leaves by an authoritative roster only, once the state, and so a preview, has shown it.
    """
    wanted = set(plan.wanted.values())
    for label, arn in before.observed.members.items():
        if arn in wanted:
            continue
        if label in plan.failed:
            plan.kept[label] = arn
        elif owner := before.leaving.other_owner(arn):
            plan.other_owners[label] = owner
        elif label in before.observed.undeclared and not is_authoritative:
            plan.let_be[label] = arn
        else:
            plan.leaving[label] = arn


def _as_recorded(plan: RosterPlan, before: ObservedRoster) -> frozenset[str] | None:
    """The members that the state tells of, if asking for each new one is less than reading the whole group again."""
    there = frozenset(arn.id for label, arn in before.members.items() if label not in before.failed)
    joining = sum(arn.id not in there for arn in plan.wanted.values())
    return there if joining * USERS_A_PAGE <= len(there) else None


def _undeclared(connection: Connection, plan: RosterPlan, before: ObservedRoster | None) -> dict[str, Arn]:
    accounted = [*plan.wanted.values(), *plan.kept.values(), *(before.members.values() if before else ())]
    found = undeclared(connection, plan.group, {arn.id for arn in accounted})
    return {user.username if user.username not in plan.wanted else user.arn.id: user.arn for user in found.values()}


def carried_out(
    connection: Connection,
    plan: RosterPlan,
    operation: Operation,
    *,
    before: KnownRoster | None = None,
    replaced: KnownRoster | None = None,
) -> Finished:
    """Associate first, disassociate then. What fails of it stands in the answer.

    Args:
        connection: the account.
        plan: what is to be done.
        operation: has the deadline after which no further agent is begun.
        before: what the roster answered for until now, as for `planned`.
        replaced: the roster on the group before this one, which it is about to leave.

    Raises:
        ConnectError: nothing was written.
    """
    joined = join_all(connection, plan.group, list(plan.wanted.values()), operation, there=plan.there)
    over = _Over()
    if replaced and joined.elsewhere and joined.ended is None:
        over = _moved_over(connection, plan, joined, replaced, operation)
    left = Outcome()
    if before and plan.leaving and joined.ended is None:
        left = _left(connection, plan.group.arn, list(plan.leaving.values()), operation, before.leaving)
    finished = _finished(plan, joined, left)
    needs_state_before = replaced is not None and (over.stuck or (joined.elsewhere and joined.ended))
    return replace(finished, said=[*over.said, *finished.said], is_resumable=not needs_state_before)


@dataclass(frozen=True)
class _Over:
    """Agents taken over from the group before: what an operator reads, and who is on that one still."""

    said: tuple[str, ...] = ()
    stuck: frozenset[Arn] = frozenset()


def _moved_over(
    connection: Connection,
    plan: RosterPlan,
    joined: Outcome,
    replaced: KnownRoster,
    operation: Operation,
) -> _Over:
    """Where Connect refuses two groups at a time: whom the roster had on the old one leaves it, then joins."""
    before = replaced.observed
    refused = {label: arn for label, arn in before.members.items() if arn in joined.elsewhere}
    mine = {label: arn for label, arn in refused.items() if not replaced.leaving.other_owner(arn)}
    done = set[Arn]()
    for some in _batches(list(mine.values())):
        left = _left(connection, before.group, some, operation, replaced.leaving)
        done |= left.done
        joined.failed = {user: why for user, why in joined.failed.items() if user not in left.done}
        again = join_all(connection, plan.group, sorted(left.done, key=str), operation, there=())
        joined.done |= again.done
        joined.failed |= dict.fromkeys(left.done - again.done, NEITHER) | again.failed
        joined.ended = again.ended or left.ended
        if joined.ended:
            break
    moved = [label for label, arn in mine.items() if arn in joined.done]
    first = f"left {display_name(connection, before.group)} first, then joined {plan.group.name}"
    said = f"Connect refused agents on two groups at a time: {few(moved)} {first}"
    return _Over((said,) if moved else (), frozenset(mine.values()) - done)


def _batches(users: list[Arn]) -> list[list[Arn]]:
    return [users[start : start + AT_A_TIME] for start in range(0, len(users), AT_A_TIME)]


def _left(connection: Connection, group: Arn, users: list[Arn], operation: Operation, leaving: Leaving) -> Outcome:
    try:
        return leave_all(connection, group, users, operation, leaving.removal)
    except ConnectError as error:
        return Outcome(ended=error)


def _finished(plan: RosterPlan, joined: Outcome, left: Outcome) -> Finished:
    members = {label: arn for label, arn in plan.wanted.items() if arn in joined.done | joined.unanswered}
    plan.other_owners.update({label: left.stays[arn] for label, arn in plan.leaving.items() if arn in left.stays})
    failed = {**plan.failed, **{label: joined.failed[a] for label, a in plan.wanted.items() if a in joined.failed}}
    for label, arn in plan.kept.items():
        members[_free(label, arn, members)] = arn
    for label, arn in plan.leaving.items():
        if arn not in left.done:
            members[free := _free(label, arn, members)] = arn
            failed |= {free: f"it is still on the group: {left.failed[arn]}"} if arn in left.failed else {}
    ended = joined.ended or left.ended
    nobodys = plan.nobodys - set(plan.wanted.values())
    labels = tuple(label for label, arn in members.items() if arn in nobodys)
    observed = ObservedRoster(plan.group.arn, members, failed, labels)
    return Finished(observed, _said(plan), _trouble(plan, failed, ended, len(joined.done)))


def _free(label: str, arn: Arn, members: Mapping[str, Arn]) -> str:
    return arn.id if label in members else label


def _said(plan: RosterPlan) -> list[str]:
    nobodys = [label for label in plan.kept if label not in plan.failed]
    about = f"{few(nobodys)} on {plan.group.name}: not declared; the next run removes them"
    let_be = f"left on {plan.group.name}, never declared: {few(plan.let_be)}"
    return [*_handed_over(plan.other_owners), *([about] if nobodys else []), *([let_be] if plan.let_be else [])]


def _handed_over(other_owners: Mapping[str, str]) -> list[str]:
    """A line for each resource that has agents from now on."""
    by_owner: dict[str, list[str]] = {}
    for label, owner in sorted(other_owners.items()):
        by_owner.setdefault(owner, []).append(label)
    return [f"left on the group, declared by {owner} now: {few(labels)}" for owner, labels in by_owner.items()]


def _trouble(plan: RosterPlan, failed: Mapping[str, str], ended: ConnectError | None, done: int) -> str | None:
    action = f"associating agents with traffic distribution group {plan.group.name}"
    context = ErrorContext(action, plan.group.arn.region)
    of_all = f"of {len(plan.wanted) + len(plan.failed):,} agents"
    what_failed = f"{len(failed):,} {of_all} failed: {_causes(failed)}" if failed else ""
    if ended is not None:
        return "; ".join(part for part in (str(ended), f"{done:,} {of_all} are on the group", what_failed) if part)
    return context.sentence(what_failed, "the others are done, and the next run tries again") if failed else None


def _causes(failed: Mapping[str, str]) -> str:
    """Who failed, by cause."""
    by_cause: dict[str, list[str]] = {}
    for label, cause in sorted(failed.items()):
        by_cause.setdefault(cause, []).append(label)
    return "; ".join(f"{few(labels)} ({cause})" for cause, labels in by_cause.items())


def dissolved(
    connection: Connection, known: KnownRoster, allowed: Allowance, operation: Operation, *, has_successor: bool
) -> Finished:
    """Disassociate whom the roster declared, unless something else declares them; nobody else.

    Args:
        connection: the account.
        known: the roster.
        allowed: how many agents may leave at once.
        operation: has the deadline after which no further agent is begun.
        has_successor: whether the program has another roster of the same group: then this one was renamed, and is held
            to what is allowed.

    Raises:
        ConnectError: nobody was disassociated.
    """
    before = known.observed
    owners = {label: owner for label, arn in before.members.items() if (owner := known.leaving.other_owner(arn))}
    leaving = {label: arn for label, arn in before.members.items() if label not in {*owners, *before.undeclared}}
    said = _handed_over(owners)
    if nobodys := [label for label in before.undeclared if label not in owners]:
        said.append(f"left on the group, never declared: {few(nobodys)}")
    action = f"disassociating agents from traffic distribution group {before.group.id}"
    if too_many := objection(len(leaving), len(before.members), allowed):
        if has_successor:
            context = ErrorContext(action, before.group.region)
            raise context.error(Refused, f"{too_many}: {few(leaving)}", REMEDY)
        said.append(f"{too_many}: a delete is not held to it")
    left = (
        leave_all(connection, before.group, list(leaving.values()), operation, known.leaving.removal)
        if leaving
        else Outcome()
    )
    said += _handed_over({label: left.stays[arn] for label, arn in leaving.items() if arn in left.stays})
    causes = {label: left.failed[arn] for label, arn in leaving.items() if arn in left.failed}
    failed = f"{len(causes):,} of {len(leaving):,} failed: {_causes(causes)}" if causes else ""
    if left.ended:
        trouble: str | None = "; ".join(filter(None, (str(left.ended), failed)))
    else:
        trouble = ErrorContext(action, before.group.region).sentence(failed) if failed else None
    return Finished(before, said, trouble)
