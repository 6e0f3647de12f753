"""Many agents on a traffic distribution group (statements A1 to A12), as one resource.

A thousand agents are one row of a preview and one entry of the state; a change of three reads in three lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, final, overload

import pulumi
from pulumi.dynamic import CheckResult, CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from acgr._engine import same_bytes
from acgr.agents import roster_state
from acgr.agents.memberships import Leaving, member_keys, ways_to_write_group
from acgr.agents.roster_changes import as_recorded, between
from acgr.agents.roster_checks import failures
from acgr.agents.roster_state import (
    RosterState,
    are_known,
    changed_identity,
    changed_names,
    claim,
    conflicting_declaration,
    decide,
    desired_of,
    is_same_group,
    known_roster,
    prefetch_users,
    successors_allowance,
    users_of,
)
from acgr.arguments import GROUP, Identity, as_inputs, by_label, identity, known_id
from acgr.runtime.fields import keys_of, stored_input
from acgr.runtime.foreseen import Foreseen, Problem, problem
from acgr.runtime.inputs import Properties, given, known, region_in
from acgr.runtime.name_checks import spend, with_name_checks
from acgr.runtime.preflight import ask
from acgr.runtime.program import require_own
from acgr.runtime.provider import ConnectProvider
from acgr.runtime.resource import PartialState, ResourceLogic
from acgr.runtime.run import Run
from acgr.runtime.secrets import with_secret_outputs
from acgr_connect.agents.roster_plan import Finished, RosterPlan, carried_out, dissolved, few, planned
from acgr_connect.agents.users import find_users
from acgr_connect.groups import find_group, short_name
from acgr_connect.model.arns import Arn, is_arn, parse
from acgr_connect.model.errors import Conflict, ConnectError, ErrorContext, Refused, failure
from acgr_connect.model.identifiers import Name, identifier
from acgr_connect.model.operation import DEFAULT_TIMEOUT, Operation
from acgr_connect.model.records import Group
from acgr_connect.scheduling.duration import Work
from acgr_connect.world.connection import Connection
from acgr_connect.world.sweep import FRESH

if TYPE_CHECKING:
    from typing_extensions import NotRequired, Unpack

__all__ = [
    "TrafficDistributionGroupRoster",
    "TrafficDistributionGroupRosterArgs",
    "TrafficDistributionGroupRosterArgsDict",
    "TrafficDistributionGroupRosterProvider",
]


@dataclass(frozen=True)
class TrafficDistributionGroupRosterArgs:
    """What is declared of the agents on a group.

    Attributes:
        traffic_distribution_group: the group's ARN; with `source_region` also its name, its id, or "default". Another
            group replaces the resource.
        users: users of the source instance by name, id or ARN; or a mapping of plain labels to users where they are not
            known yet. In a list, what is written is the label.
        authoritative: whether agents on the group that are not declared are removed. Those that are on it when the
            roster is created stay until the next run, so that a preview shows them first. Refused beside anything else
            that declares agents of the same group.
        max_removals: how many agents one update may remove: a number, or a percentage of those there are, which allows
            at least one. "10%" unless given. A destroy is not guarded.
        source_region: the Region of the original instance. Needed only where the group is not given by ARN.
    """

    traffic_distribution_group: Identity = field(
        metadata=stored_input("ARN, or with `source_region` a name, an id or `default`")
    )
    users: Sequence[str] | Mapping[str, Identity] = field(
        metadata=stored_input(
            "mapping, label to the name, id or ARN of a user; a list is stored with each entry as its own label"
        )
    )
    authoritative: pulumi.Input[bool] | None = field(
        default=None, metadata=stored_input("whether agents on the group that are not declared are removed")
    )
    max_removals: pulumi.Input[int | str] | None = field(
        default=None,
        metadata=stored_input("how many agents one update may remove: a number, or a percentage such as `10%`"),
    )
    source_region: pulumi.Input[str] | None = field(
        default=None, metadata=stored_input("Region of the original instance")
    )


class TrafficDistributionGroupRosterArgsDict(TypedDict):
    """`TrafficDistributionGroupRosterArgs` as a dictionary."""

    traffic_distribution_group: Identity
    """The group's ARN; with `source_region` also its name, its id, or "default". Another group replaces the resource.
    """
    users: Sequence[str] | Mapping[str, Identity]
    """Users of the source instance by name, id or ARN; or a mapping of plain labels to users where they are not known
    yet. In a list, what is written is the label."""
    authoritative: NotRequired[pulumi.Input[bool] | None]
    """Whether agents on the group that are not declared are removed. Those that are on it when the roster is created
    stay until the next run, so that a preview shows them first. Refused beside anything else that declares agents of
    the same group."""
    max_removals: NotRequired[pulumi.Input[int | str] | None]
    """How many agents one update may remove: a number, or a percentage of those there are, which allows at least one.
    "10%" unless given. A destroy is not guarded."""
    source_region: NotRequired[pulumi.Input[str] | None]
    """The Region of the original instance. Needed only where the group is not given by ARN."""


@final
class TrafficDistributionGroupRoster(Resource, module="acgr", name="TrafficDistributionGroupRoster"):
    """The agents on a traffic distribution group, declared together.

    Whoever is declared is on the group, and is taken off it once declared no more; others are not touched, unless the
    roster is authoritative. Creating takes over whoever is there. An agent who cannot be associated is an entry of
    `failed`: the others are associated all the same, the run ends in an error, and the next one tries again.

    Attributes:
        members: by label, the ARNs of the agents on the group.
        failed: by label, why an agent is not as declared.
        undeclared: labels among `members` whom nobody declared: an authoritative roster's next update removes them.
        traffic_distribution_group_arn: the group's ARN.
    """

    traffic_distribution_group: pulumi.Output[str]
    users: pulumi.Output[dict[str, str]]
    authoritative: pulumi.Output[bool | None]
    max_removals: pulumi.Output[int | str | None]
    source_region: pulumi.Output[str | None]
    members: pulumi.Output[dict[str, str]]
    failed: pulumi.Output[dict[str, str]]
    undeclared: pulumi.Output[list[str]]
    traffic_distribution_group_arn: pulumi.Output[str]

    @overload
    def __init__(
        self,
        resource_name: str,
        args: TrafficDistributionGroupRosterArgs | TrafficDistributionGroupRosterArgsDict,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self,
        resource_name: str,
        args: None = None,
        opts: pulumi.ResourceOptions | None = None,
        **inputs: Unpack[TrafficDistributionGroupRosterArgsDict],
    ) -> None:
        """What is declared of the agents on a group.

        Args:
            resource_name: the name in this program.
            args: None: here the arguments are keywords.
            opts: resource options.
            traffic_distribution_group: the group's ARN; with `source_region` also its name, its id, or "default".
                Another group replaces the resource.
            users: users of the source instance by name, id or ARN; or a mapping of plain labels to users where they are
                not known yet. In a list, what is written is the label.
            authoritative: whether agents on the group that are not declared are removed. Those that are on it when the
                roster is created stay until the next run, so that a preview shows them first. Refused beside anything
                else that declares agents of the same group.
            max_removals: how many agents one update may remove: a number, or a percentage of those there are, which
                allows at least one. "10%" unless given. A destroy is not guarded.
            source_region: the Region of the original instance. Needed only where the group is not given by ARN.
        """

    def __init__(
        self,
        resource_name: str,
        args: TrafficDistributionGroupRosterArgs | TrafficDistributionGroupRosterArgsDict | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **inputs: Any,
    ) -> None:
        require_own(f'TrafficDistributionGroupRoster "{resource_name}"', opts)
        props = as_inputs(TrafficDistributionGroupRosterArgs, args, inputs, name=resource_name)
        props["traffic_distribution_group"] = identity(props["traffic_distribution_group"], *GROUP)
        props["users"] = by_label(props["users"])
        props, opts = with_secret_outputs(RosterState, props, opts)
        outputs = dict.fromkeys(keys_of(RosterState))
        with same_bytes():
            super().__init__(TrafficDistributionGroupRosterProvider(), resource_name, {**props, **outputs}, opts)
        ask(self)

    @staticmethod
    def get(
        resource_name: str, id: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None
    ) -> TrafficDistributionGroupRoster:
        """All agents on a group, by user name, whom this program does not manage.

        Args:
            resource_name: the name in this program.
            id: the group's ARN.
            opts: resource options.

        Raises:
            Exception: at run time, when there is no such group.
        """
        id = known_id(f'TrafficDistributionGroupRoster.get("{resource_name}")', id, "traffic-distribution-group")
        merged = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id))
        return TrafficDistributionGroupRoster(resource_name, None, merged, traffic_distribution_group=id, users={})


class RosterLogic(ResourceLogic):
    """Creates, reads, updates and deletes the agents of one roster."""

    args = TrafficDistributionGroupRosterArgs
    state = RosterState
    goes_by_others = True

    def context(self, step: str, props: Mapping[str, Any]) -> ErrorContext:
        """What a step does, and to whose agents."""
        verb = {"create": "associating", "read": "reading", "update": "changing", "delete": "disassociating"}[step]
        written = props.get("traffic_distribution_group") or props.get("id") or ""
        group = props.get("traffic_distribution_group_arn") or written
        region = region_in(group, props.get("source_region"))
        return ErrorContext(f"{verb} the agents of traffic distribution group {group}", region)

    def whose(self, olds: Mapping[str, Any]) -> Arn:
        """The traffic distribution group."""
        return RosterState.of(olds).group

    def default_timeout(self, run: Run, *props: Mapping[str, Any]) -> float:
        """A large roster takes as long as the request rate makes it take, twice over."""
        agents = sum(max(len(users_of(one)), len(one.get("members") or ())) for one in props)
        return DEFAULT_TIMEOUT + 2 * agents / run.settings.rate.per_second

    def check(self, operation: Operation, run: Run, olds: Properties, news: Properties) -> CheckResult:
        """The shapes of the inputs, and whether too many would be removed; nothing that is looked up is waited for."""
        claim(operation, run, None, news)
        inputs = given(TrafficDistributionGroupRosterArgs, news)
        if (failed := failures(operation, run, olds, news)) or not (olds and operation.urn):
            return CheckResult(inputs, failed)
        prefetch_users(run.connection, news)
        return CheckResult(inputs, [])

    def diff(self, operation: Operation, run: Run, olds: Properties, news: Properties) -> DiffResult:
        """What a change means, and a line that says who joins and who leaves."""
        state = RosterState.of(olds)
        decision = decide(olds, news)
        if decision.replaces and self._is_same_group(operation, run, state, news):
            decision = decide(olds, news, is_group=True)
        if not decision.replaces and operation.urn in run.checked:
            claim(operation, run, state, news)
        identity = partial(changed_identity, state=state, props=news)
        names = partial(changed_names, state=state, props=news)
        decision = with_name_checks(decision, operation, run, identity=identity, names=names)
        if decision.replaces:
            run.replaced[operation.urn] = olds
        run.members.setdefault(str(state.group), set()).update(member.id for member in state.members.values())
        before = as_recorded(users_of(olds), state.going_by(news))
        if decision.changes is not False and (said := str(between(before, users_of(news), users_of(olds)))):
            operation.say(said if operation.urn in run.checked else f"to be as declared: {said}")
        return decision

    def _is_same_group(self, operation: Operation, run: Run, state: RosterState, news: Properties) -> bool:
        written, same = news["traffic_distribution_group"], []

        def look(connection: Connection) -> list[Any]:
            same.append(is_same_group(connection, state, written))
            return []

        if not is_arn(written) and news.get("source_region") in {None, state.group.region}:
            spend(operation, run, look)
        return any(same)

    def foresee(self, operation: Operation, run: Run, olds: Properties, news: Properties) -> Foreseen:
        """Whether the group and the users are there, and how many join and leave.

        Who is on the group of a new roster is not read: ten users a request. All of its users count as joining.
        """
        written, connection = news["traffic_distribution_group"], run.connection
        if not known(written):
            return Foreseen()
        try:
            group = find_group(
                connection,
                identifier(written, "traffic-distribution-group"),
                news.get("source_region"),
                believing=FRESH,
            )
        except ConnectError as error:
            return problem(error, written)
        if not are_known(news):
            return Foreseen(outputs={"traffic_distribution_group_arn": str(group.arn)})
        users = {label: identifier(user, "agent") for label, user in users_of(news).items() if known(user)}
        found, failed = find_users(connection, group.instance, users)
        problems = [
            Problem(f'users["{label}"]: {cause}', not isinstance(users[label], Name)) for label, cause in failed.items()
        ]
        if not olds:
            there = sum(user.arn.id in run.members.get(str(group.arn), ()) for user in found.values())
            joining = len(users_of(news)) - len(failed) - there
            leaving, place = self._left_behind(operation, run, group)
            said = [_to_be_on(group.name, joining, there) if joining + there else ""]
            if leaving and leaving == {user.arn.id for user in found.values()}:
                verb = "agent moves" if len(leaving) == 1 else "agents move"
                said = [f"{len(leaving):,} {verb} from {place} to {group.name}"]
            elif leaving:
                said.append(f"{len(leaving):,} {'agent leaves' if len(leaving) == 1 else 'agents leave'} {place}")
            work, lines = Work(joins=joining, leaves=len(leaving)), tuple(filter(None, said))
            outputs = _outputs_of_new(group, {label: user.arn for label, user in found.items()}, news)
            return Foreseen(
                lines, tuple(_few(problems)), work, region=group.arn.region, unsure=joining, outputs=outputs
            )
        state = RosterState.of(olds)
        before = as_recorded(users_of(olds), state.going_by(news))
        changes = between(before, users_of(news), users_of(olds))
        unknown = sum(label not in before for label in failed)  # who was deleted does not join, and is not new either
        staying = self._declared_elsewhere(operation, run, state, changes.leaving)
        work = Work(joins=len(changes.added) - unknown, leaves=len(changes.removed) - sum(map(len, staying.values())))
        said = [_staying(group.name, owner, names) for owner, names in sorted(staying.items())]
        return Foreseen(tuple(said), tuple(_few(problems)), work, region=group.arn.region)

    def _left_behind(self, operation: Operation, run: Run, group: Group) -> tuple[set[str], str]:
        """The ids of those who leave the group of the roster that this one replaces, and what that is called."""
        olds = run.replaced.get(operation.urn)
        if olds is None or (state := RosterState.of(olds)).group == group.arn:
            return set(), ""
        if not run.connection.directory.group(state.group).get(state.group.id):
            return set(), ""  # it is gone, and nobody is on it
        elsewhere = self._declared_elsewhere(operation, run, state, tuple(state.members))
        staying = {label for labels in elsewhere.values() for label in labels}
        leaving = {member.id for label, member in state.members.items() if label not in staying}
        return leaving, short_name(run.connection, state.group)

    def _declared_elsewhere(
        self, operation: Operation, run: Run, state: RosterState, labels: Sequence[str]
    ) -> dict[str, list[str]]:
        """Of agents whom the roster lets go of, those who stay: by the resource that declares them, their labels."""
        leaving = Leaving(run, operation.urn, state.group, "looking who leaves")
        found: dict[str, list[str]] = {}
        for label in labels:
            if owner := leaving.other_owner(state.members[label]):
                found.setdefault(owner, []).append(label)
        return found

    def create(self, operation: Operation, run: Run, props: Properties) -> CreateResult:
        """Associate whoever is not on the group, and take over whoever is."""
        finished = self._brought_about(operation, run, props, None)
        return CreateResult(str(finished.observed.group), self._outputs(operation, run, props, finished))

    def read(self, operation: Operation, run: Run, id_: str, props: Properties) -> ReadResult:
        """Who is on the group, from one sweep of its users."""
        found = roster_state.read(run.connection, id_, given(TrafficDistributionGroupRosterArgs, props), props)
        if said := roster_state.drift(props, found.outs or {}):
            operation.say(said)
        return found

    def asked_by_id(self, id_: str) -> Properties:
        """The group, by its ARN."""
        return {"traffic_distribution_group": str(parse(id_, "traffic-distribution-group")), "users": {}}

    def update(self, operation: Operation, run: Run, olds: Properties, news: Properties) -> UpdateResult:
        """Associate who joins, then disassociate who leaves."""
        finished = self._brought_about(operation, run, news, olds)
        return UpdateResult(self._outputs(operation, run, news, finished))

    def delete(self, operation: Operation, run: Run, props: Properties) -> None:
        """Disassociate whom the roster declared, unless something else in the program declares them; nobody else."""
        known = known_roster(operation, run, props, is_delete=True)
        succeeded = successors_allowance(operation, run, RosterState.of(props))
        allowed = succeeded or desired_of(props).max_removals
        finished = dissolved(run.connection, known, allowed, operation, has_successor=succeeded is not None)
        self._say(operation, finished)
        if finished.trouble:
            raise failure(finished.trouble)

    def _brought_about(self, operation: Operation, run: Run, props: Properties, olds: Properties | None) -> Finished:
        """Do it, and leave partial state behind where something of it failed."""
        desired, before = desired_of(props), known_roster(operation, run, olds) if olds else None
        plan = planned(run.connection, desired, before)
        if before and before.observed.group != plan.group.arn:
            cause = f"the state has {before.observed.group}, and that name is another group, {plan.group.arn}, now"
            raise plan.context.error(Conflict, cause, "run again: the roster is replaced")
        if conflict := conflicting_declaration(operation, run, plan.group.arn, props):
            raise plan.context.error(Refused, conflict)
        self._claim_resolved(operation, run, plan)
        plan.require_allowed(before, desired.max_removals)
        state = run.replaced.get(operation.urn) if olds is None else None
        replaced = known_roster(operation, run, state) if state else None
        finished = carried_out(run.connection, plan, operation, before=before, replaced=replaced)
        self._say(operation, finished)
        if finished.trouble:
            if olds is None and not (finished.observed.members and finished.is_resumable):
                raise failure(finished.trouble)
            left = self._outputs(operation, run, props, finished)
            inputs = given(TrafficDistributionGroupRosterArgs, props)
            raise PartialState(finished.trouble, str(finished.observed.group), left, inputs)
        return finished

    def _claim_resolved(self, operation: Operation, run: Run, plan: RosterPlan) -> None:
        """Nobody else takes these agents away from now on; who is just being taken away is waited for."""
        keys = member_keys(ways_to_write_group(plan.group.arn), [user.id for user in plan.wanted.values()])
        run.ownership.claim(operation.urn, keys)
        run.ownership.await_removals(keys)

    def _say(self, operation: Operation, finished: Finished) -> None:
        for line in finished.said:
            operation.say(line)

    def _outputs(self, operation: Operation, run: Run, props: Properties, finished: Finished) -> Properties:
        """Inputs and outputs after an attempt, which declares the agents for this run."""
        state = RosterState.of_observed(finished.observed)
        claim(operation, run, state, props, made=True)
        return {**given(TrafficDistributionGroupRosterArgs, props), **state.outputs()}


def _agents(count: int) -> str:
    return f"{count:,} {'agent is' if count == 1 else 'agents are'}"


def _to_be_on(group: str, joining: int, there: int) -> str:
    """What becomes of the agents of a new roster: of those whom no state knows, nobody knows whether they are there."""
    if not joining:
        return f"{_agents(there)} on {group} already: taken over as {'it is' if there == 1 else 'they are'}"
    said = f"{_agents(joining)} to be on {group}: who is not on it yet joins"
    return f"{said}; {_agents(there)} on it already" if there else said


def _staying(group: str, owner: str, labels: Sequence[str]) -> str:
    verb, whom = ("stays", "this agent") if len(labels) == 1 else ("stay", "them")
    return f"{few(labels)} {verb} on {group}: {owner} declares {whom} now"


def _outputs_of_new(group: Group, found: Mapping[str, Arn], news: Properties) -> Properties:
    """What a new roster will have; its members where all of them are known already."""
    outputs = RosterState(found, {}, (), group.arn).outputs()
    is_known = found.keys() == users_of(news).keys() and news.get("authoritative") is not True
    return outputs if is_known else {"traffic_distribution_group_arn": str(group.arn)}


SHOWN = 10
"""Users who are not there, each with a line of its own; of more only how many."""


def _few(problems: Sequence[Problem]) -> Iterator[Problem]:
    yield from problems[:SHOWN]
    if more := problems[SHOWN:]:
        yield Problem(f"{len(more):,} more users are not there", any(one.is_certain for one in more))


class TrafficDistributionGroupRosterProvider(ConnectProvider):
    """Creates, reads, updates and deletes the agents of one roster."""

    logic = RosterLogic()
