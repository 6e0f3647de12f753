"""The few sentences with which every form begins: what callers and agents will notice, the worst first. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from acgr_cli.preview.changes import Effect, NumberChange
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
    Effect.GAP: (
        "Callers of ",
        "reach nothing for some seconds, while it moves",
        "reach nothing for some seconds each, while they move",
    ),
    Effect.RESTORED: (
        "",
        "is dark now (callers reach nothing) and gets its flow",
        "are dark now (callers reach nothing) and get their flows",
    ),
    Effect.MAYBE_GAP: (
        "",
        "may move: unless it is where it is declared to be, its callers reach nothing for some seconds",
        "may move: unless they are where they are declared to be, their callers reach nothing for some seconds",
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
    """What callers and agents notice; one sentence where they notice nothing."""
    found = [_of_numbers(effect, report.numbers) for effect in _OF_NUMBERS if _having(effect, report.numbers)]
    found += _of_drift(report)
    staying = [one for one in report.agents if not one.is_move]
    found += _of_agents("leave", [(one.start, one.leaves) for one in staying])
    found += _of_agents("move to", [(one.end, one.joins) for one in report.agents if one.is_move])
    found += _of_agents("join", [(one.end, one.joins) for one in staying])
    unknown = dict.fromkeys(one.end or one.start or "" for one in report.agents if one.total is None)
    found += [Headline("Who joins and who leaves ", group, "is not known before the update") for group in unknown]
    return found or [Headline("Callers and agents notice ", "nothing", "")]


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
    if len(agents) == 1:
        verb = f"{verb}s" if " " not in verb else verb.replace(" ", "s ", 1)
    where = groups[0] if len(groups) == 1 else f"{len(groups):,} groups"
    return [Headline("", count(len(agents), "agent"), f"{verb} {where}", _few(agents))]


def _having(effect: Effect, numbers: Sequence[NumberChange]) -> list[NumberChange]:
    return [one for one in numbers if one.effect is effect]


def _of_numbers(effect: Effect, numbers: Sequence[NumberChange]) -> Headline:
    before, one, many = _OF_NUMBERS[effect]
    affected = list(dict.fromkeys(change.number for change in _having(effect, numbers)))
    return Headline(before, count(len(affected), "number"), one if len(affected) == 1 else many, _few(affected))


def _few(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(names) if len(names) <= FEW else ()


def count(number: int, noun: str) -> str:
    """`1 number`, `3 numbers`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
