"""Many agents on a traffic distribution group (statements A1 to A12), as one resource.

A thousand agents are one row of a preview and one entry of the state; a change of three reads in three lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, final, overload

import pulumi
from pulumi.dynamic import CheckResult, CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from acgr import _engine, _roster
from acgr._provider import ConnectProvider, Properties, known, note_check, run, told, was_checked, with_pins
from acgr._roster import RosterState, users_of
from acgr._roster_changes import as_recorded, between
from acgr._roster_check import failures
from acgr._roster_users import by_label
from acgr._roster_work import Finished, carried_out, dissolved, planned
from acgr.arguments import GROUP, Identity, as_inputs, identity
from acgr_connect.arns import is_arn
from acgr_connect.connection import Connection
from acgr_connect.removals import DEFAULT

if TYPE_CHECKING:
    from typing_extensions import NotRequired, Unpack


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

    traffic_distribution_group: Identity
    users: Sequence[str] | Mapping[str, Identity]
    authoritative: pulumi.Input[bool] | None = None
    max_removals: pulumi.Input[int | str] | None = None
    source_region: pulumi.Input[str] | None = None


class TrafficDistributionGroupRosterArgsDict(TypedDict):
    """`TrafficDistributionGroupRosterArgs` as a dictionary."""

    traffic_distribution_group: Identity
    users: Sequence[str] | Mapping[str, Identity]
    authoritative: NotRequired[pulumi.Input[bool] | None]
    max_removals: NotRequired[pulumi.Input[int | str] | None]
    source_region: NotRequired[pulumi.Input[str] | None]


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
    ) -> None: ...

    def __init__(
        self,
        resource_name: str,
        args: TrafficDistributionGroupRosterArgs | TrafficDistributionGroupRosterArgsDict | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **inputs: Any,
    ) -> None:
        props = as_inputs(TrafficDistributionGroupRosterArgs, args, inputs)
        props["traffic_distribution_group"] = identity(props["traffic_distribution_group"], *GROUP)
        props["users"] = by_label(props["users"])
        outputs = dict.fromkeys(_roster.OUTPUTS)
        super().__init__(TrafficDistributionGroupRosterProvider(), resource_name, {**props, **outputs}, opts)

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
        merged = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id))
        return TrafficDistributionGroupRoster(resource_name, None, merged, traffic_distribution_group=id, users={})


def _decide(olds: Mapping[str, Any], news: Mapping[str, Any], *, is_group: bool = False) -> DiffResult:
    """Pure: another group replaces, another spelling of the same is nothing, an agent who failed is a change.

    Args:
        olds: the state.
        news: the inputs.
        is_group: whether the group's name is known to stand for the group that the state has.
    """
    state, group = RosterState.of(olds), news.get("traffic_distribution_group")
    if known(group) and not (is_group or _is_as_before(olds, news) or state.is_group(group)):
        return DiffResult(changes=None, replaces=["traffic_distribution_group"])
    if not known(group) or not _means_the_same(state, olds, news):
        return DiffResult(changes=None, replaces=[])
    return DiffResult(changes=bool(state.failed) or set(state.members) != set(news["users"]))


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


class TrafficDistributionGroupRosterProvider(ConnectProvider):
    """Creates, reads, updates and deletes the agents of one roster."""

    def check(self, olds: Properties, news: Properties) -> CheckResult:
        """The shapes of the inputs, and whether too many would be removed; nothing that is looked up is waited for."""
        note_check()
        _roster.declare(None, news)
        if (failed := failures(olds or {}, news)) or not (olds and _engine.urn()):
            return CheckResult(_roster.inputs(news), failed)
        _roster.look_ahead(run().connection, news)
        return CheckResult(_roster.inputs(news), [])

    def diff(self, _id: str, olds: Properties, news: Properties) -> DiffResult:
        """What a change means, and a line that says who joins and who leaves."""
        state = RosterState.of(olds)
        decision = _decide(olds, news)
        if decision.replaces and self._is_same_group(state, news):
            decision = _decide(olds, news, is_group=True)
        if decision.replaces:
            run().replaced[_engine.urn()] = olds
        else:
            _roster.declare(state, news)
        if decision.changes is False:
            return with_pins(decision, partial(_roster.moved_pins, state=state, props=news))
        self._summarise(state, olds, news)
        return decision

    def _is_same_group(self, state: RosterState, news: Properties) -> bool:
        spelled, same = news["traffic_distribution_group"], []

        def look(connection: Connection) -> list[Any]:
            same.append(_roster.is_same_group(connection, state, spelled))
            return []

        if not is_arn(spelled) and news.get("source_region") in {None, state.group.region}:
            run().lookups.spend(run().connection, look)
        return any(same)

    def _summarise(self, state: RosterState, olds: Properties, news: Properties) -> None:
        before = as_recorded(users_of(olds), state.members)
        if said := str(between(before, users_of(news), users_of(olds))):
            _engine.say(said if was_checked() else f"to be as declared: {said}")

    def create(self, props: Properties) -> CreateResult:
        """Associate whoever is not on the group, and take over whoever is."""
        with _telling("associating", props):
            finished = _brought_about(props, None)
        return CreateResult(str(finished.state.group), _stored(props, finished.state))

    def read(self, id_: str, props: Properties) -> ReadResult:
        """Who is on the group, from one sweep of its users."""
        with _telling("reading", {"traffic_distribution_group": id_, **props}):
            return _roster.read(run().connection, id_, props)

    def update(self, _id: str, olds: Properties, news: Properties) -> UpdateResult:
        """Associate who joins, then disassociate who leaves."""
        with _telling("changing", news):
            finished = _brought_about(news, olds)
        return UpdateResult(_stored(news, finished.state))

    def delete(self, _id: str, props: Properties) -> None:
        """Disassociate whom the roster declared, unless something else in the program declares them; nobody else."""
        with _telling("disassociating", props):
            finished = dissolved(run().connection, props)
        for line in finished.said:
            _engine.say(line)
        if finished.trouble:
            _engine.fail(finished.trouble)


def _stored(props: Properties, state: RosterState) -> Properties:
    _roster.declare(state, props, made=True)
    return {**_roster.inputs(props), **state.outputs()}


def _brought_about(props: Properties, olds: Properties | None) -> Finished:
    """Do it, and leave partial state behind where something of it failed."""
    connection = run().connection
    replaced = run().replaced.get(_engine.urn()) if olds is None else None
    finished = carried_out(connection, planned(connection, props, olds), replaced)
    for line in finished.said:
        _engine.say(line)
    if finished.trouble:
        if olds is None and not (finished.state.members and finished.is_resumable):
            _engine.fail(finished.trouble)
        left = _stored(props, finished.state)
        _engine.fail_partly(finished.trouble, str(finished.state.group), left, _roster.inputs(props))
    return finished


def _telling(doing: str, props: Mapping[str, Any]) -> AbstractContextManager[None]:
    group = props.get("traffic_distribution_group_arn") or props["traffic_distribution_group"]
    where = group if is_arn(group) else props.get("source_region")
    return told(f"{doing} the agents of traffic distribution group {group}", where)
