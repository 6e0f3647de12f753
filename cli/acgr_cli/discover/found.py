"""From a survey to what a program declares without changing anything, and what it leaves out and why. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from acgr_connect.model.arns import Arn
from acgr_connect.model.identifiers import DEFAULT_GROUP, E164
from acgr_connect.model.records import Flow, Group, Number, User
from acgr_connect.numbers.flows import answers_numbers, why_unusable
from acgr_connect.survey.records import GroupView, Pair, Survey, Unread

from . import written
from .choosing import Choice, Kind
from .source import literal
from .written import WrittenFlow

_NOT_NEEDED = frozenset({"GetTrafficDistribution", "DescribeTrafficDistributionGroup"})
"""What a survey reads and no program depends on: the list of groups has the status as well."""


class Why(Enum):
    """Why something is left out."""

    EXCLUDED = "excluded"
    ON_INSTANCE = "on-instance"
    NOTHING_ON_IT = "nothing-on-it"
    NOT_ACTIVE = "not-active"
    NO_FLOW = "no-flow"
    UNUSABLE_FLOW = "unusable-flow"
    OTHER_REGION = "other-region"
    NO_USER = "no-user"
    UNREAD = "unread"

    @property
    def is_finding(self) -> bool:
        """Whether it is not as it should be, or could not be declared although it was meant."""
        return self in {Why.NOT_ACTIVE, Why.NO_FLOW, Why.UNUSABLE_FLOW, Why.OTHER_REGION, Why.NO_USER}


@dataclass(frozen=True)
class LeftOut:
    """An object that is not declared.

    Attributes:
        kind: what it is.
        name: the group's name, the number in E.164, or the agent's name.
        arn: its ARN.
        where: the name of the group or instance that it is on; "" of a group itself.
        why: the kind of reason.
        reason: the reason as a sentence about "it".
    """

    kind: Kind
    name: str
    arn: Arn
    where: str
    why: Why
    reason: str


@dataclass(frozen=True)
class FoundNumber:
    """A number that is declared.

    Attributes:
        number: as it is.
        key: what stands before its entry: the number in E.164 or, where that cannot be, a label.
        flow: its flow, as the program writes it.
    """

    number: Number
    key: str
    flow: WrittenFlow

    @property
    def phone_number(self) -> str | None:
        """What stands in the entry beside the key: the ARN, where the key is a label."""
        return None if self.key == self.number.e164 else str(self.number.arn)


@dataclass(frozen=True)
class FoundAgent:
    """An agent who is declared, and how the program writes it."""

    user: User
    written: str


@dataclass(frozen=True)
class FoundGroup:
    """A group of which something is declared.

    Attributes:
        group: as it is.
        resource: what the program calls its resource.
        written: how the program writes the group.
        numbers: by E.164.
        agents: by name; None where nobody is declared, because nobody is on it, or nothing is known of them.
        remarks: sentences about the group as a whole.
    """

    group: Group
    resource: str
    written: str
    numbers: tuple[FoundNumber, ...]
    agents: tuple[FoundAgent, ...] | None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """What was found of a pair.

    Attributes:
        pair: the instances.
        groups: by name.
        left_out: what is not declared.
        unread: what could not be read and would have been needed.
    """

    pair: Pair
    groups: tuple[FoundGroup, ...]
    left_out: tuple[LeftOut, ...]
    unread: tuple[Unread, ...]

    @property
    def has_findings(self) -> bool:
        """Whether something is not declared that was meant to be."""
        return any(one.why.is_finding for one in self.left_out)


def names_there(survey: Survey) -> dict[Kind, list[tuple[str, ...]]]:
    """By kind, the names under which each object can be chosen."""
    members = {user for one in survey.groups or () for user in one.members or ()}
    users = survey.source.users or {}
    return {
        "group": [_names_of(one.group) for one in survey.groups or ()],
        "number": [(number.e164,) for number in survey.numbers or ()],
        "agent": [(users[one].username,) for one in members if one in users],
    }


def _names_of(group: Group) -> tuple[str, ...]:
    return (group.name, DEFAULT_GROUP) if group.is_default else (group.name,)


def found(survey: Survey, choice: Choice) -> Found:
    """What a program declares of the pair without changing anything, and what it leaves out."""
    return _Finder(survey, choice).found()


class _Finder:
    def __init__(self, survey: Survey, choice: Choice) -> None:
        self._survey, self._choice = survey, choice
        self._left_out: list[LeftOut] = []
        self._source, *others = survey.pair.regions
        self._replica = others[0] if others else ""
        users = survey.source.users or {}
        self._named = Counter(user.username for user in users.values())
        self._numbered = Counter(number.e164 for number in survey.numbers or ())
        self._groups = [*(one.group for one in survey.groups or ()), *survey.groups_elsewhere]
        # A name is looked up among the flows that can answer a number.
        self._flows = {
            view.region: list(filter(answers_numbers, (view.flows or {}).values())) for view in survey.regions
        }

    def found(self) -> Found:
        views = sorted(self._survey.groups or (), key=lambda one: (one.group.name, one.group.arn.id))
        names = written.resource_names(one.group for one in views)
        groups = [group for one in views if (group := self._group(one, names[one.group.arn]))]
        for number in self._survey.numbers or ():
            if number.target.kind == "instance":
                self._off(number, self._survey.name_of(number.target), *self._on_instance(number))
        unread = tuple(one for one in self._survey.unread if one.operation not in _NOT_NEEDED)
        return Found(self._survey.pair, tuple(groups), tuple(self._left_out), unread)

    def _on_instance(self, number: Number) -> tuple[Why, str]:
        if not self._choice.takes("number", number.e164):
            return Why.EXCLUDED, "left out on demand"
        said = f"on the instance in {number.target.region}; a program that declares a number on a group moves it there"
        return Why.ON_INSTANCE, said

    def _group(self, view: GroupView, resource: str) -> FoundGroup | None:
        group = view.group
        if why := self._why_not(view):
            self._left_out.append(LeftOut("group", group.name, group.arn, "", *why))
            return None
        numbers = [
            one for number in self._survey.numbers_on(group.arn) if (one := self._number(group, number)) is not None
        ]
        agents = self._agents(view)
        if not numbers and not agents:
            self._note_emptiness(view)
            return None
        identity = written.group(group, self._groups)
        remarks = [*filter(None, [identity.why]), *self._remarks(view, agents or [])]
        found_agents = tuple(one for one, _ in agents) if agents else None
        return FoundGroup(group, resource, identity.text, tuple(numbers), found_agents, tuple(remarks))

    def _why_not(self, view: GroupView) -> tuple[Why, str] | None:
        group = view.group
        on_it = _counted(sum(1 for _ in self._survey.numbers_on(group.arn)), len(view.members or ()))
        if not self._choice.takes("group", *_names_of(group)):
            return Why.EXCLUDED, f"left out on demand; with it: {on_it}"
        if group.status != "ACTIVE":
            said = f"{group.status}, not ACTIVE: nothing can be declared on it now; left out with it: {on_it}"
            return Why.NOT_ACTIVE, said
        return None

    def _note_emptiness(self, view: GroupView) -> None:
        """Said only where nothing is there at all: what is there and left out has a reason of its own."""
        group = view.group
        is_known = self._survey.numbers is not None and view.members is not None
        if is_known and not view.members and not any(True for _ in self._survey.numbers_on(group.arn)):
            said = "no number and no agent is there: nothing to declare"
            self._left_out.append(LeftOut("group", group.name, group.arn, "", Why.NOTHING_ON_IT, said))

    def _off(self, number: Number, where: str, why: Why, reason: str) -> None:
        self._left_out.append(LeftOut("number", number.e164, number.arn, where, why, reason))

    def _number(self, group: Group, number: Number) -> FoundNumber | None:
        if not self._choice.takes("number", number.e164):
            self._off(number, group.name, Why.EXCLUDED, "left out on demand")
            return None
        if number.arn.region != self._source:
            said = f"claimed in {number.arn.region}: a number is placed from the Region where it was claimed"
            self._off(number, group.name, Why.OTHER_REGION, said)
            return None
        flows = {region: self._survey.flow_of(number, region) for region in self._survey.pair.regions}
        if why := self._why_no_flow(number, flows):
            self._off(number, group.name, *why)
            return None
        usable = {region: one for region, one in flows.items() if isinstance(one, Flow)}
        is_clear = self._numbered[number.e164] == 1 and E164.fullmatch(number.e164)
        key = number.e164 if is_clear else f"number-{number.arn.id}"
        return FoundNumber(number, key, written.flow(usable, self._flows))

    def _why_no_flow(self, number: Number, flows: Mapping[str, Flow | Arn | None]) -> tuple[Why, str] | None:
        dark = {region: self._survey.is_dark(number, region) for region in flows}
        if nowhere := [region for region, is_dark in dark.items() if is_dark]:
            where = " and ".join(nowhere)
            said = f"no flow answers in {where}: callers reach nothing there; a program that declares its flow sets it"
            return Why.NO_FLOW, said
        unread = [view.region for view in self._survey.regions if view.associations is None or view.flows is None]
        if unread:
            return Why.UNREAD, f"what answers it in {' and '.join(unread)} could not be read"
        for region, one in flows.items():
            if not isinstance(one, Flow):
                return Why.UNUSABLE_FLOW, f"flow {one}, which answers it, is not among the flows of {region}"
            if wrong := why_unusable(one):
                said = f"flow {literal(one.name)}, which answers it in {region}, cannot be declared: {wrong[0]}"
                return Why.UNUSABLE_FLOW, said
        return None

    def _agents(self, view: GroupView) -> list[tuple[FoundAgent, str]] | None:
        """The agents on a group, each with a sentence where it is written as an ARN; None where nobody can tell."""
        users = self._survey.source.users
        if view.members is None or users is None:
            return None
        agents: list[tuple[FoundAgent, str]] = []
        for id_ in sorted(view.members, key=lambda id_: (users[id_].username if id_ in users else "", id_)):
            if id_ not in users:
                said = f"{self._source} has no such user: it was deleted, or is in the other Region alone"
                arn = self._survey.pair.source.inside("agent", id_)
                name = self._survey.username_of(id_) or id_
                self._left_out.append(LeftOut("agent", name, arn, view.group.name, Why.NO_USER, said))
            elif not self._choice.takes("agent", users[id_].username):
                user, said = users[id_], "left out on demand"
                self._left_out.append(LeftOut("agent", user.username, user.arn, view.group.name, Why.EXCLUDED, said))
            else:
                one = written.agent(users[id_], self._named)
                agents.append((FoundAgent(users[id_], one.text), one.why))
        return agents

    def _remarks(self, view: GroupView, agents: Sequence[tuple[FoundAgent, str]]) -> Iterator[str]:
        yield from (why for _, why in agents if why)
        if view.members is None or self._survey.source.users is None:
            yield "Its agents could not be read, and are not declared."
        replicas = self._survey.replica.users if self._survey.replica else None
        if replicas is not None:
            missing = [one.user.username for one, _ in agents if one.user.arn.id not in replicas]
            if missing:
                verb = "is a user" if len(missing) == 1 else "are users"
                yield f"{few(missing)} {verb} of {self._source} alone: nobody signs in as such in {self._replica}."


MOST_NAMES = 8
"""Names that a sentence lists; the others are counted."""


def few(names: Sequence[Any]) -> str:
    """A handful of names, and how many there are besides."""
    listed = [str(name) for name in names[:MOST_NAMES]]
    more = len(names) - len(listed)
    if more:
        return f"{', '.join(listed)} and {more:,} more"
    return " and ".join(filter(None, [", ".join(listed[:-1]), listed[-1]])) if listed else ""


def _counted(numbers: int, agents: int) -> str:
    counts = ((numbers, "number"), (agents, "agent"))
    parts = [f"{count:,} {noun}{'' if count == 1 else 's'}" for count, noun in counts if count]
    return " and ".join(parts) or "nothing"
