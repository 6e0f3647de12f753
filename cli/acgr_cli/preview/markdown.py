"""The comment in Markdown: warnings, what callers notice, the tables; never longer than it may be. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from acgr_cli.preview.agents import AgentChange
from acgr_cli.preview.changes import Answer, Effect, FlowChange, NumberChange, as_one
from acgr_cli.preview.effects import Headline, count, headlines
from acgr_cli.preview.escape import block, code, prose
from acgr_cli.preview.fitting import Rows, shared
from acgr_cli.preview.instances import InstanceChange
from acgr_cli.preview.picture import picture
from acgr_cli.preview.reading import Ended
from acgr_cli.preview.report import Report, Sentence
from acgr_cli.preview.rules import Objection
from acgr_cli.preview.words import UNSEEN, change_of_agents, failure_and_rest

MOST = 60_000
"""Characters of a comment: GitHub takes 65,536."""

MOST_OF_WARNINGS = 20_000
MOST_OF_FAILURES = 12_000
MOST_OF_OBJECTIONS = 8_000
MOST_OF_COMPONENTS = 4_000
"""Characters of these; what is more is counted."""

MOST_OF_PICTURE = 6_000
MOST_OF_OTHERS = 6_000
"""Characters of these; where they would be more they are left out."""

MOST_OF_ONE = 1_500
"""Characters of one warning."""

ALIKE = 4
"""Numbers to which the same happens, from which on they share a row."""

IN_A_LINE = 10
"""Numbers in one line where each number is listed."""

PARTS = 6
"""Sentences or Regions in one cell."""

TYPES = 40
"""Types of other resources that are listed."""

TITLE = "What callers will notice"
TITLE_OF_FAILURE = "The preview failed"

_NOT_IN_A_MARKER = re.compile(r"[^A-Za-z0-9._/@+ -]+")


def marker_line(marker: str) -> str:
    """The first line of the comment, by which a workflow finds it again; it is not seen."""
    return f"<!-- acgr-preview-comment: {_NOT_IN_A_MARKER.sub('-', marker).strip() or 'unnamed'} -->"


def markdown(report: Report, objections: Sequence[Objection] = (), *, marker: str = "", title: str = "") -> str:
    """The comment.

    Args:
        report: what the preview means.
        objections: why the change is stopped.
        marker: what stands in the hidden line instead of the stack.
        title: the heading, in front of the stack.
    """
    heading = prose(title or (TITLE if report.ended is Ended.SUCCEEDED else TITLE_OF_FAILURE), 200)
    stack = f": {code(report.stack)}" if report.stack else ""
    top = [marker_line(marker or report.stack), f"## {heading}{stack}", "", *_top(report, objections)]
    tail = [*_within(_picture(report), MOST_OF_PICTURE), *_within(_others(report), MOST_OF_OTHERS), *_foot(report)]
    parts = [
        _numbers(report),
        _every_number(report),
        _agents(report),
        _instances(report),
        _drift(report),
        _notes(report),
    ]
    room = MOST - sum(len(line) + 1 for line in (*top, *tail))
    given = shared([part.need for part in parts], room)
    middle = [line for part, most in zip(parts, given, strict=True) for line in part.within(most)]
    return "\n".join([*top, *middle, *tail]).rstrip("\n") + "\n"


def _within(lines: list[str], most: int) -> list[str]:
    """The lines, or none where names of unusual length or letters make them too long."""
    return lines if sum(len(line) + 1 for line in lines) <= most else []


def _top(report: Report, objections: Sequence[Objection]) -> list[str]:
    lines = [*_failures(report), *_objections(objections), *_warnings(report)]
    if report.ended is Ended.SUCCEEDED:
        lines += [f"- **{UNSEEN}**"] if report.is_unseen else []
        lines += [f"- {_headline(one)}" for one in headlines(report)]
        components = [f"- {_about(one)}{prose(one.text)}" for one in report.components]
        lines += _bounded(components, MOST_OF_COMPONENTS, "sentence")
        if report.looked:
            lines.append(f"- {_LOOKED}")
        lines.append("")
    elif report.numbers or report.agents or report.instances:
        lines += ["**Read until then; this is not all:**", ""]
    return lines


_LOOKED = "The resources were compared with Amazon Connect; only the streamed form tells all that was found."


def _headline(one: Headline) -> str:
    named = f" ({', '.join(map(code, one.named))})" if one.named else ""
    return f"{one.before}**{prose(one.subject, 120)}**{named} {prose(one.says)}".rstrip() + "."


def _alert(kind: str, first: str, lines: Iterable[str]) -> list[str]:
    """A coloured box of GitHub and GitLab; elsewhere a quotation."""
    return [f"> [!{kind}]", f"> {first}", *(f"> {line}".rstrip() for line in lines), ""]


def _failures(report: Report) -> list[str]:
    if not report.failures:
        return []
    first = "**The preview failed: what this change does is not known.** Nothing has been changed."
    if report.ended is Ended.CUT_OFF:
        first = "**The preview is incomplete: what this change does is not known.** Nothing has been changed."
    shown, rest = [], list[str]()
    for one in report.failures:
        said, more = failure_and_rest(one.text)
        shown.append(f"- {_about(one)}{'<br>'.join(prose(line, MOST_OF_ONE) for line in said)}{_times(one)}")
        rest += [more] if more else []
    lines = _alert("CAUTION", first, _bounded(shown, MOST_OF_FAILURES, "error"))
    if rest:
        lines += [
            "<details><summary>All that was printed of it</summary>",
            "",
            *block("\n\n".join(rest), 3_000),
            "",
            "</details>",
            "",
        ]
    return lines


def _objections(objections: Sequence[Objection]) -> list[str]:
    if not objections:
        return []
    shown = [f"- {code(kind)}: {prose(text, MOST_OF_ONE)}" for kind, text in _by_kind(objections)]
    return _alert(
        "CAUTION", "**This change is stopped by a rule (`--fail-on`):**", _bounded(shown, MOST_OF_OBJECTIONS, "reason")
    )


def _by_kind(objections: Sequence[Objection]) -> list[tuple[str, str]]:
    """The sentences of each kind, a few of them; the tables have them all."""
    found = []
    for kind, same in groupby(objections, key=lambda one: one.kind):
        texts = [one.text for one in same]
        found += [(kind, text) for text in texts[:5]]
        found += [(kind, f"and {len(texts) - 5:,} more")] if len(texts) > 5 else []
    return found


def _warnings(report: Report) -> list[str]:
    if not report.warnings:
        return []
    shown = [f"- {_about(one)}{prose(one.text, MOST_OF_ONE)}{_times(one)}" for one in report.warnings]
    first = "**1 warning**" if len(shown) == 1 else f"**{len(shown):,} warnings**"
    return _alert("WARNING", first, _bounded(shown, MOST_OF_WARNINGS, "warning"))


def _about(sentence: Sentence) -> str:
    return f"{code(sentence.about)}: " if sentence.about else ""


def _times(sentence: Sentence) -> str:
    return f" (said {sentence.count:,} times)" if sentence.count > 1 else ""


def _bounded(lines: Sequence[str], most: int, noun: str) -> list[str]:
    """As many lines as there is room for, and how many there are besides."""
    kept, used = list[str](), 0
    for line in lines:
        used += len(line) + 3
        if used > most:
            return [*kept, f"- **{len(lines) - len(kept):,} {noun}s more** are in the log of the preview."]
        kept.append(line)
    return kept


_HEAD = ("| Number | What callers notice | From | To | Flow |", "|---|---|---|---|---|")


def _numbers(report: Report) -> Rows:
    rows = [_row(one) for one in _alike(report.numbers)]
    return _table("### Phone numbers", _HEAD, rows, "number", len(report.numbers))


def _alike(numbers: Sequence[NumberChange]) -> list[list[NumberChange]]:
    """Numbers to which the same happens, in one list each, in order."""
    found: dict[object, list[NumberChange]] = {}
    for one in numbers:
        where = None if one.effect is Effect.NONE else (one.start, one.end, one.flows)
        found.setdefault((one.effect, one.says, where), []).append(one)
    return [part for same in found.values() for part in ([same] if len(same) >= ALIKE else [[one] for one in same])]


def _row(same: Sequence[NumberChange]) -> str:
    first = same[0]
    shown = [code(one.number) for one in (same if len(same) < ALIKE else same[: ALIKE - 1])]
    if len(same) >= ALIKE:
        shown = [f"**{len(same):,} numbers:**", *shown, f"and {len(same) - ALIKE + 1:,} more"]
    cells = (
        "<br>".join(shown),
        "<br>".join(_few([prose(text) for text in first.says], "sentences")),
        *_where(same),
    )
    return f"| {' | '.join(cells)} |"


def _where(same: Sequence[NumberChange]) -> tuple[str, str, str]:
    """From, to and flow; of numbers to which nothing happens in several places, that it stays so."""
    if len({(one.start, one.end, one.flows) for one in same}) > 1:
        return "several", "stays", "as before"
    return (*_places(same[0]), _flow(same[0].flows))


def _every_number(report: Report) -> Rows:
    """The numbers that rows share, so that each can be found; a few of them in a line."""
    rows = []
    for same in _alike(report.numbers):
        if len(same) >= ALIKE:
            lines = [same[n : n + IN_A_LINE] for n in range(0, len(same), IN_A_LINE)]
            says = prose(same[0].says[0], 100)
            rows += [f"- {says}: {', '.join(code(one.number, 60) for one in line)}" for line in lines]

    def left_out(count: int) -> str:
        return f"- **… {count:,} more lines are left out here, for want of room**"

    fold = "<details><summary>Every number of the rows that stand for several</summary>"
    return Rows((fold, ""), rows, left_out, after=("", "</details>"))


def _places(change: NumberChange) -> tuple[str, str]:
    if not change.is_placement:
        return "", ""
    start = code(change.start) if change.start else "not known"
    if change.stays:
        return start, "stays" if change.start else "not known"
    return start, code(change.end) if change.end else "not known"


def _flow(flows: Sequence[FlowChange]) -> str:
    regions = [f"{prose(one.region, 40) + ': ' if one.region else ''}{_answer_change(one)}" for one in as_one(flows)]
    return "<br>".join(_few(regions, "Regions"))


def _few(parts: Sequence[str], noun: str) -> list[str]:
    """The first few of the parts of a cell, and how many there are besides."""
    more = len(parts) - PARTS
    return [*parts[:PARTS], *([f"and {more:,} more {noun}"] if more > 0 else [])]


def _answer_change(change: FlowChange) -> str:
    if change.before is None or change.before == change.after:
        return _answer(change.after)
    return f"{_answer(change.before)} → {_answer(change.after)}"


def _answer(answer: Answer | None) -> str:
    if answer is None:
        return "not known"
    if not answer.is_reachable:
        return "not reachable"
    return code(answer.flow) if answer.flow else "**nothing**"


_AGENTS_HEAD = ("| Group | Declared by | Who joins and who leaves |", "|---|---|---|")


def _agents(report: Report) -> Rows:
    rows = [_agents_row(one) for one in report.agents]
    return _table("### Agents", _AGENTS_HEAD, rows, "change", len(rows))


def _agents_row(change: AgentChange) -> str:
    places = [code(one) for one in dict.fromkeys((change.start, change.end)) if one]
    names = " → ".join(code(one) for one in change.resources)
    return f"| {' → '.join(places)} | {names} | {prose(change_of_agents(change), 1_200)} |"


_INSTANCES_HEAD = ("| Group or replica | Declared by | What becomes of it |", "|---|---|---|")


def _instances(report: Report) -> Rows:
    rows = [_instances_row(one) for one in report.instances]
    return _table("### Groups and replicas", _INSTANCES_HEAD, rows, "change", len(rows))


def _instances_row(change: InstanceChange) -> str:
    names = " → ".join(code(one) for one in change.resources)
    says = "<br>".join(_few([prose(text) for text in change.says], "sentences"))
    return f"| {change.kind} {code(change.name)} | {names} | {says} |"


def _table(title: str, head: Sequence[str], rows: Sequence[str], noun: str, total: int) -> Rows:
    columns = head[0].count("|") - 1

    def left_out(count: int) -> str:
        return f"| **… {count:,} more rows are left out here, for want of room** {'| ' * (columns - 1)}|"

    def folded(count: int) -> tuple[Sequence[str], Sequence[str]]:
        return (f"<details><summary>{count:,} more rows ({noun}s: {total:,} in all)</summary>", "", *head), (
            "",
            "</details>",
        )

    return Rows((title, "", *head), rows, left_out, folded)


def _drift(report: Report) -> Rows:
    rows = [f"- {code(one.about)} {prose('; '.join(one.says))}" for one in report.drift]
    return _list("### Changed by something else since the last run", rows)


def _notes(report: Report) -> Rows:
    return _list("### Also said", [f"- {_about(one)}{prose(one.text)}{_times(one)}" for one in report.notes])


def _list(title: str, rows: Sequence[str]) -> Rows:
    return Rows((title, ""), rows, lambda count: f"- **… {count:,} more are left out here, for want of room**")


def _picture(report: Report) -> list[str]:
    lines = picture(report) if report.ended is Ended.SUCCEEDED else []
    return ["### Who answers, before and after", "", "```mermaid", *lines, "```", ""] if lines else []


def _others(report: Report) -> list[str]:
    others = report.others
    if not others.by_type:
        return []
    total = ", ".join(f"{count:,} to {prose(op)}" for op, count in sorted(others.by_operation.items()))
    types = sorted(others.by_type.items(), key=lambda one: (-sum(one[1].values()), one[0]))
    rows = [f"- {code(type_)}: {_operations(counts)}" for type_, counts in types[:TYPES]]
    rows += [f"- {len(types) - TYPES:,} more types"] if len(types) > TYPES else []
    return [f"<details><summary>Everything else in this stack: {total}</summary>", "", *rows, "", "</details>", ""]


def _operations(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} to {prose(op)}" for op, count in sorted(counts.items()))


def _foot(report: Report) -> list[str]:
    if report.ended is not Ended.SUCCEEDED:
        return []
    stay = f" {count(report.unchanged, 'resource')} of the program stay as before." if report.unchanged else ""
    return [f"<sub>This is a preview: nothing has been changed yet.{stay}</sub>"]
