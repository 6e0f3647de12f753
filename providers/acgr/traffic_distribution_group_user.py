"""One agent on a traffic distribution group (statements A1 to A12).

Connect keeps this association in the source Region; it takes it once the group is `ACTIVE`.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any, TypedDict, final

import pulumi
from pulumi.dynamic import CheckResult, CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from acgr import _engine
from acgr._provider import DEADLINE, ConnectProvider, Key, Properties, Shape, known, misshapen, run, told
from acgr.arguments import GROUP, USER, as_inputs, identity
from acgr_connect import spelling
from acgr_connect.arns import Arn, is_arn, parse
from acgr_connect.connection import Connection
from acgr_connect.errors import ConnectError, Doing, NotFound
from acgr_connect.errors import told as sentence
from acgr_connect.groups import find_group, status_now
from acgr_connect.membership import find_user, join, leave, move
from acgr_connect.records import Group, User

if TYPE_CHECKING:
    from typing_extensions import NotRequired, Unpack


@dataclass(frozen=True)
class TrafficDistributionGroupUserArgs:
    """What is declared of one agent on a group.

    Attributes:
        traffic_distribution_group: the group's ARN; with `source_region` also its name, its id, or "default".
        user: the user's name, id or ARN in the source instance. Another user replaces the resource.
        source_region: the Region of the original instance. Needed only where the group is not given by ARN.
    """

    traffic_distribution_group: pulumi.Input[str]
    user: pulumi.Input[str]
    source_region: pulumi.Input[str] | None = None


class TrafficDistributionGroupUserArgsDict(TypedDict):
    """`TrafficDistributionGroupUserArgs` as a dictionary."""

    traffic_distribution_group: pulumi.Input[str]
    user: pulumi.Input[str]
    source_region: NotRequired[pulumi.Input[str] | None]


@final
class TrafficDistributionGroupUser(Resource, module="acgr", name="TrafficDistributionGroupUser"):
    """An agent's association with a traffic distribution group.

    Creating takes over an association that exists. Another group is changed in place: the agent joins the new one
    before leaving the old. Deleting disassociates the agent, unless something else in the program declares it.
    """

    traffic_distribution_group: pulumi.Output[str]
    user: pulumi.Output[str]
    source_region: pulumi.Output[str | None]
    user_arn: pulumi.Output[str]
    username: pulumi.Output[str]
    traffic_distribution_group_arn: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        args: TrafficDistributionGroupUserArgs | TrafficDistributionGroupUserArgsDict | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **inputs: Unpack[TrafficDistributionGroupUserArgsDict],
    ) -> None:
        props = as_inputs(TrafficDistributionGroupUserArgs, args, inputs)
        props["traffic_distribution_group"] = identity(props["traffic_distribution_group"], *GROUP)
        props["user"] = identity(props["user"], *USER)
        outputs = {"user_arn": None, "username": None, "traffic_distribution_group_arn": None}
        super().__init__(TrafficDistributionGroupUserProvider(), resource_name, {**props, **outputs}, opts)

    @staticmethod
    def get(
        resource_name: str,
        id: pulumi.Input[str],
        traffic_distribution_group: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> TrafficDistributionGroupUser:
        """An association that exists and that this program does not manage.

        Args:
            resource_name: the name in this program.
            id: the user's ARN.
            traffic_distribution_group: the group's ARN.
            opts: resource options.

        Raises:
            Exception: at run time, when the agent is not on the group.
        """
        merged = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id))
        group = traffic_distribution_group
        return TrafficDistributionGroupUser(resource_name, None, merged, traffic_distribution_group=group, user=id)


@dataclass(frozen=True)
class _State:
    group: Arn
    user: Arn
    username: str

    @classmethod
    def of(cls, props: Mapping[str, Any]) -> _State:
        group = parse(props["traffic_distribution_group_arn"], "traffic-distribution-group")
        return cls(group, parse(props["user_arn"], "agent"), props["username"])

    def outputs(self) -> Properties:
        return {
            "user_arn": str(self.user),
            "username": self.username,
            "traffic_distribution_group_arn": str(self.group),
        }

    def is_user(self, spelled: Any) -> bool:
        return spelled in {self.username, self.user.id, str(self.user)}

    def is_group(self, spelled: Any) -> bool:
        return spelled in {self.group.id, str(self.group)}


def _inputs(props: Mapping[str, Any]) -> Properties:
    names = ("traffic_distribution_group", "user", "source_region")
    return {name: props[name] for name in names if props.get(name) is not None}


def _keys(state: _State | None, *spelled: Mapping[str, Any]) -> set[Key]:
    """Every way to say which agent on which group."""
    groups = {s["traffic_distribution_group"] for s in spelled if known(s.get("traffic_distribution_group"))}
    users = {s["user"] for s in spelled if known(s.get("user"))}
    if state:
        groups, users = groups | {str(state.group)}, users | {state.username, state.user.id}
    plain = {parse(u).id if isinstance(u, str) and is_arn(u) else u for u in users}
    return {("membership", str(g), str(u)) for g, u in product(groups, plain)}


def _decide(olds: Mapping[str, Any], news: Mapping[str, Any]) -> DiffResult:
    """Pure: another user replaces, another group does not, another spelling of the same is nothing."""
    state, user, group = _State.of(olds), news.get("user"), news.get("traffic_distribution_group")
    same_user = user == olds.get("user") or state.is_user(user)
    same_group = group == olds.get("traffic_distribution_group") or state.is_group(group)
    if same_user and same_group:
        return DiffResult(changes=False)
    return DiffResult(changes=None, replaces=["user"] if known(user) and not same_user else [])


class TrafficDistributionGroupUserProvider(ConnectProvider):
    """Creates, reads, updates and deletes one agent's association."""

    def check(self, _olds: Properties, news: Properties) -> CheckResult:
        """The shapes of the inputs; nothing is looked up."""
        region = news.get("source_region")
        shapes: dict[str, Shape] = {"user": spelling.user, "source_region": spelling.region}
        if known(region):
            shapes["traffic_distribution_group"] = partial(spelling.group, source_region=region)
        run().declarations.note(_engine.urn(), _keys(None, news))
        return CheckResult(_inputs(news), misshapen(news, shapes, optional=["source_region"]))

    def diff(self, _id: str, olds: Properties, news: Properties) -> DiffResult:
        """What a change means."""
        decision = _decide(olds, news)
        if decision.changes is False:
            run().declarations.note(_engine.urn(), _keys(_State.of(olds), olds))
        return decision

    def create(self, props: Properties) -> CreateResult:
        """Associate the agent, or take over the association that is there."""
        with _telling("associating", props):
            group, user = _resolved(run().connection, props)
            within = _engine.timeout(DEADLINE)
            if not join(run().connection, group, user, within=within, progress=_engine.progress):
                _engine.say(f"{user.username} is on {group.name} already: taken over without a call")
        return CreateResult(str(user.arn), _outputs(props, group, user))

    def read(self, id_: str, props: Properties) -> ReadResult:
        """Whether the agent is on the group, from one sweep of the group's users."""
        with _telling("reading", props):
            if "user_arn" not in props or props["user_arn"] is None:
                return _got(run().connection, id_, props)
            return _refreshed(run().connection, id_, props)

    def update(self, _id: str, olds: Properties, news: Properties) -> UpdateResult:
        """Join the declared group, then leave the one before."""
        with _telling("associating", news):
            before = _State.of(olds)
            group, user = _resolved(run().connection, news)
            within = _engine.timeout(DEADLINE)
            if group.arn == before.group:
                join(run().connection, group, user, within=within, progress=_engine.progress)
            else:
                self._move(before, group, user, within)
        return UpdateResult(_outputs(news, group, user))

    def _move(self, before: _State, group: Group, user: User, within: float) -> None:
        heir = run().declarations.heir(_engine.urn(), _keys(before))
        if heir:
            join(run().connection, group, user, within=within, progress=_engine.progress)
            _engine.say(f"{user.username} stays on the group before as well: {heir} declares it")
        else:
            moved = move(run().connection, before.group, group, user, within=within, progress=_engine.progress)
            _engine.say(moved)

    def delete(self, _id: str, props: Properties) -> None:
        """Disassociate the agent, unless something else in the program declares the association."""
        state = _State.of(props)
        if heir := run().declarations.heir(_engine.urn(), _keys(state, props)):
            _engine.say(f"{state.username} stays on the traffic distribution group: {heir} declares it now")
            return
        with _telling("disassociating", props):
            leave(run().connection, state.group, state.user)


def _telling(doing: str, props: Mapping[str, Any]) -> AbstractContextManager[None]:
    group = props.get("traffic_distribution_group_arn") or props["traffic_distribution_group"]
    where = group if is_arn(group) else props.get("source_region")
    return told(f"{doing} agent {props.get('username') or props['user']}", where)


def _resolved(connection: Connection, props: Mapping[str, Any]) -> tuple[Group, User]:
    group = find_group(connection, props["traffic_distribution_group"], props.get("source_region"))
    return group, find_user(connection, group.instance, props["user"])


def _outputs(props: Mapping[str, Any], group: Group, user: User) -> Properties:
    state = _State(group.arn, user.arn, user.username)
    run().declarations.note(_engine.urn(), _keys(state, props), made=True)
    return {**_inputs(props), **state.outputs()}


def _got(connection: Connection, id_: str, props: Mapping[str, Any]) -> ReadResult:
    group, user = _resolved(connection, {**props, "user": id_})
    if connection.directory.members(group.arn).get(user.arn.id) is None:
        doing = Doing(f"reading agent {user.username} on traffic distribution group {group.name}", group.arn.region)
        raise sentence(NotFound, doing, "the agent is not on the group", "declare it instead of getting it")
    inputs = {**_inputs(props), "user": str(user.arn)}
    return ReadResult(str(user.arn), {**inputs, **_State(group.arn, user.arn, user.username).outputs()}, inputs)


def _refreshed(connection: Connection, id_: str, props: Mapping[str, Any]) -> ReadResult:
    state = _State.of(props)
    connection.insist_on_account(state.group)
    if not _is_there(connection, state):
        return ReadResult("", {})
    user = connection.directory.users(state.user.instance).get(state.user.id)
    now = _State(state.group, state.user, user.username if user else state.username)
    inputs = _inputs(props)
    if not (now.is_user(inputs["user"])):
        inputs["user"] = str(now.user)
    return ReadResult(id_, {**inputs, **now.outputs()}, inputs)


def _is_there(connection: Connection, state: _State) -> bool:
    """Absence is believed of a group that was seen to be `ACTIVE`, or to be gone from an instance that is there."""
    action = f"reading agent {state.username} on traffic distribution group {state.group.id}"
    try:
        if connection.directory.members(state.group).get(state.user.id) is not None:
            return True
        status = status_now(connection, state.group)
    except NotFound:
        status = status_now(connection, state.group)
    if status == "missing":
        connection.directory.instance(state.user.instance)
        return False
    if status != "ACTIVE":
        cause = f"the group is {status}, so what it does not show may still be there"
        raise sentence(ConnectError, Doing(action, state.group.region), cause, "refresh again when it is ACTIVE")
    return False
