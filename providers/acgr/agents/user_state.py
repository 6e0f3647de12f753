"""The stored state of an agent's association: what it is made of, and how it is read back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from pulumi.dynamic import DiffResult, ReadResult

from acgr.agents.memberships import member_keys, ways_to_write_group, written_group
from acgr.runtime.diffs import changed_inputs, changed_world, unchanged
from acgr.runtime.fields import PLAIN, StoredState, arn, arn_or_none, stored
from acgr.runtime.inputs import Properties, known
from acgr.runtime.name_checks import NameChanged, changed_group
from acgr.runtime.ownership import Key
from acgr_connect.agents.membership import is_member
from acgr_connect.agents.users import find_user
from acgr_connect.groups import find_group, shows_all
from acgr_connect.model.arns import Arn
from acgr_connect.model.errors import ErrorContext, NotFound
from acgr_connect.model.identifiers import identifier, is_name
from acgr_connect.model.records import Group, User
from acgr_connect.world.connection import Connection


@dataclass(frozen=True)
class MembershipState(StoredState):
    """An agent's association as the stack stores it."""

    user: Arn = field(
        metadata=stored("user_arn", arn("agent"), "ARN of the user in the source instance", tells=("user",), stays=True)
    )
    username: str = field(metadata=stored("username", PLAIN, "the user's name", tells=("user",), stays=True))
    group: Arn = field(
        metadata=stored(
            "traffic_distribution_group_arn",
            arn("traffic-distribution-group"),
            "ARN of the traffic distribution group",
            tells=("traffic_distribution_group",),
        )
    )
    also_on: Arn | None = field(
        default=None,
        metadata=stored(
            "also_on_arn",
            arn_or_none("traffic-distribution-group"),
            "ARN of the group before, where the agent may be still after a change that stopped half-way; else absent",
            added_later=True,
        ),
    )

    @property
    def groups(self) -> tuple[Arn, ...]:
        """The groups that the agent may be on by this resource."""
        return (self.group, *([self.also_on] if self.also_on else []))

    def is_user(self, written: Any) -> bool:
        """Whether any way to write it stands for this user."""
        return written in {self.username, self.user.id, str(self.user)}

    def is_group(self, written: Any) -> bool:
        """Whether an id or ARN stands for this group."""
        return written in {self.group.id, str(self.group)}


def decide(olds: Mapping[str, Any], news: Mapping[str, Any]) -> DiffResult:
    """Pure: another user replaces, another group does not, another way to write the same is nothing."""
    state, user, group = MembershipState.of(olds), news.get("user"), news.get("traffic_distribution_group")
    same_user = user == olds.get("user") or state.is_user(user)
    as_before = (group, news.get("source_region")) == (olds["traffic_distribution_group"], olds.get("source_region"))
    same_group = as_before or state.is_group(group)
    if same_user and same_group:
        return changed_world() if state.also_on else unchanged()
    return changed_inputs(["user"] if known(user) and not same_user else [])


def claimed_keys(state: MembershipState | None, props: Mapping[str, Any]) -> set[Key]:
    """The keys of the agent on the group, as the inputs write both and, where it is known, as the state has them."""
    groups = written_group(props) | (ways_to_write_group(state.group) if state else set())
    users = {str(user) for user in (props.get("user"),) if user and known(user)}
    return member_keys(groups, users | ({state.username, state.user.id} if state else set()))


def resolved(connection: Connection, props: Mapping[str, Any]) -> tuple[Group, User]:
    """The group and the user that the inputs mean. This is the border: what was written is read here."""
    group = identifier(props["traffic_distribution_group"], "traffic-distribution-group")
    found = find_group(connection, group, props.get("source_region"))
    return found, find_user(connection, found.instance, identifier(props["user"], "agent"))


def changed_identity(connection: Connection, state: MembershipState, props: Mapping[str, Any]) -> list[NameChanged]:
    """Whether the user's name stands for another user than when the agent was associated."""
    return list(_changed_user(connection, state, props["user"]))


def changed_names(connection: Connection, state: MembershipState, props: Mapping[str, Any]) -> list[NameChanged]:
    """Whether the group's name stands for another group than when the agent was associated."""
    return list(changed_group(connection, state.group, props["traffic_distribution_group"]))


def _changed_user(connection: Connection, state: MembershipState, written: Any) -> Iterator[NameChanged]:
    if known(written) and is_name(written):
        users = connection.directory.users(state.user.instance)
        if (meant := users.seen(state.user.id)) and meant.username == written:
            return  # asked by id: thousands of agents are not each compared with thousands of users
        found = users.matching(lambda u: u.username == written)
        if found and found[0].arn != state.user:
            yield NameChanged(f"{written} was deleted and made again: it is another user now", "user")


def read(connection: Connection, id_: str, declared: Properties, props: Mapping[str, Any]) -> ReadResult:
    """The association as it is; an empty result where it is gone, an error where a `get()` finds none.

    `declared` are the inputs among `props`; a `get()` has no others.
    """
    is_get = props.get("user_arn") is None
    return _got(connection, id_, declared) if is_get else _refreshed(connection, declared, props)


def _got(connection: Connection, id_: str, declared: Properties) -> ReadResult:
    group, user = resolved(connection, {**declared, "user": id_})
    if not is_member(connection, group.arn, user.arn):
        action = f"reading agent {user.username} on traffic distribution group {group.name}"
        context = ErrorContext(action, group.arn.region)
        raise context.error(NotFound, "the agent is not on the group", "declare it instead of getting it")
    return _found(MembershipState(user.arn, user.username, group.arn), {**declared, "user": str(user.arn)})


def _refreshed(connection: Connection, declared: Properties, props: Mapping[str, Any]) -> ReadResult:
    state = MembershipState.of(props)
    connection.require_account(state.group)
    on = [group for group in state.groups if _is_there(connection, state, group)]
    if not on:
        return ReadResult("", {})
    user = connection.directory.users(state.user.instance).get(state.user.id)
    now = MembershipState(state.user, user.username if user else state.username, *on)
    found = declared if now.is_user(declared["user"]) else {**declared, "user": str(now.user)}
    return _found(now, found if now.group == state.group else {**found, "traffic_distribution_group": str(now.group)})


def _found(state: MembershipState, found: Properties) -> ReadResult:
    return ReadResult(str(state.user), {**found, **state.outputs()}, found)


def _is_there(connection: Connection, state: MembershipState, group: Arn) -> bool:
    """Absence is believed of a group that was seen to be `ACTIVE`, or to be gone from an instance that is there."""
    with suppress(NotFound):
        if is_member(connection, group, state.user):
            return True
    action = f"reading agent {state.username} on traffic distribution group {group.id}"
    if not shows_all(connection, group, ErrorContext(action, group.region)):
        connection.directory.instance(state.user.instance)
    return False
