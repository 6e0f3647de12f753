"""Who joins and who leaves the groups. Pure.

A roster that one resource gives up and another one takes over is one change. An agent who leaves one resource and is
declared by another one on the same group does not leave the group.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from acgr_cli.preview.names import Names, Shown
from acgr_cli.preview.numbers import NO_SENTENCES, Sentences
from acgr_cli.preview.pairing import Pair, pairs
from acgr_cli.preview.sentences import FAILS, is_counted, user_in
from acgr_cli.preview.steps import ROSTER, USER, State, Step
from acgr_cli.preview.values import Value

FAILING = "nothing is changed: as it is now, `pulumi up` fails here; the warning says why"


@dataclass(frozen=True)
class AgentChange:
    """What one resource changes of who is on a group.

    Attributes:
        resources: what the program calls the resources: of a hand-over the old one, then the new one.
        urns: theirs.
        start: the group before, None where there is none.
        end: the group afterwards, None where there is none.
        joins: agents who join the group `end`.
        leaves: agents who leave the group `start`, and whom nothing declares on it any longer.
        kept: agents whom this resource declares no longer, and another one does.
        total: agents whom the resource declares afterwards; None where that is not known.
        says: what the provider says besides.
        is_roster: whether the resource declares many agents.
        unsure: whether those who join may be on the group already: nothing has declared them before.
        is_failing: whether the update fails, because what is named is not there.
    """

    resources: tuple[str, ...]
    urns: tuple[str, ...]
    start: str | None
    end: str | None
    joins: tuple[str, ...]
    leaves: tuple[str, ...]
    kept: tuple[str, ...]
    total: int | None
    says: tuple[str, ...] = ()
    is_roster: bool = True
    unsure: bool = False
    is_failing: bool = False

    @property
    def is_move(self) -> bool:
        """Whether the agents of the resource leave one group for another."""
        return self.start is not None and self.end is not None and self.start != self.end


Member = tuple[str, str]
"""Keys of a group and of an agent on it."""


@dataclass(frozen=True)
class _Declared:
    """Whom one resource declares on a group: by key, what the agent is called."""

    group: Shown
    agents: Mapping[str, str]
    is_known: bool = True

    def members(self) -> dict[Member, str]:
        """By group and agent, what the agent is called."""
        return {(self.group.key, key): name for key, name in self.agents.items()}


_NOBODY = _Declared(Shown("", "", is_known=False), {})


def agent_changes(
    steps: Iterable[Step], names: Names, said: Sentences, warnings: Sentences = NO_SENTENCES
) -> list[AgentChange]:
    """Everything that happens to agents; the resources that most leave come first.

    Args:
        steps: of the preview.
        names: what objects are called.
        said: what the provider says of each resource.
        warnings: of what it warns.
    """
    ours = [step for step in steps if step.kind in {USER, ROSTER}]
    found = [
        (pair, _declared(pair[0], before=True, names=names), _declared(pair[1], before=False, names=names))
        for kind in (ROSTER, USER)
        for pair in _pairs(ours, kind, names)
    ]
    there = {member for _, before, _ in found for member in before.members()}
    kept = {member for _, _, after in found for member in after.members()}
    for step in ours:
        if step.op == "same":
            kept |= _declared(step, before=False, names=names).members().keys()
    changes = [_change(pair, before, after, kept, there) for pair, before, after in found]
    changes = [_in_its_words(one, said, warnings) for one in _as_moves(changes)]
    return sorted(changes, key=lambda one: (-len(one.leaves), not one.is_roster, one.end or one.start or "", one.urns))


def _as_moves(changes: Sequence[AgentChange]) -> Iterator[AgentChange]:
    """A roster that is replaced because its group is another one: one change, where all its agents go with it."""
    halves = {one.urns: one for one in changes if one.is_roster and one.leaves and not one.joins}
    moved = {}
    for one in changes:
        left = halves.get(one.urns)
        if left and one.unsure and set(one.joins) == set(left.leaves):
            moved[one.urns] = replace(one, start=left.start, leaves=left.leaves, unsure=False)
    yield from moved.values()
    yield from (one for one in changes if one.urns not in moved)


def _in_its_words(change: AgentChange, said: Sentences, warnings: Sentences) -> AgentChange:
    """The change with what the provider says beside the counts, and without agents who are not there."""
    says = tuple(text for urn in change.urns for text in said.get(urn, ()) if not is_counted(text))
    failing = [text for urn in change.urns for text in warnings.get(urn, ()) if FAILS in text]
    if not failing:
        return replace(change, says=says)
    missing = {user_in(text) for text in failing}
    if not change.is_roster or None in missing:  # the group is not there, or the one agent
        return replace(change, joins=(), leaves=(), says=(*says, FAILING), is_failing=True)
    not_there = f"{', '.join(sorted(filter(None, missing)))} cannot be found: that fails, and all else is done"
    joins = tuple(name for name in change.joins if name not in missing)
    return replace(change, joins=joins, says=(*says, not_there), is_failing=True)


def _pairs(steps: Sequence[Step], kind: str, names: Names) -> Iterator[Pair]:
    def key(step: Step, state: State) -> Hashable:
        group = _group(step, state, names).key
        return group if kind == ROSTER else (group, *_of_state(step, state, names).agents)

    yield from pairs([step for step in steps if step.kind == kind], key)


def _group(step: Step, state: State, names: Names) -> Shown:
    arn, written = state.outputs.get("traffic_distribution_group_arn"), state.inputs.get("traffic_distribution_group")
    shown = names.place(arn or written)
    return shown if shown.key else replace(shown, key=f"urn:{step.urn}")  # one that nobody knows is like no other


def _declared(step: Step | None, *, before: bool, names: Names) -> _Declared:
    if step is None:
        return _NOBODY
    return _of_state(step, step.before if before else step.after, names)


def _of_state(step: Step, state: State, names: Names) -> _Declared:
    """Whom a state has. Agents whom nobody can tell apart go by their label, or by their resource."""
    group = _group(step, state, names)
    if step.kind == USER:
        arn, written = state.outputs.get("user_arn"), state.inputs.get("user")
        shown = names.agent(arn or written, step.name)
        return _Declared(group, {shown.key or f"urn:{step.urn}": shown.text if shown.is_known else step.name})
    users, members = state.inputs.get("users"), state.outputs.get("members")
    if isinstance(users, list):
        users = {str(user): user for user in users}
    if not isinstance(users, Mapping):
        return _Declared(group, {}, is_known=users is None)
    listed: Mapping[str, Value] = members if isinstance(members, Mapping) else users
    shown_by_label = {label: names.agent(value, label) for label, value in listed.items()}
    return _Declared(group, {one.key or f"label:{label}": _called(label, one) for label, one in shown_by_label.items()})


def _called(label: str, shown: Shown) -> str:
    return shown.text if shown.is_known else label


def _change(
    pair: Pair, before: _Declared, after: _Declared, kept: AbstractSet[Member], there: AbstractSet[Member]
) -> AgentChange:
    steps, is_known = [step for step in pair if step], before.is_known and after.is_known
    was, will_be = (before.members(), after.members()) if is_known else ({}, {})
    gone = {member: name for member, name in was.items() if member not in will_be}
    return AgentChange(
        tuple(dict.fromkeys(step.name for step in steps)),
        tuple(dict.fromkeys(step.urn for step in steps)),
        before.group.text or None,
        after.group.text or None,
        tuple(sorted(name for member, name in will_be.items() if member not in was and member not in there)),
        tuple(sorted(name for member, name in gone.items() if member not in kept)),
        tuple(sorted(name for member, name in gone.items() if member in kept)),
        len(after.agents) if is_known else None,
        is_roster=steps[0].kind == ROSTER,
        unsure=pair[0] is None,
    )


def members_of(step: Step, state: State, names: Names) -> dict[Member, str]:
    """Whom a state of a user or roster has on its group: what each agent is called."""
    return _of_state(step, state, names).members()
