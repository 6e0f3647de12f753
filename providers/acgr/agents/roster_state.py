"""The stored state of a roster: what it is made of, who declares it, and how it is read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi.dynamic import DiffResult, ReadResult
from pulumi.output import Unknown

from acgr.agents.memberships import (
    MEMBERSHIP,
    ROSTER,
    Leaving,
    all_ways_to_write_group,
    member_keys,
    ways_to_write_group,
    written_group,
)
from acgr.runtime.diffs import changed_inputs, changed_world, unchanged
from acgr.runtime.fields import SORTED_NAMES, TEXTS, StoredState, arn, arns, stored
from acgr.runtime.inputs import Properties, known
from acgr.runtime.name_checks import NameChanged, changed_group
from acgr.runtime.ownership import name_of
from acgr.runtime.run import Run
from acgr_connect.agents.roster import undeclared
from acgr_connect.agents.roster_plan import DesiredRoster, KnownRoster, ObservedRoster, few
from acgr_connect.groups import describe_group, find_group, is_called, shows_all
from acgr_connect.model.arns import Arn
from acgr_connect.model.errors import ErrorContext, NotFound
from acgr_connect.model.identifiers import identifier, is_name
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import User
from acgr_connect.model.removal_guard import DEFAULT, Allowance, allowance
from acgr_connect.world.connection import Connection


@dataclass(frozen=True)
class RosterState(StoredState):
    """A roster as the stack stores it.

    Attributes:
        members: by label, the agents on the group for whom this roster answers.
        failed: by label, why an agent is not as declared.
        undeclared: labels of members whom nobody declared: an authoritative roster's next update removes them.
        group: the traffic distribution group.
    """

    members: Mapping[str, Arn] = field(
        metadata=stored(
            "members",
            arns("agent"),
            "mapping, label to the ARN of an agent on the group for whom this resource answers",
            tells=("users",),
        )
    )
    failed: Mapping[str, str] = field(
        metadata=stored(
            "failed",
            TEXTS,
            "mapping, label to why the agent is not as declared; empty when all is well",
            tells=("users",),
        )
    )
    undeclared: tuple[str, ...] = field(
        metadata=stored(
            "undeclared",
            SORTED_NAMES,
            "labels among `members` whom nobody declared; an authoritative roster's next update removes them, a delete"
            " leaves them",
            added_later=True,
        )
    )
    group: Arn = field(
        metadata=stored(
            "traffic_distribution_group_arn",
            arn("traffic-distribution-group"),
            "ARN of the traffic distribution group",
            tells=("traffic_distribution_group",),
            stays=True,
        )
    )

    @classmethod
    def of_observed(cls, observed: ObservedRoster) -> RosterState:
        """From what holds after an attempt."""
        return cls(observed.members, observed.failed, observed.undeclared, observed.group)

    @property
    def observed(self) -> ObservedRoster:
        """What holds, as far as the state tells."""
        return ObservedRoster(self.group, self.members, self.failed, self.undeclared)

    def going_by(self, props: Mapping[str, Any]) -> Mapping[str, Arn]:
        """The members whom the roster keeps or removes: who was never declared leaves by an authoritative one only."""
        if props.get("authoritative") is True:
            return self.members
        return {label: member for label, member in self.members.items() if label not in self.undeclared}

    def is_group(self, written: Any) -> bool:
        """Whether an id or ARN stands for this group."""
        return written in {self.group.id, str(self.group)}

    def is_member(self, label: str, written: Any) -> bool:
        """Whether an id or ARN stands for the agent of that label."""
        return label in self.members and written in {self.members[label].id, str(self.members[label])}


def users_of(props: Mapping[str, Any]) -> Mapping[str, Any]:
    """The declared users by label; none where they are not known."""
    users = props.get("users")
    return users if isinstance(users, Mapping) else {}


def are_known(props: Mapping[str, Any]) -> bool:
    """Whether it is known which users are declared, though not each of them may be."""
    return not isinstance(props.get("users"), Unknown)


def desired_of(props: Mapping[str, Any]) -> DesiredRoster:
    """What the inputs ask for. This is the border: from here on, what was written is an ARN, an id or a name."""
    return DesiredRoster(
        identifier(props["traffic_distribution_group"], "traffic-distribution-group"),
        props.get("source_region"),
        {label: identifier(user, "agent") for label, user in users_of(props).items()},
        props.get("authoritative") is True,
        allowance(props.get("max_removals", DEFAULT)),
    )


def decide(olds: Mapping[str, Any], news: Mapping[str, Any], *, is_group: bool = False) -> DiffResult:
    """Pure: another group replaces, another way to write the same is nothing, an agent who failed is a change.

    Args:
        olds: the state.
        news: the inputs.
        is_group: whether the group's name is known to stand for the group that the state has.
    """
    state, group = RosterState.of(olds), news.get("traffic_distribution_group")
    if known(group) and not (is_group or _is_as_before(olds, news) or state.is_group(group)):
        return changed_inputs(["traffic_distribution_group"])
    if not known(group) or not _means_the_same(state, olds, news):
        return changed_inputs()
    is_whole = not state.failed and set(state.members) == set(news["users"])
    return unchanged() if is_whole else changed_world()


def _is_as_before(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    names = ("traffic_distribution_group", "source_region")
    return all(news.get(name) == olds.get(name) for name in names)


def _means_the_same(state: RosterState, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    users, before = news.get("users"), users_of(olds)
    defaults = (("authoritative", False), ("max_removals", DEFAULT))
    if not known(users) or any(news.get(name, default) != olds.get(name, default) for name, default in defaults):
        return False
    same = (user == before.get(label) or state.is_member(label, user) for label, user in users_of(news).items())
    return set(users_of(news)) == set(before) and all(same)


def claim(
    operation: Operation, run: Run, state: RosterState | None, props: Mapping[str, Any], *, made: bool = False
) -> None:
    """Note for this run what the roster declares: its agents, and that it is a roster."""
    groups = written_group(props) | (ways_to_write_group(state.group) if state else set())
    users = [user for user in users_of(props).values() if isinstance(user, str)]
    members = [arn.id for label, arn in state.members.items() if label in users_of(props)] if state else []
    kind = "authoritative" if props.get("authoritative") is True else "additive"
    allowed = str(props.get("max_removals", DEFAULT))
    run.ownership.claim(operation.urn, member_keys(groups, [*users, *members]), made=made)
    run.ownership.claim(operation.urn, {(ROSTER, group, kind, allowed) for group in groups})


def conflicting_declaration(
    operation: Operation, run: Run, group_arn: Arn | None, props: Mapping[str, Any]
) -> str | None:
    """Why a resource may not be authoritative over a group, or not beside one that is; None where all is well.

    Raises:
        ConnectError: with `group_arn`, Connect cannot be asked how the group is called.
    """
    written = written_group(props)
    if group_arn and run.ownership.has_others(operation.urn, MEMBERSHIP):
        written |= all_ways_to_write_group(run, group_arn)
    for group in sorted(written):
        if rosters := _others(operation, run, ROSTER, group, "authoritative"):
            return f"traffic_distribution_group: {rosters[0]} is its authoritative roster; declare its agents there"
        if props.get("authoritative") is not True:
            continue  # whoever else declares agents is of no concern, and may be thousands of resources
        if others := [*_others(operation, run, MEMBERSHIP, group), *_others(operation, run, ROSTER, group)]:
            return f"authoritative: {others[0]} declares agents of the same group; declare all of them in one place"
    return None


def _others(operation: Operation, run: Run, kind: str, group: str, *more: str) -> list[str]:
    """The names of other resources that declare such objects in this run."""
    declared = run.ownership.claimed_under(kind, group, *more).values()
    return sorted(map(name_of, set().union(*declared) - {operation.urn}))


def known_roster(operation: Operation, run: Run, props: Mapping[str, Any], *, is_delete: bool = False) -> KnownRoster:
    """What the state tells of a roster, and what this run's other declarations do."""
    state = RosterState.of(props)
    action = f"disassociating agents from traffic distribution group {state.group.id}"
    return KnownRoster(state.observed, Leaving(run, operation.urn, state.group, action, is_delete=is_delete))


def successors_allowance(operation: Operation, run: Run, state: RosterState) -> Allowance | None:
    """How many agents may leave at once, by the other rosters of the program on the group; None where there is none.

    Raises:
        ConnectError: Connect cannot be asked how the group is called.
    """
    if not run.ownership.has_others(operation.urn, ROSTER):
        return None
    declared = (run.ownership.claimed_under(ROSTER, written) for written in all_ways_to_write_group(run, state.group))
    allowed = [allowance(key[3]) for keys in declared for key, urns in keys.items() if urns != {operation.urn}]
    return max(allowed, key=lambda one: one.of(len(state.members)), default=None)


def read(connection: Connection, id_: str, declared: Properties, props: Mapping[str, Any]) -> ReadResult:
    """The roster as it is, from one sweep; empty where the group is gone, an error where a `get()` finds none.

    `declared` are the inputs among `props`; a `get()` has no others.
    """
    is_get = props.get("members") is None
    return _got(connection, id_) if is_get else _refreshed(connection, declared, props)


def _got(connection: Connection, id_: str) -> ReadResult:
    group = find_group(connection, identifier(id_, "traffic-distribution-group"))
    everybody = undeclared(connection, group, ())
    state = RosterState({user.username: user.arn for user in everybody.values()}, {}, (), group.arn)
    found = {"traffic_distribution_group": id_, "users": {name: name for name in state.members}}
    return ReadResult(str(group.arn), {**found, **state.outputs()}, found)


def _refreshed(connection: Connection, declared: Properties, props: Mapping[str, Any]) -> ReadResult:
    state, written = RosterState.of(props), users_of(props)
    connection.require_account(state.group)
    present = _present(connection, state.group)
    there = {label: arn for label, arn in state.members.items() if arn.id in (present or ())}
    is_short = present is None or len(there) < len(state.members)
    if is_short and _is_gone(connection, state):
        return ReadResult("", {})
    users = {label: written.get(label, str(arn)) for label, arn in there.items()}
    nobodys = {label for label in state.undeclared if label in there}
    if props.get("authoritative") is True:
        others = _undeclared(connection, state.group, there)
        there.update({label: user.arn for label, user in others.items()})
        users.update({label: user.username for label, user in others.items()})
        nobodys.update(others)
    found = {**declared, "users": users}
    now = RosterState(there, state.failed, tuple(nobodys), state.group)
    return ReadResult(str(state.group), {**found, **now.outputs()}, found)


def drift(olds: Mapping[str, Any], outputs: Mapping[str, Any]) -> str:
    """Who was taken off the group, or put on it, by something else since it was last seen; "" where nobody was."""
    before, now = olds.get("members"), outputs.get("members")
    if before is None or now is None:
        return "" if before is None else "the traffic distribution group is gone: its roster is forgotten"
    parts = [
        f"{few(sorted(labels))} {'was' if len(labels) == 1 else 'were'} {verb} the group by something else"
        for verb, labels in (("taken off", set(before) - set(now)), ("put on", set(now) - set(before)))
        if labels
    ]
    return "; ".join(parts)


def _present(connection: Connection, group: Arn) -> Mapping[str, str] | None:
    try:
        return connection.directory.members(group).entries()
    except NotFound:
        return None


def _undeclared(connection: Connection, group: Arn, there: Mapping[str, Arn]) -> dict[str, User]:
    """Those on the group whom nobody declared, under labels that are free: a diff shows that they leave."""
    found = undeclared(connection, describe_group(connection, group), {arn.id for arn in there.values()})
    return {user.arn.id if user.username in there else user.username: user for user in found.values()}


def _is_gone(connection: Connection, state: RosterState) -> bool:
    """Whether the group is gone; what a group that is not `ACTIVE` does not show may still be there.

    Raises:
        ConnectError: nothing can be told of the agents now.
    """
    action = f"reading the agents of traffic distribution group {state.group.id}"
    if shows_all(connection, state.group, ErrorContext(action, state.group.region)):
        return False
    for instance in {member.instance for member in state.members.values()}:
        connection.directory.instance(instance)
    return True


def prefetch_users(connection: Connection, props: Mapping[str, Any]) -> None:
    """Begin to read the users, if names are to be compared: the engine is busy with a large roster meanwhile."""
    group = props["traffic_distribution_group"]
    if known(props) and any(map(is_name, users_of(props).values())):
        connection.prefetch(("users", group), lambda: _read_users(connection, group, props.get("source_region")))


def _read_users(connection: Connection, group: str, source_region: str | None) -> None:
    found = find_group(connection, identifier(group, "traffic-distribution-group"), source_region)
    connection.directory.users(found.instance).entries()


def changed_identity(connection: Connection, state: RosterState, props: Mapping[str, Any]) -> list[NameChanged]:
    """Whether the group's name stands for another group: then the state speaks of one that is not meant any more."""
    return list(changed_group(connection, state.group, props["traffic_distribution_group"], replaces=True))


def changed_names(connection: Connection, state: RosterState, props: Mapping[str, Any]) -> list[NameChanged]:
    """The users' names in a roster's inputs that mean something else than when it was last made."""
    names = {
        label: user
        for label, user in users_of(props).items()
        if label in state.members and known(user) and is_name(user)
    }
    changed: list[NameChanged] = []
    for instance in {member.instance for member in state.members.values()} if names else ():
        now = {user.username: user.arn for user in connection.directory.users(instance).entries().values()}
        others = [name for label, name in names.items() if now.get(name, state.members[label]) != state.members[label]]
        changed += [NameChanged(f"{name} was deleted and made again: it is another user now") for name in others]
    return changed


def is_same_group(connection: Connection, state: RosterState, written: str) -> bool:
    """Whether a name stands for the roster's group, as far as Connect can be asked."""
    groups = connection.directory.groups(state.group.region)
    return any(g.arn == state.group for g in groups.matching(lambda g: is_called(g, written)))
