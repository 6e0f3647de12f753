"""The stored state of an agent's association: what it is made of, and how it is read back."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from typing import Any

from pulumi.dynamic import ReadResult

from acgr import _engine
from acgr._provider import Key, Properties, known, run
from acgr_connect.arns import Arn, parse
from acgr_connect.connection import Connection
from acgr_connect.errors import Doing, NotFound
from acgr_connect.errors import told as sentence
from acgr_connect.groups import find_group, shows_all
from acgr_connect.membership import is_member
from acgr_connect.records import Group, User, last_part
from acgr_connect.users import find_user

INPUTS = ("traffic_distribution_group", "user", "source_region")
OUTPUTS = ("user_arn", "username", "traffic_distribution_group_arn")


@dataclass(frozen=True)
class MembershipState:
    """An agent's association as the stack stores it."""

    group: Arn
    user: Arn
    username: str

    @classmethod
    def of(cls, props: Mapping[str, Any]) -> MembershipState:
        """From outputs."""
        group = parse(props["traffic_distribution_group_arn"], "traffic-distribution-group")
        return cls(group, parse(props["user_arn"], "agent"), props["username"])

    def outputs(self) -> Properties:
        """As outputs."""
        return {
            "user_arn": str(self.user),
            "username": self.username,
            "traffic_distribution_group_arn": str(self.group),
        }

    def is_user(self, spelled: Any) -> bool:
        """Whether any spelling stands for this user."""
        return spelled in {self.username, self.user.id, str(self.user)}

    def is_group(self, spelled: Any) -> bool:
        """Whether an id or ARN stands for this group."""
        return spelled in {self.group.id, str(self.group)}


def inputs(props: Mapping[str, Any]) -> Properties:
    """The inputs among the properties."""
    return {name: props[name] for name in INPUTS if props.get(name) is not None}


def keys_of(state: MembershipState | None, *spelled: Mapping[str, Any]) -> set[Key]:
    """Every way to say which agent on which group."""
    groups = {s["traffic_distribution_group"] for s in spelled if known(s.get("traffic_distribution_group"))}
    users = {s["user"] for s in spelled if known(s.get("user"))}
    if state:
        groups, users = groups | {str(state.group)}, users | {state.username, state.user.id}
    return {("membership", str(g), last_part(str(u))) for g, u in product(groups, users)}


def resolved(connection: Connection, props: Mapping[str, Any]) -> tuple[Group, User]:
    """The group and the user that the inputs mean."""
    group = find_group(connection, props["traffic_distribution_group"], props.get("source_region"))
    return group, find_user(connection, group.instance, props["user"])


def outputs(props: Mapping[str, Any], group: Group, user: User) -> Properties:
    """Inputs and outputs after a create or update, which declares the association for this run."""
    state = MembershipState(group.arn, user.arn, user.username)
    run().declarations.note(_engine.urn(), keys_of(state, props), made=True)
    return {**inputs(props), **state.outputs()}


def read(connection: Connection, id_: str, props: Mapping[str, Any]) -> ReadResult:
    """The association as it is; an empty result where it is gone, an error where a `get()` finds none."""
    is_get = props.get("user_arn") is None
    return _got(connection, id_, props) if is_get else _refreshed(connection, props)


def _got(connection: Connection, id_: str, props: Mapping[str, Any]) -> ReadResult:
    group, user = resolved(connection, {**props, "user": id_})
    if not is_member(connection, group.arn, user.arn):
        doing = Doing(f"reading agent {user.username} on traffic distribution group {group.name}", group.arn.region)
        raise sentence(NotFound, doing, "the agent is not on the group", "declare it instead of getting it")
    return _found(MembershipState(group.arn, user.arn, user.username), {**inputs(props), "user": str(user.arn)})


def _refreshed(connection: Connection, props: Mapping[str, Any]) -> ReadResult:
    state = MembershipState.of(props)
    connection.insist_on_account(state.group)
    if not _is_there(connection, state):
        return ReadResult("", {})
    user = connection.directory.users(state.user.instance).get(state.user.id)
    now = MembershipState(state.group, state.user, user.username if user else state.username)
    declared = inputs(props)
    return _found(now, declared if now.is_user(declared["user"]) else {**declared, "user": str(now.user)})


def _found(state: MembershipState, found: Properties) -> ReadResult:
    return ReadResult(str(state.user), {**found, **state.outputs()}, found)


def _is_there(connection: Connection, state: MembershipState) -> bool:
    """Absence is believed of a group that was seen to be `ACTIVE`, or to be gone from an instance that is there."""
    with suppress(NotFound):
        if is_member(connection, state.group, state.user):
            return True
    action = f"reading agent {state.username} on traffic distribution group {state.group.id}"
    if not shows_all(connection, state.group, Doing(action, state.group.region)):
        connection.directory.instance(state.user.instance)
    return False
