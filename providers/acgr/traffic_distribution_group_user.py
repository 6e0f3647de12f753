"""One agent on a traffic distribution group (statements A1 to A12).

Connect keeps this association in the source Region; it takes it once the group is `ACTIVE`.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, final, overload

import pulumi
from pulumi.dynamic import CheckFailure, CheckResult, CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from acgr import _engine, _membership
from acgr._membership import MembershipState, keys_of
from acgr._pins import of_membership
from acgr._provider import (
    DEADLINE,
    ConnectProvider,
    Properties,
    Shape,
    known,
    misshapen,
    note_check,
    run,
    told,
    with_pins,
)
from acgr._roster import rivalry
from acgr.arguments import GROUP, USER, Identity, as_inputs, identity
from acgr_connect import spelling
from acgr_connect.arns import is_arn
from acgr_connect.membership import join, leave, move
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

    traffic_distribution_group: Identity
    user: Identity
    source_region: pulumi.Input[str] | None = None


class TrafficDistributionGroupUserArgsDict(TypedDict):
    """`TrafficDistributionGroupUserArgs` as a dictionary."""

    traffic_distribution_group: Identity
    user: Identity
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

    @overload
    def __init__(
        self,
        resource_name: str,
        args: TrafficDistributionGroupUserArgs | TrafficDistributionGroupUserArgsDict,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self,
        resource_name: str,
        args: None = None,
        opts: pulumi.ResourceOptions | None = None,
        **inputs: Unpack[TrafficDistributionGroupUserArgsDict],
    ) -> None: ...

    def __init__(
        self,
        resource_name: str,
        args: TrafficDistributionGroupUserArgs | TrafficDistributionGroupUserArgsDict | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **inputs: Any,
    ) -> None:
        props = as_inputs(TrafficDistributionGroupUserArgs, args, inputs)
        props["traffic_distribution_group"] = identity(props["traffic_distribution_group"], *GROUP)
        props["user"] = identity(props["user"], *USER)
        outputs = dict.fromkeys(_membership.OUTPUTS)
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


def _decide(olds: Mapping[str, Any], news: Mapping[str, Any]) -> DiffResult:
    """Pure: another user replaces, another group does not, another spelling of the same is nothing."""
    state, user, group = MembershipState.of(olds), news.get("user"), news.get("traffic_distribution_group")
    same_user = user == olds.get("user") or state.is_user(user)
    as_before = (group, news.get("source_region")) == (olds["traffic_distribution_group"], olds.get("source_region"))
    same_group = as_before or state.is_group(group)
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
        note_check()
        run().declarations.note(_engine.urn(), keys_of(None, news))
        failures = misshapen(news, shapes, optional=["source_region"])
        if not failures and (rival := rivalry(None, news)):
            failures.append(CheckFailure("", rival))
        return CheckResult(_membership.inputs(news), failures)

    def diff(self, _id: str, olds: Properties, news: Properties) -> DiffResult:
        """What a change means."""
        decision = _decide(olds, news)
        if decision.changes is not False:
            return decision
        state = MembershipState.of(olds)
        run().declarations.note(_engine.urn(), keys_of(state, olds))
        return with_pins(decision, partial(of_membership, state=state, props=news))

    def create(self, props: Properties) -> CreateResult:
        """Associate the agent, or take over the association that is there."""
        with _telling("associating", props):
            group, user = _membership.resolved(run().connection, props)
            within = _engine.timeout(DEADLINE)
            if not join(run().connection, group, user, within=within, progress=_engine.progress):
                _engine.say(f"{user.username} is on {group.name} already: taken over without a call")
        return CreateResult(str(user.arn), _membership.outputs(props, group, user))

    def read(self, id_: str, props: Properties) -> ReadResult:
        """Whether the agent is on the group, from one sweep of the group's users."""
        with _telling("reading", props):
            return _membership.read(run().connection, id_, props)

    def update(self, _id: str, olds: Properties, news: Properties) -> UpdateResult:
        """Join the declared group, then leave the one before."""
        with _telling("associating", news):
            before = MembershipState.of(olds)
            run().connection.insist_on_account(before.user)
            group, user = _membership.resolved(run().connection, news)
            within = _engine.timeout(DEADLINE)
            if group.arn == before.group:
                join(run().connection, group, user, within=within, progress=_engine.progress)
            else:
                self._move(before, group, user, within)
        return UpdateResult(_membership.outputs(news, group, user))

    def _move(self, before: MembershipState, group: Group, user: User, within: float) -> None:
        heir = run().declarations.heir(_engine.urn(), keys_of(before))
        if heir:
            join(run().connection, group, user, within=within, progress=_engine.progress)
            _engine.say(f"{user.username} stays on the group before as well: {heir} declares it")
        else:
            moved = move(run().connection, before.group, group, user, within=within, progress=_engine.progress)
            _engine.say(moved)

    def delete(self, _id: str, props: Properties) -> None:
        """Disassociate the agent, unless something else in the program declares the association."""
        state = MembershipState.of(props)
        if heir := run().declarations.heir(_engine.urn(), keys_of(state, props)):
            _engine.say(f"{state.username} stays on the traffic distribution group: {heir} declares it now")
            return
        with _telling("disassociating", props):
            leave(run().connection, state.group, state.user)


def _telling(doing: str, props: Mapping[str, Any]) -> AbstractContextManager[None]:
    group = props.get("traffic_distribution_group_arn") or props["traffic_distribution_group"]
    where = group if is_arn(group) else props.get("source_region")
    return told(f"{doing} agent {props.get('username') or props['user']}", where)
