"""Who answers where, before and after, as a Mermaid picture of what changes, of a few lines at most. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from acgr_cli.preview.changes import Answer, NumberChange, as_one
from acgr_cli.preview.effects import count
from acgr_cli.preview.escape import label
from acgr_cli.preview.report import Report

REGIONS = 4
"""Regions of a kind of change that are drawn."""

MOST = 8
"""Kinds of change that are drawn."""

NAMED = 2
"""Numbers of a kind of change that are named."""

_STYLES = (
    "  classDef dark fill:#b3261e,stroke:#b3261e,color:#ffffff",
    "  classDef side fill:none,stroke:#8c959f",
    "  class b,a side",
)
"""Colours that can be seen on light and on dark pages; Mermaid's own for a half is a loud yellow."""

Answers = tuple[tuple[str, Answer | None], ...]


@dataclass(frozen=True)
class _Kind:
    """Numbers to which the same happens: where they are and what answers, by Region, before and after."""

    start: str | None
    end: str | None
    before: Answers
    after: Answers


def picture(report: Report) -> list[str]:
    """The lines of the picture; none where nobody answers otherwise than before."""
    kinds: dict[_Kind, list[str]] = {}
    for one in report.numbers:
        if kind := _kind(one):
            kinds.setdefault(kind, []).append(one.number)
    if not kinds:
        return []
    drawn = list(kinds.items())[:MOST]
    left_out = sum(len(numbers) for numbers in kinds.values()) - sum(len(numbers) for _, numbers in drawn)
    before = _side("b", "Before", [(kind.start, kind.before, numbers) for kind, numbers in drawn])
    after = _side("a", "After", [(kind.end, kind.after, numbers) for kind, numbers in drawn])
    lines = ["flowchart TB", *before, *after, "  b ==> a"]
    if left_out:
        lines.append(f'  more["{count(left_out, "number")} more, not drawn"]')
    return [*lines, *_STYLES]


def _kind(change: NumberChange) -> _Kind | None:
    """What is to be drawn of a change; None where somebody answers as before, or nothing is known of before."""
    flows = as_one(change.flows)[:REGIONS]
    if not any(one.before for one in flows) or (change.stays and not any(one.is_change for one in flows)):
        return None
    return _Kind(
        change.start,
        change.end,
        tuple((one.region, one.before) for one in flows),
        tuple((one.region, one.after) for one in flows),
    )


def _side(prefix: str, title: str, kinds: Sequence[tuple[str | None, Answers, list[str]]]) -> Iterator[str]:
    """One half of the picture: numbers, the group they are on, and what answers."""
    flows: dict[tuple[str, Answer], str] = {}
    yield f'  subgraph {prefix}["{title}"]'
    yield "    direction LR"
    for n, (place, answers, numbers) in enumerate(kinds):
        yield f'    {prefix}n{n}(["{_numbers(numbers)}"])'
        for region, answer in answers:
            if answer and not answer.is_reachable:
                continue
            node = flows.setdefault((region, answer or Answer("not known")), f"{prefix}f{len(flows)}")
            edge = f'-- "{label(place)}" -->' if place else "-->"
            yield f"    {prefix}n{n} {edge} {node}"
    for (region, answer), node in flows.items():
        yield f'    {node}["{_answer(region, answer)}"]{"" if answer.flow else ":::dark"}'
    yield "  end"


def _numbers(numbers: Sequence[str]) -> str:
    named = [label(one) for one in numbers[:NAMED]]
    more = len(numbers) - len(named)
    return "<br/>".join([*named, *([f"and {more:,} more"] if more else [])])


def _answer(region: str, answer: Answer) -> str:
    flow = label(answer.flow) if answer.flow else "nothing answers"
    return f"{label(region)}<br/>{flow}" if region else flow
