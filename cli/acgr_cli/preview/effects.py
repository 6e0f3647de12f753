"""The few sentences with which every form begins: what callers and agents will notice, the worst first. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from acgr_cli.preview.agents import AgentChange
from acgr_cli.preview.changes import Effect, FlowChange, NumberChange
from acgr_cli.preview.instances import Fate, InstanceChange
from acgr_cli.preview.report import Report

FEW = 3
"""Numbers that are named; more are counted."""


@dataclass(frozen=True)
class Headline:
    """One sentence: how many, of whom, what they notice.

    Attributes:
        before: what stands before the subject.
        subject: `3 numbers`, `4 agents`.
        says: the rest of the sentence.
        named: the subjects, where they are few.
    """

    before: str
    subject: str
    says: str
    named: tuple[str, ...] = ()


_OF_NUMBERS: dict[Effect, tuple[str, str, str]] = {
    Effect.DARK: (
        "",
        "loses its flow: callers reach nothing until somebody gives it one",
        "lose their flow: callers reach nothing until somebody gives them one",
    ),
    Effect.RESTORED: (
        "",
        "is dark now (callers reach nothing) and gets its flow",
        "are dark now (callers reach nothing) and get their flows",
    ),
    Effect.GAP: (
        "Callers of ",
        "reach nothing for SECONDS, while it moves",
        "reach nothing for SECONDS each, while they move",
    ),
    Effect.MAYBE_GAP: (
        "",
        "may move: unless it is where it is declared to be, its callers reach nothing for some seconds",
        "may move: unless they are where they are declared to be, their callers reach nothing for some seconds",
    ),
    Effect.FAILS: (
        "",
        "is not changed: as it is now, `pulumi up` fails here, and the warning says why",
        "are not changed: as it is now, `pulumi up` fails here, and the warnings say why",
    ),
    Effect.OTHER_FLOW: (
        "",
        "is answered by another flow, without a gap",
        "are answered by another flow, without a gap",
    ),
    Effect.UNMANAGED: (
        "",
        "stays as it is, and is no longer looked after by this program",
        "stay as they are, and are no longer looked after by this program",
    ),
}


def headlines(report: Report) -> list[Headline]:
    """What callers and agents notice, and last whom they notice nothing of."""
    numbers = [_of_numbers(effect, report.numbers) for effect in _OF_NUMBERS if _having(effect, report.numbers)]
    numbers += [*_afterwards(report.numbers), *_of_drift(report)]
    agents = _of_members(report.agents)
    unknown = dict.fromkeys(one.end or one.start or "" for one in report.agents if one.total is None)
    agents += [Headline("Who joins and who leaves ", group, "is not known before the update") for group in unknown]
    if not (numbers or any(map(_may_be_noticed, report.instances))):
        numbers.append(Headline("Callers notice " if agents else "Callers and agents notice ", "nothing", ""))
    return [*_of_instances(report.instances), *numbers, *agents, *_unnoticed(report.numbers)]


def _may_be_noticed(change: InstanceChange) -> bool:
    """Agents leave a group that goes, and the numbers of an instance go to a group when it is replicated."""
    return change.fate is Fate.DELETED or (change.fate is Fate.MADE and change.kind == "replica")


_OF_INSTANCES = {
    Fate.DELETED: ("is deleted", "are deleted"),
    Fate.FAILS: (
        "is not changed: as it is now, `pulumi up` fails here, and the warning says why",
        "are not changed: as it is now, `pulumi up` fails here, and the warnings say why",
    ),
    Fate.UNMANAGED: (
        "stays, and is no longer looked after by this program",
        "stay, and are no longer looked after by this program",
    ),
    Fate.MADE: ("is made", "are made"),
}


def _of_instances(changes: Sequence[InstanceChange]) -> Iterator[Headline]:
    """Groups and replicas that come and go."""
    for fate, (one, many) in _OF_INSTANCES.items():
        for kind in ("replica", "group"):
            names = [change.name for change in changes if (change.fate, change.kind) == (fate, kind)]
            if names:
                yield Headline("", count(len(names), kind), one if len(names) == 1 else many, _few(names))


def _afterwards(numbers: Sequence[NumberChange]) -> Iterator[Headline]:
    """What is another than before once a move is over: the flow, and the Regions that can be reached."""
    moving = [one for one in numbers if one.effect in {Effect.GAP, Effect.MAYBE_GAP, Effect.RESTORED}]
    for some, one, many in (
        (
            [change for change in moving if any(map(_is_other_flow, change.flows))],
            "is answered by another flow afterwards",
            "are answered by another flow afterwards",
        ),
        (
            [change for change in moving if any(map(_is_gain, change.flows))],
            "can be reached in both Regions afterwards, no longer in one alone",
            "can be reached in both Regions afterwards, no longer in one alone",
        ),
        (
            [change for change in numbers if change.to_instance],
            "is answered in one Region only afterwards: a failover does not reach it any more",
            "are answered in one Region only afterwards: a failover does not reach them any more",
        ),
        (
            [change for change in numbers if change.is_dropped and change.effect is not Effect.UNMANAGED],
            "is no longer looked after by this program",
            "are no longer looked after by this program",
        ),
    ):
        if affected := list(dict.fromkeys(change.number for change in some)):
            yield Headline("", count(len(affected), "number"), one if len(affected) == 1 else many, _few(affected))


def _is_other_flow(change: FlowChange) -> bool:
    return bool(change.before and change.after and change.before.flow and change.after.flow) and change.is_change


def _is_gain(change: FlowChange) -> bool:
    """Whether callers get to a Region afterwards to which they do not get now."""
    is_reached = change.after is not None and change.after.is_reachable
    return is_reached and change.before is not None and not change.before.is_reachable


def _of_members(changes: Sequence[AgentChange]) -> list[Headline]:
    """Who leaves, who moves and who joins: who leaves one group and joins another one moves, whoever says so."""
    left = {agent: one.start for one in changes for agent in one.leaves}
    joined = {agent: one.end for one in changes for agent in one.joins}
    moves = {agent for agent in left.keys() & joined.keys() if left[agent] != joined[agent]}
    moves |= {agent for one in changes if one.is_move for agent in one.joins}

    def of(verb: str, sides: Iterable[tuple[str | None, Iterable[str]]], *, moving: bool = False) -> list[Headline]:
        return _of_agents(verb, [(group, tuple(a for a in names if (a in moves) == moving)) for group, names in sides])

    sure, unsure = ([one for one in changes if one.unsure == is_unsure] for is_unsure in (False, True))
    return [
        *of("leave", [(one.start, one.leaves) for one in changes]),
        *of("move to", [(one.end, one.joins) for one in changes], moving=True),
        *of("join", [(one.end, one.joins) for one in sure]),
        *of("to be on", [(one.end, one.joins) for one in unsure]),
    ]


def _unnoticed(numbers: Sequence[NumberChange]) -> Iterator[Headline]:
    """Numbers of which only the program says something else than before."""
    staying = _having(Effect.NONE, numbers)
    passed = [one for one in staying if len(one.resources) > 1]
    for some, one, many in (
        (
            passed,
            "is declared by another resource of the program: it stays where it is, and its callers notice nothing",
            "are declared by other resources of the program: they stay where they are, and their callers notice "
            "nothing",
        ),
        (
            [one for one in staying if one not in passed],
            "stays as it is: its callers notice nothing",
            "stay as they are: their callers notice nothing",
        ),
    ):
        if affected := list(dict.fromkeys(change.number for change in some)):
            yield Headline("", count(len(affected), "number"), one if len(affected) == 1 else many, _few(affected))


def _of_drift(report: Report) -> list[Headline]:
    """Numbers that a refresh found dark, and of which nothing else is said."""
    told = {one.number for one in report.numbers}
    dark = list(dict.fromkeys(one.about for one in report.drift if one.dark and one.about not in told))
    verb = "is" if len(dark) == 1 else "are"
    return (
        [Headline("", count(len(dark), "number"), f"{verb} dark now: callers reach nothing", _few(dark))]
        if dark
        else []
    )


def _of_agents(verb: str, changes: Sequence[tuple[str | None, tuple[str, ...]]]) -> list[Headline]:
    agents = [agent for _, names in changes for agent in names]
    groups = list(dict.fromkeys(group for group, names in changes if names and group))
    if not agents:
        return []
    where = groups[0] if len(groups) == 1 else f"{len(groups):,} groups"
    if verb == "to be on":
        says = f"{'is' if len(agents) == 1 else 'are'} {verb} {where}: who is not on it yet joins"
    elif len(agents) == 1:
        says = f"{verb}s {where}" if " " not in verb else f"{verb.replace(' ', 's ', 1)} {where}"
    else:
        says = f"{verb} {where}"
    return [Headline("", count(len(agents), "agent"), says, _few(agents))]


def _having(effect: Effect, numbers: Sequence[NumberChange]) -> list[NumberChange]:
    return [one for one in numbers if one.effect is effect]


def _of_numbers(effect: Effect, numbers: Sequence[NumberChange]) -> Headline:
    before, one, many = _OF_NUMBERS[effect]
    having = _having(effect, numbers)
    affected = list(dict.fromkeys(change.number for change in having))
    says = (one if len(affected) == 1 else many).replace("SECONDS", _seconds(having))
    return Headline(before, count(len(affected), "number"), says, _few(affected))


def _seconds(changes: Sequence[NumberChange]) -> str:
    """For how long, as far as the provider has said it of any."""
    told = {change.seconds for change in changes if change.seconds is not None}
    if not told:
        return "some seconds"
    is_all = all(change.seconds is not None for change in changes)
    most = max(told)
    return f"{'' if len(told) == 1 and is_all else 'up to '}about {f'{most} s' if most < 120 else f'{most // 60} min'}"


def _few(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(names) if len(names) <= FEW else ()


def count(number: int, noun: str) -> str:
    """`1 number`, `3 numbers`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
