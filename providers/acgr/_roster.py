"""The stored state of a roster: what it is made of, who declares it, and how it is read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from pulumi.dynamic import ReadResult

from acgr import _engine
from acgr._lookups import Moved
from acgr._provider import Key, Properties, known, run
from acgr._roster_changes import bare
from acgr_connect.arns import Arn, parse
from acgr_connect.connection import Connection
from acgr_connect.errors import Doing, NotFound
from acgr_connect.groups import find_group, goes_by, shows_all
from acgr_connect.records import User
from acgr_connect.roster import undeclared
from acgr_connect.spelling import is_name

INPUTS = ("traffic_distribution_group", "users", "authoritative", "max_removals", "source_region")
OUTPUTS = ("members", "failed", "undeclared", "traffic_distribution_group_arn")


@dataclass(frozen=True)
class RosterState:
    """A roster as the stack stores it.

    Attributes:
        group: the traffic distribution group.
        members: by label, the agents on it whom this roster answers for.
        failed: by label, why an agent is not as declared.
        undeclared: labels of members whom nobody declared: an authoritative roster's next update removes them.
    """

    group: Arn
    members: Mapping[str, Arn]
    failed: Mapping[str, str] = field(default_factory=dict)
    undeclared: tuple[str, ...] = ()

    @classmethod
    def of(cls, props: Mapping[str, Any]) -> RosterState:
        """From outputs."""
        group = parse(props["traffic_distribution_group_arn"], "traffic-distribution-group")
        members = {label: parse(arn, "agent") for label, arn in props["members"].items()}
        return cls(group, members, props["failed"], tuple(props.get("undeclared") or ()))

    def outputs(self) -> Properties:
        """As outputs."""
        return {
            "members": {label: str(arn) for label, arn in self.members.items()},
            "failed": dict(self.failed),
            "undeclared": sorted(self.undeclared),
            "traffic_distribution_group_arn": str(self.group),
        }

    def is_group(self, spelled: Any) -> bool:
        """Whether an id or ARN stands for this group."""
        return spelled in {self.group.id, str(self.group)}

    def is_member(self, label: str, spelled: Any) -> bool:
        """Whether an id or ARN stands for the agent of that label."""
        return label in self.members and spelled in {self.members[label].id, str(self.members[label])}


def inputs(props: Mapping[str, Any]) -> Properties:
    """The inputs among the properties."""
    return {name: props[name] for name in INPUTS if props.get(name) is not None}


def users_of(props: Mapping[str, Any]) -> Mapping[str, Any]:
    """The declared users by label; none where they are not known."""
    users = props.get("users")
    return users if isinstance(users, Mapping) else {}


def groups_of(state: RosterState | None, *spelled: Mapping[str, Any]) -> set[str]:
    """Every way to write the group."""
    written = {s["traffic_distribution_group"] for s in spelled if known(s.get("traffic_distribution_group"))}
    return {str(group) for group in written if group} | ({str(state.group)} if state else set())


def keys_of(groups: set[str], *users: str) -> set[Key]:
    """Every way to say who is on which group; an agent of its own declares the same keys."""
    return {("membership", group, bare(user)) for group, user in product(groups, users)}


def declare(state: RosterState | None, props: Mapping[str, Any], *, made: bool = False) -> None:
    """Note for this run what the roster declares: its agents, and that it is a roster."""
    groups = groups_of(state, props)
    users = [user for user in users_of(props).values() if known(user)]
    members = [arn.id for label, arn in state.members.items() if label in users_of(props)] if state else []
    kind = "authoritative" if props.get("authoritative") is True else "additive"
    run().declarations.note(_engine.urn(), keys_of(groups, *users, *members), made=made)
    run().declarations.note(_engine.urn(), {("roster", group, kind) for group in groups})


def rivalry(state: RosterState | None, props: Mapping[str, Any]) -> str | None:
    """Why this roster may not be authoritative, or not beside one that is; None where all is well."""
    for group in sorted(groups_of(state, props)):
        if rivals := _others("roster", group, "authoritative"):
            return f"traffic_distribution_group: {rivals[0]} is its authoritative roster; declare its agents there"
        rivals = [*_others("membership", group), *_others("roster", group)]
        if rivals and props.get("authoritative") is True:
            return f"authoritative: {rivals[0]} declares agents of the same group; declare all of them in one place"
    return None


def _others(kind: str, group: str, *more: str) -> list[str]:
    """The names of other resources that declare such objects in this run."""
    declared = run().declarations.under(kind, group, *more).values()
    return sorted(urn.rsplit("::", 1)[-1] for urn in set().union(*declared) - {_engine.urn()})


def read(connection: Connection, id_: str, props: Mapping[str, Any]) -> ReadResult:
    """The roster as it is, from one sweep; empty where the group is gone, an error where a `get()` finds none."""
    is_get = props.get("members") is None
    return _got(connection, id_) if is_get else _refreshed(connection, props)


def _got(connection: Connection, id_: str) -> ReadResult:
    group = find_group(connection, id_)
    everybody = undeclared(connection, group, ())
    state = RosterState(group.arn, {user.username: user.arn for user in everybody.values()})
    found = {"traffic_distribution_group": id_, "users": {name: name for name in state.members}}
    return ReadResult(str(group.arn), {**found, **state.outputs()}, found)


def _refreshed(connection: Connection, props: Mapping[str, Any]) -> ReadResult:
    state, declared = RosterState.of(props), users_of(props)
    connection.insist_on_account(state.group)
    present = _present(connection, state.group)
    there = {label: arn for label, arn in state.members.items() if arn.id in (present or ())}
    is_short = present is None or len(there) < len(state.members)
    if is_short and _is_gone(connection, state):
        return ReadResult("", {})
    users = {label: declared.get(label, str(arn)) for label, arn in there.items()}
    nobodys = {label for label in state.undeclared if label in there}
    if props.get("authoritative") is True:
        strangers = _strangers(connection, state.group, there)
        there.update({label: user.arn for label, user in strangers.items()})
        users.update({label: user.username for label, user in strangers.items()})
        nobodys.update(strangers)
    found = {**inputs(props), "users": users}
    now = RosterState(state.group, there, state.failed, tuple(nobodys))
    return ReadResult(str(state.group), {**found, **now.outputs()}, found)


def _present(connection: Connection, group: Arn) -> Mapping[str, str] | None:
    try:
        return connection.directory.members(group).entries()
    except NotFound:
        return None


def _strangers(connection: Connection, group: Arn, there: Mapping[str, Arn]) -> dict[str, User]:
    """Those on the group whom nobody declared, under labels that are free: a diff shows that they leave."""
    found = undeclared(connection, find_group(connection, str(group)), {arn.id for arn in there.values()})
    return {user.arn.id if user.username in there else user.username: user for user in found.values()}


def _is_gone(connection: Connection, state: RosterState) -> bool:
    """Whether the group is gone; what a group that is not `ACTIVE` does not show may still be there.

    Raises:
        ConnectError: nothing can be told of the agents now.
    """
    doing = Doing(f"reading the agents of traffic distribution group {state.group.id}", state.group.region)
    if shows_all(connection, state.group, doing):
        return False
    for instance in {arn.instance for arn in state.members.values()}:
        connection.directory.instance(instance)
    return True


def look_ahead(connection: Connection, props: Mapping[str, Any]) -> None:
    """Begin to read the users, if names are to be compared: the engine is busy with a large roster meanwhile."""
    group = props["traffic_distribution_group"]
    if known(props) and any(map(is_name, users_of(props).values())):
        connection.ahead(("users", group), lambda: _read_users(connection, group, props.get("source_region")))


def _read_users(connection: Connection, group: str, source_region: str | None) -> None:
    connection.directory.users(find_group(connection, group, source_region).instance).entries()


def moved_pins(connection: Connection, state: RosterState, props: Mapping[str, Any]) -> list[Moved]:
    """The names in a roster's inputs that mean something else than when it was last made."""
    connection.insist_on_account(state.group)
    names = {
        label: user
        for label, user in users_of(props).items()
        if label in state.members and known(user) and is_name(user)
    }
    moved: list[Moved] = []
    for instance in {arn.instance for arn in state.members.values()} if names else ():
        now = {user.username: user.arn for user in connection.directory.users(instance).entries().values()}
        others = [name for label, name in names.items() if now.get(name, state.members[label]) != state.members[label]]
        moved += [Moved(f"{name} was deleted and made again: it is another user now") for name in others]
    return moved


def is_same_group(connection: Connection, state: RosterState, spelled: str) -> bool:
    """Whether a name stands for the roster's group, as far as Connect can be asked."""
    groups = connection.directory.groups(state.group.region)
    return any(g.arn == state.group for g in groups.matching(lambda g: goes_by(g, spelled)))
