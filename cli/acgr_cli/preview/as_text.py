"""The report as plain text: for a terminal, a chat, or a log. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from acgr_cli.preview.agents import AgentChange
from acgr_cli.preview.changes import NumberChange
from acgr_cli.preview.effects import Headline, headlines
from acgr_cli.preview.escape import plain
from acgr_cli.preview.fitting import Rows, shared
from acgr_cli.preview.instances import InstanceChange
from acgr_cli.preview.markdown import (
    MOST,
    MOST_OF_COMPONENTS,
    MOST_OF_FAILURES,
    MOST_OF_ONE,
    MOST_OF_WARNINGS,
    TITLE,
    TITLE_OF_FAILURE,
)
from acgr_cli.preview.reading import Ended
from acgr_cli.preview.report import Report, Sentence
from acgr_cli.preview.rules import Objection
from acgr_cli.preview.words import UNSEEN, change_of_agents, failure_and_rest


def as_text(report: Report, objections: Sequence[Objection] = (), *, title: str = "") -> str:
    """The report in lines that begin with what is worst.

    Args:
        report: what the preview means.
        objections: why the change is stopped.
        title: the first line, in front of the stack.
    """
    is_read = report.ended is Ended.SUCCEEDED
    heading = plain(title or (TITLE if is_read else TITLE_OF_FAILURE), 200)
    top = [f"{heading}: {plain(report.stack, 200)}" if report.stack else heading, ""]
    top += _bounded((f"FAILED   {_said(one)}" for one in report.failures), MOST_OF_FAILURES, "failures")
    top += _bounded(
        (f"STOPPED  {one.kind}: {plain(one.text, MOST_OF_ONE)}" for one in objections), MOST_OF_FAILURES, "reasons"
    )
    top += _bounded((f"WARNING  {_said(one)}" for one in report.warnings), MOST_OF_WARNINGS, "warnings")
    top += [UNSEEN] if is_read and report.is_unseen else []
    top += [_headline(one) for one in headlines(report)] if is_read else []
    top += _bounded((_said(one) for one in report.components if is_read), MOST_OF_COMPONENTS, "sentences")
    parts = [
        _rows("Phone numbers", [_number(one) for one in report.numbers]),
        _rows("Agents", [_agents(one) for one in report.agents]),
        _rows("Groups and replicas", [_instance(one) for one in report.instances]),
        _rows(
            "Changed by something else since the last run",
            [f"  {plain(one.about)} {plain('; '.join(one.says), MOST_OF_ONE)}" for one in report.drift],
        ),
        _rows("Also said", [f"  {_said(one)}" for one in report.notes]),
        _rows("Everything else", [f"  {plain(op)}: {count:,}" for op, count in report.others.by_operation.items()]),
    ]
    given = shared([part.need for part in parts], MOST - sum(len(line) + 1 for line in top) - 1)
    lines = [line for part, most in zip(parts, given, strict=True) for line in part.within(most)]
    return "\n".join([*top, "", *lines]).rstrip("\n") + "\n"


def _rows(title: str, rows: Sequence[str]) -> Rows:
    return Rows((title,), rows, lambda count: f"  … {count:,} more are left out here, for want of room")


def _bounded(lines: Iterable[str], most: int, noun: str) -> list[str]:
    listed, kept = list(lines), list[str]()
    for line in listed:
        most -= len(line) + 1
        if most < 0:
            return [*kept, f"… {len(listed) - len(kept):,} {noun} more are in the log of the preview"]
        kept.append(line)
    return kept


def _said(sentence: Sentence) -> str:
    lines, _ = failure_and_rest(sentence.text)
    about = f"{plain(sentence.about, 200)}: " if sentence.about else ""
    return f"{about}{plain(' '.join(lines), MOST_OF_ONE)}" + (
        f" (said {sentence.count:,} times)" if sentence.count > 1 else ""
    )


def _headline(one: Headline) -> str:
    named = f" ({', '.join(plain(name, 200) for name in one.named)})" if one.named else ""
    return f"{one.before}{plain(one.subject, 120)}{named} {plain(one.says)}".rstrip() + "."


def _number(change: NumberChange) -> str:
    return f"  {plain(change.number, 200)} {plain('; '.join(change.says), MOST_OF_ONE)}"


def _agents(change: AgentChange) -> str:
    groups = " -> ".join(plain(one, 200) for one in dict.fromkeys((change.start, change.end)) if one)
    return f"  {groups} ({plain(change.resources[-1], 200)}): {plain(change_of_agents(change), MOST_OF_ONE)}"


def _instance(change: InstanceChange) -> str:
    return f"  {change.kind} {plain(change.name, 200)} {plain('; '.join(change.says), MOST_OF_ONE)}"
