"""One agent on a traffic distribution group (statements A1 to A12).

Connect keeps this association in the source Region; it takes it once the group is `ACTIVE`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, final, overload

import pulumi
from pulumi.dynamic import CheckFailure, CheckResult, CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from acgr._engine import same_bytes
from acgr.agents import user_state
from acgr.agents.memberships import Leaving
from acgr.agents.roster_state import conflicting_declaration
from acgr.agents.user_state import MembershipState, changed_identity, changed_names, claimed_keys, decide, resolved
from acgr.arguments import GROUP, USER, Identity, as_inputs, identity, judged_id, known_id
from acgr.runtime.fields import keys_of, stored_input
from acgr.runtime.foreseen import Foreseen, problem
from acgr.runtime.inputs import Properties, Shape, given, invalid_inputs, known, region_in
from acgr.runtime.name_checks import with_name_checks
from acgr.runtime.preflight import ask
from acgr.runtime.program import require_own
from acgr.runtime.provider import ConnectProvider
from acgr.runtime.resource import PartialState, ResourceLogic
from acgr.runtime.run import Run
from acgr.runtime.secrets import with_secret_outputs
from acgr_connect.agents.membership import join, leave, move
from acgr_connect.agents.users import find_user
from acgr_connect.groups import find_group, short_name
from acgr_connect.model import identifiers
from acgr_connect.model.arns import Arn, ArnError, form_of, parse
from acgr_connect.model.errors import Conflict, ConnectError, ErrorContext, Unavailable
from acgr_connect.model.identifiers import identifier
from acgr_connect.model.operation import Operation
from acgr_connect.model.records import Group, User
from acgr_connect.scheduling.duration import Work
from acgr_connect.world.sweep import FRESH

if TYPE_CHECKING:
    from typing_extensions import NotRequired, Unpack

__all__ = [
    "TrafficDistributionGroupUser",
    "TrafficDistributionGroupUserArgs",
    "TrafficDistributionGroupUserArgsDict",
    "TrafficDistributionGroupUserProvider",
]


@dataclass(frozen=True)
class TrafficDistributionGroupUserArgs:
    """What is declared of one agent on a group.

    Attributes:
        traffic_distribution_group: the group's ARN; with `source_region` also its name, its id, or "default".
        user: the user's name, id or ARN in the source instance. Another user replaces the resource.
        source_region: the Region of the original instance. Needed only where the group is not given by ARN.
    """

    traffic_distribution_group: Identity = field(
        metadata=stored_input("ARN, or with `source_region` a name, an id or `default`")
    )
    user: Identity = field(metadata=stored_input("name, id or ARN"))
    source_region: pulumi.Input[str] | None = field(
        default=None, metadata=stored_input("Region of the original instance")
    )


class TrafficDistributionGroupUserArgsDict(TypedDict):
    """`TrafficDistributionGroupUserArgs` as a dictionary."""

    traffic_distribution_group: Identity
    """The group's ARN; with `source_region` also its name, its id, or "default"."""
    user: Identity
    """The user's name, id or ARN in the source instance. Another user replaces the resource."""
    source_region: NotRequired[pulumi.Input[str] | None]
    """The Region of the original instance. Needed only where the group is not given by ARN."""


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
    also_on_arn: pulumi.Output[str | None]

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
    ) -> None:
        """What is declared of one agent on a group.

        Args:
            resource_name: the name in this program.
            args: None: here the arguments are keywords.
            opts: resource options.
            traffic_distribution_group: the group's ARN; with `source_region` also its name, its id, or "default".
            user: the user's name, id or ARN in the source instance. Another user replaces the resource.
            source_region: the Region of the original instance. Needed only where the group is not given by ARN.
        """

    def __init__(
        self,
        resource_name: str,
        args: TrafficDistributionGroupUserArgs | TrafficDistributionGroupUserArgsDict | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **inputs: Any,
    ) -> None:
        require_own(f'TrafficDistributionGroupUser "{resource_name}"', opts)
        props = as_inputs(TrafficDistributionGroupUserArgs, args, inputs, name=resource_name)
        props["traffic_distribution_group"] = identity(props["traffic_distribution_group"], *GROUP)
        props["user"] = identity(props["user"], *USER)
        props, opts = with_secret_outputs(MembershipState, props, opts)
        outputs = dict.fromkeys(keys_of(MembershipState))
        with same_bytes():
            super().__init__(TrafficDistributionGroupUserProvider(), resource_name, {**props, **outputs}, opts)
        ask(self)

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
        whose = f'TrafficDistributionGroupUser.get("{resource_name}")'
        id = judged_id(whose, id, identifiers.user)
        group = known_id(
            whose, traffic_distribution_group, "traffic-distribution-group", what="traffic_distribution_group"
        )
        merged = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id))
        return TrafficDistributionGroupUser(resource_name, None, merged, traffic_distribution_group=group, user=id)


class UserLogic(ResourceLogic):
    """Creates, reads, updates and deletes one agent's association."""

    args = TrafficDistributionGroupUserArgs
    state = MembershipState
    goes_by_others = True

    def context(self, step: str, props: Mapping[str, Any]) -> ErrorContext:
        """What a step does, and to which agent."""
        verb = {"read": "reading", "delete": "disassociating"}.get(step, "associating")
        group = props.get("traffic_distribution_group_arn") or props["traffic_distribution_group"]
        region = region_in(group, props.get("source_region"))
        return ErrorContext(f"{verb} agent {props.get('username') or props['user']}", region)

    def whose(self, olds: Mapping[str, Any]) -> Arn:
        """The user."""
        return MembershipState.of(olds).user

    def check(self, operation: Operation, run: Run, _olds: Properties, news: Properties) -> CheckResult:
        """The shapes of the inputs; nothing is looked up."""
        region = news.get("source_region")
        shapes: dict[str, Shape] = {"user": identifiers.user, "source_region": identifiers.region}
        if known(region):
            shapes["traffic_distribution_group"] = partial(identifiers.group, source_region=region)
        run.ownership.claim(operation.urn, claimed_keys(None, news))
        failures = invalid_inputs(news, shapes, optional=["source_region"])
        if not failures and (conflict := conflicting_declaration(operation, run, None, news)):
            failures.append(CheckFailure("", conflict))
        return CheckResult(given(TrafficDistributionGroupUserArgs, news), failures)

    def diff(self, operation: Operation, run: Run, olds: Properties, news: Properties) -> DiffResult:
        """What a change means."""
        decision, state = decide(olds, news), MembershipState.of(olds)
        run.members.setdefault(str(state.group), set()).add(state.user.id)
        if decision.changes is False and operation.urn in run.checked:
            run.ownership.claim(operation.urn, claimed_keys(state, olds))
        identity = partial(changed_identity, state=state, props=news)
        names = partial(changed_names, state=state, props=news)
        return with_name_checks(decision, operation, run, identity=identity, names=names)

    def foresee(self, _operation: Operation, run: Run, olds: Properties, news: Properties) -> Foreseen:
        """Whether the group and the user are there. Who is on the group is not read: ten users a request."""
        written, name = news["traffic_distribution_group"], news["user"]
        if not (known(written) and known(name)):
            return Foreseen()
        try:
            group = find_group(
                run.connection,
                identifier(written, "traffic-distribution-group"),
                news.get("source_region"),
                believing=FRESH,
            )
        except ConnectError as error:
            return problem(error, written)
        try:
            user = find_user(run.connection, group.instance, identifier(name, "agent"))
        except ConnectError as error:
            return problem(error, name)
        outputs = MembershipState(user.arn, user.username, group.arn).outputs()
        if not olds:
            is_there = user.arn.id in run.members.get(str(group.arn), ())
            already, if_not = "is on {0} already: taken over as it is", "is to be on {0}: joins unless on it already"
            said = f"{user.username} {(already if is_there else if_not).format(group.name)}"
            return Foreseen(
                (said,),
                (),
                Work(joins=int(not is_there)),
                region=group.arn.region,
                unsure=int(not is_there),
                outputs=outputs,
            )
        if (before := MembershipState.of(olds).group) == group.arn:
            return Foreseen(work=Work(joins=1), region=group.arn.region, outputs=outputs)
        said = f"{user.username} moves from {short_name(run.connection, before)} to {group.name}"
        return Foreseen((said,), work=Work(joins=1, leaves=1), region=group.arn.region, outputs=outputs)

    def create(self, operation: Operation, run: Run, props: Properties) -> CreateResult:
        """Associate the agent, or take over the association that is there."""
        group, user = resolved(run.connection, props)
        outputs = self._outputs(operation, run, props, group, user)
        try:
            if not join(run.connection, group, user, operation):
                operation.say(f"{user.username} is on {group.name} already: taken over without a call")
        except Unavailable as error:  # the request may have been carried out
            inputs = given(TrafficDistributionGroupUserArgs, props)
            raise PartialState(str(error), str(user.arn), outputs, inputs) from error
        return CreateResult(str(user.arn), outputs)

    def read(self, _operation: Operation, run: Run, id_: str, props: Properties) -> ReadResult:
        """Whether the agent is on the group, from one sweep of the group's users."""
        return user_state.read(
            run.connection, id_.partition("#")[0], given(TrafficDistributionGroupUserArgs, props), props
        )

    def asked_by_id(self, id_: str) -> Properties:
        """The agent and the group: an agent may be on several."""
        user, separator, group = id_.partition("#")
        if not separator:
            form = f"{form_of('agent')}#{form_of('traffic-distribution-group')}"
            said = f"{id_!r} is not the ARN of a user, '#', and the ARN of the traffic distribution group"
            raise ArnError(f"{said}: {form}")
        found = parse(group, "traffic-distribution-group")
        return {"traffic_distribution_group": str(found), "user": str(parse(user, "agent"))}

    def update(self, operation: Operation, run: Run, olds: Properties, news: Properties) -> UpdateResult:
        """Join the declared group, then leave the one before."""
        before = MembershipState.of(olds)
        group, user = resolved(run.connection, news)
        if user.arn != before.user:
            action = f"associating agent {user.username}"
            cause = f"the state has {before.user}, and that name is another user, {user.arn}, now"
            raise ErrorContext(action, group.arn.region).error(Conflict, cause, "run again: it is replaced")
        outputs = self._outputs(operation, run, news, group, user)
        others = [other for other in before.groups if other != group.arn]
        if not others:
            join(run.connection, group, user, operation)
            return UpdateResult(outputs)
        try:
            for other in others:
                self._move(operation, run, other, group, user)
        except ConnectError as error:
            # The agent may be on either group, or on neither: the next run sees to both, whatever it declares.
            left = {**outputs, **MembershipState(user.arn, user.username, group.arn, others[0]).outputs()}
            inputs = given(TrafficDistributionGroupUserArgs, news)
            raise PartialState(str(error), str(user.arn), left, inputs) from error
        return UpdateResult(outputs)

    def _move(self, operation: Operation, run: Run, before: Arn, group: Group, user: User) -> None:
        leaving = Leaving(run, operation.urn, before, f"disassociating agent {user.username}")
        with leaving.removal(user.arn) as owner:
            if owner is None:
                operation.say(move(run.connection, before, group, user, operation))
                return
        join(run.connection, group, user, operation)
        operation.say(f"{user.username} stays on the group before as well: {owner} declares it")

    def delete(self, operation: Operation, run: Run, props: Properties) -> None:
        """Disassociate the agent, unless something else in the program declares the association."""
        state = MembershipState.of(props)
        for group in state.groups:
            if owner := self._left(operation, run, state, group):
                operation.say(f"{state.username} stays on the traffic distribution group: {owner} declares it now")

    def _left(self, operation: Operation, run: Run, state: MembershipState, group: Arn) -> str | None:
        """Disassociate the agent, unless the answer names the resource that declares it."""
        leaving = Leaving(run, operation.urn, group, f"disassociating agent {state.username}", is_delete=True)
        with leaving.removal(state.user) as owner:
            if owner is None:
                leave(run.connection, group, state.user, operation)
            return owner

    def _outputs(self, operation: Operation, run: Run, props: Properties, group: Group, user: User) -> Properties:
        """Inputs and outputs, and the association is declared for this run: nobody else takes it away from now on."""
        state = MembershipState(user.arn, user.username, group.arn)
        keys = claimed_keys(state, props)
        run.ownership.claim(operation.urn, keys, made=True)
        run.ownership.await_removals(keys)
        return {**given(TrafficDistributionGroupUserArgs, props), **state.outputs()}


class TrafficDistributionGroupUserProvider(ConnectProvider):
    """Creates, reads, updates and deletes one agent's association."""

    logic = UserLogic()
