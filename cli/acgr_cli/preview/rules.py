"""`--fail-on`: what of a report is not to be merged as it is. Pure.

A policy pack of Pulumi sees what the program declares. It does not see what is deleted, what the state has, who leaves
a list, or what the provider says: these kinds do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from acgr_cli.preview.changes import Effect, NumberChange
from acgr_cli.preview.instances import Fate
from acgr_cli.preview.reading import Ended
from acgr_cli.preview.report import Report, Sentence
from acgr_cli.preview.words import change_of_agents


@dataclass(frozen=True)
class Kind:
    """One kind: what `--help` says of it, and the sentences of a report that it is about."""

    help: str
    finds: Callable[[Report], Iterator[str]]


@dataclass(frozen=True)
class Rule:
    """A kind, and how many of it are let pass."""

    kind: str
    most: int = 0


@dataclass(frozen=True)
class Objection:
    """A sentence, and the kind that it is of."""

    kind: str
    text: str


class UnknownKind(ValueError):
    """A kind that there is not, or a limit that is no number; the message says which."""


def rules(text: str) -> list[Rule]:
    """The rules of `dark,agents-removed=10`.

    Raises:
        UnknownKind: one of them is none.
    """
    return [_rule(one.strip()) for one in text.split(",") if one.strip()]


def _rule(text: str) -> Rule:
    kind, has_limit, most = text.partition("=")
    if kind not in KINDS:
        raise UnknownKind(f"{kind!r} is not one of {', '.join(KINDS)}")
    if has_limit and not (most.isascii() and most.isdigit()):
        raise UnknownKind(f"{text!r}: after = stands how many are let pass, such as {kind}=10")
    return Rule(kind, int(most) if has_limit else 0)


def objections(report: Report, chosen: Sequence[Rule]) -> list[Objection]:
    """What the rules object to: every sentence of a kind of which there are more than it lets pass."""
    found = []
    for rule in dict.fromkeys(chosen):
        sentences = list(KINDS[rule.kind].finds(report))
        if len(sentences) > rule.most:
            found += [Objection(rule.kind, text) for text in sentences]
    return found


def _failed(report: Report) -> Iterator[str]:
    if report.ended is not Ended.SUCCEEDED:
        yield from map(_said, report.failures)


def _warnings(report: Report) -> Iterator[str]:
    yield from map(_said, report.warnings)


def _said(sentence: Sentence) -> str:
    return f"{sentence.about}: {sentence.text}" if sentence.about else sentence.text


def _sentence(change: NumberChange) -> str:
    return f"{change.number} {change.says[0]}"


def _dark(report: Report) -> Iterator[str]:
    for one in report.numbers:
        if one.effect in {Effect.DARK, Effect.RESTORED} or one.dark_now:
            yield _sentence(one)
    yield from (f"{one.about} {'; '.join(one.says)}" for one in report.drift if one.dark)
    yield from (_said(one) for one in report.warnings if " dark" in one.text)


def _gap(report: Report) -> Iterator[str]:
    yield from (_sentence(one) for one in report.numbers if one.effect is Effect.GAP)


def _to_instance(report: Report) -> Iterator[str]:
    for one in report.numbers:
        if one.to_instance:
            yield f"{one.number} goes from {one.start} to an instance, where one Region alone answers"


def _dropped(report: Report) -> Iterator[str]:
    for one in report.numbers:
        if one.is_dropped:
            yield f"{one.number} is taken out of the program ({one.resources[0]})"


def _agents(report: Report) -> Iterator[str]:
    for one in report.agents:
        yield from (f"{agent} leaves {one.start} ({one.resources[0]})" for agent in one.leaves)


def _deleted(report: Report) -> Iterator[str]:
    for one in report.instances:
        if one.fate is Fate.DELETED:
            yield f"{one.kind} {one.name} {'; '.join(one.says)}"


def _drift(report: Report) -> Iterator[str]:
    yield from (f"{one.about} {'; '.join(one.says)}" for one in report.drift)


def _changes(report: Report) -> Iterator[str]:
    yield from map(_sentence, report.numbers)
    yield from (f"{' and '.join(one.resources)}: {change_of_agents(one)}" for one in report.agents)
    yield from (f"{one.kind} {one.name} {'; '.join(one.says)}" for one in report.instances)
    for type_, counts in report.others.by_type.items():
        yield f"{type_}: {', '.join(f'{count:,} to {operation}' for operation, count in counts.items())}"


KINDS: dict[str, Kind] = {
    "failed": Kind("the preview failed, or stops in the middle", _failed),
    "warnings": Kind("a warning, of any resource", _warnings),
    "dark": Kind("a number has no flow in a Region now, or is left without one", _dark),
    "gap": Kind("a number moves: its callers reach nothing for some seconds", _gap),
    "return-to-instance": Kind("a number leaves its group for an instance", _to_instance),
    "number-deleted": Kind("a number is taken out of the program, and nothing else declares it", _dropped),
    "agents-removed": Kind("an agent leaves a group, and is declared on it by nothing else", _agents),
    "group-deleted": Kind("a traffic distribution group or a replica is deleted", _deleted),
    "drift": Kind("a refresh found something that is not as it was left", _drift),
    "changes": Kind("anything that the next update would change, also of other providers", _changes),
}
"""By name, in the order of `--help`."""
