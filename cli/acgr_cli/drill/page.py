"""The evidence as one HTML file. The template beside this file, and `acgr_cli/style.css`, say how it looks.

Jinja escapes whatever comes from Connect or from a person. Nothing is loaded from anywhere, and there is no script.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from acgr_connect.model.clock import seconds_of
from acgr_connect.traffic.shift import described

from . import words
from .evidence import Called, Done, Evidence, Shares

VERDICTS = {
    "running": ("warn", "It is not over: whoever ran it was stopped, or is still at it."),
    "done": ("good", "It is done."),
    "went back": ("bad", "It went back before its end."),
    "stopped": ("bad", "It has stopped before its end."),
    "interrupted": ("warn", "It was interrupted."),
}
"""For each state, the kind of verdict and the sentence."""


@dataclass(frozen=True)
class Bar:
    """How a group's calls are spread after a step, or before the first one."""

    name: str
    shares: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class StepRow:
    """One step as the page shows it."""

    done: Done
    bars: tuple[Bar, ...]
    answered: str
    kind: str


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("acgr_cli", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("drill/page.html.jinja")


def page(evidence: Evidence) -> str:
    """The file."""
    summary = evidence.summary()
    kind, said = VERDICTS[evidence.state]
    if summary["calls"]["lost"] or summary["calls"]["not_placed"]:
        kind = "bad"
    return _template().render(
        evidence=evidence,
        title=f"{evidence.kind.capitalize()} of {evidence.alias}",
        facts=_facts(evidence),
        verdict={"kind": kind, "text": f"{said} {words.comes_to(evidence)}"},
        summary=summary,
        took=_took(evidence),
        rows=list(_rows(evidence)),
        names={part.arn: part.name for part in evidence.groups},
        shares=_shares,
        outcome=_outcome,
    )


def _facts(evidence: Evidence) -> str:
    terms = evidence.terms
    if evidence.kind == "drill":
        way = "and back" if terms.returns else "to stay there"
        asked = f"{terms.percent} % of calls to {terms.to} {way}, {terms.step} % at once, {terms.hold:g} s apart"
    else:
        asked = f"All calls and agents to {terms.to} at once"
    began = evidence.sittings[0].at if evidence.sittings else "not begun"
    return f"{asked}. Source {evidence.regions[0]}, replica {evidence.regions[1]}. Begun {began}."


def _took(evidence: Evidence) -> str:
    ends = [(one.at, one.ended) for one in evidence.sittings if one.ended]
    return words.duration(sum(seconds_of(end) - seconds_of(at) for at, end in ends)) if ends else "not over"


def _rows(evidence: Evidence) -> Iterator[StepRow]:
    now = {part.arn: part.before for part in evidence.groups}
    names = {part.arn: part.name for part in evidence.groups if not part.only_sign_in}
    for done in evidence.steps:
        now.update({change.group: change.wanted for change in done.changes if change.outcome in {"done", "held"}})
        bars = tuple(Bar(name, _bar(now[arn], evidence.regions)) for arn, name in names.items())
        placed = [call for call in done.calls if call.answered is not None]
        good = sum(call.answered is True for call in placed)
        answered = f"{good} of {len(done.calls)} answered" if done.calls else "none placed"
        is_bad = bool(done.error) or any(call.answered is False for call in done.calls)
        yield StepRow(done, bars, answered, "bad" if is_bad else "")


def _bar(shares: Shares | None, regions: list[str]) -> tuple[tuple[str, int], ...]:
    return tuple((region, shares.calls.get(region, 0)) for region in regions) if shares else ()


def _shares(shares: Shares | None) -> str:
    return described(shares.distribution) if shares else "not known"


def _outcome(call: Called) -> tuple[str, str]:
    """The kind of chip, and the word."""
    return {True: ("good", "answered"), False: ("bad", "not answered"), None: ("warn", "not placed")}[call.answered]
